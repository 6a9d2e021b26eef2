package plot

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// newPlot is an empty panel in the house style.
func newPlot() *plot.Plot {
	p := plot.New()
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle = draw.LineStyle{Color: muted, Width: 0.6}
		a.Tick.LineStyle = draw.LineStyle{Color: muted, Width: 0.6}
		a.Tick.Length = 4
		a.Padding = 2
		a.Label.Padding = 3
	}
	p.X.Label.TextStyle = textStyle(10, false, ink, draw.XCenter, draw.YBottom)
	p.Y.Label.TextStyle = textStyle(10, false, ink, draw.XCenter, draw.YBottom)
	p.X.Tick.Label = textStyle(9.5, false, ink, draw.XCenter, draw.YTop)
	p.Y.Tick.Label = textStyle(9.5, false, ink, draw.XRight, draw.YCenter)
	p.Title.TextStyle = textStyle(11, true, ink, draw.XCenter, draw.YTop)
	p.Title.Padding = 5
	p.BackgroundColor = nil
	return p
}

// ticks is a fixed list of tick marks.
type ticks []plot.Tick

// Ticks implements plot.Ticker.
func (t ticks) Ticks(_, _ float64) []plot.Tick { return t }

// gridLines draws a line at every labelled tick of an axis.
type gridLines struct{ x, y bool }

// Plot implements plot.Plotter.
func (g gridLines) Plot(c draw.Canvas, p *plot.Plot) {
	sty := draw.LineStyle{Color: grid, Width: 0.7}
	x, y := p.Transforms(&c)
	if g.x {
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			if !t.IsMinor() {
				c.StrokeLine2(sty, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
			}
		}
	}
	if g.y {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if !t.IsMinor() {
				c.StrokeLine2(sty, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
			}
		}
	}
}

// logAxis sets up a logarithmic axis that holds low to high (both positive), ends at round values and
// has at least two labels and at most most.
func logAxis(a *plot.Axis, low, high float64, label func(float64) string, most int) {
	steps := []float64{1, 2, 5}
	if high/low > 200 {
		steps = []float64{1}
	}
	var marks []float64
	for e := int(math.Floor(math.Log10(low))) - 1; e <= int(math.Ceil(math.Log10(high)))+1; e++ {
		for _, m := range steps {
			marks = append(marks, decimal(m, e))
		}
	}
	first, last := 0, len(marks)-1
	for first+1 < len(marks) && marks[first+1] <= low {
		first++
	}
	for last-1 > first && marks[last-1] >= high {
		last--
	}
	marks = marks[first : last+1]
	labelled := labelSteps(marks, most)
	var out ticks
	for _, v := range marks {
		t := plot.Tick{Value: v}
		if labelled[v] {
			t.Label = label(v)
		}
		out = append(out, t)
	}
	if len(steps) == 1 {
		out = append(out, minor(marks)...)
	}
	a.Min, a.Max = marks[0], marks[len(marks)-1]
	a.Scale = plot.LogScale{}
	a.Tick.Marker = out
}

// labelSteps chooses the marks that get a label: all, or those of 1 and 5 times a power of ten, or
// the powers alone, or every few of those.
func labelSteps(marks []float64, most int) map[float64]bool {
	for _, lead := range []string{"125", "15", "1"} {
		out := map[float64]bool{}
		for _, v := range marks {
			if strings.Contains(lead, strconv.FormatFloat(v, 'e', 0, 64)[:1]) {
				out[v] = true
			}
		}
		if 2 <= len(out) && len(out) <= most {
			return out
		}
	}
	out := map[float64]bool{}
	every := (len(marks) + most - 1) / most
	for i := 0; i < len(marks); i += every {
		out[marks[i]] = true
	}
	return out
}

// minor marks 2 ... 9 times each decade but the last.
func minor(decades []float64) ticks {
	var out ticks
	for _, d := range decades[:len(decades)-1] {
		for m := 2; m < 10; m++ {
			out = append(out, plot.Tick{Value: d * float64(m)})
		}
	}
	return out
}

// decimal is m times ten to the e, rounded once.
func decimal(m float64, e int) float64 {
	v, err := strconv.ParseFloat(strconv.FormatFloat(m, 'g', -1, 64)+"e"+strconv.Itoa(e), 64)
	if err != nil {
		panic(err) // both parts were numbers
	}
	return v
}

// linearAxis sets up an axis from 0 to a round value of at least high.
func linearAxis(a *plot.Axis, high float64, label func(float64) string, most int) {
	if high <= 0 {
		high = 1
	}
	step := roundStep(high, most)
	n := int(math.Ceil(high/step - 1e-9))
	var out ticks
	for i := 0; i <= n; i++ {
		v := step * float64(i)
		out = append(out, plot.Tick{Value: v, Label: label(v)})
	}
	a.Min, a.Max = 0, step*float64(n)
	a.Tick.Marker = out
}

// roundStep is the smallest 1, 2, 2.5 or 5 times a power of ten of which at most most reach high.
func roundStep(high float64, most int) float64 {
	for e := int(math.Floor(math.Log10(high/float64(most)))) - 1; ; e++ {
		for _, m := range []float64{1, 2, 2.5, 5} {
			if s := decimal(m, e); high/s <= float64(most) {
				return s
			}
		}
	}
}

// number formats v with up to three significant digits and no exponent; thousands as k.
func number(v float64) string {
	switch {
	case v >= 1e6:
		return short(v/1e6) + "M"
	case v >= 1e4:
		return short(v/1e3) + "k"
	}
	return short(v)
}

func short(v float64) string {
	s := strconv.FormatFloat(v, 'g', 3, 64)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	if v >= 1000 { // up to 9999: all digits
		f = math.Round(v)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// timeText formats seconds with the unit in which they read best.
func timeText(sec float64) string {
	switch {
	case sec == 0:
		return "0"
	case sec < 0.9995e-6:
		return short(sec*1e9) + " ns"
	case sec < 0.9995e-3:
		return short(sec*1e6) + " µs"
	case sec < 0.9995:
		return short(sec*1e3) + " ms"
	}
	return short(sec) + " s"
}

func percent(share float64) string { return short(math.Round(share*1000)/10) + " %" }

// rows sets up the Y axis as a list of names, the first on top, at heights n-1 ... 0.
func rows(p *plot.Plot, names []string) { rowsUpTo(p, names, 26) }

// rowsUpTo shortens names to so many characters.
func rowsUpTo(p *plot.Plot, names []string, most int) {
	n := len(names)
	var out ticks
	for i, name := range names {
		out = append(out, plot.Tick{Value: float64(n - 1 - i), Label: cut(name, most)})
	}
	p.Y.Min, p.Y.Max = -0.6, float64(n)-0.4
	p.Y.Tick.Marker = out
	p.Y.Tick.Length = 0
	p.Y.LineStyle.Width = 0
	p.Y.Padding = vg.Length(6) // so that a marker at zero keeps off the names
}

// cut shortens a name to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
