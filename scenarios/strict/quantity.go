package strict

import (
	"math/big"
	"time"
)

// Quantity is a number with what it counts, exact.
type Quantity struct {
	Unit  string   // "sec", "bytes", "bit_per_sec", or empty for a bare number
	Value *big.Rat // in that unit
}

// ParseQuantity reads a bare decimal number, a duration, a size or a bit rate, as settings are written; false for any
// other text.
func ParseQuantity(text string) (Quantity, bool) {
	if plainNumber(text) {
		v, ok := new(big.Rat).SetString(text)
		return Quantity{Value: v}, ok
	}
	if d, err := ParseDuration(text); err == nil {
		return Quantity{"sec", big.NewRat(int64(d), int64(time.Second))}, true
	}
	if s, err := ParseSize(text); err == nil {
		return Quantity{"bytes", new(big.Rat).SetInt64(int64(s))}, true
	}
	if r, err := ParseBitRate(text); err == nil {
		return Quantity{"bit_per_sec", new(big.Rat).SetInt64(int64(r))}, true
	}
	return Quantity{}, false
}

// plainNumber reports whether a text is digits with at most one point, and perhaps a minus before them. That keeps out
// what big.Rat reads besides: fractions, exponents, other bases.
func plainNumber(text string) bool {
	if text != "" && text[0] == '-' {
		text = text[1:]
	}
	digits, points := 0, 0
	for i := range len(text) {
		switch {
		case text[i] >= '0' && text[i] <= '9':
			digits++
		case text[i] == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}
