package record

import (
	"math/big"
	"time"
)

// The figures of a record are floats, but nothing is computed in floating point: on some machines
// x*y+z is rounded once and on others twice. A figure is an exact fraction, rounded once at the end.

func (s sum128) big() *big.Int {
	v := new(big.Int).SetUint64(s.hi)
	return v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(s.lo))
}

// fraction is the float64 nearest to num/den, and 0 for den = 0.
func fraction(num, den *big.Int) float64 {
	if den.Sign() == 0 {
		return 0
	}
	f, _ := new(big.Rat).SetFrac(num, den).Float64()
	return f
}

func natural(n uint64) *big.Int { return new(big.Int).SetUint64(n) }

// seconds is d in seconds.
func seconds(d time.Duration) float64 {
	return fraction(big.NewInt(int64(d)), big.NewInt(int64(time.Second)))
}

// perSecond is n events in d as a rate.
func perSecond(n uint64, d time.Duration) float64 {
	num := natural(n)
	return fraction(num.Mul(num, big.NewInt(int64(time.Second))), big.NewInt(int64(d)))
}

// meanSeconds is the mean of n times with the given sum in nanoseconds.
func meanSeconds(sum *big.Int, n uint64) float64 {
	den := natural(n)
	return fraction(sum, den.Mul(den, big.NewInt(int64(time.Second))))
}

// mean is the mean of n numbers with the given sum.
func mean(sum, n uint64) float64 { return fraction(natural(sum), natural(n)) }
