package scenarios

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/mix"
)

func someMix(t testing.TB, groups ...Group) *Workload {
	t.Helper()
	m := &Mixed{ID: "some-mix", Name: "Some", Groups: groups}
	return mixedWorkload(t, m)
}

func one(t testing.TB, id string) *Scenario {
	t.Helper()
	s, err := Load(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func list(t testing.TB, ids ...string) []*Scenario {
	var out []*Scenario
	for _, id := range ids {
		out = append(out, one(t, id))
	}
	return out
}

// TestShareForms: a share has its unit, is exact, and is written as it was read.
func TestShareForms(t *testing.T) {
	for text, want := range map[string]Share{"30%": 300_000_000, "12.5%": 125_000_000, "0.0000001%": 1, "100%": ShareWhole, "0.25 %": 2_500_000} {
		s, err := ParseShare(text)
		if err != nil || s != want {
			t.Errorf("%s is %d, %v", text, s, err)
		}
		if again, err := ParseShare(s.String()); again != s || err != nil {
			t.Errorf("%s is written %s", text, s)
		}
	}
	for text, want := range map[string]string{
		"30": `found "30" without a unit: allowed is a share such as 30% or 12.5%, with up to seven decimals; write 30%`,
		"0%": "above 0%", "100.1%": "at most 100%", "-5%": "allowed is a share", "1e2%": "allowed is a share", "5.%": "allowed is a share",
		"0.00000001%": "up to seven decimals", "%": "allowed is a share",
	} {
		if _, err := ParseShare(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// TestFindMixed: category:all is the whole catalogue; mix: takes any selection of it.
func TestFindMixed(t *testing.T) {
	all, err := FindMixed(SelectAll)
	if err != nil || len(all.Scenarios()) != len(IDs()) || all.Check() != nil {
		t.Fatalf("%v, %d scenarios", err, len(all.Scenarios()))
	}
	if !strings.HasSuffix(all.Summary(), ": a reconstruction; none is official") {
		t.Error(all.Summary())
	}
	for selection, inner := range map[string]string{"mix:elicence-*": "elicence-*", "mix:category:data-sharing": "category:data-sharing", "mix:court-evidence-deposit": "court-evidence-deposit"} {
		m, err := FindMixed(selection)
		found, _ := Find(inner)
		if err != nil || len(m.Scenarios()) != len(found) || m.ID != selection {
			t.Errorf("%s: %v", selection, err)
		}
	}
	for selection, want := range map[string]string{
		"mix:court-evidence-deposits":  "did you mean court-evidence-deposit?",
		"mix:category:data-shearing":   "did you mean category:data-sharing?",
		"mix:":                         "unknown scenario",
		"category:data-sharing":        "names no mixed workload",
		"mix:mix:court-evidence-depos": "unknown scenario",
	} {
		if _, err := FindMixed(selection); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", selection, err, want)
		}
	}
}

// TestMixOfOne: a mix of one service makes the requests that the service makes alone, and its state is that of
// the service; the root of the chain is one leaf above it.
func TestMixOfOne(t *testing.T) {
	for _, id := range []string{"court-evidence-deposit", "enterprise-establishment", "population-base-check"} {
		s := one(t, id)
		alone, err := s.Workload()
		if err != nil {
			t.Fatal(err)
		}
		mixed := someMix(t, Group{Scenarios: []*Scenario{s}})
		rate, d := arrival.PerSecond(200), 20*time.Second
		var want []workloads.Request
		if err := alone.Play(5, rate, d, func(r workloads.Request) { want = append(want, r) }); err != nil {
			t.Fatal(err)
		}
		i := 0
		err = mixed.Play(5, rate, d, func(r workloads.Request) {
			if i >= len(want) || r.ID != want[i].ID || r.At != want[i].At || r.Case != want[i].Case || r.Agency != want[i].Agency || string(r.Op) != string(want[i].Op) {
				t.Fatalf("%s: request %d is %+v", id, i, r)
			}
			i++
		})
		if err != nil || i != len(want) {
			t.Fatalf("%s: %d of %d requests, %v", id, i, len(want), err)
		}
		a, b := alone.Program.App(), mixed.Program.App().(*mix.App)
		for _, r := range want {
			if !r.Read && string(a.Apply(r.Op)) != string(b.Apply(r.Op)) {
				t.Fatalf("%s: another answer", id)
			}
		}
		root, path := b.Path(0)
		if chain, ok := mix.Root(1, 0, alone.Program.Tag, root, path); root != a.Digest() || !ok || chain != b.Digest() {
			t.Errorf("%s: the state of the service is %x, in the mix %x", id, a.Digest(), root)
		}
	}
}

// offeredBy counts the requests that each member offers.
func offeredBy(t *testing.T, w *Workload, mean arrival.Rate, d time.Duration) (counts []uint64, total uint64) {
	t.Helper()
	counts = make([]uint64, len(w.Members()))
	if err := w.Play(2, mean, d, func(r workloads.Request) { counts[r.Member]++; total++ }); err != nil {
		t.Fatal(err)
	}
	return counts, total
}

// TestSharesConverge: members offer the shares that were stated, a group's members share by their city rates,
// and the whole is the rate that was asked for.
func TestSharesConverge(t *testing.T) {
	w := someMix(t,
		Group{Scenarios: list(t, "court-evidence-deposit"), Share: 500_000_000},
		Group{Scenarios: list(t, "enterprise-establishment", "real-estate-registration"), Share: 300_000_000},
		Group{Scenarios: list(t, "population-base-check"), Share: 200_000_000})
	even, err := w.WithArrival(Arrival{Shape: "poisson"})
	if err != nil {
		t.Fatal(err)
	}
	counts, total := offeredBy(t, even, arrival.PerSecond(400), 200*time.Second)
	if total < 400*200*90/100 || total > 400*200*105/100 {
		t.Errorf("%d requests, want about %d", total, 400*200)
	}
	groups := []uint64{counts[0], counts[1] + counts[2], counts[3]}
	for i, percent := range []uint64{50, 30, 20} {
		got := groups[i] * 1000 / total
		if got < percent*10-30 || got > percent*10+30 { // cases that the end cuts off, and chance
			t.Errorf("group %d has %d per mille of the requests, want %d", i, got, percent*10)
		}
	}
	one := new(big.Rat)
	for _, s := range w.Shares() {
		one.Add(one, s)
	}
	if one.Cmp(big.NewRat(1, 1)) != 0 {
		t.Errorf("the shares add up to %v", one)
	}
}

// TestEveryMemberIsExercised: also at a load that brings next to nothing to most of them.
func TestEveryMemberIsExercised(t *testing.T) {
	w := wholeCity(t)
	counts, _ := offeredBy(t, w, arrival.PerSecond(5), 10*time.Second)
	for i, n := range counts {
		if n == 0 {
			t.Errorf("%s was not exercised", w.Members()[i].Scenario.ID)
		}
	}
}

// TestForLoad: a preset offers the sum of the members' own rates; where nothing was published, a member's city
// rate stands in, and the offer says so.
func TestForLoad(t *testing.T) {
	w := wholeCity(t)
	for _, preset := range []string{PresetDocumented, PresetCity, PresetSurge} {
		offer, err := w.ForLoad(preset)
		if err != nil {
			t.Fatal(err)
		}
		want, unpublished := new(big.Rat), 0
		for _, m := range w.Members() {
			rate, err := m.Rate(preset)
			if err != nil {
				unpublished++
				rate, err = m.Rate(PresetCity)
			}
			if err != nil {
				t.Fatal(err)
			}
			want.Add(want, ratOf(rate))
		}
		off := new(big.Rat).Quo(ratOf(offer.Rate), want)
		if off.Sub(off, big.NewRat(1, 1)); off.Abs(off).Cmp(big.NewRat(1, 1_000_000_000)) > 0 {
			t.Errorf("%s: offered %v, the members' sum is %v a ns", preset, offer.Rate, want)
		}
		if len(offer.Unpublished) != unpublished || (preset == PresetDocumented) != (unpublished > 0) || (len(offer.Notes()) > 0) != (unpublished > 0) {
			t.Errorf("%s: %d members without a published volume, the offer says %d: %v", preset, unpublished, len(offer.Unpublished), offer.Notes())
		}
	}
	if _, err := w.ForLoad(PresetSpike); err == nil {
		t.Error("a relative preset was taken")
	}
}

// TestClosedMix: clients of a closed loop are of the members by their shares, each member first once.
func TestClosedMix(t *testing.T) {
	w := someMix(t, Group{Scenarios: list(t, "court-evidence-deposit"), Share: 900_000_000},
		Group{Scenarios: list(t, "population-base-check"), Share: 100_000_000})
	g := w.NewGenerator(4)
	counts := make([]int, 2)
	for range 20_000 {
		counts[g.Begin(0).Member]++
	}
	if counts[1] < 1_800 || counts[1] > 2_200 { // neither has follow-ups, so begins are requests
		t.Errorf("%v of 20000 requests", counts)
	}
}

// TestNearestRate: what a rate can hold is exact, everything else within one part in 10^10.
func TestNearestRate(t *testing.T) {
	if r := nearest(ratOf(arrival.PerSecond(2000))); r != arrival.PerSecond(2000) {
		t.Errorf("%v", r)
	}
	for _, text := range []string{"1/3", "7919/1000003000000007", "1/99999999999999999999999", "123456789012345678/1000000000000000000007"} {
		want, _ := new(big.Rat).SetString(text)
		off := new(big.Rat).Quo(ratOf(nearest(want)), want)
		if off.Sub(off, big.NewRat(1, 1)); off.Abs(off).Cmp(big.NewRat(1, 1_000_000)) > 0 && want.Cmp(big.NewRat(1, 1_000_000_000_000_000_000)) > 0 {
			t.Errorf("%s becomes %v", text, nearest(want))
		}
	}
}
