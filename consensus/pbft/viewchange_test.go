package pbft

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
)

// Section 4.4: an idle primary is not suspected.
func TestIdlePrimaryStays(t *testing.T) {
	g := consensustest.NewGroup(t, Protocol(), consensustest.Options{N: 4})
	g.Submit(0)
	g.RunFor(time.Hour)
	for id := range consensus.NodeID(4) {
		if m := g.Machine(id).(*Machine); m.target != 0 {
			t.Errorf("replica %d asks for view %d of an idle group", id, m.target)
		}
	}
}

// Section 4.4: a backup suspects the primary a view timeout after a proposal that does not commit,
// and not before.
func TestTimerRunsForProposals(t *testing.T) {
	r := newRig(t, 1, nil)
	r.step(time.Second, consensus.Input{Kind: consensus.Receive, From: 0, Msg: r.prePrepare(0, r.block(0, 1, 1))})
	armed := false
	for _, e := range r.fx.List {
		if e.Kind == consensus.EffectSetTimer && e.Timer == timerSuspicion {
			armed = e.After == 2*time.Second
		}
	}
	if !armed {
		t.Fatalf("no timer of one view timeout: %+v", r.fx.List)
	}
	r.step(3*time.Second-1, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
	if r.machine.changing() {
		t.Fatal("suspected too early")
	}
	r.step(3*time.Second, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
	if r.machine.target != 1 {
		t.Fatal("not suspected after a view timeout")
	}
}

// Section 4.4: a backup suspects the primary a view timeout after a request arrived that is not
// executed; one that was executed meanwhile is forgotten.
func TestTimerRunsForRequests(t *testing.T) {
	for _, executed := range []bool{false, true} {
		r := newRig(t, 1, nil)
		r.waiting, r.oldest = 1, 5*time.Second
		r.step(5*time.Second, consensus.Input{Kind: consensus.Waiting})
		r.step(7*time.Second-1, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
		if r.machine.changing() {
			t.Fatal("suspected too early")
		}
		if executed {
			r.waiting = 0
		}
		r.step(7*time.Second, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
		if r.machine.changing() == executed {
			t.Errorf("request executed: %v, primary suspected: %v", executed, r.machine.changing())
		}
	}
}

// The setting censorship_timeout: a primary that passes one command over is suspected in the end,
// however much else commits. Before that time progress protects it.
func TestCensorshipTimeout(t *testing.T) {
	r := newRig(t, 1, map[string]string{settingCensorshipTimeout: "10s"})
	r.waiting = 1
	for second := 1; second <= 10; second++ {
		r.machine.now = time.Duration(second) * time.Second
		b := r.block(0, uint64(second), second)
		r.hear(0, r.prePrepare(0, b))
		r.hear(2, r.vote(2, KindPrepare, 0, b), r.vote(2, KindCommit, 0, b))
		r.hear(3, r.vote(3, KindCommit, 0, b))
		r.machine.armed = true
		r.step(r.machine.now, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
		if got, want := r.machine.changing(), second == 10; got != want {
			t.Fatalf("after %d s and %d blocks: suspected %v", second, len(r.store), got)
		}
	}
}

// Section 4.4: progress restarts the timer.
func TestProgressRestartsTheTimer(t *testing.T) {
	r := newRig(t, 1, nil)
	b := r.block(0, 1, 1)
	r.hear(0, r.prePrepare(0, b), r.prePrepare(0, r.block(0, 2, 2)))
	r.machine.now = time.Second
	r.hear(2, r.vote(2, KindPrepare, 0, b), r.vote(2, KindCommit, 0, b))
	r.hear(3, r.vote(3, KindCommit, 0, b))
	if len(r.store) != 1 {
		t.Fatal("block 1 did not commit")
	}
	r.step(2*time.Second, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
	if r.machine.changing() {
		t.Fatal("suspected one second after progress")
	}
	r.step(3*time.Second, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
	if !r.machine.changing() {
		t.Fatal("block 2 waits for a view timeout since the last progress")
	}
}

// Section 4.4: once it asked for a new view, a replica takes part in the old one no more.
func TestNoVotesAfterViewChange(t *testing.T) {
	r := newRig(t, 1, nil)
	r.hear(0, r.prePrepare(0, r.block(0, 1, 1)))
	r.step(2*time.Second, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
	b := r.block(0, 2, 2)
	if sent := r.hear(0, r.prePrepare(0, b)); len(sent) != 0 {
		t.Errorf("it answers a pre-prepare of the old view with %v", sent)
	}
	// Yet it learns what the others commit.
	first := r.block(0, 1, 1)
	for _, by := range []consensus.NodeID{0, 2, 3} {
		r.hear(by, r.vote(by, KindCommit, 0, first))
	}
	if len(r.store) != 1 {
		t.Error("2f+1 commits of the others do not commit")
	}
}

// Section 4.5.2: f+1 replicas that ask for greater views are followed, to the smallest of them; f are
// not.
func TestJoinWithFPlus1(t *testing.T) {
	r := newRig(t, 0, nil)
	if sent := r.hear(1, r.change(1, 9)); len(sent) != 0 {
		t.Fatalf("f replicas are followed: %v", sent)
	}
	sent := only[*ViewChange](r.hear(2, r.change(2, 3)))
	if len(sent) != 1 || sent[0].View != 3 {
		t.Fatalf("f+1 replicas ask for 9 and 3, and it asks for %v", sent)
	}
}

// Section 4.5.2: the timer for the new view starts when 2f+1 replicas ask for it, and doubles with
// every view that brought nothing.
func TestTimeoutsDouble(t *testing.T) {
	r := newRig(t, 1, map[string]string{settingViewTimeout: "1s", settingViewTimeoutMax: "6s"})
	r.hear(0, r.prePrepare(0, r.block(0, 1, 1)))
	r.step(time.Second, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
	for i, want := range []time.Duration{1, 2, 4, 6, 6} {
		view := r.machine.target
		if view%4 == 1 { // its own turn: it would lead
			r.machine.startViewChange(view+1, &r.fx)
			r.machine.backoff--
			view++
		}
		r.hear(0, r.change(0, view))
		if r.machine.armed {
			t.Fatalf("view %d: the timer runs with 2f requests", view)
		}
		r.hear(3, r.change(3, view))
		var got time.Duration
		for _, e := range r.fx.List {
			if e.Kind == consensus.EffectSetTimer && e.Timer == timerSuspicion {
				got = e.After
			}
		}
		if got != want*time.Second {
			t.Fatalf("wait %d for view %d is %v, want %vs", i, view, got, int(want))
		}
		r.step(r.machine.now+got, consensus.Input{Kind: consensus.Timeout, Timer: timerSuspicion})
	}
}

// Section 4.4: O takes for each number the block prepared in the highest view, and null requests
// where none was.
func TestNewViewComputesO(t *testing.T) {
	r := newRig(t, 2, nil) // primary of view 2
	old, newer, last := r.block(0, 1, 1), r.block(1, 1, 2), r.block(0, 3, 3)
	r.hear(0, r.change(0, 2, r.preparedCert(0, old), r.preparedCert(0, last)))
	sent := r.hear(3, r.change(3, 2, r.preparedCert(1, newer)))
	nv := only[*NewView](sent)
	if len(nv) != 1 || len(nv[0].Proposals) != 3 {
		t.Fatalf("the new primary sends %v", sent)
	}
	null := consensus.NewBlock(2, 2, 2, consensus.Digest{}, consensus.NewPayload(nil))
	for i, want := range []consensus.Digest{newer.ID, null.ID, last.ID} {
		if got := nv[0].Proposals[i].Digest; got != want {
			t.Errorf("O[%d] is %v, want %v", i+1, got, want)
		}
	}
	// A backup that does the computation again agrees, and rejects anything else.
	for name, change := range map[string]func(*NewView){
		"as it is":       func(*NewView) {},
		"O shortened":    func(v *NewView) { v.Proposals = v.Proposals[:2] },
		"O changed":      func(v *NewView) { v.Proposals = append([]Proposal{{Seq: 1, Digest: old.ID}}, v.Proposals[1:]...) },
		"V too small":    func(v *NewView) { v.Changes = v.Changes[:2] },
		"V repeated":     func(v *NewView) { v.Changes = []*ViewChange{v.Changes[0], v.Changes[0], v.Changes[1]} },
		"V with nothing": func(v *NewView) { v.Changes = []*ViewChange{v.Changes[0], v.Changes[1], nil} },
	} {
		backup := newRig(t, 1, nil)
		v := *nv[0]
		change(&v)
		if name != "V with nothing" {
			v.Sig = r.keys.For(2).Sign(v.statement())
		}
		backup.hear(2, &v)
		if entered := backup.machine.view == 2; entered != (name == "as it is") {
			t.Errorf("NEW-VIEW %s: entered %v", name, entered)
		}
	}
}

// Section 4.4: a VIEW-CHANGE counts only with valid proofs.
func TestViewChangeProofs(t *testing.T) {
	r := newRig(t, 3, nil)
	good := r.preparedCert(0, r.block(0, 1, 1))
	with := func(change func(p *Prepared)) *ViewChange {
		p := *good
		change(&p)
		return r.change(1, 2, &p)
	}
	short := &consensus.Certificate{Statement: good.Prepares.Statement}
	short.Add(1, good.Prepares.Shares[0].Signature)
	stable := r.change(1, 2)
	stable.Stable = &consensus.Certificate{Statement: checkpointStatement(128, consensus.Digest{1})}
	stable.Sig = r.keys.For(1).Sign(stable.statement())
	for name, vc := range map[string]*ViewChange{
		"of this view":       with(func(p *Prepared) { p.View = 2 }),
		"another number":     with(func(p *Prepared) { p.Seq = 2 }),
		"another block":      with(func(p *Prepared) { p.Digest[0] ^= 1 }),
		"too few prepares":   with(func(p *Prepared) { p.Prepares = short }),
		"no prepares":        with(func(p *Prepared) { p.Prepares = nil }),
		"no pre-prepare":     with(func(p *Prepared) { p.PrimarySig = nil }),
		"twice a number":     r.change(1, 2, good, good),
		"unproven watermark": stable,
		"of another":         {View: 2, From: 2, Sig: r.change(2, 2).Sig},
		"with nothing":       {View: 2, From: 1, Prepared: []*Prepared{nil}},
	} {
		if r.hear(1, vc); r.machine.changes[1] != nil {
			t.Errorf("a VIEW-CHANGE %s is taken", name)
		}
	}
	if r.hear(1, r.change(1, 2, good)); r.machine.changes[1] == nil {
		t.Error("a good VIEW-CHANGE is not taken")
	}
}

// Section 4.4: what was committed anywhere keeps its number through view changes, and is not
// executed again. The primary dies each time in the middle of a block.
func TestCommittedSurvivesViewChanges(t *testing.T) {
	for cut := range 40 {
		g := consensustest.NewGroup(t, Protocol(), consensustest.Options{
			N: 4, Seed: uint64(cut), DelayMin: 5 * time.Millisecond, DelayMax: 15 * time.Millisecond, StrictOnce: true,
		})
		g.RunFor(100 * time.Millisecond)
		for range 3 {
			g.Submit(0)
			g.Submit(2)
		}
		g.RunFor(time.Duration(cut) * time.Millisecond)
		g.Crash(0)
		g.Submit(1)
		g.Settle(time.Minute)
		g.Restart(0)
		g.Settle(time.Minute)
	}
}

// The primary dies after its proposal reached two of three backups: the block is prepared at two,
// committed nowhere. The whole way to its commit in the next view, delay by delay.
func TestFailoverTime(t *testing.T) {
	const d = 10 * time.Millisecond
	// Without retransmission, which would spare the view change.
	g := consensustest.NewGroup(t, Protocol(), consensustest.Options{
		N: 4, DelayMin: d, DelayMax: d, Values: map[string]string{settingStatusInterval: "1h"},
	})
	g.RunFor(time.Second)
	g.Partition([]consensus.NodeID{3})
	c := g.Submit(0)
	start := g.Now()
	reached := func(id consensus.NodeID) bool { return g.Machine(id).(*Machine).highest == 1 }
	g.RunUntil(func() bool { return reached(1) && reached(2) }, time.Second)
	g.Crash(0)
	g.Heal()
	g.RunUntil(func() bool { return g.Has(3, c) }, time.Minute)
	// Pre-prepare d, timeout 2s, VIEW-CHANGE of 1 and 2 d, of 3 (which follows) d, NEW-VIEW d, the
	// block that 3 never had 2d, its prepare d, commits d.
	if got, want := g.Now()-start, 2*time.Second+8*d; got != want {
		t.Errorf("committed %v after the proposal, want %v", got, want)
	}
	if b := g.Committed(3)[0].Block; b.View != 0 || g.Machine(3).(*Machine).view != 1 {
		t.Errorf("block of view %d committed in view %d, want 0 in 1", b.View, g.Machine(3).(*Machine).view)
	}
}
