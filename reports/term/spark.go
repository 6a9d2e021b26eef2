package term

import (
	"math"
	"strings"
)

// Spark draws values over time in a line of at most so many columns, with the highest at full height and zero as the
// lowest. A column is the mean of the values that fall into it; a value that is not a number is a gap. It gives the
// highest column too, which a reader needs for a scale.
func (p *Page) Spark(values []float64, columns int) (line string, most float64) {
	means := squeeze(values, columns)
	for _, v := range means {
		if !math.IsNaN(v) {
			most = max(most, v)
		}
	}
	levels := []rune("▁▂▃▄▅▆▇█")
	if p.ASCII {
		levels = []rune("_.-=+*#@")
	}
	var b strings.Builder
	for _, v := range means {
		switch {
		case math.IsNaN(v):
			b.WriteByte(' ')
		case most == 0:
			b.WriteRune(levels[0])
		default:
			share := max(v, 0) / most
			b.WriteRune(levels[min(int(share*float64(len(levels))), len(levels)-1)])
		}
	}
	return b.String(), most
}

// squeeze makes at most n values out of any number.
func squeeze(values []float64, n int) []float64 {
	n = min(n, len(values))
	out := make([]float64, max(n, 0))
	for i := range out {
		sum, count := 0.0, 0
		for _, v := range values[i*len(values)/n : (i+1)*len(values)/n] {
			if !math.IsNaN(v) {
				sum, count = sum+v, count+1
			}
		}
		out[i] = sum / float64(count) // 0/0 where there is none
	}
	return out
}
