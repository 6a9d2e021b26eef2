package draw

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// pen writes the operations of a round by hand.
type pen struct {
	t        *testing.T
	a        *app
	tag      uint64
	sequence map[uint32]uint64
}

func newPen(t *testing.T, params workloads.Params) *pen {
	settings, err := program.NewSettings(Name, rules(), params)
	if err != nil {
		t.Fatal(err)
	}
	return &pen{t: t, a: newApp(settings), tag: settings.Tag(Name, rules()), sequence: map[uint32]uint64{}}
}

// try plays an operation about round 1 of pool 0 and returns the reason of its refusal, or its answer.
func (p *pen) try(kind byte, client uint32, at uint64, body ...byte) (answer []byte, reason string) {
	p.sequence[client]++
	h := program.Header{Kind: kind, Tag: p.tag, Client: client, At: at, Sequence: p.sequence[client]}
	op := append(h.Append(nil), 0, 0, 0, 0, 0, 0, 0, 1)
	answer = p.a.Apply(append(op, body...))
	if reason, refused := workloads.Refused(answer); refused {
		p.sequence[client]--
		return nil, reason
	}
	return answer[1:], ""
}

func (p *pen) must(kind byte, client uint32, at uint64, body ...byte) []byte {
	p.t.Helper()
	answer, reason := p.try(kind, client, at, body...)
	if reason != "" {
		p.t.Fatalf("kind %d by %d at %d: %s", kind, client, at, reason)
	}
	return answer
}

func (p *pen) refused(want string, kind byte, client uint32, at uint64, body ...byte) {
	p.t.Helper()
	if _, reason := p.try(kind, client, at, body...); reason != want {
		p.t.Fatalf("kind %d by %d at %d: refused for %q, want %q", kind, client, at, reason, want)
	}
}

// seeded lets agencies 0 and 1 commit to the seeds 1 and 2 and the lead close.
func (p *pen) seeded() (seeds [2][32]byte) {
	for agency := range seeds {
		seeds[agency] = [32]byte{byte(agency + 1)}
		commitment := Commitment(0, 1, agency, seeds[agency])
		p.must(KindSeed, program.Desk(agency, 0), 5, commitment[:]...)
	}
	return seeds
}

// TestSortsManyPages ranks rounds of so many applications that pages are merged over up to three levels, wholly and cut off.
func TestSortsManyPages(t *testing.T) {
	for _, c := range []struct{ people, quota int }{
		{0, 5}, {1, 5}, {127, 500}, {128, 5}, {129, 500}, {2048, 30}, {2049, 3000}, {5000, 300}, {33000, 700}, {33000, 40000},
	} {
		p := newPen(t, workloads.Params{Agencies: 2, Population: c.people + 1, Rule: map[string]int64{"quota": int64(c.quota)}})
		for i := range c.people {
			p.must(KindApply, program.Subject(uint64(i)), 10, make([]byte, 32)...)
			if i%7 == 3 {
				p.must(KindWithdraw, program.Subject(uint64(i)), 11)
			}
		}
		seeds := p.seeded()
		p.must(KindClose, 0, 12_001)
		for agency := range seeds {
			p.must(KindReveal, program.Desk(agency, 0), 12_001, seeds[agency][:]...)
		}
		units := binary.BigEndian.Uint32(p.must(KindDraw, 0, 12_002))
		published := 0
		for left := units; left > 0; left-- {
			answer := p.must(KindRank, 0, 12_003)
			if got := binary.BigEndian.Uint32(answer); got != left-1 {
				t.Fatalf("%+v: %d units remain, want %d", c, got, left-1)
			}
			if len(answer) > 8 {
				published += (len(answer) - 8) / 4
			}
		}
		eligible := c.people - (c.people+3)/7
		if want := min(eligible, c.quota+c.quota/5); published != want {
			t.Errorf("%+v: %d were published, want %d", c, published, want)
		}
		p.refused("there is nothing to rank", KindRank, 0, 12_003)
		if err := p.a.Check(); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
	}
}

// TestNobodySteers plays the moves by which a party could bend a draw.
func TestNobodySteers(t *testing.T) {
	p := newPen(t, workloads.Params{Agencies: 3, Population: 10})
	p.must(KindApply, program.Subject(1), 10, make([]byte, 32)...)
	copied := Commitment(0, 1, 0, [32]byte{1})
	p.refused("the review has not ended", KindClose, 0, 12_000)
	p.refused(reasonSeeds, KindClose, 0, 12_001)
	seeds := p.seeded()
	p.must(KindSeed, program.Desk(2, 0), 6, copied[:]...) // it can be copied, but not revealed
	p.refused("the agency has committed to a seed", KindSeed, program.Desk(0, 3), 7, copied[:]...)
	p.refused("it is not the time of revealing", KindReveal, program.Desk(0, 0), 11_000, seeds[0][:]...)
	p.refused("only the lead agency closes", KindClose, program.Desk(1, 0), 12_001)
	p.must(KindClose, 0, 12_001)
	p.refused("after the deadline", KindApply, program.Subject(2), 20, make([]byte, 32)...) // its time is early, its order late
	p.refused("the round is closed", KindSeed, program.Desk(2, 0), 20, copied[:]...)
	p.refused("not what was committed to", KindReveal, program.Desk(2, 0), 12_002, seeds[0][:]...)
	p.refused("not what was committed to", KindReveal, program.Desk(0, 0), 12_002, seeds[1][:]...)
	p.must(KindReveal, program.Desk(0, 0), 12_002, seeds[0][:]...)
	p.must(KindReveal, program.Desk(1, 0), 12_003, seeds[1][:]...)
	p.refused("the agency has revealed", KindReveal, program.Desk(1, 0), 12_003, seeds[1][:]...)
	p.refused("reveals may still come", KindDraw, 0, 13_001)
	p.refused("only agencies draw", KindDraw, program.Subject(1), 13_002)
	p.must(KindDraw, program.Desk(2, 0), 13_002) // anybody else may do what the lead does not
	p.must(KindRank, program.Desk(1, 0), 13_002)
	want := Mixed(0, 1, [][32]byte{seeds[0], seeds[1], Missing(copied)})
	if p.a.round.seed != want {
		t.Errorf("seed %x, want %x", p.a.round.seed, want)
	}
	if err := p.a.Check(); err != nil {
		t.Error(err)
	}
}

// TestPlacesMoveUp: who declines, does not answer or is disqualified makes room for the next, and nobody else.
func TestPlacesMoveUp(t *testing.T) {
	p := newPen(t, workloads.Params{Agencies: 2, Population: 10,
		Rule: map[string]int64{"mode": 3, "quota": 2, "reserve-percent": 150}})
	for i := range uint64(5) {
		p.must(KindApply, program.Subject(i), 10, make([]byte, 32)...)
	}
	p.refused(reasonNoPlaces, KindApply, program.Subject(5), 10, make([]byte, 32)...)
	p.must(KindClose, 0, 12_001)
	p.must(KindDraw, 0, 12_002)
	p.must(KindRank, 0, 12_003)
	p.refused("not called to this place", KindTake, program.Subject(2), 12_004, 0, 0, 0, 2, 1)
	p.refused("not called to this place", KindTake, program.Subject(1), 12_004, 0, 0, 0, 0, 1)
	if answer := p.must(KindTake, program.Subject(0), 12_004, 0, 0, 0, 0, 0); string(answer) != "\x00\x00\x00\x02\x00\x00\x00\x02" {
		t.Errorf("instead of subject 0 comes %x", answer)
	}
	p.refused("the time to answer has not passed", KindLapse, 0, 17_003, 0, 0, 0, 1)
	p.refused("not between the call and the end of answering", KindTake, program.Subject(1), 17_004, 0, 0, 0, 1, 1)
	p.must(KindLapse, 0, 17_004, 0, 0, 0, 1)
	p.must(KindTake, program.Subject(3), 17_005, 0, 0, 0, 3, 1)
	p.refused("only another applicant of the round objects", KindObject, program.Subject(9), 17_006, 0, 0, 0, 3, 0, 0, 0, 3, 0, 1)
	p.must(KindObject, program.Subject(0), 17_006, 0, 0, 0, 3, 0, 0, 0, 3, 0, 1)
	p.refused("only the lead agency judges", KindJudge, program.Desk(1, 0), 17_007, 0, 0, 0, 3, 1)
	p.must(KindTake, program.Subject(2), 12_005, 0, 0, 0, 2, 1)
	p.refused("calls or objections are open", KindEnd, 0, 30_000)
	if answer := p.must(KindJudge, 0, 17_007, 0, 0, 0, 3, 1); string(answer) != "\x00\x00\x00\x04\x00\x00\x00\x04" {
		t.Errorf("instead of subject 3 comes %x", answer)
	}
	if answer := p.must(KindTake, program.Subject(4), 17_008, 0, 0, 0, 4, 0); len(answer) != 0 {
		t.Errorf("after the last comes %x", answer)
	}
	p.refused("the time for objections has not passed", KindEnd, 0, 20_000)
	if answer := p.must(KindEnd, 0, 20_008); string(answer) != "\x00\x00\x00\x01" {
		t.Errorf("ended with %x places taken, want 1", answer)
	}
	if err := p.a.Check(); err != nil {
		t.Error(err)
	}
}

// TestTermsAreThoseOfTheAnnouncement: a rule that is amended in mid-run holds for every round announced after
// exactly its height, and for none before.
func TestTermsAreThoseOfTheAnnouncement(t *testing.T) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, Approvals: 1, Population: 10_000, Rule: rule("quota", 20)}
	for name, c := range map[string]struct {
		value int64
		field func(t *terms) uint64
	}{
		"quota":           {7, func(t *terms) uint64 { return t.quota }},
		"round-length":    {150, func(t *terms) uint64 { return t.deadline - t.opens }},
		"seeds-min":       {3, func(t *terms) uint64 { return t.seedsMin }},
		"corrections-max": {0, func(t *terms) uint64 { return t.corrections }},
		"reserve-percent": {0, func(t *terms) uint64 { return t.reserve * 5 }},
	} {
		run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: name, Value: c.value, Height: 1500})
		a := run.App.(*app)
		before, after := 0, 0
		for e := range a.Ledger.Prefix([]byte{keyTerms}) {
			var found terms
			found.read(e.Value)
			want := run.Old
			if found.order > run.Height {
				want = run.New
				after++
			} else {
				before++
			}
			if c.field(&found) != uint64(want) {
				t.Errorf("%s: round announced by transaction %d has %d, want %d", name, found.order, c.field(&found), want)
			}
		}
		if before == 0 || after == 0 {
			t.Errorf("%s: %d rounds before the change and %d after it", name, before, after)
		}
	}
}
