package consensustest

import "github.com/govbench/govbench/consensus"

// item is one thing on its way to the disk: a record, a checkpoint or a committed block.
type item struct {
	record  consensus.Record
	print   uint64 // fingerprint of the record when it was written
	replace bool
	block   bool
}

// disk is a replica's write-ahead log and, in the same order, its store of committed blocks.
type disk struct {
	log     []item   // durable records
	blocks  int      // durable committed blocks
	pending []item   // not yet durable, oldest first
	writing int      // of pending, under way
	waiting []waiter // oldest first
	done    uint64   // items ever made durable
}

type waiter struct {
	until uint64 // value of done that it waits for
	fn    func()
}

func (d *disk) write(n *node, it item) {
	d.pending = append(d.pending, it)
	if n.g.opts.Fsync == 0 {
		d.finish(len(d.pending))
	}
}

// whenDurable calls fn once everything written so far is durable: now, if it is.
func (d *disk) whenDurable(fn func()) {
	if len(d.pending) == 0 && len(d.waiting) == 0 {
		fn()
		return
	}
	d.waiting = append(d.waiting, waiter{d.done + uint64(len(d.pending)), fn})
}

// flush starts the next write if the disk is idle, and releases who waits for nothing more.
func (d *disk) flush(n *node) {
	if d.writing == 0 && len(d.pending) > 0 {
		d.writing = len(d.pending)
		n.later(n.g.opts.Fsync, func() {
			d.finish(d.writing)
			d.writing = 0
			n.bind()
			d.flush(n)
		})
	}
	for len(d.waiting) > 0 && d.waiting[0].until <= d.done {
		w := d.waiting[0]
		d.waiting = d.waiting[1:]
		w.fn()
	}
}

func (d *disk) finish(count int) {
	for _, it := range d.pending[:count] {
		switch {
		case it.block:
			d.blocks++
		case it.replace:
			d.log = []item{it}
		default:
			d.log = append(d.log, it)
		}
	}
	d.pending = d.pending[count:]
	d.done += uint64(count)
}

// records is what Start gets.
func (d *disk) records(n *node) []consensus.Record {
	out := make([]consensus.Record, 0, len(d.log))
	for _, it := range d.log {
		if fingerprint(it.record) != it.print {
			n.g.fail("immutability: %T of replica %d changed after it was written", it.record, n.id)
		}
		out = append(out, it.record)
	}
	return out
}

// crash keeps a random prefix of what was on its way: a write may have reached the disk without the
// replica having heard of it.
func (d *disk) crash(n *node) {
	if k := len(d.pending); k > 0 {
		d.finish(n.g.rng.IntN(k + 1))
	}
	n.store = n.store[:d.blocks]
	d.pending, d.waiting, d.writing = nil, nil, 0
}
