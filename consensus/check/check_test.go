package check

import (
	"strings"
	"testing"

	"github.com/govbench/govbench/consensus"
)

func block(height uint64, ids ...consensus.CommandID) *consensus.Block {
	var cmds []*consensus.Command
	for _, id := range ids {
		cmds = append(cmds, &consensus.Command{ID: id})
	}
	return consensus.NewBlock(height, 1, 0, consensus.Digest{}, consensus.NewPayload(cmds))
}

// good is a run of two replicas that commit and execute two blocks.
func good() []consensus.Event {
	b1, b2 := block(1, 1, 2), block(2, 3)
	evs := []consensus.Event{}
	for id := consensus.CommandID(1); id <= 3; id++ {
		evs = append(evs, consensus.Event{Kind: consensus.EventSubmitted, Command: id})
	}
	for _, b := range []*consensus.Block{b1, b2} {
		for n := consensus.NodeID(0); n < 2; n++ {
			evs = append(evs,
				consensus.Event{Kind: consensus.EventCommitted, Node: n, Block: b},
				consensus.Event{Kind: consensus.EventExecuted, Node: n, Block: b, State: consensus.Digest{byte(b.Height)}})
		}
	}
	for id := consensus.CommandID(1); id <= 3; id++ {
		evs = append(evs, consensus.Event{Kind: consensus.EventAnswered, Command: id})
	}
	return evs
}

func verdicts(evs []consensus.Event, applied uint64) map[string]string {
	c := New(2)
	for _, ev := range evs {
		c.Observe(ev)
	}
	out := map[string]string{}
	for _, v := range c.Verdicts(applied) {
		if !v.OK {
			out[v.Name] = v.Detail
		}
	}
	return out
}

func TestGoodRunKeepsAllPromises(t *testing.T) {
	if broken := verdicts(good(), 3); len(broken) != 0 {
		t.Fatalf("a good run broke %v", broken)
	}
}

// TestQueriesOnly: a service that only answers queries orders nothing, and that is no fault; one that was to order
// something and did not is at fault.
func TestQueriesOnly(t *testing.T) {
	queries := []consensus.Event{
		{Kind: consensus.EventSubmitted, Command: 1, Read: true},
		{Kind: consensus.EventAnswered, Command: 1},
	}
	if broken := verdicts(queries, 0); len(broken) != 0 {
		t.Fatalf("a run of queries broke %v", broken)
	}
	ignored := append(queries, consensus.Event{Kind: consensus.EventSubmitted, Command: 2})
	if broken := verdicts(ignored, 0); broken[NonVacuity] == "" {
		t.Fatal("a transaction was submitted, nothing was ordered, and the run passed")
	}
	if broken := verdicts(queries[:1], 0); broken[NonVacuity] == "" {
		t.Fatal("no query was answered, and the run passed")
	}
}

// Each planted fault must break exactly the promise that it is about.
func TestPlantedFaultsAreCaught(t *testing.T) {
	tests := []struct {
		name, breaks, detail string
		applied              uint64
		plant                func([]consensus.Event) []consensus.Event
	}{
		{"another block at a height", Agreement, "height 2", 3, func(e []consensus.Event) []consensus.Event {
			e[9].Block = block(2, 2)
			return e
		}},
		{"a command nobody submitted", Integrity, "command 3", 3, func(e []consensus.Event) []consensus.Event {
			return append(e[:2:2], e[3:]...)
		}},
		{"executed twice", Integrity, "4 operations", 4, func(e []consensus.Event) []consensus.Event { return e }},
		{"answered twice", Integrity, "second time", 3, func(e []consensus.Event) []consensus.Event {
			return append(e, e[len(e)-1])
		}},
		{"a height left out", TotalOrder, "height 2", 3, func(e []consensus.Event) []consensus.Event {
			return append(e[:5:5], e[7:]...)
		}},
		{"another state", StateRoot, "height 2", 3, func(e []consensus.Event) []consensus.Event {
			e[10].State = consensus.Digest{9}
			return e
		}},
		{"nothing happened", NonVacuity, "0 commits", 0, func([]consensus.Event) []consensus.Event { return nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			broken := verdicts(tt.plant(good()), tt.applied)
			if !strings.Contains(broken[tt.breaks], tt.detail) || len(broken) != 1 {
				t.Fatalf("broke %v, want %s alone", broken, tt.breaks)
			}
		})
	}
}
