package cluster

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// Pull cuts a payload from this replica's pool.
func (n *node) Pull(req consensus.PullRequest) (*consensus.Payload, bool) {
	b, ok := n.pool.Pull(n.c.now, req)
	if !ok {
		n.hungry = true
		n.scheduleReady()
		n.watchInbox()
		return nil, false
	}
	for i, cmd := range b.Payload.Commands {
		if st := n.c.commands.at(cmd.ID); st.height == 0 {
			st.queued, st.proposed, st.proposer = b.Arrived[i], n.c.now, n.id
		}
	}
	n.c.observe(consensus.Event{Kind: consensus.EventProposed, At: n.c.now, Node: n.id, Bytes: b.Payload.Bytes})
	return b.Payload, true
}

// Rewind makes commands in flight available again.
func (n *node) Rewind() {
	n.pool.Rewind()
	if n.hungry {
		n.scheduleReady()
	}
}

// Waiting says what this replica knows of and has not seen committed.
func (n *node) Waiting() (int, time.Duration) {
	oldest, _ := n.pool.Oldest()
	return n.pool.Len(), oldest
}

// Stored reads this replica's committed blocks.
func (n *node) Stored(height uint64) (consensus.Committed, bool) {
	if height == 0 || height > n.applied {
		return consensus.Committed{}, false
	}
	if n.forked.has(height) {
		return n.forked.blocks[height-n.forked.from], true
	}
	return n.c.chain.at(height)
}

func (n *node) isCommitted(id consensus.CommandID) bool {
	h := n.c.commands.at(id).height
	return h != 0 && h <= n.applied
}

// scheduleReady makes sure that a hungry machine hears of the next payload.
func (n *node) scheduleReady() {
	at, ok := n.pool.ReadyAt(n.c.now)
	if !n.hungry || !ok || n.readyAt != never && n.readyAt <= at {
		return
	}
	n.readyAt = at
	n.c.push(at, evReady, n.id, 0)
}

func (n *node) ready() {
	if n.readyAt != n.c.now {
		return // overtaken by an earlier event
	}
	n.readyAt = never
	if !n.up || !n.hungry {
		return
	}
	if at, ok := n.pool.ReadyAt(n.c.now); !ok || at > n.c.now {
		n.scheduleReady()
		return
	}
	n.hungry = false
	n.step(consensus.Input{Kind: consensus.Ready})
}
