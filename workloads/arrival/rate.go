package arrival

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// Rate is a number of transactions in a length of time, an exact ratio. The zero value is no rate.
// Two rates made by this package are equal if and only if == says so, because both are reduced.
type Rate struct {
	Count uint64        // transactions
	Per   time.Duration // in this time; positive unless the rate is zero
}

// countMax keeps products of a count with a time inside 128 bits and a rate inside a printed line.
const countMax = 1_000_000_000_000

// PerSecond is n transactions a second.
func PerSecond(n uint64) Rate { return reduced(n, time.Second) }

func reduced(count uint64, per time.Duration) Rate {
	if count == 0 {
		return Rate{}
	}
	a, b := count, uint64(per)
	for b != 0 {
		a, b = b, a%b
	}
	return Rate{Count: count / a, Per: per / time.Duration(a)}
}

// IsZero reports whether nothing ever arrives.
func (r Rate) IsZero() bool { return r.Count == 0 }

// TxPerSec is the rate for reports, in transactions a second. It is the package's only floating
// point and feeds no simulation.
func (r Rate) TxPerSec() float64 {
	if r.IsZero() {
		return 0
	}
	return float64(r.Count) * float64(time.Second) / float64(r.Per)
}

// In is the number of transactions expected in a length of time, rounded down.
func (r Rate) In(d time.Duration) uint64 {
	if r.IsZero() || d <= 0 {
		return 0
	}
	return mulDiv(r.Count, uint64(d), uint64(r.Per))
}

// Times is the rate multiplied by num/den, exact. It fails when den is zero or the result cannot be
// held.
func (r Rate) Times(num, den uint64) (Rate, error) {
	if den == 0 {
		return Rate{}, errors.New("a rate cannot be divided by zero")
	}
	if r.IsZero() || num == 0 {
		return Rate{}, nil
	}
	// Crosswise reduction keeps the products as small as they can be.
	g1, g2 := gcd(r.Count, den), gcd(num, uint64(r.Per))
	hi1, count := bits.Mul64(r.Count/g1, num/g2)
	hi2, per := bits.Mul64(uint64(r.Per)/g2, den/g1)
	if hi1 != 0 || hi2 != 0 || count > countMax || per > 1<<63-1 {
		return Rate{}, fmt.Errorf("%v times %d/%d cannot be held exactly", r, num, den)
	}
	return reduced(count, time.Duration(per)), nil
}

// Less reports whether r is the smaller rate.
func (r Rate) Less(s Rate) bool {
	if r.IsZero() || s.IsZero() {
		return r.IsZero() && !s.IsZero()
	}
	h1, l1 := bits.Mul64(r.Count, uint64(s.Per))
	h2, l2 := bits.Mul64(s.Count, uint64(r.Per))
	return h1 < h2 || h1 == h2 && l1 < l2
}

// rateUnits are the lengths of time that a rate may name, the preferred spelling of each first.
var rateUnits = []struct {
	name string
	per  time.Duration
}{
	{"s", time.Second}, {"sec", time.Second},
	{"min", time.Minute},
	{"h", time.Hour}, {"hour", time.Hour},
	{"day", 24 * time.Hour}, {"d", 24 * time.Hour},
}

// String writes the rate so that ParseRate reads the same rate back: "2000 tx/s", "34 tx/min",
// "7 tx/13s". A whole number a second is preferred, then a minute, an hour, a day.
func (r Rate) String() string {
	if r.IsZero() {
		return "0 tx/s"
	}
	for _, u := range rateUnits {
		if u.per%r.Per == 0 {
			return fmt.Sprintf("%d tx/%s", r.Count*uint64(u.per/r.Per), u.name)
		}
	}
	per := r.Per.String() // 400h0m0s
	if short, ok := strings.CutSuffix(per, "m0s"); ok {
		per = short + "m"
	}
	if short, ok := strings.CutSuffix(per, "h0m"); ok {
		per = short + "h"
	}
	return fmt.Sprintf("%d tx/%s", r.Count, per)
}

// MarshalText writes the rate as String does.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRate reads.
func (r *Rate) UnmarshalText(text []byte) error {
	parsed, err := ParseRate(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

const rateForms = `a rate such as 2000, "2000 tx/s", "34.5 tx/min" or "790 tx/day"`

// ParseRate reads a rate: a plain number is transactions a second; otherwise "tx/" is followed by s,
// min, h, day or a Go duration. The number may have up to nine decimals and is kept exactly.
func ParseRate(text string) (Rate, error) {
	number, unit, has := strings.Cut(strings.TrimSpace(text), " ")
	per := time.Second
	if has {
		name, ok := strings.CutPrefix(strings.TrimSpace(unit), "tx/")
		if !ok {
			return Rate{}, fmt.Errorf("%q is not %s", text, rateForms)
		}
		var err error
		if per, err = rateUnit(name); err != nil {
			return Rate{}, fmt.Errorf("%q: %w", text, err)
		}
	}
	if strings.HasPrefix(number, "-") {
		return Rate{}, fmt.Errorf("%q is negative, not %s", text, rateForms)
	}
	whole, frac, point := strings.Cut(number, ".")
	if !digits(whole) || len(whole) > 1 && whole[0] == '0' || point && !digits(frac) || len(frac) > 9 || len(whole) > 12 {
		return Rate{}, fmt.Errorf("%q is not %s", text, rateForms)
	}
	count, scale := uint64(0), uint64(1)
	for _, c := range whole + frac {
		count = 10*count + uint64(c-'0')
	}
	for range frac {
		scale *= 10
	}
	g := gcd(count, scale)
	count, scale = count/g, scale/g
	hi, total := bits.Mul64(uint64(per), scale)
	if count > countMax || hi != 0 || total > 1<<63-1 {
		return Rate{}, fmt.Errorf("%q has more digits than a rate can hold", text)
	}
	return reduced(count, time.Duration(total)), nil
}

func rateUnit(name string) (time.Duration, error) {
	for _, u := range rateUnits {
		if u.name == name {
			return u.per, nil
		}
	}
	d, err := time.ParseDuration(name)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("unknown unit %q: allowed are tx/s, tx/min, tx/h, tx/day and tx/ with a duration such as tx/10s", "tx/"+name)
	}
	return d, nil
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}

// mulDiv is a*b/c rounded down, or the largest uint64 when that does not fit.
func mulDiv(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi >= c {
		return 1<<64 - 1
	}
	q, _ := bits.Div64(hi, lo, c)
	return q
}
