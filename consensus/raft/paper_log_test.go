package raft_test

import (
	"testing"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/raft"
)

// §8: "Raft handles this by having each leader commit a blank no-op entry into the log at the start
// of its term."
func TestTermBeginsWithAnEmptyEntry(t *testing.T) {
	r := newRig(t, 3, plain())
	a := one[*raft.Append](t, r.elect(1))
	if len(a.Entries) != 1 || a.Entries[0].View != 1 || a.Entries[0].Payload.Len() != 0 {
		t.Errorf("first message of a term: %v", a)
	}
}

// §5.3: "once a leader has been elected ... The leader appends the command to its log as a new entry,
// then issues AppendEntries RPCs in parallel to each of the other servers"; it is committed "once
// the leader that created the entry has replicated it on a majority of the servers".
func TestReplicationAndCommit(t *testing.T) {
	for _, n := range []int{3, 4, 5, 7} {
		r := newRig(t, n, plain())
		r.expire()
		for id := 1; id < n; id++ {
			r.receive(consensus.NodeID(id), &raft.VoteReply{Term: 1, Granted: true})
		}
		a := one[*raft.Append](t, r.offer(1))
		if a.PrevIndex != 1 || a.PrevTerm != 1 || a.Entries[0].Height != 2 {
			t.Fatalf("n=%d: %v", n, a)
		}
		have := 1 // the leader's own disk
		for id := 1; id < n; id++ {
			got := committed(r.receive(consensus.NodeID(id), &raft.Reply{Term: 1, Match: 2}))
			have++
			if want := have == n/2+1; (got == 2) != want {
				t.Errorf("n=%d with %d copies: committed %d", n, have, got)
			}
			if again := committed(r.receive(consensus.NodeID(id), &raft.Reply{Term: 1, Match: 2})); again != 0 {
				t.Errorf("n=%d: a repeated answer committed %d", n, again)
			}
		}
	}
}

// §5.4.2 and figure 8: "Raft never commits log entries from previous terms by counting replicas";
// they are committed by the first entry of the leader's own term above them.
func TestFigure8(t *testing.T) {
	r := newRig(t, 5, plain())
	r.fill(2, 1, 2) // index 2 was proposed in term 2 and reached a minority
	r.expire()      // term 3
	r.expire()      // term 4
	r.receive(1, &raft.VoteReply{Term: 4, Granted: true})
	r.receive(2, &raft.VoteReply{Term: 4, Granted: true})
	if got := committed(r.receive(1, &raft.Reply{Term: 4, Match: 2})) + committed(r.receive(2, &raft.Reply{Term: 4, Match: 2})); got != 0 {
		t.Fatalf("an entry of term 2 was committed by counting in term 4: %d", got)
	}
	r.receive(1, &raft.Reply{Term: 4, Match: 3})
	if got := committed(r.receive(2, &raft.Reply{Term: 4, Match: 3})); got != 3 {
		t.Errorf("committed %d, want everything up to the own entry at 3", got)
	}
}

// Thesis §10.2.1: "The leader may even commit an entry before it has been written to its own disk, if
// a majority of followers have written it", and does not count itself before.
func TestLeaderWritesInParallel(t *testing.T) {
	r := newRig(t, 3, plain())
	r.elect(1)
	r.receive(1, &raft.Reply{Term: 1, Match: 1})
	r.hold = true
	out := r.offer(1)
	for _, e := range out {
		if e.Kind == consensus.EffectPersist {
			t.Fatal("followers wait for the leader's disk")
		}
		if e.Kind == consensus.EffectSendEarly {
			break
		}
	}
	if got := committed(r.receive(1, &raft.Reply{Term: 1, Match: 2})); got != 0 {
		t.Error("the leader counted itself before its disk had the entry")
	}
	if got := committed(r.receive(2, &raft.Reply{Term: 1, Match: 2})); got != 2 {
		t.Errorf("two followers of three: committed %d", got)
	}
	r.offer(2)
	r.receive(1, &raft.Reply{Term: 1, Match: 3})
	if got := committed(r.release()); got != 3 {
		t.Errorf("own disk and one follower: committed %d", got)
	}
}

// An answer of the disk to an earlier term's entries says nothing of this term's.
func TestOldSyncDoesNotCount(t *testing.T) {
	r := newRig(t, 3, plain())
	r.hold = true
	r.elect(1) // entries 1/1 and 2/1, not yet durable
	r.offer(1)
	r.receive(1, &raft.Append{Term: 2, Entries: entries(1, 2)}) // replaced by 1/2
	r.expire()                                                  // term 3: entry 2/3, not yet durable
	r.receive(1, &raft.VoteReply{Term: 3, Granted: true})
	r.receive(1, &raft.Reply{Term: 3, Match: 2}) // one copy beside the leader's
	old, own := r.held[:2], r.held[2:]
	for _, token := range old {
		out := r.step(consensus.Input{Kind: consensus.Persisted, Token: token})
		if got := committed(out); got != 0 {
			t.Errorf("committed %d on the strength of a write of term 1", got)
		}
	}
	r.held = own
	if got := committed(r.release()); got != 2 {
		t.Errorf("committed %d", got)
	}
}

// Figure 2: the vote is persistent state, and a checkpoint of the log keeps it.
func TestCheckpointKeepsTheVote(t *testing.T) {
	v := plain()
	v["window"] = "1"
	r := newRig(t, 3, v)
	r.receive(1, &raft.VoteRequest{Term: 3})
	r.receive(1, &raft.Append{Term: 3, Entries: entries(1, 3, 3), Commit: 2})
	r.receive(1, &raft.Beat{Term: 3, Commit: 2})
	if _, ok := r.records[0].(*raft.Checkpoint); !ok || len(r.records) != 1 {
		t.Fatalf("log on disk: %v", r.records)
	}
	r.boot(3, v)
	if one[*raft.VoteReply](t, r.receive(2, &raft.VoteRequest{Term: 3, LastIndex: 9, LastTerm: 3})).Granted {
		t.Error("voted twice in term 3")
	}
}

// §5.3: "If the follower does not find an entry in its log with the same index and term, then it
// refuses the new entries", and figure 2: answers follow the disk.
func TestConsistencyCheck(t *testing.T) {
	r := newRig(t, 3, nil)
	r.fill(2, 1, 1, 2)
	for _, c := range []struct {
		index, term uint64
		reject      bool
		hintIndex   uint64
		hintTerm    uint64
	}{
		{0, 0, false, 0, 0},
		{3, 2, false, 0, 0},
		{3, 3, true, 3, 2},
		{2, 2, true, 1, 1}, // the first entry of the conflicting term
		{9, 2, true, 4, 0}, // too short
	} {
		got := one[*raft.Reply](t, r.receive(1, &raft.Append{Term: 2, PrevIndex: c.index, PrevTerm: c.term}))
		if got.Reject != c.reject || got.HintIndex != c.hintIndex || got.HintTerm != c.hintTerm {
			t.Errorf("after %d/%d: %v", c.index, c.term, got)
		}
	}
	out := r.receive(1, &raft.Append{Term: 2, PrevIndex: 3, PrevTerm: 2, Entries: entries(4, 2)})
	if !persistedBefore(out, func(rec consensus.Record) bool { _, ok := rec.(*raft.Entries); return ok }) {
		t.Error("acknowledged before the disk has it")
	}
	for _, e := range out {
		if e.Kind == consensus.EffectSendEarly {
			t.Error("an acknowledgement must wait for the disk")
		}
	}
}

// §5.3, figure 7: whatever a follower's log looks like, it ends up equal to the leader's.
func TestFigure7(t *testing.T) {
	leader := []uint64{1, 1, 1, 4, 4, 5, 5, 6, 6, 6}
	for name, log := range map[string][]uint64{
		"a": {1, 1, 1, 4, 4, 5, 5, 6, 6},
		"b": {1, 1, 1, 4},
		"c": {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6},
		"d": {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7},
		"e": {1, 1, 1, 4, 4, 4, 4},
		"f": {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3},
	} {
		l := newRig(t, 3, plain())
		l.fill(7, leader...)
		f := newRig(t, 3, plain())
		f.fill(7, log...)

		out := l.elect(8)
		trips := 0
		for queue := sends[*raft.Append](out); len(queue) > 0; trips++ {
			var next []*raft.Append
			for _, a := range queue {
				for _, reply := range sends[*raft.Reply](f.receive(0, a)) {
					for _, e := range l.receive(2, reply) {
						if a, ok := e.Msg.(*raft.Append); ok && e.To == 2 {
							next = append(next, a)
						}
					}
				}
			}
			queue = next
		}
		f.receive(0, &raft.Beat{Term: 8, Commit: 11})
		if len(f.stored) != 11 {
			t.Errorf("%s: follower holds %d entries of the leader's 11", name, len(f.stored))
			continue
		}
		for i, c := range f.stored {
			if want := append(append([]uint64(nil), leader...), 8)[i]; c.Block.View != want {
				t.Errorf("%s: entry %d has term %d, want %d", name, i+1, c.Block.View, want)
			}
		}
		if trips > 5 { // §5.3: one round trip a conflicting term
			t.Errorf("%s: took %d round trips", name, trips)
		}
	}
}

// §5.3: an AppendEntries that arrives late or twice truncates nothing that came after it.
func TestLateAppendRemovesNothing(t *testing.T) {
	r := newRig(t, 3, nil)
	r.fill(2, 1, 1, 2)
	before := len(r.records)
	if got := one[*raft.Reply](t, r.receive(1, &raft.Append{Term: 2, Entries: entries(1, 1)})); got.Match != 3 {
		t.Errorf("agreement went back to %d", got.Match)
	}
	if len(r.records) != before {
		t.Error("wrote again what it had")
	}
	got := r.receive(1, &raft.Beat{Term: 2, Commit: 3})
	if committed(got) != 3 {
		t.Errorf("committed %d", committed(got))
	}
}

// A heartbeat is shared by all followers, so one that was not compared yet commits nothing by it.
func TestHeartbeatCommitsOnlyWhatAgrees(t *testing.T) {
	r := newRig(t, 3, nil)
	r.fill(1, 1, 1)
	if got := committed(r.receive(2, &raft.Beat{Term: 2, Commit: 2})); got != 0 {
		t.Errorf("committed %d that the new leader may not have", got)
	}
	r.receive(2, &raft.Append{Term: 2, PrevIndex: 1, PrevTerm: 1, Entries: entries(2, 2)})
	if got := committed(r.receive(2, &raft.Beat{Term: 2, Commit: 2})); got != 2 {
		t.Errorf("committed %d", got)
	}
}

// Thesis §10.2.1 (pipelining): entries go out before earlier ones are acknowledged, up to a bound.
func TestPipelineIsBounded(t *testing.T) {
	v := plain()
	v["max_inflight"] = "3"
	r := newRig(t, 3, v)
	r.elect(1)
	sent := 1
	for id := range 10 {
		sent += len(sends[*raft.Append](r.offer(consensus.CommandID(id + 1))))
	}
	if sent != 3 || len(r.pending) != 8 {
		t.Errorf("%d messages in flight, %d payloads not taken", sent, len(r.pending))
	}
	out := r.receive(1, &raft.Reply{Term: 1, Match: 2})
	if committed(out) != 2 || len(r.pending) != 6 {
		t.Errorf("committed %d and left %d after two acknowledgements", committed(out), len(r.pending))
	}
}

// A new leader leaves commands out that the entries it inherited hold already.
func TestInheritedEntriesAreExcluded(t *testing.T) {
	r := newRig(t, 3, plain())
	r.fill(1, 1, 1)
	r.elect(2)
	if len(r.exclude) != 2 {
		t.Errorf("pulls with %d entries excluded, want the 2 it inherited", len(r.exclude))
	}
	r.receive(1, &raft.Reply{Term: 2, Match: 3})
	if r.offer(1); len(r.exclude) != 0 {
		t.Error("goes on excluding what is committed")
	}
}

// §7: the log does not grow for ever: records on disk stay within the window and what is in flight.
func TestLogStaysBounded(t *testing.T) {
	v := plain()
	v["window"] = "16"
	r := newRig(t, 3, v)
	r.elect(1)
	for i := uint64(2); i <= 500; i++ {
		r.offer(consensus.CommandID(i))
		r.receive(1, &raft.Reply{Term: 1, Match: i})
		if len(r.records) > 20 {
			t.Fatalf("%d records at height %d", len(r.records), i)
		}
	}
	// What is left is enough to go on.
	r.boot(3, v)
	if a := one[*raft.Append](t, r.elect(2)); a.PrevIndex != 500 || a.PrevTerm != 1 {
		t.Errorf("after a restart: %v", a)
	}
	// A follower far behind the window is served out of the store.
	out := r.receive(2, &raft.Reply{Term: 2, Reject: true, Prev: 500, HintIndex: 3})
	if a := sends[*raft.Append](out); len(a) == 0 || a[0].PrevIndex != 2 || a[0].Entries[0].Height != 3 {
		t.Errorf("to a follower at 2: %v", a)
	}
}

// The host must not lose committed blocks that the log no longer holds; it is told so.
func TestLostStoreIsNoticed(t *testing.T) {
	r := newRig(t, 3, nil)
	r.records = []consensus.Record{&raft.Checkpoint{Base: 7}}
	defer func() {
		if recover() == nil {
			t.Error("went on with a hole in the log")
		}
	}()
	r.boot(3, nil)
}

// Thesis §10.2.1: what is sent to one follower ahead of its answers is bounded too, though the
// others commit; its answers then bring the rest, in messages of bounded size.
func TestSlowFollowerIsNotFlooded(t *testing.T) {
	v := plain()
	v["max_inflight"], v["max_append_bytes"] = "4", "400" // two blocks of one command
	r := newRig(t, 3, v)
	r.elect(1)
	sent := uint64(0) // to replica 2, which answers nothing
	for i := uint64(2); i <= 30; i++ {
		for _, e := range append(r.offer(consensus.CommandID(i)), r.receive(1, &raft.Reply{Term: 1, Match: i})...) {
			if a, ok := e.Msg.(*raft.Append); ok && e.To != 1 {
				sent = max(sent, a.PrevIndex+uint64(len(a.Entries)))
			}
		}
	}
	if len(r.stored) != 30 || sent > 4 {
		t.Fatalf("committed %d, sent up to %d to a follower that answers nothing", len(r.stored), sent)
	}
	messages := 0
	for match := sent; match < 30; {
		batch := sends[*raft.Append](r.receive(2, &raft.Reply{Term: 1, Match: match}))
		if len(batch) == 0 {
			t.Fatalf("stops after %d", match)
		}
		ahead := uint64(0)
		for _, a := range batch {
			messages++
			ahead += uint64(len(a.Entries))
			if len(a.Entries) > 2 {
				t.Errorf("%d blocks in one message", len(a.Entries))
			}
		}
		if ahead > 4 {
			t.Errorf("%d blocks ahead of the answers", ahead)
		}
		match += ahead
	}
	if messages < 13 {
		t.Errorf("26 blocks in %d messages of at most two", messages)
	}
}

// Entries travel in shared slices; what replaces them in the log must not change what was sent or
// written.
func TestReplacedEntriesStayInOldMessages(t *testing.T) {
	r := newRig(t, 3, plain())
	r.elect(1)
	a := one[*raft.Append](t, r.offer(1))
	written := r.records[len(r.records)-1].(*raft.Entries)
	r.receive(1, &raft.Append{Term: 2, Entries: entries(1, 2, 2)})
	if a.Entries[0].View != 1 || written.Blocks[0].View != 1 {
		t.Error("a message or record of term 1 changed to term 2 in flight")
	}
}
