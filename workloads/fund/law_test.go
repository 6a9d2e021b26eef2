package fund

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// healthyParams make a run in which applications reach every state and a rule changes.
var healthyParams = workloads.Params{
	Agencies: 5, PayloadBytes: 8, ReadPercent: 30, LogReads: true, Approvals: 2, Population: 20_000, ThinkMean: 50 * time.Millisecond,
	Rule: map[string]int64{"projects": 40, "programmes": 6, "payroll-percent": 20, "milestone-percent": 10, "clawback-percent": 20,
		"return-percent": 30, "returns-max": 1, "large": 250_000, "year": 3_000, "period": 3_000},
	Amendments: []workloads.Amendment{{Rule: "benefit-cap", Value: 100_000, Height: 1500}},
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

// edit changes the first entry of a kind that the change takes.
func edit(t *testing.T, a *app, prefix byte, change func(value []byte) []byte) {
	t.Helper()
	for e := range a.Ledger.Prefix([]byte{prefix}) {
		if value := change(bytes.Clone(e.Value)); value != nil {
			rewrite(a, bytes.Clone(e.Key), value)
			return
		}
	}
	t.Fatal("no entry to plant the violation in")
}

func wantBroken(t *testing.T, a *app, law, says string) {
	t.Helper()
	if err := a.Check(); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: Check says %v, want it to speak of %q", law, err, says)
	} else {
		t.Logf("%s: %v", law, err)
	}
}

// form is an application to plant a violation in: change breaks one that fits, and Check says so.
type form struct {
	fits   func(x *application) bool
	change func(x *application)
	says   string
}

func plantForms(t *testing.T, forms map[string]form) {
	t.Helper()
	for law, plant := range forms {
		a := healthy(t)
		edit(t, a, keyApplication, func(value []byte) []byte {
			x, _ := readApplication(value)
			before := x
			if !plant.fits(&x) {
				return nil
			}
			if plant.change(&x); x == before {
				return nil
			}
			return x.append(nil)
		})
		wantBroken(t, a, law, plant.says)
	}
}

// TestLawsOfDemand plants violations of the laws about what is applied for.
func TestLawsOfDemand(t *testing.T) {
	plantForms(t, map[string]form{
		"a benefit above the rules": {
			func(x *application) bool { return x.class == ClassBenefit },
			func(x *application) { x.amount++ }, "the rules made it"},
		"a subject of another project": {
			func(x *application) bool { return x.class == ClassBenefit },
			func(x *application) { x.subject++ }, "subject"},
		"a wage list of another sum": {
			func(x *application) bool { return x.class == ClassPayroll },
			func(x *application) { x.amount-- }, "wages sum"},
		"a wage list by a stranger": {
			func(x *application) bool { return x.class == ClassPayroll },
			func(x *application) { x.subject-- }, "filed it"},
		"a milestone above its share": {
			func(x *application) bool { return x.class == ClassMilestone },
			func(x *application) { x.amount = 1 << 40 }, "the most was"},
	})
}

// TestLawsOfPayment plants violations of the laws about who signs and what is paid.
func TestLawsOfPayment(t *testing.T) {
	plantForms(t, map[string]form{
		"a signature is missing": {
			func(x *application) bool { return x.state == StatePaid },
			func(x *application) { x.signed &^= 1 }, "signatures"},
		"a signature by a stranger": {
			func(x *application) bool { return x.state == StatePaid },
			func(x *application) { x.signed |= 1 << 20 }, "signatures"},
		"the finance agency need not sign": {
			func(x *application) bool { return x.state == StatePaid && x.needed == 7 },
			func(x *application) { x.needed, x.signed = 3, 3 }, "signatures"},
		"paid before it was ordered": {
			func(x *application) bool { return x.state == StatePaid },
			func(x *application) { x.paid = x.ordered }, "paid by"},
		"paid and never posted": {
			func(x *application) bool { return x.state == StatePaid },
			func(x *application) { x.paid++ }, "paid by"},
		"reserved and never posted": {
			func(x *application) bool { return x.reserved > x.made+1 },
			func(x *application) { x.reserved-- }, "reserved by"},
		"paid without an order": {
			func(x *application) bool { return x.state == StatePaid },
			func(x *application) { x.ordered = 0 }, "in state"},
		"demanded back too late": {
			func(x *application) bool { return x.clawed != 0 },
			func(x *application) { x.clawedAt = x.paidAt + 731*day }, "demanded back"},
		"returned too often": {
			func(x *application) bool { return x.state == StatePaid && x.refused != 0 },
			func(x *application) { x.returns = 9 }, "returned 9"},
		"a subject twice in a period": {
			func(x *application) bool { return x.class == ClassBenefit && x.state == StatePaid && x.period > 0 },
			func(x *application) { x.period-- }, "subject"},
		"paid in another state": {
			func(x *application) bool { return x.state == StatePaid },
			func(x *application) { x.state = StateClawed }, "demanded back"},
		"ended by nobody": {
			func(x *application) bool { return x.state == StateWithdrawn },
			func(x *application) { x.ended = 0 }, "ended by"},
		"two milestones at once": {
			func(x *application) bool { return x.class == ClassMilestone && x.state == StatePaid && x.base > 1 },
			func(x *application) { x.made = 1 }, "milestones at work"},
		"a step too much": {
			func(x *application) bool { return true },
			func(x *application) { x.steps++ }, "transactions"},
	})
}

// TestBooks plants violations of the books: money made, lost, shifted, taken from an empty account.
func TestBooks(t *testing.T) {
	for law, plant := range map[string]struct {
		prefix byte
		change func(value []byte) []byte
		says   string
	}{
		"money from nothing": {keyProject, func(v []byte) []byte { v[7] ^= 1; return v }, "the postings make it"},
		"money into donations": {keyProject, func(v []byte) []byte {
			p, _ := readProject(v)
			if p.bucket[0] == 0 {
				return nil
			}
			p.bucket[0]--
			p.bucket[1]++
			return p.append(nil)
		}, "the postings make it"},
		"a milestone forgotten": {keyProject, func(v []byte) []byte {
			p, _ := readProject(v)
			if p.billed == 0 {
				return nil
			}
			p.billed--
			return p.append(nil)
		}, "milestones"},
		"two milestones at work": {keyProject, func(v []byte) []byte {
			p, _ := readProject(v)
			p.atWork++
			return p.append(nil)
		}, "milestones"},
		"a programme richer":   {keyProgramme, func(v []byte) []byte { v[7] ^= 1; return v }, "the postings make it"},
		"a year's sum":         {keyProgramme, func(v []byte) []byte { v[23] ^= 1; return v }, "this year"},
		"a posting larger":     {keyPostings, func(v []byte) []byte { v[postingSize-1] ^= 1; return v }, ""},
		"a posting to another": {keyPostings, func(v []byte) []byte { v[13+8] ^= 1; return v }, ""},
		"an overdraft": {keyPostings, func(v []byte) []byte {
			at := 3 * postingSize
			if p := readPosting(v[at:]); p.from < accountProject {
				return nil
			}
			v[at+postingSize-7] = 1
			return v
		}, "has not so much"},
		"a posting twice":       {keyPostings, func(v []byte) []byte { copy(v[postingSize:], v[:postingSize]); return v }, "of transaction"},
		"a donation larger":     {keyDonations, func(v []byte) []byte { v[29] ^= 1; return v }, "posted nothing"},
		"another donor":         {keyDonations, func(v []byte) []byte { v[8] ^= 1; return v }, "posted nothing"},
		"a wage changed":        {keyWages, func(v []byte) []byte { v[3] ^= 1; return v }, "wages sum"},
		"a mark for nobody":     {keyMarks, func(v []byte) []byte { v[9] ^= 1; return v }, "mark"},
		"a mark lowered":        {keyMarks, func(v []byte) []byte { clear(v[:4]); return v }, "mark"},
		"a look at other money": {keyLooks, func(v []byte) []byte { v[31] ^= 1; return v }, "the answer was"},
	} {
		a := healthy(t)
		edit(t, a, plant.prefix, plant.change)
		wantBroken(t, a, law, plant.says)
	}
}

// TestPlanted flips bits and deletes entries all over the ledger.
func TestPlanted(t *testing.T) {
	plants := programtest.GovernPlants(healthy(t).Ledger)
	for _, prefix := range []byte{keyProgramme, keyProject, keyApplication, keyMarks, keyWages, keyPostings, keyDonations, keyLooks} {
		plants = append(plants, programtest.Plant{Law: string(prefix) + " deleted", Prefix: string(prefix), Delete: true})
	}
	for counter := range counters {
		plants = append(plants, programtest.Plant{Law: "counter", Prefix: "T", Flip: 16 + 8*counter + 7})
	}
	plants = append(plants, programtest.Plant{Law: "window", Prefix: "W", Flip: 15}, programtest.Plant{Law: "genesis", Prefix: "G", Flip: 0})
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t); return a, a.Ledger }, plants)
}

// Whatever happens, what all accounts hold and what was paid is what came in, after every single operation.
func TestMoneyIsConserved(t *testing.T) {
	for seed := range uint64(3) {
		built := programtest.Build(t, Family(), stormParams[seed])
		a := built.App().(*app)
		moves := 0
		programtest.Storm(programtest.New(seed), built, stormParams[seed], 1500, func(op []byte, query bool) []byte {
			answer := programtest.Apply(a, op, query)
			if _, refused := workloads.Refused(answer); refused || query {
				return answer
			}
			moves++
			held, paid := a.held()
			if in := a.Count(countAppropriated) + a.Count(countDonated) - a.Count(countReturned); held+paid != in {
				t.Fatalf("seed %d, after %x: %d held and %d paid of %d", seed, op, held, paid, in)
			}
			return answer
		})
		if moves < 200 {
			t.Errorf("seed %d: only %d operations were accepted", seed, moves)
		}
	}
}

// A bank that returns a payment leaves the project with what it had, and the wage list is paid as a whole or not.
func TestWageListIsAllOrNothing(t *testing.T) {
	a := healthy(t)
	paid, over := 0, 0
	for e := range a.Ledger.Each([]byte{keyApplication}) {
		x, _ := readApplication(e.Value)
		if x.class != ClassPayroll {
			continue
		}
		wages, _, _ := a.Ledger.Get(a.keyFor(keyWages, binary.BigEndian.Uint64(e.Key[1:])))
		for slot := range groupSize {
			page, _, _ := a.Ledger.Get(a.marksKey(x.project, x.base))
			marked := readMark(page, slot).next > x.period
			switch wage := binary.BigEndian.Uint32(wages[4*slot:]); {
			case wage == 0:
			case x.state == StatePaid && marked:
				paid++
			case x.state == StateRejected && !marked:
				over++
			case x.state == StatePaid, x.state == StateRejected && x.period == uint32(lastAt(a)/3_000):
				t.Errorf("application %x in state %d: slot %d is marked %v", e.Key[1:], x.state, slot, marked)
			}
		}
	}
	if paid == 0 || over == 0 {
		t.Errorf("%d wages paid, %d given up", paid, over)
	}
}

// lastAt is the newest time that the program has seen.
func lastAt(a *app) uint64 {
	value, _, _ := a.Ledger.Get([]byte("T"))
	return binary.BigEndian.Uint64(value)
}
