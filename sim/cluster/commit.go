package cluster

import (
	"slices"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
)

// answerBytes is what an answer carries beside the program's result: command, height and code.
//
// assumed: three fixed-width words.
const answerBytes = 24

// retained is how many blocks stay readable below the height that every replica has committed.
const retained = 512

// chain is the order as the first replica to commit each height saw it, and the one execution of it.
type chain struct {
	app    workloads.App
	blocks []*blockState // by height-1; nil once nobody can ask for it
	root   consensus.Digest
	pruned uint64 // heights up to this one are gone
}

// blockState is a committed block and the answers it owes.
type blockState struct {
	committed consensus.Committed
	root      consensus.Digest  // after it
	results   [][]byte          // parallel to the commands; nil for repeated ones
	ordered   time.Duration     // when the first replica committed it
	executed  []time.Duration   // by replica: when its execution was done
	answered  consensus.NodeSet // replicas that sent their answers
	sites     []siteAnswers
	owed      int // sites whose clients have no answer yet
}

// newBlockState makes room for n replicas and so many commands; small blocks of small groups lie in one
// piece of memory.
func newBlockState(n, commands int) *blockState {
	if n > smallGroup || commands > 1 {
		return &blockState{executed: make([]time.Duration, n), results: make([][]byte, commands)}
	}
	small := &struct {
		blockState
		executed [smallGroup]time.Duration
		result   [1][]byte
		site     [1]siteAnswers
		command  [1]consensus.CommandID
	}{}
	st := &small.blockState
	st.executed, st.results = small.executed[:n], small.result[:commands]
	st.sites, small.site[0].commands = small.site[:0], small.command[:0]
	return st
}

// smallGroup is how many replicas a small group has.
const smallGroup = 7

// siteAnswers are the commands of a block whose clients stand at one site.
type siteAnswers struct {
	site     consensus.SiteID
	commands []consensus.CommandID
	bytes    int
	got      int // matching answers at the site
}

func (ch *chain) height() uint64 { return uint64(len(ch.blocks)) }

func (ch *chain) at(height uint64) (consensus.Committed, bool) {
	if height == 0 || height > ch.height() || ch.blocks[height-1] == nil {
		return consensus.Committed{}, false
	}
	return ch.blocks[height-1].committed, true
}

// commit makes a block final at this replica at time at, now or soon, and starts its execution.
func (n *node) commit(b *consensus.Block, proof consensus.Message, answer bool, at time.Duration) {
	c := n.c
	if b.Height != n.applied+1 {
		c.fail("replica %d committed height %d after %d", n.id, b.Height, n.applied)
		return
	}
	if b.Height > c.chain.height() {
		c.extend(b, proof, at)
	}
	st := c.chain.blocks[b.Height-1]
	if st == nil {
		c.fail("replica %d committed height %d again, long after everyone", n.id, b.Height)
		return
	}
	n.applied = b.Height
	st.orderedBy(at, c)
	root := st.root
	if n.forked != nil || st.committed.Block.ID != b.ID {
		root = n.leave(b, proof)
	}
	n.pool.Purge()
	n.watchInbox()
	if n.hungry {
		n.scheduleReady()
	}
	c.digest.Add2(b.Height<<16|uint64(n.id), uint64(at))
	c.observe(consensus.Event{Kind: consensus.EventCommitted, At: at, Node: n.id, View: b.View, Block: b})
	done := n.execute(b, answer, at)
	st.executed[n.id] = done
	c.observe(consensus.Event{Kind: consensus.EventExecuted, At: done, Node: n.id, Block: b, State: root})
	if answer && n.forked == nil && st.owed > 0 {
		if done > c.now {
			c.push(done, evExecuted, n.id, tagged(b.Height, n.epoch))
		} else {
			c.reply(n, b.Height)
		}
	}
	c.prune(b.Height)
}

// execute bills the execution of a block, one block after the other, and the signature under its
// answers; it returns when the answers are ready. The work is booked on the core that is free first,
// which may be before the commit: booked from then on it would keep the core idle until then.
func (n *node) execute(b *consensus.Block, answer bool, at time.Duration) time.Duration {
	cost := n.c.cost(consensus.OpExecute, b.Payload.Len())
	if answer && b.Payload.Len() > 0 && n.c.answers > 1 {
		cost += n.c.unit[consensus.OpSign]
	}
	at = max(at, n.executed)
	if cost > 0 {
		at = max(at+cost, n.cpu.Use(n.c.now, cost))
	}
	n.executed = at
	if n.c.cfg.Spend != nil && cost > 0 {
		n.spentOnBlock(b, answer, cost)
	}
	return at
}

// extend appends a block to the common order and executes it.
func (c *Cluster) extend(b *consensus.Block, proof consensus.Message, at time.Duration) {
	commands := b.Payload.Commands
	st := newBlockState(len(c.nodes), len(commands))
	st.committed, st.ordered = consensus.Committed{Block: b, Proof: proof}, at
	for i, cmd := range commands {
		if !c.commands.has(cmd.ID) {
			continue // no client signed it
		}
		cs := c.commands.at(cmd.ID)
		if cs.height != 0 {
			continue // ordered before: a session executes a command once
		}
		cs.height, cs.index = b.Height, int32(i)
		cs.ordered, cs.proposer = at, b.Proposer
		st.results[i] = c.chain.app.Apply(cmd.Op)
		if cs.done != nil {
			st.owe(cmd, len(st.results[i]))
		}
	}
	if len(commands) > 0 {
		c.chain.root = c.chain.app.Digest()
	}
	st.root = c.chain.root
	st.owed = len(st.sites)
	c.chain.blocks = append(c.chain.blocks, st)
	if st.owed > 0 && len(c.cfg.Faults.Crashes) > 0 {
		c.push(max(at, c.now)+c.cfg.Retry, evOwed, 0, b.Height)
	}
	c.digest.Add2(word(b.ID[:]), word(st.root[:]))
}

// orderedBy notes that a replica commits the block at time at: before those seen so far when its step
// began later and was shorter.
func (st *blockState) orderedBy(at time.Duration, c *Cluster) {
	if at >= st.ordered {
		return
	}
	st.ordered = at
	for _, cmd := range st.committed.Block.Payload.Commands {
		if !c.commands.has(cmd.ID) {
			continue
		}
		if cs := c.commands.at(cmd.ID); cs.height == st.committed.Block.Height {
			cs.ordered = at
		}
	}
}

func word(b []byte) uint64 {
	var w uint64
	for i := range 8 {
		w = w<<8 | uint64(b[i])
	}
	return w
}

func (st *blockState) owe(cmd *consensus.Command, result int) {
	k := 0
	for k < len(st.sites) && st.sites[k].site != cmd.Site {
		k++
	}
	if k == len(st.sites) {
		st.sites = slices.Grow(st.sites, 1)[:k+1]
		st.sites[k].site = cmd.Site
	}
	s := &st.sites[k]
	s.commands = append(s.commands, cmd.ID)
	s.bytes += answerBytes + result
}

// prune lets go of blocks that every replica has and whose answers are given.
func (c *Cluster) prune(height uint64) {
	if height%64 != 0 {
		return
	}
	low := c.chain.height()
	for i := range c.nodes {
		if n := &c.nodes[i]; len(c.cfg.Faults.Crashes) == 0 {
			low = min(low, n.applied)
		} else {
			low = min(low, n.wal.applied(c.now))
		}
	}
	for c.chain.pruned+retained < low && c.chain.blocks[c.chain.pruned].owed == 0 {
		c.chain.blocks[c.chain.pruned] = nil
		c.chain.pruned++
	}
}
