package cluster

import (
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
)

// wal is a replica's write-ahead log: what survives a crash.
type wal struct {
	records   []walRecord
	durableAt time.Duration // when everything written so far is durable
}

type walRecord struct {
	record     consensus.Record
	durableAt  time.Duration
	applied    uint64 // height committed when it was written: durable with it
	checkpoint bool   // replaces everything before it
}

// append adds a record and drops what a durable checkpoint replaced.
func (w *wal) append(r walRecord, now time.Duration) {
	w.records = append(w.records, r)
	if r.checkpoint {
		w.trim(now)
	}
}

// trim drops the records before the newest checkpoint that is durable at time now.
func (w *wal) trim(now time.Duration) {
	for i := len(w.records) - 1; i > 0; i-- {
		if r := &w.records[i]; r.checkpoint && r.durableAt <= now {
			kept := copy(w.records, w.records[i:])
			clear(w.records[kept:])
			w.records = w.records[:kept]
			return
		}
	}
}

// crash forgets what is not durable at time now and returns the committed height that survives.
func (w *wal) crash(now time.Duration) (applied uint64) {
	w.trim(now)
	kept := 0
	for kept < len(w.records) && w.records[kept].durableAt <= now {
		applied = w.records[kept].applied
		kept++
	}
	clear(w.records[kept:])
	w.records = w.records[:kept]
	w.durableAt = now
	return applied
}

// applied is the committed height that would survive a crash at time now.
func (w *wal) applied(now time.Duration) uint64 {
	for i := len(w.records) - 1; i >= 0; i-- {
		if w.records[i].durableAt <= now {
			return w.records[i].applied
		}
	}
	return 0
}

// persist books a record on the disk from time now on, at or after the current one.
func (n *node) persist(r consensus.Record, checkpoint bool, now time.Duration) {
	c := n.c
	if c.faulty {
		n.disk.Slow(c.cfg.Faults.DiskPercent(n.id, now))
	}
	at := n.disk.Append(now, r.WireSize())
	if c.cfg.Spend != nil {
		n.spentOnDisk(now, at, r.WireSize())
	}
	n.wal.durableAt = max(n.wal.durableAt, at)
	if len(c.cfg.Faults.Crashes) > 0 { // nobody reads the log of a replica that never stops
		n.wal.append(walRecord{record: r, durableAt: n.wal.durableAt, applied: n.applied, checkpoint: checkpoint}, c.now)
	}
	c.observe(consensus.Event{Kind: consensus.EventPersisted, At: at, Node: n.id, Bytes: r.WireSize()})
}

// scheduleFaults turns the schedule's crashes into events.
func (c *Cluster) scheduleFaults() {
	for _, f := range c.cfg.Faults.Crashes {
		c.push(f.From, evCrash, f.Node, 0)
		if f.To > 0 {
			c.push(f.To, evRestart, f.Node, 0)
		}
	}
}

// crash stops a replica: all it had in memory is gone.
func (n *node) crash() {
	if !n.up {
		return
	}
	c := n.c
	n.up, n.machine = false, nil
	n.epoch++
	n.applied = n.wal.crash(c.now)
	n.forked = n.forked.cut(n.applied)
	n.before.CPUBusy += n.cpu.Busy()
	n.before.DiskBusy += n.disk.Busy()
	n.before.Fsyncs += n.disk.Fsyncs()
	n.powerOn()
	n.hungry, n.retrying, n.watching = false, false, false
	n.inbox, n.taken = n.inbox[:0], 0
	pool := n.pool
	n.pool = mempool.New(c.cfg.Limits, n.isCommitted)
	pool.Commands(func(cmd *consensus.Command, _ time.Duration) bool {
		if st := c.commands.at(cmd.ID); st.held && st.done != nil && st.entry == n.id {
			c.failover(cmd.ID)
		}
		return true
	})
	c.observe(consensus.Event{Kind: consensus.EventCrashed, At: c.now, Node: n.id})
}

// restart brings a replica back with what was durable.
func (n *node) restart() {
	if n.up || n.c.cfg.Faults.Down(n.id, n.c.now) {
		return
	}
	if err := n.boot(); err != nil {
		n.c.fail("%w", err)
		return
	}
	n.frontier, n.executed = n.c.now, n.c.now
	in := consensus.Input{Kind: consensus.Start, Applied: n.applied}
	for i := range n.wal.records {
		in.Durable = append(in.Durable, n.wal.records[i].record)
	}
	n.c.observe(consensus.Event{Kind: consensus.EventRestarted, At: n.c.now, Node: n.id})
	n.step(in)
}
