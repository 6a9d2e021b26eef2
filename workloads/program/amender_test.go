package program_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// network plays a generator against a toy through a network that holds requests and answers back and loses some.
type network struct {
	t                *testing.T
	rand             *programtest.Rand
	app              *toy
	generator        workloads.Generator
	delayMax         uint64 // ms, of a request and its answer together
	losePercent      uint64 // of requests, and as many of answers
	flying           []flight
	lost, governance int
	now              time.Duration
}

type flight struct {
	due     time.Duration
	request workloads.Request
}

// run sends a request a millisecond and plays them as they arrive.
func (n *network) run(requests int) {
	for range requests {
		n.now += time.Millisecond
		now := n.now
		n.send(n.generator.Begin(now), now)
		for i := 0; i < len(n.flying); i++ {
			if f := n.flying[i]; f.due <= now {
				n.flying[i] = n.flying[len(n.flying)-1]
				n.flying = n.flying[:len(n.flying)-1]
				i--
				n.arrive(f.request, now)
			}
		}
	}
}

func (n *network) send(r workloads.Request, now time.Duration) {
	due := max(now, r.At) + time.Duration(n.rand.Below(n.delayMax+1))*time.Millisecond
	n.flying = append(n.flying, flight{due, r})
}

func (n *network) arrive(r workloads.Request, now time.Duration) {
	if r.Op[1] >= program.KindPropose && r.Op[1] <= program.KindRule {
		n.governance++
	}
	lose := func() bool {
		lost := n.rand.Below(100) < n.losePercent
		if lost && r.Case != 0 {
			n.lost++
		}
		return lost
	}
	if lose() {
		return
	}
	answer := programtest.Apply(n.app, r.Op, r.Read)
	if lose() || r.Case == 0 || r.Last {
		return
	}
	if next, more := n.generator.Follow(r, answer, now); more {
		n.send(next, now)
	}
}

// greatest is the greatest number that the generator sends in the next thousand requests and does not mean to be
// refused.
func (n *network) greatest() (number uint16) {
	for i := range 1000 {
		r := n.generator.Begin(n.now + time.Duration(i)*time.Millisecond)
		n.send(r, n.now)
		op := r.Op
		if v := binary.BigEndian.Uint16(op[program.HeaderSize:]); op[1] == toyNote && v < 65_535 {
			number = max(number, v)
		}
	}
	return number
}

// However late and lossy the network is, amendments come into force, in their order, and people learn of them.
func TestAmenderPersists(t *testing.T) {
	for _, test := range []struct {
		name        string
		params      workloads.Params
		list        []workloads.Amendment
		delayMax    uint64
		losePercent uint64
	}{
		{"a quiet network", workloads.Params{Agencies: 3}, []workloads.Amendment{{Rule: "limit", Value: 7, Height: 500}}, 5, 0},
		{"too late at once", workloads.Params{Agencies: 12}, []workloads.Amendment{{Rule: "limit", Value: 7, Height: 2}}, 50, 0},
		{"a quorum of one", workloads.Params{Agencies: 1}, []workloads.Amendment{{Rule: "limit", Value: 7, Height: 2}}, 300, 20},
		{"late and lossy", workloads.Params{Agencies: 9}, []workloads.Amendment{{Rule: "limit", Value: 7, Height: 300}}, 400, 20},
		{"one rule three times", workloads.Params{Agencies: 5}, []workloads.Amendment{{Rule: "limit", Value: 7, Height: 900},
			{Rule: "limit", Value: 700, Height: 30}, {Rule: "limit", Value: 70, Height: 40}}, 200, 10},
		{"two rules", workloads.Params{Agencies: 4}, []workloads.Amendment{{Rule: "limit", Value: 7, Height: 50},
			{Rule: "skew-max", Value: 500_000, Height: 50}}, 200, 15},
	} {
		t.Run(test.name, func(t *testing.T) {
			lost := 0
			for seed := range uint64(4) {
				params := test.params
				params.Amendments = test.list
				built, a, g := build(t, params)
				n := &network{t: t, rand: programtest.New(seed), app: a, generator: built.Generator(programtest.New(seed + 100)),
					delayMax: test.delayMax, losePercent: test.losePercent}
				for n.now < 20*time.Minute && g.Value(t, a, "limit") != 7 {
					n.run(10_000)
				}
				for n.now < 20*time.Minute && n.greatest() > 7 {
					n.run(10_000)
				}
				if got := g.Value(t, a, "limit"); got != 7 {
					t.Errorf("seed %d: the limit is %d, want 7", seed, got)
				}
				if got := n.greatest(); got > 7 || got == 0 {
					t.Errorf("seed %d: people ask for up to %d, the limit is 7", seed, got)
				}
				lost += n.lost
				if n.governance > 400 {
					t.Errorf("seed %d: %d requests of governance", seed, n.governance)
				}
				if err := a.Check(); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
			}
			if test.losePercent > 0 && lost == 0 {
				t.Error("nothing was lost")
			}
		})
	}
}

// An amendment whose height leaves the agencies time takes effect at exactly that height.
func TestAmenderKeepsTheHeight(t *testing.T) {
	for _, agencies := range []int{1, 2, 11} {
		for _, height := range []uint64{400, 1000, 5000} {
			params := workloads.Params{Agencies: agencies}
			programtest.Amend(t, toyFamily(), params, workloads.Amendment{Rule: "limit", Value: 9, Height: height})
		}
	}
}

// Answers that nobody asked for, that come twice or that are cut do no harm.
func TestAmenderTakesAnyAnswer(t *testing.T) {
	params := workloads.Params{Agencies: 3, Amendments: []workloads.Amendment{{Rule: "limit", Value: 9, Height: 16}}}
	built, _, _ := build(t, params)
	rand := programtest.New(3)
	for range 300 {
		generator := built.Generator(rand)
		var seen []workloads.Request
		for i := range 200 {
			if r := generator.Begin(time.Duration(i) * time.Second); r.Case != 0 {
				seen = append(seen, r)
			}
			if len(seen) > 0 && rand.Below(3) == 0 {
				answer := make([]byte, rand.Below(12))
				for at := range answer {
					answer[at] = byte(rand.Below(3))
				}
				if r, more := generator.Follow(seen[rand.Below(uint64(len(seen)))], answer, time.Duration(i)*time.Second); more {
					seen = append(seen, r)
				}
			}
		}
	}
}
