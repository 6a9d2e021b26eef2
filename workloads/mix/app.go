package mix

import (
	"fmt"
	"strings"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Part is a member of an App.
type Part struct {
	Name string // of the service, in errors
	Tag  uint64 // of its program
	App  workloads.App
}

// App is the replicated program of a mixed workload.
type App struct {
	parts   []Part
	byTag   tagTable
	touched []bool // by member: it executed something since the last root
	tree    tree
}

// New makes the program of its members. It fails without members, with more than workloads.MembersMax and
// with two of the same tag.
func New(parts []Part) (*App, error) {
	if len(parts) == 0 || len(parts) > workloads.MembersMax {
		return nil, fmt.Errorf("mix: %d members: allowed are 1 to %d", len(parts), workloads.MembersMax)
	}
	a := &App{parts: parts, byTag: newTagTable(len(parts)), touched: make([]bool, len(parts))}
	for i, p := range parts {
		if p.App == nil {
			return nil, fmt.Errorf("mix: member %s has no program", p.Name)
		}
		if other, twice := a.byTag.find(p.Tag); twice {
			return nil, fmt.Errorf("mix: %s and %s have programs of one tag, %016x: give their parameters different salts",
				parts[other].Name, p.Name, p.Tag)
		}
		a.byTag.add(p.Tag, uint32(i))
		a.touched[i] = true
	}
	a.tree = newTree(len(parts))
	return a, nil
}

// Reasons of refusals, the same as those of every program.
const (
	reasonMalformed = "malformed envelope"
	reasonForeign   = "operation of another program"
)

// member finds the member that an operation is for.
func (a *App) member(op []byte) (index uint32, reason string) {
	header, _, ok := program.ReadHeader(op)
	if !ok {
		return 0, reasonMalformed
	}
	index, ok = a.byTag.find(header.Tag)
	if !ok {
		return 0, reasonForeign
	}
	return index, ""
}

// Apply implements workloads.App.
func (a *App) Apply(op []byte) []byte {
	index, reason := a.member(op)
	if reason != "" {
		return program.Refusal(reason)
	}
	a.touched[index] = true
	return a.parts[index].App.Apply(op)
}

// Query implements workloads.App.
func (a *App) Query(op []byte) []byte {
	index, reason := a.member(op)
	if reason != "" {
		return program.Refusal(reason)
	}
	return a.parts[index].App.Query(op)
}

// Digest implements workloads.App; see the package comment for the tree.
func (a *App) Digest() [32]byte {
	for i, touched := range a.touched {
		if touched {
			a.touched[i] = false
			a.tree.set(i, leaf(a.parts[i].Tag, a.parts[i].App.Digest()))
		}
	}
	return a.tree.root()
}

// StateBytes implements workloads.Sized: it is the sum over the members.
func (a *App) StateBytes() uint64 {
	sum := uint64(0)
	for _, p := range a.parts {
		if sized, ok := p.App.(workloads.Sized); ok {
			sum += sized.StateBytes()
		}
	}
	return sum
}

// Check implements workloads.App: it verifies the laws of every member. The error is a *BrokenLaws.
func (a *App) Check() error {
	var broken BrokenLaws
	for i, p := range a.parts {
		if err := p.App.Check(); err != nil {
			broken = append(broken, BrokenLaw{Member: i, Name: p.Name, Err: err})
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return &broken
}

// BrokenLaw says which law of a member broke.
type BrokenLaw struct {
	Member int
	Name   string // of the member
	Err    error  // of its Check
}

// BrokenLaws lists every member that broke a law, in the order of the members.
type BrokenLaws []BrokenLaw

// Error names the members and what broke.
func (b *BrokenLaws) Error() string {
	var lines []string
	for _, law := range *b {
		lines = append(lines, law.Name+": "+law.Err.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap lists the members' errors.
func (b *BrokenLaws) Unwrap() []error {
	var list []error
	for _, law := range *b {
		list = append(list, law.Err)
	}
	return list
}

// Members is the number of members.
func (a *App) Members() int { return len(a.parts) }

// Path proves the state of a member: with the member's own root it leads to the root of the chain, see
// [Root].
func (a *App) Path(member int) (memberRoot [32]byte, path [][32]byte) {
	a.Digest()
	return a.parts[member].App.Digest(), a.tree.path(member)
}

// Root is the root of a chain with so many members, of which the member with that index and tag has that
// root and path. It reports false when the path has a wrong length.
func Root(members, member int, tag uint64, memberRoot [32]byte, path [][32]byte) (root [32]byte, ok bool) {
	if member < 0 || member >= members {
		return root, false
	}
	return climb(members, member, leaf(tag, memberRoot), path)
}

// Enacted implements workloads.Governed: the amendments of all members.
func (a *App) Enacted() (list []workloads.Enacted) {
	for i := range a.parts {
		governed, ok := a.parts[i].App.(workloads.Governed)
		if !ok {
			continue
		}
		for _, e := range governed.Enacted() {
			e.Member = i
			list = append(list, e)
		}
	}
	return list
}
