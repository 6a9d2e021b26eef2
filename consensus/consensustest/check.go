package consensustest

import (
	"reflect"

	"github.com/govbench/govbench/consensus"
)

// checker holds what must never be contradicted.
type checker struct {
	g        *Group
	ledger   []*consensus.Block                      // first block committed by a correct replica at each height
	places   map[consensus.CommandID]uint64          // height at which a command was first ordered
	said     map[promiseKey][]consensus.Statement    // what each replica promised, across its crashes
	authored map[consensus.Digest]*consensus.Payload // payload of each block identity
	commits  int
	promised int
	doubled  int // commands ordered a second time
}

type promiseKey struct {
	by     consensus.NodeID
	kind   uint8
	view   uint64
	height uint64 // zero when a Conflict rule compares across heights
}

func (c *checker) init(g *Group) {
	c.g = g
	c.places = make(map[consensus.CommandID]uint64)
	c.said = make(map[promiseKey][]consensus.Statement)
	c.authored = make(map[consensus.Digest]*consensus.Payload)
}

// committed checks one Commit effect before it takes place.
func (c *checker) committed(n *node, done consensus.Committed) {
	if n.corrupt != nil {
		return
	}
	b, g := done.Block, c.g
	height := uint64(len(n.store)) + 1
	if b == nil || b.Payload == nil {
		g.fail("integrity: replica %d commits nothing at height %d", n.id, height)
	}
	if b.Height != height {
		g.fail("integrity: replica %d commits height %d after %d", n.id, b.Height, height-1)
	}
	if !b.Parent.IsZero() && height > 1 && n.store[height-2].Block.ID != b.Parent {
		g.fail("total order: block %v at height %d of replica %d does not extend the block below", b.ID, height, n.id)
	}
	if height <= uint64(len(c.ledger)) {
		if c.ledger[height-1].ID != b.ID {
			g.fail("agreement: replica %d commits %v at height %d, another committed %v", n.id, b.ID, height, c.ledger[height-1].ID)
		}
	} else {
		c.first(n, b)
	}
	c.commits++
}

// first checks what is checked once a block: by the first replica that commits it.
func (c *checker) first(n *node, b *consensus.Block) {
	g := c.g
	if b.ID != consensus.NewBlock(b.Height, b.View, b.Proposer, b.Parent, b.Payload).ID {
		g.fail("integrity: the block at height %d is not what its identity says", b.Height)
	}
	if consensus.NewPayload(b.Payload.Commands).Digest != b.Payload.Digest {
		g.fail("integrity: the payload at height %d is not what its digest says", b.Height)
	}
	inBlock := make(map[consensus.CommandID]bool)
	for _, cmd := range b.Payload.Commands {
		if i := int(cmd.ID) - 1; i < 0 || i >= len(g.commands) || g.commands[i] != cmd {
			g.fail("validity: replica %d commits command %d at height %d, which nobody submitted", n.id, cmd.ID, b.Height)
		}
		if inBlock[cmd.ID] {
			g.fail("integrity: command %d is twice in the block at height %d", cmd.ID, b.Height)
		}
		inBlock[cmd.ID] = true
		if h, ok := c.places[cmd.ID]; ok {
			c.doubled++
			if g.opts.StrictOnce {
				g.fail("integrity: command %d is ordered at height %d and again at %d", cmd.ID, h, b.Height)
			}
			continue
		}
		c.places[cmd.ID] = b.Height
	}
	c.ledger = append(c.ledger, b)
}

// sent holds an unsigned message to what it promises.
func (c *checker) sent(n *node, to consensus.NodeID, msg consensus.Message) {
	if c.g.opts.Promise == nil {
		return
	}
	if s, ok := c.g.opts.Promise(n.id, to, msg); ok {
		c.say(n, s)
	}
}

// say records a promise that others may have heard.
func (c *checker) say(n *node, s consensus.Statement) {
	if n.corrupt != nil {
		return
	}
	c.promised++
	key := promiseKey{by: n.id, kind: s.Kind, view: s.View, height: s.Height}
	conflict := func(a, b consensus.Statement) bool { return a.Digest != b.Digest }
	if c.g.opts.Conflict != nil {
		key.height = 0
		conflict = c.g.opts.Conflict
	}
	for _, old := range c.said[key] {
		if old == s {
			return
		}
		if conflict(old, s) {
			c.g.fail("promise: replica %d contradicts itself: %+v after %+v", n.id, s, old)
		}
	}
	c.said[key] = append(c.said[key], s)
}

// promise is a signature made in a step whose writes may not be durable yet: it binds once somebody
// may have seen it.
type promise struct {
	statement consensus.Statement
	signature consensus.Signature
	until     uint64 // value of disk.done at which a Send of the same step departs
	open      bool   // the step that made it is not over: until is not known
}

// recorder is an Authenticator that remembers what its replica signed.
type recorder struct {
	consensus.Authenticator
	n *node
}

func (r recorder) Sign(s consensus.Statement) consensus.Signature {
	sig := r.Authenticator.Sign(s)
	r.n.promises = append(r.n.promises, promise{statement: s, signature: sig, open: true})
	return sig
}

// bind turns signatures into promises once the writes of their step are durable.
func (n *node) bind() {
	kept := n.promises[:0]
	for _, p := range n.promises {
		if p.open {
			p.open, p.until = false, n.disk.done+uint64(len(n.disk.pending))
		}
		if p.until <= n.disk.done {
			n.g.check.say(n, p.statement)
			continue
		}
		kept = append(kept, p)
	}
	n.promises = kept
}

// bindCarried turns the signatures that a message carries into promises at once: it leaves early.
func (n *node) bindCarried(msg consensus.Message) {
	for _, p := range n.promises {
		if carries(reflect.ValueOf(msg), p.signature, 6) {
			n.g.check.say(n, p.statement)
		}
	}
}

// carries reports whether a value holds this very signature, looking depth levels deep.
func carries(v reflect.Value, sig consensus.Signature, depth int) bool {
	if depth < 0 {
		return false
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && carries(v.Elem(), sig, depth-1)
	case reflect.Struct:
		for i := range v.NumField() {
			if carries(v.Field(i), sig, depth-1) {
				return true
			}
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[consensus.Signature]() {
			return v.Len() > 0 && v.Pointer() == reflect.ValueOf(sig).Pointer()
		}
		for i := range v.Len() {
			if carries(v.Index(i), sig, depth-1) {
				return true
			}
		}
	}
	return false
}
