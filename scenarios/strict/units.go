package strict

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes. In files: 512, 512B, 512KiB, 1MiB, 4kB, 2GB.
type Size int64

// BitRate is a number of bits a second. In files: 1Gbit, 100Mbit, 64kbit, 9600bit.
type BitRate int64

// unit is a suffix and what it stands for.
type unit struct {
	suffix string
	factor uint64
}

// Longer suffixes stand before their own endings. The last of each table is the smallest.
var sizeUnits = []unit{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

var bitRateUnits = []unit{
	{"kbit", 1e3}, {"Kbit", 1e3}, {"Mbit", 1e6}, {"Gbit", 1e9}, {"Tbit", 1e12}, {"bit", 1},
}

// ParseSize reads a size in bytes. A number without a unit is bytes.
func ParseSize(text string) (Size, error) {
	v, err := parseUnits(text, sizeUnits, true, "a size such as 512, 64KiB or 1MiB")
	return Size(v), err
}

// ParseBitRate reads a bit rate; the unit must be there.
func ParseBitRate(text string) (BitRate, error) {
	v, err := parseUnits(strings.TrimSuffix(text, "/s"), bitRateUnits, false, "a bit rate such as 100Mbit or 1Gbit")
	return BitRate(v), err
}

// UnmarshalText reads what ParseSize reads.
func (s *Size) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSize(string(text))
	return err
}

// UnmarshalText reads what ParseBitRate reads.
func (r *BitRate) UnmarshalText(text []byte) (err error) {
	*r, err = ParseBitRate(string(text))
	return err
}

// String writes the size with the largest binary unit that keeps it whole.
func (s Size) String() string {
	for _, u := range []unit{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if s > 0 && uint64(s)%u.factor == 0 {
			return strconv.FormatUint(uint64(s)/u.factor, 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

// String writes the bit rate with the largest unit that keeps it whole.
func (r BitRate) String() string {
	for _, u := range []unit{{"Tbit", 1e12}, {"Gbit", 1e9}, {"Mbit", 1e6}, {"kbit", 1e3}} {
		if r > 0 && uint64(r)%u.factor == 0 {
			return strconv.FormatUint(uint64(r)/u.factor, 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(r), 10) + "bit"
}

// MarshalText writes the size as String does.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalText writes the bit rate as String does.
func (r BitRate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func parseUnits(text string, units []unit, bare bool, allowed string) (int64, error) {
	bad := func(why string) (int64, error) {
		return 0, fmt.Errorf("%s %s: allowed is %s", quote(text), why, allowed)
	}
	if strings.HasPrefix(strings.TrimSpace(text), "-") {
		return bad("is negative")
	}
	number, factor := text, uint64(1)
	found := false
	for _, u := range units {
		if n, ok := strings.CutSuffix(text, u.suffix); ok {
			number, factor, found = strings.TrimRight(n, " "), u.factor, true
			break
		}
	}
	if !found && !bare && isNumber(text) {
		return bad("has no unit")
	}
	whole, frac, point := strings.Cut(number, ".")
	if !isNumber(whole) || point && (frac == "" || len(frac) > 9 || strings.Trim(frac, "0123456789") != "") {
		return bad("is not understood")
	}
	w, err := strconv.ParseUint(whole, 10, 63)
	if err != nil {
		return bad("is too large")
	}
	hi, total := bits.Mul64(w, factor)
	if hi != 0 || total > 1<<62 {
		return bad("is too large")
	}
	part, scale := uint64(0), uint64(1)
	for _, c := range frac {
		part, scale = 10*part+uint64(c-'0'), 10*scale
	}
	hi, lo := bits.Mul64(part, factor)
	q, rest := bits.Div64(hi, lo, scale)
	if rest != 0 {
		return bad("is not a whole number of the smallest unit")
	}
	return int64(total + q), nil
}

// isNumber accepts decimal digits without a leading zero.
func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" && (len(s) == 1 || s[0] != '0')
}

// ParseDuration reads a Go duration that is not negative, such as 50ms, 1.5s or 2m30s. A bare number
// is refused except 0.
func ParseDuration(text string) (time.Duration, error) {
	const allowed = "allowed is a duration such as 500us, 50ms, 10s or 2m30s"
	d, err := time.ParseDuration(text)
	switch {
	case err != nil && isNumber(text):
		return 0, fmt.Errorf("%s has no unit: %s", quote(text), allowed)
	case err != nil || strings.HasPrefix(text, "+"):
		return 0, fmt.Errorf("%s is not understood: %s", quote(text), allowed)
	case strings.HasPrefix(text, "-"):
		return 0, fmt.Errorf("%s is negative: %s", quote(text), allowed)
	}
	return d, nil
}
