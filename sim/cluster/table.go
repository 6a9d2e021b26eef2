package cluster

import "github.com/govbench/govbench/consensus"

// pageBits is the size of a page of the table: 1,024 commands.
const pageBits = 10

// table holds the state of every command by CommandID, in pages that never move.
type table struct {
	pages []*[1 << pageBits]commandState
	count uint64
}

// next is the CommandID that the next command must have.
func (t *table) next() consensus.CommandID { return consensus.CommandID(t.count + 1) }

// add makes room for the next command.
func (t *table) add() *commandState {
	i := t.count
	t.count++
	if i>>pageBits == uint64(len(t.pages)) {
		t.pages = append(t.pages, new([1 << pageBits]commandState))
	}
	return &t.pages[i>>pageBits][i&(1<<pageBits-1)]
}

// has reports whether a command was submitted.
func (t *table) has(id consensus.CommandID) bool { return id != 0 && uint64(id) <= t.count }

// at is the state of a command that was submitted.
func (t *table) at(id consensus.CommandID) *commandState {
	i := uint64(id) - 1
	return &t.pages[i>>pageBits][i&(1<<pageBits-1)]
}
