// Package mempool holds the commands that wait at one replica to be ordered, and cuts them into
// payloads. Cutting is one design parameter for every protocol and every runtime: a block is cut when
// it is full by number or bytes, or when its oldest command has waited long enough.
//
// A command stays in the pool until the replica has seen it committed. Pulling only moves a cursor, so
// that a leader which loses its role can Rewind and propose again what was not decided.
package mempool

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// Limits says when a block is cut and how much may wait.
type Limits struct {
	MaxTxs   int           // commands in a block, at least 1
	MaxBytes int           // bytes of commands in a block; a larger single command travels alone
	MaxWait  time.Duration // longest a command waits for company
	Capacity int           // commands in the pool above which a replica turns its clients away; see Full
}

// Batch is a payload with the times at which its commands entered this pool.
type Batch struct {
	Payload *consensus.Payload
	Arrived []time.Duration // parallel to Payload.Commands
}

type entry struct {
	cmd *consensus.Command
	at  time.Duration
}

// Pool is the queue of one replica. It is not safe for concurrent use.
type Pool struct {
	limits    Limits
	committed func(consensus.CommandID) bool
	entries   []entry // entries[head:] wait; entries[cursor:] were not pulled yet
	head      int
	cursor    int
	bytes     int // of entries[head:]
	pullable  int // bytes of entries[cursor:]
	index     map[consensus.CommandID]struct{}
	short     shortfall
}

// shortfall remembers what a refused Pull found, so that ReadyAt does not promise it again: commands
// that were passed over do not count.
type shortfall struct {
	valid  bool
	n      int // commands that would have been taken
	bytes  int
	oldest time.Duration // arrival of the first of them, when n > 0
}

// New makes an empty pool. committed reports whether this replica has seen a command committed.
func New(limits Limits, committed func(consensus.CommandID) bool) *Pool {
	return &Pool{limits: limits, committed: committed}
}

// Len is the number of commands that wait or are in flight.
func (p *Pool) Len() int { return len(p.entries) - p.head }

// Pullable is the number of commands that were not pulled since the last Rewind.
func (p *Pool) Pullable() int { return len(p.entries) - p.cursor }

// Oldest is the time at which the oldest command arrived, if there is one.
func (p *Pool) Oldest() (time.Duration, bool) {
	if p.Len() == 0 {
		return 0, false
	}
	return p.entries[p.head].at, true
}

// Commands calls yield for each command in the pool, oldest first, until it returns false.
func (p *Pool) Commands(yield func(c *consensus.Command, arrived time.Duration) bool) {
	for _, e := range p.entries[p.head:] {
		if !yield(e.cmd, e.at) {
			return
		}
	}
}

// Full reports whether a replica is to turn its clients away. What other replicas took in and pass on is
// added all the same: they bound it themselves, and dropping it here would only bring it back later.
func (p *Pool) Full() bool { return p.Len() >= p.limits.Capacity }

// Add appends a command that was never added before.
func (p *Pool) Add(now time.Duration, c *consensus.Command) {
	p.compact()
	p.entries = append(p.entries, entry{c, now})
	size := c.WireSize()
	p.bytes += size
	p.pullable += size
	if p.index != nil {
		p.index[c.ID] = struct{}{}
	}
	if p.short.n == 0 {
		p.short.oldest = now
	}
	p.short.n++
	p.short.bytes += size
}

// AddAgain is Add for a command that may be in the pool or committed already: then it does nothing.
func (p *Pool) AddAgain(now time.Duration, c *consensus.Command) {
	if p.index == nil {
		p.index = make(map[consensus.CommandID]struct{}, p.Len())
		for _, e := range p.entries[p.head:] {
			p.index[e.cmd.ID] = struct{}{}
		}
	}
	if _, ok := p.index[c.ID]; !ok && !p.committed(c.ID) {
		p.Add(now, c)
	}
}

// compact drops the dead front of the slice once it is the larger half.
func (p *Pool) compact() {
	if p.head < 64 || p.head < len(p.entries)/2 {
		return
	}
	n := copy(p.entries, p.entries[p.head:])
	clear(p.entries[n:])
	p.entries = p.entries[:n]
	p.cursor -= p.head
	p.head = 0
}

// Purge forgets the commands at the front that are committed; call it after each commit.
func (p *Pool) Purge() {
	for p.head < len(p.entries) && p.committed(p.entries[p.head].cmd.ID) {
		p.drop()
	}
}

// drop removes the oldest command.
func (p *Pool) drop() {
	e := &p.entries[p.head]
	size := e.cmd.WireSize()
	p.bytes -= size
	if p.cursor == p.head {
		p.cursor++
		p.pullable -= size
		p.short.valid = false // it may have counted this one
	}
	if p.index != nil {
		delete(p.index, e.cmd.ID)
	}
	*e = entry{}
	p.head++
}

// Rewind makes every command that was pulled and is not committed available again.
func (p *Pool) Rewind() {
	p.Purge()
	p.cursor = p.head
	p.pullable = p.bytes
	p.short.valid = false
}

// ReadyAt is the earliest time from now on at which an unforced Pull can succeed without another
// arrival, false when nothing waits.
func (p *Pool) ReadyAt(now time.Duration) (time.Duration, bool) {
	if p.Pullable() == 0 {
		return 0, false
	}
	if p.short.valid {
		return p.readyAt(now, p.short.n, p.short.bytes, p.short.oldest)
	}
	return p.readyAt(now, p.Pullable(), p.pullable, p.entries[p.cursor].at)
}

// readyAt is the earliest time at which n commands of so many bytes are cut.
func (p *Pool) readyAt(now time.Duration, n, bytes int, oldest time.Duration) (time.Duration, bool) {
	switch {
	case n == 0:
		return 0, false
	case n >= p.limits.MaxTxs || bytes >= p.limits.MaxBytes:
		return now, true
	}
	return max(now, oldest+p.limits.MaxWait), true
}

// Pull cuts the next payload. Unforced, it succeeds only when the payload is full or its oldest
// command has waited MaxWait; forced, it always succeeds and the payload may be empty.
func (p *Pool) Pull(now time.Duration, req consensus.PullRequest) (Batch, bool) {
	p.Purge()
	if !req.Force && !p.mayBeReady(now) {
		return Batch{}, false
	}
	t := p.take(exclusion(req.Exclude))
	full := t.full || len(t.commands) == p.limits.MaxTxs || t.bytes >= p.limits.MaxBytes
	due := len(t.commands) > 0 && t.arrived[0]+p.limits.MaxWait <= now
	if !req.Force && !full && !due {
		p.short = shortfall{valid: true, n: len(t.commands), bytes: t.bytes}
		if len(t.commands) > 0 {
			p.short.oldest = t.arrived[0]
		}
		return Batch{}, false
	}
	p.cursor = t.end
	p.pullable -= t.bytes + t.passed
	p.short.valid = false
	return Batch{Payload: consensus.NewPayload(t.commands), Arrived: t.arrived}, true
}

// mayBeReady is false when no Pull can succeed, whatever it excludes.
func (p *Pool) mayBeReady(now time.Duration) bool {
	if p.Pullable() == 0 {
		return false
	}
	at, ok := p.readyAt(now, p.Pullable(), p.pullable, p.entries[p.cursor].at)
	return ok && at <= now
}

// taking is what one look through the queue found.
type taking struct {
	commands []*consensus.Command
	arrived  []time.Duration
	bytes    int  // of commands
	passed   int  // bytes of commands that were passed over: excluded or committed
	end      int  // first entry that was not looked at
	full     bool // another command did not fit
}

func (p *Pool) take(excluded map[consensus.CommandID]struct{}) (t taking) {
	for t.end = p.cursor; t.end < len(p.entries); t.end++ {
		e := p.entries[t.end]
		size := e.cmd.WireSize()
		if _, ok := excluded[e.cmd.ID]; ok || p.committed(e.cmd.ID) {
			t.passed += size
			continue
		}
		if len(t.commands) == p.limits.MaxTxs || len(t.commands) > 0 && t.bytes+size > p.limits.MaxBytes {
			t.full = true
			return t
		}
		t.commands = append(t.commands, e.cmd)
		t.arrived = append(t.arrived, e.at)
		t.bytes += size
	}
	return t
}

func exclusion(blocks []*consensus.Block) map[consensus.CommandID]struct{} {
	n := 0
	for _, b := range blocks {
		n += b.Payload.Len()
	}
	if n == 0 {
		return nil
	}
	set := make(map[consensus.CommandID]struct{}, n)
	for _, b := range blocks {
		for _, c := range b.Payload.Commands {
			set[c.ID] = struct{}{}
		}
	}
	return set
}
