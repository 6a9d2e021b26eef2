package raft_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/raft"
)

// rig drives one machine by hand: replica 0 of n, whose disk is durable at once unless held.
type rig struct {
	t       *testing.T
	m       consensus.Machine
	fx      consensus.Effects
	now     time.Duration
	records []consensus.Record
	stored  []consensus.Committed
	pending []*consensus.Payload // answers to the next pulls
	held    []uint64             // open Synced tokens
	hold    bool                 // keep them open
	rewound int
	exclude []*consensus.Block // of the last pull
}

const timeout = time.Second // the default election_timeout

func newRig(t *testing.T, n int, given map[string]string) *rig {
	t.Helper()
	r := &rig{t: t, now: time.Hour}
	r.fx.Host = r
	r.boot(n, given)
	return r
}

// boot makes a new machine from what this rig's disk and store hold.
func (r *rig) boot(n int, given map[string]string) []consensus.Effect {
	r.t.Helper()
	p := raft.Protocol()
	if given == nil {
		given = map[string]string{}
	}
	if _, ok := given["first_leader"]; !ok {
		given["first_leader"] = "-1"
	}
	values, err := consensus.ParseValues(p.Settings, given)
	if err != nil {
		r.t.Fatal(err)
	}
	r.m, err = p.New(consensus.Config{Self: 0, N: n, Rand: &counter{}}, values)
	if err != nil {
		r.t.Fatal(err)
	}
	r.held = nil
	return r.step(consensus.Input{Kind: consensus.Start, Durable: r.records, Applied: uint64(len(r.stored))})
}

// counter is a Rand whose numbers are easy to foresee.
type counter struct{ n uint64 }

func (c *counter) Uint64() uint64 { c.n += 1_000_003; return c.n }

// step runs one input, and then the Persisted inputs it asked for unless they are held; it returns
// all effects.
func (r *rig) step(in consensus.Input) []consensus.Effect {
	r.t.Helper()
	r.fx.Reset()
	r.m.Step(r.now, in, &r.fx)
	out := append([]consensus.Effect(nil), r.fx.List...)
	for _, e := range out {
		switch e.Kind {
		case consensus.EffectPersist:
			r.records = append(r.records, e.Record)
		case consensus.EffectCheckpoint:
			r.records = []consensus.Record{e.Record}
		case consensus.EffectCommit:
			if e.Block.Height != uint64(len(r.stored))+1 {
				r.t.Fatalf("height %d committed after %d", e.Block.Height, len(r.stored))
			}
			r.stored = append(r.stored, consensus.Committed{Block: e.Block})
		case consensus.EffectSynced:
			r.held = append(r.held, e.View)
		}
	}
	if !r.hold {
		out = append(out, r.release()...)
	}
	return out
}

// release answers every open Synced.
func (r *rig) release() []consensus.Effect {
	r.t.Helper()
	var out []consensus.Effect
	for len(r.held) > 0 {
		token := r.held[0]
		r.held = r.held[1:]
		out = append(out, r.step(consensus.Input{Kind: consensus.Persisted, Token: token})...)
	}
	return out
}

func (r *rig) receive(from consensus.NodeID, msg consensus.Message) []consensus.Effect {
	r.t.Helper()
	return r.step(consensus.Input{Kind: consensus.Receive, From: from, Msg: msg})
}

// expire lets more than the longest election timeout pass without a word.
func (r *rig) expire() []consensus.Effect {
	r.t.Helper()
	r.now += 2 * timeout
	return r.step(consensus.Input{Kind: consensus.Timeout, Timer: 0})
}

// elect makes the rig's replica leader of the given term by a vote of replica 1; prevote must be off.
func (r *rig) elect(term uint64) []consensus.Effect {
	r.t.Helper()
	out := r.expire()
	req := one[*raft.VoteRequest](r.t, out)
	if req.Term != term {
		r.t.Fatalf("campaigns for term %d, want %d", req.Term, term)
	}
	return r.receive(1, &raft.VoteReply{Term: term, Granted: true})
}

// Pull implements consensus.Host.
func (r *rig) Pull(req consensus.PullRequest) (*consensus.Payload, bool) {
	r.exclude = req.Exclude
	if len(r.pending) == 0 {
		return nil, false
	}
	p := r.pending[0]
	r.pending = r.pending[1:]
	return p, true
}

// Rewind implements consensus.Host.
func (r *rig) Rewind() { r.rewound++ }

// Waiting implements consensus.Host.
func (r *rig) Waiting() (int, time.Duration) { return 0, 0 }

// Stored implements consensus.Host.
func (r *rig) Stored(h uint64) (consensus.Committed, bool) {
	if h == 0 || h > uint64(len(r.stored)) {
		return consensus.Committed{}, false
	}
	return r.stored[h-1], true
}

// offer queues one payload of one command and wakes the machine.
func (r *rig) offer(id consensus.CommandID) []consensus.Effect {
	r.t.Helper()
	r.pending = append(r.pending, consensus.NewPayload([]*consensus.Command{{ID: id, Op: []byte("op")}}))
	return r.step(consensus.Input{Kind: consensus.Ready})
}

// entries builds a log: terms[i] is the term of the entry at first+i.
func entries(first uint64, terms ...uint64) []*consensus.Block {
	var out []*consensus.Block
	for i, term := range terms {
		out = append(out, consensus.NewBlock(first+uint64(i), term, 1, consensus.Digest{}, consensus.NewPayload(nil)))
	}
	return out
}

// fill gives the rig a log of these terms, from index 1, told by replica 1 in the given term.
func (r *rig) fill(term uint64, terms ...uint64) {
	r.t.Helper()
	out := r.receive(1, &raft.Append{Term: term, Entries: entries(1, terms...)})
	if ack := one[*raft.Reply](r.t, out); ack.Reject || ack.Match != uint64(len(terms)) {
		r.t.Fatalf("log was not taken: %v", ack)
	}
}

// sends lists the messages of one type among effects.
func sends[M consensus.Message](effects []consensus.Effect) []M {
	var out []M
	for _, e := range effects {
		if e.Kind != consensus.EffectSend && e.Kind != consensus.EffectSendEarly {
			continue
		}
		if m, ok := e.Msg.(M); ok {
			out = append(out, m)
		}
	}
	return out
}

// one is the only message of a type among effects.
func one[M consensus.Message](t *testing.T, effects []consensus.Effect) M {
	t.Helper()
	all := sends[M](effects)
	if len(all) != 1 {
		t.Fatalf("%d messages of type %T in %v, want one", len(all), *new(M), effects)
	}
	return all[0]
}

// committed is the highest height committed by effects, zero if none was.
func committed(effects []consensus.Effect) uint64 {
	var top uint64
	for _, e := range effects {
		if e.Kind == consensus.EffectCommit {
			top = e.Block.Height
		}
	}
	return top
}

func isLeading(effects []consensus.Effect) bool {
	for _, e := range effects {
		if e.Kind == consensus.EffectLead && e.To == 0 {
			return true
		}
	}
	return false
}

// persistedBefore reports whether a record accepted by match comes before the first Send.
func persistedBefore(effects []consensus.Effect, match func(consensus.Record) bool) bool {
	for _, e := range effects {
		switch {
		case e.Kind == consensus.EffectPersist && match(e.Record):
			return true
		case e.Kind == consensus.EffectSend, e.Kind == consensus.EffectSendEarly:
			return false
		}
	}
	return false
}
