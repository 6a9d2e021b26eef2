package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// quantity writes a figure with the unit in which it reads best.
func quantity(v float64, unit string) string {
	switch unit {
	case "sec":
		return timeText(v)
	case "ratio":
		return figure(v*100) + " %"
	case "B":
		return bytesText(v)
	case "tx/sec":
		return figure(v) + " tx/s"
	case "req/sec":
		return figure(v) + " requests/s"
	case "read/sec":
		return figure(v) + " reads/s"
	case "case/sec":
		return figure(v) + " cases/s"
	case "view":
		if v != 1 {
			unit = "views"
		}
	}
	return figure(v) + " " + unit
}

func timeText(sec float64) string {
	switch abs := math.Abs(sec); {
	case abs == 0:
		return "0 s"
	case abs < 0.9995e-6:
		return figure(sec*1e9) + " ns"
	case abs < 0.9995e-3:
		return figure(sec*1e6) + " µs"
	case abs < 0.9995:
		return figure(sec*1e3) + " ms"
	case abs < 120:
		return figure(sec) + " s"
	case abs < 7200:
		return figure(sec/60) + " min"
	case abs < 172800:
		return figure(sec/3600) + " h"
	}
	return figure(sec/86400) + " days"
}

func bytesText(v float64) string {
	switch {
	case v >= 1e6:
		return figure(v/1e6) + " MB"
	case v >= 1e3:
		return figure(v/1e3) + " kB"
	}
	return figure(v) + " B"
}

// wholeMax is up to where every digit before the point is written: beyond, they are not known anyway.
const wholeMax = 1e15

// figure writes three significant digits, and every digit before the point, in groups of three.
func figure(v float64) string {
	decimals := 0
	switch abs := math.Abs(v); {
	case v == 0:
		return "0"
	case math.IsNaN(v):
		return "–"
	case abs >= wholeMax:
		return strings.Replace(strconv.FormatFloat(v, 'g', 3, 64), "Inf", "∞", 1)
	case abs < 0.01:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case abs < 9.995:
		decimals = 2
	case abs < 99.95:
		decimals = 1
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	whole, frac, _ := strings.Cut(s, ".")
	if frac = strings.TrimRight(frac, "0"); frac != "" {
		frac = "." + frac
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + frac
}

// estimate writes a median, with its interval and their number where there are several trials.
func estimate(m stats.Interval, unit string) string {
	s := quantity(m.Median, unit)
	if m.N < 2 {
		return s
	}
	low, high := quantity(m.Low, unit), quantity(m.High, unit)
	if _, of, ok := strings.Cut(s, " "); ok && strings.HasSuffix(low, " "+of) && strings.HasSuffix(high, " "+of) {
		low, high = strings.TrimSuffix(low, " "+of), strings.TrimSuffix(high, " "+of) // one unit for all three
	}
	return fmt.Sprintf("%s (%s to %s, n=%d)", s, low, high, m.N)
}

// loadText writes a numeric load with its unit: reads and transactions together, as it is offered.
func loadText(load string) string {
	if v, err := strconv.ParseFloat(load, 64); err == nil {
		return figure(v) + " requests/s"
	}
	return load + " load"
}

func list(words []string, last string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
}

// count writes n things in the singular or plural.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// unique keeps the first of equal strings and drops empty ones.
func unique(lists ...[]string) []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, l := range lists {
		for _, s := range l {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// plural is the third person of a verb after the given number of subjects.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// limitText names what a limit is.
func limitText(limit string) string {
	switch limit {
	case result.LimitCPU:
		return "CPU"
	case result.LimitDisk:
		return "disk"
	case result.LimitLink:
		return "link"
	case result.LimitRounds:
		return "protocol round trips"
	case result.LimitOffered:
		return "load carried"
	}
	return "unknown"
}
