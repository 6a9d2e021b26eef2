package claim

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// healthyParams make a run in which instruments reach every state and a rule changes.
var healthyParams = workloads.Params{
	Agencies: 5, PayloadBytes: 8, ReadPercent: 30, LogReads: true, Approvals: 2, Population: 2000, ThinkMean: 100 * time.Millisecond,
	Rule: map[string]int64{"start-term": 40_000, "lock-life": 3_000, "grace": 0, "part-min": 100, "dispute-percent": 10,
		"split-percent": 30, "assign-percent": 20, "cancel-percent": 5, "withdraw-percent": 5, "transfer-percent": 30},
	Amendments: []workloads.Amendment{{Rule: "advance-rate", Value: 7_000, Height: 1500}},
}

// run plays n requests of a generator.
func run(t *testing.T, params workloads.Params, n int) *app {
	t.Helper()
	built := programtest.Build(t, Family(), params)
	a := built.App().(*app)
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), n, func(r workloads.Request) []byte {
		return programtest.Apply(a, r.Op, r.Read)
	})
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	return a
}

func healthy(t *testing.T) *app { return run(t, healthyParams, 6000) }

// rewrite puts another value under a key and keeps its version.
func rewrite(a *app, key, value []byte) {
	_, version, _ := a.Ledger.Get(key)
	a.Ledger.Delete(key)
	for range max(version, 1) {
		a.Ledger.Put(key, value)
	}
}

// editInstrument changes the first instrument that the change takes.
func editInstrument(t *testing.T, a *app, change func(number uint64, r *instrument) bool) {
	t.Helper()
	for e := range a.Ledger.Prefix([]byte{keyInstrument}) {
		if r, _ := readInstrument(e.Value); change(binary.BigEndian.Uint64(e.Key[1:]), &r) {
			rewrite(a, bytes.Clone(e.Key), r.append(nil))
			return
		}
	}
	t.Fatal("no instrument to plant the violation in")
}

func editClaim(t *testing.T, a *app, change func(id uint64, c *claim) bool) {
	t.Helper()
	for e := range a.Ledger.Prefix([]byte{keyClaim}) {
		if c, _ := readClaim(e.Value); change(binary.BigEndian.Uint64(e.Key[1:]), &c) {
			rewrite(a, bytes.Clone(e.Key), c.append(nil))
			return
		}
	}
	t.Fatal("no claim to plant the violation in")
}

// TestLawsOfInstruments plants a violation of each law about instruments; the law's own check finds it.
func TestLawsOfInstruments(t *testing.T) {
	for law, plant := range map[string]struct {
		change func(number uint64, r *instrument) bool
		says   string
	}{
		"a part grows": {func(_ uint64, r *instrument) bool { r.face++; return r.parent != none }, "parts"},
		"parts of the wrong instrument": {func(_ uint64, r *instrument) bool {
			r.parts++
			return r.state == StateSplit
		}, "part"},
		"registered above the face allowed": {func(n uint64, r *instrument) bool {
			r.face = 1 << 50
			return n >= 2000 && r.parent == none
		}, "face"},
		"due later than allowed": {func(n uint64, r *instrument) bool {
			r.due = r.setAt + 366*day
			return n >= 2000 && r.parent == none
		}, "longest term"},
		"a face of the start grows": {func(n uint64, r *instrument) bool { r.face++; return n < 2000 && r.parts == none }, "start"},
		"content of another": {func(n uint64, r *instrument) bool {
			r.content[5] ^= 1
			return n >= 2000 && r.parent == none && r.parts == none
		}, "content"},
		"a confirmation is missing": {func(_ uint64, r *instrument) bool {
			r.confirmed &^= 2
			return r.state == StateFree || r.state == StateHeld
		}, "confirmations"},
		"confirmed and open": {func(_ uint64, r *instrument) bool { r.confirmed = 7; return r.state == StateOpen }, "confirmations"},
		"the lock is lost":   {func(_ uint64, r *instrument) bool { r.lock = 0; return r.state == StateLent }, "claim 0"},
		"lent on another claim": {func(_ uint64, r *instrument) bool {
			r.lock++
			return r.state == StateLent
		}, "lock is"},
		"settled without a transaction": {func(_ uint64, r *instrument) bool {
			r.settledOrder = 0
			return r.state == StateSettled
		}, "settled by"},
		"settled and used again": {func(_ uint64, r *instrument) bool {
			r.state = StateFree
			return r.state == StateSettled || r.settledOrder != 0
		}, "settled by"},
		"overdue within grace": {func(_ uint64, r *instrument) bool {
			r.overdueAt = r.due
			return r.state == StateOverdue
		}, "grace"},
		"a state changes": {func(_ uint64, r *instrument) bool {
			r.state = StateDisputed
			return r.state == StateDisputed && r.confirmed == 0 && r.settledOrder == 0 && r.parts == none
		}, "counter"},
		"a step too much": {func(_ uint64, r *instrument) bool { r.steps++; return true }, "transactions"},
	} {
		a := healthy(t)
		editInstrument(t, a, func(n uint64, r *instrument) bool {
			before := *r
			return plant.change(n, r) && *r != before
		})
		wantBroken(t, a, law, plant.says)
	}
}

// TestLawsOfClaims does so with claims.
func TestLawsOfClaims(t *testing.T) {
	for law, plant := range map[string]struct {
		change func(id uint64, c *claim) bool
		says   string
	}{
		"lent above the rate": {func(_ uint64, c *claim) bool { c.amount = c.ask; return c.state == ClaimPaid }, "basis points"},
		"the lock lasts longer": {func(_ uint64, c *claim) bool {
			c.until++
			return c.state == ClaimLocked
		}, "locks from"},
		"paid after the lock": {func(_ uint64, c *claim) bool { c.paidAt = c.until + 1; return c.state == ClaimPaid }, "lock ended"},
		"paid by the reviewer": {func(_ uint64, c *claim) bool {
			c.payer = c.reviewer
			return c.state == ClaimPaid
		}, "reviewed and"},
		"paid by another agency": {func(_ uint64, c *claim) bool {
			c.payer, c.reviewer = c.payer^32, c.reviewer^32
			return c.state == ClaimPaid && c.transfers == 0
		}, "reviewed and"},
		"paid before the review": {func(_ uint64, c *claim) bool {
			c.paid = c.reviewed
			return c.state == ClaimPaid
		}, "paid on"},
		"the debtor claims": {func(_ uint64, c *claim) bool {
			c.claimant = c.offered
			return c.state == ClaimPaid && c.offered != agencyNone
		}, "offered"},
		"ended and locking": {func(_ uint64, c *claim) bool { c.ended = 0; return c.state == ClaimWithdrawn }, "ended by"},
		"a claim on another instrument": {func(_ uint64, c *claim) bool {
			c.number = 0
			return c.state == ClaimRejected
		}, ""},
		"a claim lives twice": {func(_ uint64, c *claim) bool {
			c.state, c.ended = ClaimLocked, 0
			return c.amount == 0 && c.reviewed == 0
		}, "lock"},
		"the money lent changes": {func(_ uint64, c *claim) bool { c.amount--; return c.state == ClaimPaid }, "lent"},
	} {
		a := healthy(t)
		editClaim(t, a, func(id uint64, c *claim) bool {
			before := *c
			return plant.change(id, c) && *c != before
		})
		wantBroken(t, a, law, plant.says)
	}
}

func wantBroken(t *testing.T, a *app, law, says string) {
	t.Helper()
	if err := a.Check(); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: Check says %v, want it to speak of %q", law, err, says)
	} else {
		t.Logf("%s: %v", law, err)
	}
}

// Two claims that lock one instrument at once are the crime that the register is against: a forged second one is found
// although everything else about it is in order.
func TestDoubleLockIsFound(t *testing.T) {
	a := healthy(t)
	s := &audit{accepted: a.Accepted()}
	if err := a.checkClaims(s); err != nil {
		t.Fatal(err)
	}
	if err := a.checkSpans(s); err != nil {
		t.Fatal(err)
	}
	for i := range s.spans {
		if span := s.spans[i]; span.ended > span.made+1 {
			s.spans = append(s.spans, lockSpan{span.number, span.id + 1, span.made + 1, span.ended + 1})
			break
		}
	}
	if err := a.checkSpans(s); err == nil || !strings.Contains(err.Error(), "locked it") {
		t.Errorf("a second lock goes unnoticed: %v", err)
	}
}

// TestPlanted flips bits and deletes entries all over the ledger.
func TestPlanted(t *testing.T) {
	state := healthy(t).Ledger
	plants := append(programtest.GovernPlants(state), []programtest.Plant{
		{Law: "an inquiry's answer", Prefix: "q", Flip: 29},
		{Law: "an inquiry's order", Prefix: "q", Flip: 7},
		{Law: "an inquiry's instrument", Prefix: "q", Flip: 20},
		{Law: "an inquiry's client", Prefix: "q", Flip: 16},
		{Law: "inquiries deleted", Prefix: "q", Delete: true},
		{Law: "a content of another instrument", Prefix: "h", Flip: 7},
		{Law: "a content deleted", Prefix: "h", Delete: true},
		{Law: "a claim deleted", Prefix: "c", Delete: true},
		{Law: "a claim's instrument", Prefix: "c", Flip: 7},
		{Law: "an instrument deleted", Prefix: "i", Delete: true},
		{Law: "an instrument's steps", Prefix: "i", Flip: 135},
		{Law: "counter of registrations", Prefix: "T", Flip: 16 + 7},
		{Law: "counter of lent instruments", Prefix: "T", Flip: 16 + 8*int(StateLent) + 7},
		{Law: "counter of claims", Prefix: "T", Flip: 16 + 8*countClaims + 7},
		{Law: "counter of paid claims", Prefix: "T", Flip: 16 + 8*(countClaims+int(ClaimPaid)) + 7},
		{Law: "counter of inquiries", Prefix: "T", Flip: 16 + 8*countAsked + 7},
		{Law: "money that is lent", Prefix: "T", Flip: 16 + 8*countOutstanding + 7},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "genesis", Prefix: "G", Flip: 0},
	}...)
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t); return a, a.Ledger }, plants)
}

// The shares of the generator are what its cases come to, and duplicates are among its wrong requests.
func TestGeneratorTriesDuplicates(t *testing.T) {
	params := workloads.Params{Agencies: 6, ReadPercent: 10, Approvals: 1, Population: 5000, Rule: map[string]int64{"refused-percent": 10}}
	built := programtest.Build(t, Family(), params)
	a := built.App()
	duplicates, reasons := 0, map[string]bool{}
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 10_000, func(r workloads.Request) []byte {
		answer := programtest.Apply(a, r.Op, r.Read)
		if reason, refused := workloads.Refused(answer); strings.HasPrefix(reason, reasonTaken) {
			duplicates++
		} else if refused {
			reasons[reason] = true
		}
		return answer
	})
	if duplicates < 50 || len(reasons) < 6 {
		t.Errorf("%d duplicates, and other refusals for %v", duplicates, reasons)
	}
}

// Splits and assignments, storms included, neither make nor lose a fen: what was registered is what the parts that were
// not split again are worth.
func TestPartsSumToWhatWasRegistered(t *testing.T) {
	for seed := range uint64(3) {
		params := stormParams[0]
		built := programtest.Build(t, Family(), params)
		a := built.App().(*app)
		programtest.Storm(programtest.New(seed), built, params, 3000, func(op []byte, query bool) []byte {
			return programtest.Apply(a, op, query)
		})
		whole, parts, splits := uint64(0), uint64(0), 0
		for e := range a.Ledger.Each([]byte{keyInstrument}) {
			r, _ := readInstrument(e.Value)
			if r.parent == none {
				whole += r.face
			}
			if r.state == StateSplit {
				splits++
			} else {
				parts += r.face
			}
		}
		if whole != parts || splits < 10 {
			t.Errorf("seed %d: %d fen registered, %d fen in parts after %d splits", seed, whole, parts, splits)
		}
	}
}
