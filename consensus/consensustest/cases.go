package consensustest

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// kind is a kind of case.
type kind struct {
	name    string
	atLeast int // smallest group it makes sense for
	options func(*Options)
	run     func(trial)
}

var kinds = []kind{
	{"fault-free", 1, func(o *Options) { o.StrictOnce = true }, trial.faultFree},
	{"slow-disk", 1, func(o *Options) { o.Fsync, o.StrictOnce = 8*time.Millisecond, true }, trial.faultFree},
	{"full-blocks", 1, func(o *Options) { o.MaxTxs, o.MaxWait = 4, 30*time.Millisecond }, trial.faultFree},
	{"lossy", 3, func(o *Options) { o.LossPerMille, o.DuplicatePerMille = 50, 50 }, trial.lossy},
	{"crashed-minority", 3, nil, trial.crashedMinority},
	{"leader-crash", 3, slowDisk, trial.leaderCrash},
	{"repeated-leader-crashes", 3, slowDisk, trial.repeatedLeaderCrashes},
	{"minority-partition", 3, nil, trial.minorityPartition},
	{"no-majority", 3, nil, trial.noMajority},
	{"isolated-leader", 3, nil, trial.isolatedLeader},
	{"power-failure", 1, slowDisk, trial.powerFailure},
	{"power-failure-slow-disk", 1, func(o *Options) {
		o.Fsync, o.DelayMin, o.DelayMax = 60*time.Millisecond, time.Millisecond, 4*time.Millisecond
	}, trial.powerFailure},
	{"flicker", 3, func(o *Options) { o.MaxTxs = 1 }, trial.flicker},
	{"long-absence", 3, func(o *Options) { o.MaxTxs = 1 }, trial.longAbsence},
	{"chaos", 3, slowDisk, trial.chaos},
	{"repeatable", 1, nil, trial.repeatable},
}

func slowDisk(o *Options) { o.Fsync = 5 * time.Millisecond }

// load submits count commands at random replicas that are up, one every gap.
func (t trial) load(count int, gap time.Duration) {
	for range count {
		if to, ok := t.anyUp(); ok {
			t.Submit(to)
		}
		t.RunFor(gap)
	}
}

func (t trial) anyUp() (consensus.NodeID, bool) {
	start := t.rng.IntN(t.N())
	for i := range t.N() {
		if id := consensus.NodeID((start + i) % t.N()); t.Up(id) && t.nodes[id].corrupt == nil {
			return id, true
		}
	}
	return 0, false
}

// pick chooses count replicas at random.
func (t trial) pick(count int) []consensus.NodeID {
	perm := t.rng.Perm(t.N())
	out := make([]consensus.NodeID, 0, count)
	for _, id := range perm[:count] {
		out = append(out, consensus.NodeID(id))
	}
	return out
}

func (t trial) f() int { return faulty(t.protocol, t.N()) }

// finish lets the faults end and demands what must then be true.
func (t trial) finish() {
	t.tb.Helper()
	t.Heal()
	for id := range t.nodes {
		t.Restart(consensus.NodeID(id))
	}
	t.settleAndJudge()
}

func (t trial) settleAndJudge() {
	t.tb.Helper()
	t.load(5, 20*time.Millisecond) // whatever happened before, the group must take new commands
	t.Settle(t.suite.Bound)
	t.RunFor(2 * time.Second) // nothing may go wrong afterwards either
	if t.check.commits == 0 || len(t.check.places) == 0 {
		t.fail("non-vacuity: nothing was ever committed")
	}
}

// faultFree: everything is committed everywhere, once, with nothing going wrong.
func (t trial) faultFree() {
	t.RunFor(500 * time.Millisecond)
	t.load(40, 7*time.Millisecond)
	t.RunFor(time.Second)
	t.load(10, 100*time.Millisecond)
	t.settleAndJudge()
}

// lossy: lost, doubled and reordered messages delay but break nothing.
func (t trial) lossy() {
	t.load(40, 100*time.Millisecond)
	t.finish()
}

// crashedMinority: f crashed replicas stop nothing.
func (t trial) crashedMinority() {
	t.RunFor(300 * time.Millisecond)
	t.load(5, 20*time.Millisecond)
	for _, id := range t.pick(t.f()) {
		t.Crash(id)
	}
	t.load(30, 50*time.Millisecond)
	t.settleAndJudge()
	t.finish()
}

// leaderCrash: the others go on without the leader, and it comes back.
func (t trial) leaderCrash() {
	t.RunFor(300 * time.Millisecond)
	t.load(10, 10*time.Millisecond)
	t.RunFor(time.Duration(t.rng.Int64N(int64(60 * time.Millisecond))))
	t.Crash(t.Leader())
	t.load(10, 50*time.Millisecond)
	t.settleAndJudge()
	t.finish()
}

// repeatedLeaderCrashes: one leader after the other fails, each time while commands are in flight.
func (t trial) repeatedLeaderCrashes() {
	t.RunFor(300 * time.Millisecond)
	for range 5 {
		t.load(5, 10*time.Millisecond)
		t.RunFor(time.Duration(t.rng.Int64N(int64(40 * time.Millisecond))))
		down := t.Leader()
		t.Crash(down)
		t.load(3, 20*time.Millisecond)
		t.Settle(t.suite.Bound)
		t.Restart(down)
	}
	t.finish()
}

// minorityPartition: a minority alone commits nothing new, the majority goes on, all agree later.
func (t trial) minorityPartition() {
	t.RunFor(300 * time.Millisecond)
	t.load(5, 20*time.Millisecond)
	t.Settle(t.suite.Bound)
	cut := t.pick(t.f())
	t.Partition(cut)
	t.RunFor(time.Second) // what was in flight lands
	var top uint64
	for _, id := range cut {
		top = max(top, t.Height(id))
	}
	inMajority := consensus.Nobody
	for id := range t.nodes {
		if t.side[id] == 0 {
			inMajority = consensus.NodeID(id)
		}
	}
	c := t.Submit(inMajority)
	t.load(10, 50*time.Millisecond)
	if !t.RunUntil(func() bool { return t.Has(inMajority, c) }, t.suite.Bound) {
		t.fail("liveness: the majority stands still without %v: %s", cut, t.status())
	}
	for _, id := range cut {
		if t.Height(id) > top {
			t.fail("agreement: replica %d commits from %d to %d cut off with %v", id, top, t.Height(id), cut)
		}
	}
	t.finish()
}

// noMajority: when no side has a quorum nothing is committed; afterwards everything is.
func (t trial) noMajority() {
	t.RunFor(300 * time.Millisecond)
	t.load(3, 20*time.Millisecond)
	t.Settle(t.suite.Bound)
	var sides [][]consensus.NodeID
	for i, id := range t.pick(t.N()) { // no side larger than f
		if i%t.f() == 0 {
			sides = append(sides, nil)
		}
		sides[len(sides)-1] = append(sides[len(sides)-1], id)
	}
	t.Partition(sides...)
	t.RunFor(time.Second)
	var before uint64
	for id := range t.nodes {
		before = max(before, t.Height(consensus.NodeID(id)))
	}
	t.load(10, 500*time.Millisecond)
	for id := range t.nodes {
		if h := t.Height(consensus.NodeID(id)); h > before {
			t.fail("agreement: replica %d commits height %d while no quorum can meet", id, h)
		}
	}
	t.finish()
}

// isolatedLeader: a leader that hears nobody is replaced, and what it alone accepted is not lost.
func (t trial) isolatedLeader() {
	t.RunFor(300 * time.Millisecond)
	t.load(5, 20*time.Millisecond)
	t.Settle(t.suite.Bound)
	for range 3 {
		old := t.Leader()
		t.Partition([]consensus.NodeID{old})
		t.Submit(old)
		t.load(8, 700*time.Millisecond)
		t.Heal()
		t.RunFor(500 * time.Millisecond)
	}
	t.finish()
}

// powerFailure: all replicas stop at once, several times, and go on from their disks alone.
func (t trial) powerFailure() {
	for range 4 {
		t.awaken()
		t.load(1+t.rng.IntN(8), 9*time.Millisecond)
		t.RunFor(time.Duration(t.rng.Int64N(int64(50 * time.Millisecond))))
		for id := range t.nodes {
			t.Crash(consensus.NodeID(id))
		}
		t.RunFor(100 * time.Millisecond)
		for id := range t.nodes {
			t.Restart(consensus.NodeID(id))
			t.RunFor(time.Duration(t.rng.Int64N(int64(20 * time.Millisecond))))
		}
	}
	t.finish()
}

// awaken waits until the group commits something new, or for twenty seconds.
func (t trial) awaken() {
	if to, ok := t.anyUp(); ok {
		t.Submit(to)
	}
	before := t.check.commits
	t.RunUntil(func() bool { return t.check.commits > before }, 20*time.Second)
}

// flicker: over a network that loses a third, a replica stops for an instant, and right after it the
// leader for a while: only what the first one had on disk keeps what the leader committed.
func (t trial) flicker() {
	t.RunFor(300 * time.Millisecond)
	for range 10 {
		t.awaken()
		leader := t.Leader()
		t.SetNetwork(300, 0)
		t.Submit(leader)
		t.Submit(leader)
		t.RunFor(time.Duration(t.rng.Int64N(int64(100 * time.Millisecond))))
		if blink := t.pick(1)[0]; blink != leader {
			t.Crash(blink)
			t.Restart(blink)
		}
		t.Crash(leader)
		t.Heal()
		t.load(4, 10*time.Millisecond)
		t.awaken()
		t.Restart(leader)
	}
	t.finish()
}

// longAbsence: a replica that missed hundreds of blocks catches up, while load goes on.
func (t trial) longAbsence() {
	t.RunFor(300 * time.Millisecond)
	t.load(3, 20*time.Millisecond)
	t.Settle(t.suite.Bound)
	away := t.pick(1)[0]
	t.Crash(away)
	t.load(3, 200*time.Millisecond)
	t.Settle(t.suite.Bound)
	for range t.suite.Blocks {
		if to, ok := t.anyUp(); ok {
			t.Submit(to)
		}
		t.RunFor(10 * time.Millisecond)
	}
	t.Settle(t.suite.Bound)
	t.Restart(away)
	t.load(20, 30*time.Millisecond)
	t.settleAndJudge()
}

// chaos: crashes, partitions, loss and restarts at random, never more than f replicas down at once.
func (t trial) chaos() {
	down := make(map[consensus.NodeID]bool)
	for range 40 {
		id := consensus.NodeID(t.rng.IntN(t.N()))
		switch t.rng.IntN(6) {
		case 0, 1:
			if len(down) < t.f() && !down[id] {
				down[id] = true
				t.Crash(id)
			}
		case 2, 3:
			if down[id] {
				delete(down, id)
				t.Restart(id)
			}
		case 4:
			t.Partition(t.pick(t.rng.IntN(t.N())))
		case 5:
			t.Heal()
			t.SetNetwork(t.rng.IntN(100), t.rng.IntN(100))
		}
		t.load(2, time.Duration(t.rng.Int64N(int64(300*time.Millisecond))))
	}
	t.finish()
}

// repeatable: the same seed gives the same run.
func (t trial) repeatable() {
	run := func(g trial) uint64 {
		g.load(30, 20*time.Millisecond)
		g.Settle(g.suite.Bound)
		return g.Fingerprint()
	}
	again := trial{NewGroup(t.tb, t.protocol, t.opts), t.suite}
	if a, b := run(t), run(again); a != b {
		t.fail("determinism: the same seed gave transcripts %x and %x", a, b)
	}
}
