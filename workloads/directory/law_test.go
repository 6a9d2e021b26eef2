package directory

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// healthy is a program after a run in which everything happened.
func healthy(t *testing.T, n int) *app {
	params := workloads.Params{Agencies: 12, PayloadBytes: 8, ReadPercent: 30, LogReads: true, Population: 40, Approvals: 2,
		Rule: map[string]int64{"withdraw-percent": 20, "complain-percent": 20, "districts": 3, "standing": 1, "renew-percent": 20}}
	built := programtest.Build(t, Family(), params)
	a := built.App().(*app)
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), n, func(r workloads.Request) []byte {
		return programtest.Apply(a, r.Op, r.Read)
	})
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	for kind := KindRegister; kind <= KindDismiss; kind++ {
		if a.count(kind) == 0 {
			t.Fatalf("no operation of kind %d", kind)
		}
	}
	return a
}

// TestCheckCatches plants violations of each law into the ledger of a healthy program.
func TestCheckCatches(t *testing.T) {
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t, 6000); return a, a.Ledger }, []programtest.Plant{
		{Law: "version of an entry", Prefix: "e", Flip: 3},
		{Law: "owner of an entry", Prefix: "e", Flip: 5},
		{Law: "class of an entry", Prefix: "e", Flip: 7},
		{Law: "content of an entry", Prefix: "e", Flip: 10},
		{Law: "withdrawal", Prefix: "e", Flip: 47},
		{Law: "open requests", Prefix: "e", Flip: 51},
		{Law: "requests in the run", Prefix: "e", Flip: 55},
		{Law: "open complaint", Prefix: "e", Flip: 63},
		{Law: "time of the complaint", Prefix: "e", Flip: 71},
		{Law: "entry deleted", Prefix: "e", Delete: true},
		{Law: "entry of nobody", Key: []byte("e\x00\x00\x00\x00\x00\x01\x00\x00"), Value: make([]byte, entrySize)},
		{Law: "entry of a version", Prefix: "v", Flip: 7},
		{Law: "gap in versions", Prefix: "v", Flip: 11},
		{Law: "a stranger's change", Prefix: "v", Flip: 13},
		{Law: "kind of a version", Prefix: "v", Flip: 14},
		{Law: "order of versions", Prefix: "v", Flip: 57},
		{Law: "versions deleted", Prefix: "v", Delete: true},
		{Law: "entry of a request", Prefix: "q", Flip: 7},
		{Law: "agency of a request", Prefix: "q", Flip: 9},
		{Law: "state of a request", Prefix: "q", Flip: 12},
		{Law: "fields granted", Prefix: "q", Flip: 19},
		{Law: "end of a grant", Prefix: "q", Flip: 54},
		{Law: "uses of a grant", Prefix: "q", Flip: 62},
		{Law: "signer", Prefix: "q", Flip: 64},
		{Law: "order of a request", Prefix: "q", Flip: 75},
		{Law: "signature", Prefix: "q", Flip: 83},
		{Law: "decision", Prefix: "q", Flip: 91},
		{Law: "ending", Prefix: "q", Flip: 99},
		{Law: "renewal", Prefix: "q", Flip: 107},
		{Law: "request deleted", Prefix: "q", Delete: true},
		{Law: "grant from the start", Prefix: "q\x80", Flip: 9},
		{Law: "uses of a grant from the start", Prefix: "q\x80", Flip: 62},
		{Law: "grant from the start deleted", Prefix: "q\x80", Delete: true},
		{Law: "latest request", Prefix: "a", Flip: 6},
		{Law: "latest request deleted", Prefix: "a", Delete: true},
		{Law: "grant of a use", Prefix: "u", Flip: 7},
		{Law: "user", Prefix: "u", Flip: 18},
		{Law: "time of a use", Prefix: "u", Flip: 24},
		{Law: "order of uses", Prefix: "u", Flip: 32},
		{Law: "uses deleted", Prefix: "u", Delete: true},
		{Law: "grant of a complaint", Prefix: "m", Flip: 7},
		{Law: "outcome of a complaint", Prefix: "m", Flip: 18},
		{Law: "due time of a complaint", Prefix: "m", Flip: 34},
		{Law: "settlement", Prefix: "m", Flip: 43},
		{Law: "complaints deleted", Prefix: "m", Delete: true},
		{Law: "district of a batch", Prefix: "b", Flip: 1},
		{Law: "gap in batches", Prefix: "b", Flip: 5},
		{Law: "entries of a batch", Prefix: "b", Flip: 9},
		{Law: "digest of a batch", Prefix: "b", Flip: 30},
		{Law: "district's batches", Prefix: "d", Flip: 3},
		{Law: "district's chain", Prefix: "d", Flip: 40},
		{Law: "district deleted", Prefix: "d", Delete: true},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "counter of uses", Prefix: "T", Flip: 16 + 8*int(KindUse-1) + 7},
		{Law: "counter of grants", Prefix: "T", Flip: 16 + 8*countGranted + 7},
		{Law: "counter of entries reported", Prefix: "T", Flip: 16 + 8*countReported + 7},
		{Law: "counter of complaints", Prefix: "T", Flip: 16 + 8*countSettled + 7},
		{Law: "genesis", Prefix: "G", Flip: 0},
	})
}

// TestAmended changes a governed rule in mid-run: the program judges by the new value exactly from its height on.
func TestAmended(t *testing.T) {
	params := workloads.Params{Agencies: 3, Population: 10, ReadPercent: 10, Rule: map[string]int64{"districts": 2}}
	built := programtest.Build(t, Family(), params)
	a := built.App().(*app)
	governor := programtest.NewGovernor(Family(), built, params)
	const height = 40
	governor.Enact(t, a, 0, "batch-max", 5, height)
	g := built.Generator(programtest.New(1)).(*generator)
	accepted := 0
	for range 100 {
		op, client := g.begin(KindBatch, 1, 0, 40)
		op = append(op, 0, 0, 0, 0, 0, 0, 0, 6)
		var digest [32]byte
		request := g.end(0, client, 1, append(op, digest[:]...))
		if _, refused := workloads.Refused(a.Apply(request.Op)); !refused {
			accepted++
		}
	}
	if want := height - governor.Quorum(); accepted != want {
		t.Errorf("%d batches of 6 entries accepted, want %d before only 5 were allowed", accepted, want)
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	if got := governor.Value(t, a, "batch-max"); got != 5 {
		t.Errorf("the rule is %d", got)
	}
}

// TestAmendedRun plays a whole run in which the parameters hold amendments.
func TestAmendedRun(t *testing.T) {
	params := workloads.Params{Agencies: 12, ReadPercent: 30, LogReads: true, Population: 60, Approvals: 2, Amendments: []workloads.Amendment{
		{Rule: "admin-signs", Value: 0, Height: 500}, {Rule: "grant-life", Value: 1000, Height: 900}, {Rule: "correction-deadline", Value: 1, Height: 600},
	}}
	built := programtest.Build(t, Family(), params)
	a := built.App().(*app)
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 8000, func(r workloads.Request) []byte {
		return programtest.Apply(a, r.Op, r.Read)
	})
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	if a.Governance() == 0 || a.Rule("admin-signs") != 0 || a.Rule("grant-life") != 1000 {
		t.Errorf("%d governing transactions, rules %d and %d", a.Governance(), a.Rule("admin-signs"), a.Rule("grant-life"))
	}
}

// TestOverdueBlocksUse: after the deadline of a complaint nobody uses the entry until the owner corrects it.
func TestOverdueBlocksUse(t *testing.T) {
	params := workloads.Params{Agencies: 5, Population: 10, LogReads: true, Rule: map[string]int64{"correction-deadline": 50, "closed-percent": 0}}
	built := programtest.Build(t, Family(), params)
	a, g := built.App().(*app), built.Generator(programtest.New(1)).(*generator)
	play := func(r workloads.Request, want string) {
		t.Helper()
		if reason, _ := workloads.Refused(programtest.Apply(a, r.Op, r.Read)); reason != want {
			t.Fatalf("kind %d: %q, want %q", r.Op[1], reason, want)
		}
	}
	grant := holding{standingBit, g.begun.holder(0, 0), 1}
	evidence := program.Fill(1, 1)
	play(g.use(0, grant), "")
	play(g.step(KindComplain, int(grant.agency), 10e6, grant.number, evidence[:]), "")
	play(g.use(60e6, grant), "")
	play(g.use(61e6, grant), "a complaint against the entry is overdue")
	play(g.version(62e6, 0, 0, 1, classOpen), "")
	play(g.use(63e6, grant), "")
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
}
