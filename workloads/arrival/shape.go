package arrival

import (
	"fmt"
	"time"
)

// Shape is the picture of how arrivals swell and ebb over a span of time. Build one with Find, and
// with WithPeak if its busiest moment is to be another multiple of the mean.
type Shape struct {
	Name   string        // as in scenario files
	Title  string        // for people
	Source string        // where the form comes from, or "assumed: ..."
	Span   time.Duration // the time that the whole curve pictures
	Paced  bool          // evenly spaced instead of random
	Points []Point       // the curve, from At 0 to the end of the span
}

// Point is a corner of a curve.
type Point struct {
	At    uint64 // position; the last point's is the whole span
	Level uint64 // relative rate
}

// Flat reports whether the rate is the same all the time.
func (s Shape) Flat() bool {
	for _, p := range s.Points {
		if p.Level != s.Points[0].Level {
			return false
		}
	}
	return true
}

// Limits of a curve, so that its arithmetic stays inside 64 bits.
const (
	positionMax = 1 << 16
	levelMax    = 1 << 34
)

func (s Shape) check() error {
	n := len(s.Points)
	if n < 2 || s.Points[0].At != 0 {
		return fmt.Errorf("shape %s: a curve has at least two points and begins at position 0", s.Name)
	}
	for i, p := range s.Points {
		if i > 0 && p.At < s.Points[i-1].At || p.At > positionMax || p.Level > levelMax {
			return fmt.Errorf("shape %s: point %d is before the one ahead of it or out of range", s.Name, i)
		}
	}
	if s.area2() == 0 {
		return fmt.Errorf("shape %s: the curve is zero everywhere", s.Name)
	}
	return nil
}

// area2 is twice the area under the curve.
func (s Shape) area2() uint64 {
	sum := uint64(0)
	for i := 1; i < len(s.Points); i++ {
		a, b := s.Points[i-1], s.Points[i]
		sum += (b.At - a.At) * (a.Level + b.Level)
	}
	return sum
}

func (s Shape) top() uint64 {
	top := uint64(0)
	for _, p := range s.Points {
		top = max(top, p.Level)
	}
	return top
}

// Peak is the largest rate as an exact multiple num/den of the mean.
func (s Shape) Peak() (num, den uint64) {
	num, den = 2*s.Points[len(s.Points)-1].At*s.top(), s.area2()
	g := gcd(num, den)
	return num / g, den / g
}

// sharpenMax is how often WithPeak lowers the lesser humps before it gives up.
const sharpenMax = 3

// sharper is the curve with every level squared as a part of the top, so that lesser humps sink.
func (s Shape) sharper() Shape {
	const unit = 1 << 16
	top := s.top()
	points := make([]Point, len(s.Points))
	for i, p := range s.Points {
		level := p.Level * unit / top
		points[i] = Point{At: p.At, Level: level * level / unit}
	}
	s.Points = points
	return s
}

// WithPeak raises the curve's floor until its largest rate is num/den times the mean; a curve that has a
// lower peak even without a floor first has its lesser humps lowered. It fails when num/den is not above 1,
// and when the highest hump alone is too broad for it.
func (s Shape) WithPeak(num, den uint64) (Shape, error) {
	const partMax = 1000
	if err := s.check(); err != nil {
		return Shape{}, err
	}
	if den == 0 || num <= den || num > partMax || den > partMax {
		return Shape{}, fmt.Errorf("shape %s: found a peak of %d/%d times the mean: allowed is above 1, with parts of at most %d", s.Name, num, den, partMax)
	}
	// A curve h of top H and area A over the width W has, with a floor f under it, the mean f+A/W and
	// the top f+H. Their ratio is num/den for f = (H W den - num A) / (W (num-den)); everything is
	// multiplied by 2 W (num-den) to stay whole.
	for range sharpenMax {
		if num*s.area2() > s.top()*2*s.Points[len(s.Points)-1].At*den {
			s = s.sharper()
		}
	}
	width2, area2, top := 2*s.Points[len(s.Points)-1].At, s.area2(), s.top()
	if num*area2 > top*width2*den {
		n, d := s.Peak()
		return Shape{}, fmt.Errorf("shape %s: found a peak of %s times the mean: this shape allows at most %s", s.Name, decimal(num, den), decimal(n, d))
	}
	floor := top*width2*den - num*area2
	points := make([]Point, len(s.Points))
	common := floor
	for i, p := range s.Points {
		points[i] = Point{At: p.At, Level: p.Level*width2*(num-den) + floor}
		common = gcd(common, points[i].Level)
	}
	for i := range points {
		points[i].Level /= common
	}
	s.Points = points
	return s, s.check()
}

// decimal writes num/den with at most one decimal, rounded down.
func decimal(num, den uint64) string {
	if num%den == 0 {
		return fmt.Sprint(num / den)
	}
	return fmt.Sprintf("%d.%d", num/den, num*10/den%10)
}
