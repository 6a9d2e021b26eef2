package experiment

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
)

// recorder is a program that keeps the operations in the order in which they were committed.
type recorder struct {
	workloads.App
	ops *[][]byte
}

func (r recorder) Apply(op []byte) []byte {
	*r.ops = append(*r.ops, op)
	return r.App.Apply(op)
}

// rootAfter executes operations on a fresh program, with a root after every so many, as blocks of that size ask
// for it, and returns the last root.
func rootAfter(app workloads.App, ops [][]byte, block int) string {
	for i, op := range ops {
		app.Apply(op)
		if i%block == block-1 {
			app.Digest()
		}
	}
	root := app.Digest()
	return hex.EncodeToString(root[:])
}

// several is a mix of services of different families, with cases, logged checks and amendments.
const several = `name: several
designs: [raft, pbft, hotstuff]
scenarios: [{id: several, name: Several, mix: [{scenario: [court-evidence-deposit, enterprise-establishment, population-base-check, real-estate-registration, elicence-business-licence]}]}]
load: [300]
duration: 6s
warmup: 1s
`

// committed runs a cell and returns its committed operations and the root that its record states.
func committed(t *testing.T, c *Cell) (ops [][]byte, root string) {
	t.Helper()
	w := *c.Workload
	inner := w.Program.App
	w.Program.App = func() workloads.App { return recorder{inner(), &ops} }
	watched := *c
	watched.Workload = &w
	r, err := watched.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Failed() {
		t.Errorf("%s: %s: %s", c.Design.Name, f.Name, f.Detail)
	}
	return ops, r.StateRoot
}

// TestRootFollowsTheOrder: the state after a run is a function of the committed order alone. Executed again by
// fresh programs, whatever the blocks, the order of each design's run gives the root that its record states; two
// operations in another order give another one.
func TestRootFollowsTheOrder(t *testing.T) {
	for _, c := range plan(t, several).Cells {
		ops, root := committed(t, c)
		if len(ops) < 500 {
			t.Fatalf("%s: only %d operations", c.Design.Name, len(ops))
		}
		for _, block := range []int{1, 7, 500, len(ops) + 1} {
			if got := rootAfter(c.Workload.Program.App(), ops, block); got != root {
				t.Errorf("%s: executed in blocks of %d the root is %s, the record says %s", c.Design.Name, block, got, root)
			}
		}
		if got := rootAfter(c.Workload.Program.App(), ops[:len(ops)-1], 7); got == root {
			t.Errorf("%s: the root does not depend on the last operation", c.Design.Name)
		}
	}
}

// replay sends given operations one by one, and then harmless queries.
type replay struct{ ops [][]byte }

func (r *replay) Begin(at time.Duration) workloads.Request {
	if len(r.ops) == 0 {
		return workloads.Request{At: at, Read: true, Last: true}
	}
	op := r.ops[0]
	r.ops = r.ops[1:]
	return workloads.Request{At: at, Op: op, Last: true}
}

func (r *replay) Follow(workloads.Request, []byte, time.Duration) (workloads.Request, bool) {
	return workloads.Request{}, false
}

// TestOneRootForEveryDesign: raft, pbft and hotstuff, each of which orders the same operations in the same order
// because one client sends them one after another, end in the same state root, which is that of executing them
// without any protocol.
func TestOneRootForEveryDesign(t *testing.T) {
	source := plan(t, several).Cells[0]
	ops, _ := committed(t, source)
	ops = ops[:min(len(ops), 600)]
	want := rootAfter(source.Workload.Program.App(), ops, 13)
	closed := strings.Replace(several, "load: [300]\nduration: 6s", "clients: 1\nduration: 60s", 1)
	for _, c := range plan(t, closed).Cells {
		alone := *c.Workload.Members()[0]
		alone.Program.App = source.Workload.Program.App
		alone.Program.Generator = func(workloads.Rand) workloads.Generator { return &replay{ops} }
		at := *alone.Scenario
		at.Params.Think = time.Millisecond
		alone.Scenario = &at
		one := *c
		one.Workload, one.Scenario = &alone, &at
		got, root := committed(t, &one)
		if len(got) != len(ops) {
			t.Fatalf("%s: %d of %d operations were executed", c.Design.Name, len(got), len(ops))
		}
		if root != want {
			t.Errorf("%s: the state root is %s, that of the order is %s", c.Design.Name, root, want)
		}
	}
}
