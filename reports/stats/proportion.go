package stats

import "gonum.org/v1/gonum/stat/distuv"

// Proportion gives the interval that holds the true share behind k cases among n with at least
// Confidence, whatever the share is (Clopper and Pearson, "The use of confidence or fiducial limits
// illustrated in the case of the binomial", Biometrika 26, 1934). It is 0 to 1 for n = 0.
func Proportion(k, n int) (low, high float64) {
	const side = (1 - Confidence) / 2
	low, high = 0, 1
	if k > 0 {
		low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(side)
	}
	if k < n {
		high = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(1 - side)
	}
	return low, high
}
