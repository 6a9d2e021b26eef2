package cluster

import (
	"crypto/sha256"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/network"
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
	if n.forkRoot != nil || st.committed.Block.ID != b.ID {
		root = n.fork(b)
	}
	n.pool.Purge()
	n.watchInbox()
	c.observe(consensus.Event{Kind: consensus.EventCommitted, At: at, Node: n.id, View: b.View, Block: b})
	done := n.execute(b, answer, at)
	st.executed[n.id] = done
	c.observe(consensus.Event{Kind: consensus.EventExecuted, At: done, Node: n.id, Block: b, State: root})
	if answer && n.forkRoot == nil && st.owed > 0 {
		if done > c.now {
			c.push(done, evExecuted, n.id, b.Height)
		} else {
			c.reply(n, b.Height)
		}
	}
	c.prune(b.Height)
}

// fork is the state root of a replica that left the common order: unlike any other's.
func (n *node) fork(b *consensus.Block) consensus.Digest {
	h := sha256.New()
	if n.forkRoot != nil {
		h.Write(n.forkRoot[:])
	}
	h.Write(b.ID[:])
	n.forkRoot = new(consensus.Digest)
	h.Sum(n.forkRoot[:0])
	return *n.forkRoot
}

// execute bills the execution of a block, one block after the other, and the signature under its
// answers; it returns when the answers are ready.
func (n *node) execute(b *consensus.Block, answer bool, at time.Duration) time.Duration {
	p := &n.c.cfg.Profile
	cost := p.Cost(consensus.OpExecute, b.Payload.Len())
	if answer && b.Payload.Len() > 0 && n.c.answers > 1 {
		cost += p.Cost(consensus.OpSign, 1)
	}
	at = max(at, n.executed)
	if cost > 0 {
		at = n.cpu.Use(at, cost)
	}
	n.executed = at
	return at
}

// extend appends a block to the common order and executes it.
func (c *Cluster) extend(b *consensus.Block, proof consensus.Message, at time.Duration) {
	st := &blockState{
		committed: consensus.Committed{Block: b, Proof: proof},
		executed:  make([]time.Duration, len(c.nodes)),
		ordered:   at,
	}
	commands := b.Payload.Commands
	if len(commands) > 0 {
		st.results = make([][]byte, len(commands))
	}
	for i, cmd := range commands {
		cs := c.commands.at(cmd.ID)
		if cs.height != 0 {
			continue // ordered before: a session executes a command once
		}
		cs.height, cs.index = b.Height, int32(i)
		cs.outcome.Height, cs.outcome.Ordered = b.Height, at
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
		if cs := c.commands.at(cmd.ID); cs.height == st.committed.Block.Height {
			cs.outcome.Ordered = at
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
		st.sites = append(st.sites, siteAnswers{site: cmd.Site})
	}
	s := &st.sites[k]
	s.commands = append(s.commands, cmd.ID)
	s.bytes += answerBytes + result
}

// reply sends a replica's answers of one block to its clients, one message a site.
func (c *Cluster) reply(n *node, height uint64) {
	st := c.chain.blocks[height-1]
	if !n.up || st == nil || n.applied < height || n.forkRoot != nil || !st.answered.Add(n.id) {
		return
	}
	for k := range st.sites {
		s := &st.sites[k]
		if s.got >= c.answers {
			continue
		}
		size := s.bytes
		if c.answers > 1 {
			size += c.cfg.SigBytes
		}
		size = network.WireBytes(size)
		n.sent += uint64(size)
		at := n.link.Send(c.now, size) + c.legDelay(s.site, n)
		c.push(at, evReply, n.id, height|uint64(k)<<48)
	}
}

// replied counts a replica's answers at a client site; enough matching ones are the answer.
func (c *Cluster) replied(n *node, arg uint64) {
	height := arg & (1<<48 - 1)
	st := c.chain.blocks[height-1]
	if st == nil {
		return
	}
	s := &st.sites[arg>>48]
	s.got++
	if s.got != c.answers {
		return
	}
	st.owed--
	for _, id := range s.commands {
		cs := c.commands.at(id)
		cs.outcome.Executed = st.executed[n.id]
		result := st.results[cs.index]
		st.results[cs.index] = nil
		c.finish(id, consensus.Answered, "", result)
	}
	s.commands = nil
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
