package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// trials makes one record a value, with seeds and trials in order.
func trials(runtime result.Runtime, better result.Better, values ...float64) []result.Record {
	var out []result.Record
	for i, v := range values {
		out = append(out, result.Record{Scenario: "s", Design: "raft", Protocol: "raft", Runtime: runtime, Load: "city", Cell: "c1", Replicas: 4, WindowSec: 50,
			Seed: uint64(i + 1), Trial: i, Values: []result.Value{{Name: "x", Unit: "sec", Better: better, Exact: runtime == result.Virtual, Value: v}}})
	}
	return out
}

// around draws n values near center, with the relative spread given.
func around(rng *rand.Rand, n int, center, spread float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = center * math.Exp(spread*rng.NormFloat64())
	}
	return out
}

func one(t *testing.T, old, new []result.Record, rule Rule) Contrast {
	t.Helper()
	got := Contrasts(Pairs(old, new), nil, rule)
	if len(got) != 1 {
		t.Fatalf("%d contrasts: %+v", len(got), got)
	}
	return got[0]
}

func warned(c Contrast, text string) bool {
	return slices.ContainsFunc(c.Warnings, func(w string) bool { return strings.Contains(w, text) })
}

// Critical values of U, two-sided 5 % and 1 % and one-sided 1 %, from the tables of Mann and Whitney as printed in Siegel,
// Nonparametric Statistics, 1956, table K: the largest U that is still significant.
func TestMannWhitneyTables(t *testing.T) {
	for _, tc := range []struct {
		n, m     int
		alpha    float64
		oneSided bool
		critical int
	}{
		{10, 10, 0.05, false, 23}, {10, 10, 0.02, false, 19}, {9, 12, 0.05, false, 26}, {20, 20, 0.05, false, 127},
		{10, 10, 0.05, true, 27}, {10, 10, 0.01, true, 19}, {20, 20, 0.01, true, 114}, {12, 15, 0.025, true, 49},
	} {
		for _, better := range []result.Better{result.Lower, result.Higher} {
			for u, want := range map[int]bool{tc.critical: true, tc.critical + 1: false} {
				old, new := withU(tc.n, tc.m, u)
				if better == result.Higher { // worse is less
					for _, v := range [][]float64{old, new} {
						for i := range v {
							v[i] = 1000 - v[i]
						}
					}
				}
				p := pValue(old, new, better, Rule{OneSided: tc.oneSided})
				if (p <= tc.alpha) != want {
					t.Errorf("n=%d m=%d U=%d one-sided %v: p = %.5f at level %v", tc.n, tc.m, u, tc.oneSided, p, tc.alpha)
				}
			}
		}
	}
}

// withU makes samples where exactly u pairs have the old value above the new one: the new side is mostly greater.
func withU(n, m, u int) (old, new []float64) {
	for i := range m {
		new = append(new, float64(10*(i+1)))
	}
	for range n {
		k := min(u, m) // this old value stands above k of the new ones
		u -= k
		old = append(old, float64(10*k)+5+float64(len(old))*0.1)
	}
	return old, new
}

// Every way of giving out the labels is as likely when nothing changed: counted one by one, ties and all.
func TestOneSidedCountsLabels(t *testing.T) {
	for _, tc := range []struct{ old, new []float64 }{
		{[]float64{1, 2, 2, 3, 5}, []float64{2, 3, 4, 5, 6}},
		{[]float64{1, 1, 1, 2}, []float64{1, 2, 2, 2, 3, 3}},
		{[]float64{4, 5, 6}, []float64{1, 2, 3, 7}},
	} {
		all := slices.Concat(tc.old, tc.new)
		stat := func(isNew func(i int) bool) (u float64) {
			for i, x := range all {
				for j, y := range all {
					if isNew(i) && !isNew(j) && x > y {
						u++
					} else if isNew(i) && !isNew(j) && x == y {
						u += 0.5
					}
				}
			}
			return u
		}
		seen := stat(func(i int) bool { return i >= len(tc.old) })
		as, count := 0, 0
		for mask := range 1 << len(all) {
			bits := 0
			for i := range all {
				bits += mask >> i & 1
			}
			if bits != len(tc.new) {
				continue
			}
			count++
			if stat(func(i int) bool { return mask>>i&1 == 1 }) >= seen {
				as++
			}
		}
		want := float64(as) / float64(count)
		if got := pValue(tc.old, tc.new, result.Lower, Rule{OneSided: true}); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v %v: p = %v, counted %v", tc.old, tc.new, got, want)
		}
	}
	if p := pValue([]float64{3, 3}, []float64{3, 3}, result.Lower, Rule{OneSided: true}); p != 1 {
		t.Errorf("equal values: p = %v", p)
	}
}

// The definitions, word by word: a comparison is claimed at a level when the step-down or step-up procedure at that level
// claims it.
func TestAdjustAgainstDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		p := make([]float64, 1+rng.IntN(12))
		for i := range p {
			p[i] = math.Round(1000*rng.Float64()*rng.Float64()) / 1000 // ties too
		}
		for _, by := range Corrections() {
			got := Adjust(p, by)
			for _, alpha := range []float64{0.01, 0.05, 0.2, 0.5} {
				want := claims(p, by, alpha)
				for i := range p {
					if math.Abs(got[i]-alpha) > 1e-9 && (got[i] < alpha) != want[i] {
						t.Fatalf("%s of %v at %v: adjusted %v, claims %v", by, p, alpha, got, want)
					}
				}
			}
		}
	}
	// Benjamini and Hochberg, JRSS B 57, 1995, section 3.2: 15 p-values, of which four are claimed at 5 %, and by Holm three.
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	for by, want := range map[Correction]int{BenjaminiHochberg: 4, Holm: 3, None: 9} {
		n := 0
		for _, a := range Adjust(p, by) {
			if a < 0.05 {
				n++
			}
		}
		if n != want {
			t.Errorf("%s claims %d, want %d", by, n, want)
		}
	}
}

// claims runs a procedure at one level.
func claims(p []float64, by Correction, alpha float64) []bool {
	out := make([]bool, len(p))
	sorted := slices.Sorted(slices.Values(p))
	limit := -1.0
	for k, v := range sorted {
		switch by {
		case None:
			if v < alpha {
				limit = v
			}
		case Holm:
			if v*float64(len(p)-k) >= alpha {
				goto done
			}
			limit = v
		case BenjaminiHochberg:
			if v*float64(len(p))/float64(k+1) < alpha {
				limit = v
			}
		}
	}
done:
	for i, v := range p {
		out[i] = v <= limit
	}
	return out
}

// Samples of one distribution are seldom called different, and of distributions 5 % apart nearly always: by the gate's rule
// and by the default one.
func TestVerdictsOfSamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const rounds = 200
	for _, tc := range []struct {
		name           string
		rule           Rule
		spread, factor float64
		low, top       int
	}{
		{"A/A at a gate", GateRule(), 0.03, 1, 0, 5},
		{"A/A", DefaultRule(), 0.03, 1, 0, 11},
		{"worse by 5 %", GateRule(), 0.03, 1.05, 195, rounds},
		{"worse by 5 %", DefaultRule(), 0.03, 1.05, 195, rounds},
		{"worse by 1 %, which is too little to count", GateRule(), 0.005, 1.01, 0, 0},
		{"better by 5 %", GateRule(), 0.03, 0.95, 0, 0},
	} {
		worse := 0
		for range rounds {
			c := one(t, trials(result.Wall, result.Lower, around(rng, 20, 1, tc.spread)...), trials(result.Wall, result.Lower, around(rng, 20, tc.factor, tc.spread)...), tc.rule)
			if c.Verdict == Worse {
				worse++
			}
		}
		if worse < tc.low || worse > tc.top {
			t.Errorf("%s: %d of %d worse, want %d to %d", tc.name, worse, rounds, tc.low, tc.top)
		}
	}
}

// Among many cells that are all the same hardly ever one is called different, whatever their number; with a fifth of them
// changed those are found, and few others.
func TestCorrectionsOverCells(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	const rounds, cells = 50, 20
	cell := func(i int, values []float64) []result.Record {
		out := trials(result.Bubble, result.Lower, values...)
		for k := range out {
			out[k].Scenario = fmt.Sprint(i)
		}
		return out
	}
	for _, by := range Corrections() {
		rule := DefaultRule()
		rule.Correction = by
		family, found, wrong := 0, 0, 0.0
		for range rounds {
			for _, changed := range []int{0, cells / 5} {
				var old, new []result.Record
				for i := range cells {
					factor := 1.0
					if i < changed {
						factor = 1.2
					}
					old, new = append(old, cell(i, around(rng, 12, 1, 0.05))...), append(new, cell(i, around(rng, 12, factor, 0.05))...)
				}
				claims, others := 0, 0
				for _, c := range Contrasts(Pairs(old, new), nil, rule) {
					if c.Verdict == Worse || c.Verdict == Better {
						if claims++; c.Pair >= changed {
							others++
						}
					}
				}
				if changed == 0 && claims > 0 {
					family++
				} else if changed > 0 {
					found, wrong = found+claims-others, wrong+float64(others)/float64(max(claims, 1))
				}
			}
		}
		most := 0.05*rounds + 3*math.Sqrt(0.05*rounds)
		if corrected := by != None; corrected != (float64(family) <= most) {
			t.Errorf("%s: in %d of %d sets without a change one is claimed", by, family, rounds)
		}
		if total := rounds * cells / 5; found < total*95/100 {
			t.Errorf("%s: %d of %d changes found", by, found, total)
		}
		if share := wrong / rounds; by != None && share > 0.08 {
			t.Errorf("%s: %.3f of the claims are false on average", by, share)
		}
	}
}

// The p-value of a sample against its like is spread evenly: at every level at most so many are below it.
func TestLevelHolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	const rounds = 4000
	for _, rule := range []Rule{DefaultRule(), GateRule()} {
		below := map[float64]int{}
		for range rounds {
			p := pValue(around(rng, 10, 1, 0.2), around(rng, 10, 1, 0.2), result.Lower, rule)
			for _, level := range []float64{0.01, 0.05, 0.2} {
				if p < level {
					below[level]++
				}
			}
		}
		for level, n := range below {
			if got := float64(n) / rounds; got > level+3*math.Sqrt(level/rounds) || got < 0.6*level {
				t.Errorf("one-sided %v: %.4f of the p-values are below %v", rule.OneSided, got, level)
			}
		}
	}
}

// The interval of the change holds the true one as often as it says, for even and odd numbers and skewed distributions.
func TestChangeIntervalCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const rounds = 1500
	for _, n := range []int{6, 10, 11, 20} {
		for _, spread := range []float64{0.02, 0.5} {
			hits := 0
			for range rounds {
				low, high := changeInterval(around(rng, n, 1, spread), around(rng, n, 1.3, spread), 0.05)
				if low <= 0.3 && 0.3 <= high {
					hits++
				}
			}
			if got := float64(hits) / rounds; got < 0.935 {
				t.Errorf("n=%d spread %v: covers %.3f", n, spread, got)
			}
		}
	}
	if low, high := changeInterval([]float64{2, 2, 2, 2, 2, 2}, []float64{3, 3, 3, 3, 3, 3}, 0.05); low != 0.5 || high != 0.5 {
		t.Errorf("constant: %v %v", low, high)
	}
}

// Exact values are compared trial by trial: the least difference is found, whatever the medians, and only the tolerance forgives.
func TestVerdictsOfExactValues(t *testing.T) {
	v := func(better result.Better, values ...float64) []result.Record {
		return trials(result.Virtual, better, values...)
	}
	rule := DefaultRule()
	loose := rule
	loose.Tolerance = 0.01
	for name, tc := range map[string]struct {
		old, new []result.Record
		rule     Rule
		want     Verdict
		warning  string
	}{
		"equal":               {v(result.Lower, 1, 2), v(result.Lower, 1, 2), rule, Same, ""},
		"one trial":           {v(result.Lower, 1), v(result.Lower, 1), rule, Same, ""},
		"the last bit":        {v(result.Lower, 1, 2, 3), v(result.Lower, 1, 2, math.Nextafter(3, 4)), rule, Worse, ""},
		"better":              {v(result.Higher, 1, 2, 3), v(result.Higher, 1, 2.5, 3), rule, Better, ""},
		"worse":               {v(result.Higher, 1), v(result.Higher, 0.99), rule, Worse, ""},
		"within tolerance":    {v(result.Higher, 1), v(result.Higher, 0.99), loose, Same, ""},
		"beyond tolerance":    {v(result.Higher, 1), v(result.Higher, 0.9899), loose, Worse, ""},
		"no direction":        {v(result.Neither, 1), v(result.Neither, 2), rule, Changed, ""},
		"from nothing":        {v(result.Lower, 0), v(result.Lower, 0.1), loose, Worse, ""},
		"to nothing":          {v(result.Lower, 0.1), v(result.Lower, 0), loose, Better, ""},
		"both ways":           {v(result.Lower, 1, 2, 3), v(result.Lower, 2, 2, 2), rule, Changed, "1 are worse and 1 better"},
		"both ways, median":   {v(result.Lower, 1, 2, 3), v(result.Lower, 1.1, 2.1, 2.9), rule, Worse, "2 are worse and 1 better"},
		"some seeds":          {v(result.Lower, 1, 2, 3), v(result.Lower, 1, 2), rule, Same, "only 2 of 3 trials"},
		"a seed that differs": {v(result.Lower, 1, 2, 3), append(v(result.Lower, 1, 2, 3), result.Record{}), rule, Same, ""},
	} {
		if name == "a seed that differs" {
			tc.new = append(v(result.Lower, 1, 2, 3), v(result.Lower, 9, 9, 9, 9)[3])
			tc.warning = "only 3 of 4"
		}
		c := one(t, tc.old, tc.new, tc.rule)
		if c.Verdict != tc.want || !c.Exact || tc.warning != "" && !warned(c, tc.warning) || tc.warning == "" && len(c.Warnings) > 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	other := v(result.Lower, 1, 2)
	for i := range other {
		other[i].Seed += 100
	}
	if c := one(t, v(result.Lower, 1, 2), other, rule); c.Verdict != Unclear || !warned(c, "--seed") {
		t.Errorf("no common seed: %+v", c)
	}
	twice := append(v(result.Lower, 1, 2), v(result.Lower, 5)...)
	if c := one(t, v(result.Lower, 1, 2), twice, rule); c.Verdict != Same || !warned(c, "seed 1 with two values") {
		t.Errorf("one seed twice: %+v", c)
	}
}

// What is missing, broken or of two kinds has no verdict that could be mistaken for a measurement.
func TestNoVerdict(t *testing.T) {
	wall := func(values ...float64) []result.Record { return trials(result.Wall, result.Lower, values...) }
	exact := trials(result.Virtual, result.Lower, 1)
	got := Contrasts(Pairs(exact, wall(1)), nil, DefaultRule())
	if len(got) != 2 || got[0].Verdict != MissingOld || got[1].Verdict != MissingNew || !warned(got[0], "its runtime is virtual and not wall") || !warned(got[1], "its runtime is wall and not virtual") {
		t.Errorf("exact beside samples: %+v", got)
	}
	mixed := trials(result.Virtual, result.Lower, 1, 2)
	mixed[1].Values[0].Exact = false
	if c := one(t, mixed, mixed, DefaultRule()); c.Verdict != Unclear {
		t.Errorf("half exact: %+v", c)
	}
	broken := wall(1, 2)
	broken[1].Checks = []result.Check{{Name: "agreement"}}
	if c := one(t, wall(1, 2), broken, DefaultRule()); c.Verdict != Withheld || c.Metric != "" || !warned(c, "new: 1 of 2 runs broke a check (agreement)") {
		t.Errorf("broken: %+v", c)
	}
	if c := one(t, wall(1, 2, 3), wall(7, 8, 9), DefaultRule()); c.Verdict != Unclear || !warned(c, "too few samples: 3 old and 3 new") || !math.IsInf(c.Low, -1) {
		t.Errorf("three trials: %+v", c)
	}
	renamed := wall(1)
	renamed[0].Values[0].Unit = "ms"
	if c := one(t, wall(1), renamed, DefaultRule()); c.Verdict != Unclear || !warned(c, "different units") {
		t.Errorf("units: %+v", c)
	}
	more := wall(1)
	more[0].Values = append(more[0].Values, result.Value{Name: "y", Value: 1})
	both := Contrasts(Pairs(wall(1), more), nil, DefaultRule())
	if len(both) != 2 || both[1].Metric != "y" || both[1].Verdict != MissingOld {
		t.Errorf("a metric that one side lacks: %+v", both)
	}
}

// The order is that of the new set; the series tell cells apart over both sets; equal cells meet whatever the order of their factors.
func TestPairs(t *testing.T) {
	record := func(load string, factors ...string) result.Record {
		r := trials(result.Virtual, result.Lower, 1)[0]
		r.Load = load
		for i := 0; i < len(factors); i += 2 {
			r.Factors = append(r.Factors, result.Factor{Name: factors[i], Value: factors[i+1]})
		}
		return r
	}
	old := []result.Record{record("gone"), record("1", "a.b", "1", "c", "2")}
	new := []result.Record{record("1", "c", "2", "a.b", "1"), record("1", "a.b", "9", "c", "2")}
	var got []string
	for _, p := range Pairs(old, new) {
		got = append(got, p.Cell().Load+" "+p.Cell().Series+" "+string(rune('0'+len(p.Old.Trials)))+string(rune('0'+len(p.New.Trials))))
	}
	want := []string{"1 raft b=1 11", "1 raft b=9 01", "gone raft 10"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Warnings go with the figure that they are about.
func TestCautions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	steady := func() []result.Record { return trials(result.Wall, result.Lower, around(rng, 12, 1, 0.01)...) }
	if c := one(t, steady(), steady(), DefaultRule()); len(c.Warnings) != 1 || !warned(c, "not known to be interleaved") {
		t.Errorf("steady: %q", c.Warnings)
	}
	rule := DefaultRule()
	rule.Interleaved = true
	if c := one(t, steady(), steady(), rule); len(c.Warnings) != 0 {
		t.Errorf("interleaved: %q", c.Warnings)
	}
	for text, spoil := range map[string]func(r *result.Record){
		"settings differ that no name tells":                                      func(r *result.Record) { r.Cell = "c2" },
		"the measured windows differ":                                             func(r *result.Record) { r.WindowSec = 10 },
		"the provenance of the scenario differs":                                  func(r *result.Record) { r.Provenance = "modelled" },
		"the sides have different seeds":                                          func(r *result.Record) { r.Seed += 50 },
		"the load generator was late, near its limit (old 0 of 12, new 12 of 12)": func(r *result.Record) { r.Warnings = []string{result.GeneratorLate + " up to 2ms late"} },
		"the runs warn: not steady (old 0 of 12, new 12 of 12)": func(r *result.Record) {
			r.Warnings = []string{fmt.Sprintf("not steady: by %d %%", r.Trial), "not steady: at all"}
		},
		"new: a trial stands there twice":      func(r *result.Record) { r.Trial, r.Seed = 0, 1 },
		"unstable: the new trials rise":        func(r *result.Record) { r.Values[0].Value = 1 + float64(r.Trial)/1000 },
		"unstable: the middle half of the new": func(r *result.Record) { r.Values[0].Value *= 1 + float64(r.Trial*5%12)/5 },
	} {
		spoilt := steady()
		for i := range spoilt {
			spoil(&spoilt[i])
		}
		if c := one(t, steady(), spoilt, rule); !warned(c, text) {
			t.Errorf("no warning of %q: %q", text, c.Warnings)
		}
	}
	many := Contrasts(Pairs(steady()[:10], steady()[:10]), nil, rule)[0]
	many.Verdict = Same
	rule.Correction = Holm
	if w := hopeless(&many, 10000, rule); !strings.Contains(w, "least p is 1.1e-05: take 11 trials") {
		t.Errorf("hopeless: %q", w)
	}
	if w := hopeless(&many, 1000, rule); w != "" {
		t.Errorf("not hopeless: %q", w)
	}
}

// The test for a trend: exact tail of Kendall's S for n = 10 at 1 % is |S| >= 29 (Kendall, Rank Correlation Methods, table 1).
func TestTrend(t *testing.T) {
	up := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	if tau, p := trend(up); tau != 1 || p > 0.001 {
		t.Errorf("rising: tau %v p %v", tau, p)
	}
	if _, p := trend([]float64{5, 5, 5, 5, 5, 5, 5, 5}); p != 1 {
		t.Errorf("constant: p %v", p)
	}
	rng, n := rand.New(rand.NewPCG(5, 5)), 0
	for range 3000 {
		if _, p := trend(around(rng, 12, 1, 0.1)); p < trendAlpha {
			n++
		}
	}
	if n > 45 {
		t.Errorf("%d of 3000 innocent samples have a trend", n)
	}
}

// A contrast is written whatever its figures, with null for what there is not.
func TestContrastJSON(t *testing.T) {
	c := one(t, trials(result.Virtual, result.Lower, 0), trials(result.Virtual, result.Lower, 2), DefaultRule())
	data, err := json.Marshal(c)
	want := `{"metric":"x","unit":"sec","better":"lower","exact":true,"old":{"trials":1,"median":0,"low":0,"high":0,"covers":0},"new":{"trials":1,"median":2,"low":2,"high":2,"covers":0},"change":null,"low":null,"high":null,"p":null,"adjusted":null,"verdict":"worse","warnings":[]}`
	if err != nil || string(data) != want {
		t.Errorf("%s %v", data, err)
	}
}
