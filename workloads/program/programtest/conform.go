package programtest

import (
	"bytes"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Conform checks what every family must do, with the given parameters.
func Conform(t *testing.T, family workloads.Family, params workloads.Params) {
	t.Helper()
	built := Build(t, family, params)
	t.Run("same seed, same requests and root", func(t *testing.T) { sameSeed(t, built) })
	t.Run("requests are sound and mostly accepted", func(t *testing.T) { soundRequests(t, built, params) })
	t.Run("replays change nothing", func(t *testing.T) { replays(t, built) })
	t.Run("other parameters, other operations", func(t *testing.T) { otherParams(t, family, params) })
	t.Run("governed rules change at their height", func(t *testing.T) { governedRules(t, family, params) })
	t.Run("nonsense is refused by New", func(t *testing.T) { nonsense(t, family, params) })
}

func sameSeed(t *testing.T, built workloads.Program) {
	play := func(seed uint64) (all []byte, root [32]byte) {
		app := built.App()
		Drive(New(seed), built.Generator(New(seed)), 2000, func(r workloads.Request) []byte {
			all = append(all, r.Op...)
			return Apply(app, r.Op, r.Read)
		})
		return all, app.Digest()
	}
	ops, root := play(1)
	again, rootAgain := play(1)
	if !bytes.Equal(ops, again) || root != rootAgain {
		t.Error("one seed gives two runs")
	}
	if other, _ := play(2); bytes.Equal(ops, other) {
		t.Error("two seeds give one run")
	}
}

func soundRequests(t *testing.T, built workloads.Program, params workloads.Params) {
	app := built.App()
	refused, reads, total := 0, 0, 20000
	Drive(New(7), built.Generator(New(8)), total, func(r workloads.Request) []byte {
		if int(r.Agency) >= params.Agencies {
			t.Fatalf("agency %d of %d", r.Agency, params.Agencies)
		}
		if r.Read {
			reads++
		}
		answer := Apply(app, r.Op, r.Read)
		if _, no := workloads.Refused(answer); no {
			refused++
		} else if !r.Read && len(r.Op) < program.HeaderSize+params.PayloadBytes {
			t.Fatalf("an operation of %d bytes has no payload of %d", len(r.Op), params.PayloadBytes)
		}
		return answer
	})
	if refused == 0 || refused > total/10 {
		t.Errorf("%d of %d refused, want some and at most a tenth", refused, total)
	}
	if share := reads * 100 / total; !params.LogReads && (share < params.ReadPercent-3 || share > params.ReadPercent+3) {
		t.Errorf("%d %% reads, want %d", share, params.ReadPercent)
	}
	if err := app.Check(); err != nil {
		t.Error(err)
	}
}

func replays(t *testing.T, built workloads.Program) {
	app := built.App()
	var ops [][]byte
	Drive(New(3), built.Generator(New(4)), 500, func(r workloads.Request) []byte {
		if !r.Read {
			ops = append(ops, r.Op)
		}
		return Apply(app, r.Op, r.Read)
	})
	accepted := 0
	for _, op := range ops {
		if _, no := workloads.Refused(app.Apply(op)); !no {
			accepted++ // it was refused before because it came too early
		}
	}
	root := app.Digest()
	for _, op := range ops {
		if _, no := workloads.Refused(app.Apply(op)); !no {
			accepted++
		}
	}
	if app.Digest() != root || accepted > len(ops)/20 {
		t.Errorf("%d of %d replayed operations were accepted", accepted, len(ops))
	}
}

func otherParams(t *testing.T, family workloads.Family, params workloads.Params) {
	first := func(p workloads.Params) []byte {
		return Build(t, family, p).Generator(New(1)).Begin(0).Op
	}
	base := first(params)
	change := map[string]func(p *workloads.Params){
		"Agencies":     func(p *workloads.Params) { p.Agencies++ },
		"PayloadBytes": func(p *workloads.Params) { p.PayloadBytes++ },
		"ReadPercent":  func(p *workloads.Params) { p.ReadPercent++ },
		"Population":   func(p *workloads.Params) { p.Population++ },
		"ThinkMean":    func(p *workloads.Params) { p.ThinkMean++ },
		"KeyChoice":    func(p *workloads.Params) { p.KeyChoice = "catalog" },
	}
	for _, rule := range family.Rules {
		change["Rule "+rule.Name] = func(p *workloads.Params) {
			value := rule.Min
			if rule.Default == value {
				value++
			}
			p.Rule = map[string]int64{rule.Name: value}
		}
	}
	for name, alter := range change {
		other := params
		alter(&other)
		if bytes.Equal(first(other), base) {
			t.Errorf("%s does not change the operations", name)
		}
	}
}

func nonsense(t *testing.T, family workloads.Family, params workloads.Params) {
	for name, alter := range map[string]func(p *workloads.Params){
		"no agencies":      func(p *workloads.Params) { p.Agencies = 0 },
		"negative payload": func(p *workloads.Params) { p.PayloadBytes = -1 },
		"huge payload":     func(p *workloads.Params) { p.PayloadBytes = 1 << 30 },
		"reads":            func(p *workloads.Params) { p.ReadPercent = 101 },
		"population":       func(p *workloads.Params) { p.Population = -1 },
		"think":            func(p *workloads.Params) { p.ThinkMean = -1 },
		"key choice":       func(p *workloads.Params) { p.KeyChoice = "zip" },
		"approvals":        func(p *workloads.Params) { p.Approvals = 1000 },
		"unknown rule":     func(p *workloads.Params) { p.Rule = map[string]int64{"skew": 1} },
		"rule too small":   func(p *workloads.Params) { p.Rule = map[string]int64{"skew-max": 0} },
	} {
		wrong := params
		alter(&wrong)
		if _, err := family.New(wrong); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, rule := range family.Rules {
		if rule.Default < rule.Min || rule.Default > rule.Max || rule.Doc == "" || rule.Unit == "" {
			t.Errorf("rule %s: its own default is outside its bounds, or it lacks a unit or a doc", rule.Name)
		}
	}
}

// governedRules amends every rule that is Governed, to both of its bounds.
func governedRules(t *testing.T, family workloads.Family, params workloads.Params) {
	for i := range family.Rules {
		rule := &family.Rules[i]
		if !rule.Governed {
			continue
		}
		least := rule.Min
		if rule.Name == program.SkewRule().Name || rule.Name == program.LeapRule().Name {
			least = rule.Default / 2 // with the least, a program of few transactions refuses everything after a pause
		}
		for _, value := range []int64{least, rule.Max} {
			Amend(t, family, params, workloads.Amendment{Rule: rule.Name, Value: value, Height: uint64(100 + 20*params.Agencies)})
		}
	}
}
