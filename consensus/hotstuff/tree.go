package hotstuff

import "github.com/govbench/govbench/consensus"

// node is a block in the tree of what is not yet committed.
type node struct {
	block  *consensus.Block
	parent *node // nil at the root
	// full is the height of the highest block that is not empty, at or below this one.
	full uint64
	// known is the height that whoever received this block knows to be committed.
	known uint64
}

func (n *node) view() uint64   { return n.block.View }
func (n *node) height() uint64 { return n.block.Height }

// above returns the ancestor of n, n included, at the given height, nil below the root.
func (n *node) at(height uint64) *node {
	for n != nil && n.height() > height {
		n = n.parent
	}
	return n
}

// threeChain returns the highest block b at or below tip such that b, its child and its grandchild up
// to tip are of consecutive views. All of them are certified when tip is, because correct replicas vote
// for a block only with a certificate of its parent in hand.
//
// §5 and Algorithm 4 (onCommit): b” , b' and b linked by direct parenthood. The paper pads skipped
// views with dummy blocks, so that direct parents are of consecutive views; here heights are without
// gaps and the views are compared.
func (n *node) threeChain() *node {
	for tip := n; tip.parent != nil && tip.parent.parent != nil; tip = tip.parent {
		middle, b := tip.parent, tip.parent.parent
		if tip.view() == middle.view()+1 && middle.view() == b.view()+1 {
			return b
		}
	}
	return nil
}

// tree holds the last committed block, its root, and the blocks above it. It has a handful of nodes, so
// that looking through them beats a map.
type tree struct {
	root  *node
	nodes []*node // parents before children; the root is the first
}

func (t *tree) reset(root *consensus.Block) {
	t.root = &node{block: root, known: root.Height}
	clear(t.nodes)
	t.nodes = append(t.nodes[:0], t.root)
}

// find returns the node of a block, newest first, or nil.
func (t *tree) find(id *consensus.Digest) *node {
	for i := len(t.nodes) - 1; i >= 0; i-- {
		if t.nodes[i].block.ID == *id {
			return t.nodes[i]
		}
	}
	return nil
}

// insert adds a block under its parent; a block that is there already stays.
func (t *tree) insert(b *consensus.Block, parent *node) *node {
	if n := t.find(&b.ID); n != nil {
		return n
	}
	n := &node{block: b, parent: parent, full: parent.full, known: parent.known}
	if b.Payload.Len() > 0 {
		n.full = b.Height
	}
	if c := parent.threeChain(); c != nil {
		n.known = max(n.known, c.height())
	}
	t.nodes = append(t.nodes, n)
	return n
}

// advance makes n the root and forgets every block that does not descend from it.
func (t *tree) advance(n *node) {
	kept := t.nodes[:0]
	for _, c := range t.nodes {
		if c.at(n.height()) == n {
			kept = append(kept, c)
		}
	}
	clear(t.nodes[len(kept):])
	t.nodes = kept
	n.parent = nil
	t.root = n
}

// prune bounds a tree that grows without commits: it forgets blocks that are neither below keep nor
// newer than it. One of them that is certified after all is fetched again.
func (t *tree) prune(keep *node) {
	kept := t.nodes[:0]
	for _, c := range t.nodes {
		if c.view() > keep.view() && t.descends(c, kept) || keep.at(c.height()) == c {
			kept = append(kept, c)
		}
	}
	clear(t.nodes[len(kept):])
	t.nodes = kept
}

// descends reports whether the parent of c was kept.
func (t *tree) descends(c *node, kept []*node) bool {
	for _, k := range kept {
		if k == c.parent {
			return true
		}
	}
	return false
}

// path appends the blocks above height up to n, ascending.
func (n *node) path(height uint64, to []*consensus.Block) []*consensus.Block {
	start := len(to)
	for c := n; c != nil && c.height() > height; c = c.parent {
		to = append(to, c.block)
	}
	for i, j := start, len(to)-1; i < j; i, j = i+1, j-1 {
		to[i], to[j] = to[j], to[i]
	}
	return to
}

// genesis is the block of height 0 that every replica holds; it counts as certified in view 0.
func genesis() *consensus.Block {
	return consensus.NewBlock(0, 0, 0, consensus.Digest{}, consensus.NewPayload(nil))
}

// statementOf is what a vote for b signs.
func statementOf(b *consensus.Block) consensus.Statement {
	return consensus.Statement{Kind: KindVote, View: b.View, Height: b.Height, Digest: b.ID}
}

// genuine reports whether a block's ID is that of its header. The payload's digest is computed by its
// only constructor.
func genuine(b *consensus.Block) bool {
	if b == nil || b.Payload == nil || b.Height == 0 || b.View == 0 {
		return false
	}
	return b.Genuine()
}
