package register

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var lawParams = workloads.Params{
	Agencies: 5, PayloadBytes: 8, ReadPercent: 20, LogReads: true, Approvals: 2, Population: 12,
	Rule: map[string]int64{"mortgage-weight": 40, "freeze-weight": 10, "whole-percent": 50, "accounts": 2},
}

func healthy(t *testing.T) *app {
	t.Helper()
	built := programtest.Build(t, Family(), lawParams)
	a := built.App().(*app)
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 3000, func(r workloads.Request) []byte {
		return programtest.Apply(a, r.Op, r.Read)
	})
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestCheckCatches plants a violation in each field that a law is about.
func TestCheckCatches(t *testing.T) {
	plants := []programtest.Plant{
		{Law: "case's object", Prefix: "c", Flip: 7}, {Law: "seller", Prefix: "c", Flip: 11}, {Law: "buyer", Prefix: "c", Flip: 15},
		{Law: "parts", Prefix: "c", Flip: 23}, {Law: "price", Prefix: "c", Flip: 31}, {Law: "offered at", Prefix: "c", Flip: 39},
		{Law: "deadline", Prefix: "c", Flip: 47}, {Law: "state", Prefix: "c", Flip: 48}, {Law: "flags", Prefix: "c", Flip: 49},
		{Law: "examinations", Prefix: "c", Flip: 53}, {Law: "due", Prefix: "c", Flip: 61}, {Law: "tax", Prefix: "c", Flip: 69},
		{Law: "certificate of a case", Prefix: "c", Flip: 77}, {Law: "case deleted", Prefix: "c", Delete: true},
		{Law: "certificate", Prefix: "o", Flip: 7}, {Law: "open transfer", Prefix: "o", Flip: 15}, {Law: "frozen", Prefix: "o", Flip: 23},
		{Law: "mortgages asked for", Prefix: "o", Flip: 27}, {Law: "buyer of the accounts", Prefix: "o", Flip: 31},
		{Law: "account", Prefix: "o", Flip: 102}, {Law: "holder", Prefix: "o", Flip: 110}, {Law: "parts held", Prefix: "o", Flip: 118},
		{Law: "object deleted", Prefix: "o", Delete: true},
		{Law: "permit", Prefix: "p", Flip: 7}, {Law: "permit deleted", Prefix: "p", Delete: true},
		{Law: "order of the journal", Prefix: "l", Flip: 7}, {Law: "kind", Prefix: "l", Flip: 16}, {Law: "client", Prefix: "l", Flip: 18},
		{Law: "number", Prefix: "l", Flip: 28}, {Law: "page deleted", Prefix: "l", Delete: true},
		{Law: "window", Prefix: "W", Flip: 15}, {Law: "window deleted", Prefix: "W", Delete: true}, {Law: "genesis", Prefix: "G", Flip: 0},
	}
	for counter := range counters {
		plants = append(plants, programtest.Plant{Law: "counter", Prefix: "T", Flip: 16 + 8*counter + 7})
	}
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t); return a, a.Ledger }, plants)
}

// rewrite changes the journal behind the program's back and returns what Check says. The change works on all lines.
func rewrite(a *app, change func(lines []line) bool) (found bool, err error) {
	var lines []line
	pages := uint64(0)
	for value, _, ok := a.Ledger.Get(a.keyFor(keyPage, pages)); ok; value, _, ok = a.Ledger.Get(a.keyFor(keyPage, pages)) {
		for ; len(value) > 0; value = value[lineSize:] {
			lines = append(lines, readLine(value))
		}
		pages++
	}
	if !change(lines) {
		return false, nil
	}
	for page := range pages {
		var value []byte
		at := page * pageLines
		for _, l := range lines[at:min(at+pageLines, uint64(len(lines)))] {
			value = l.append(value)
		}
		key := append([]byte(nil), a.keyFor(keyPage, page)...)
		a.Ledger.Delete(key)
		for range len(value) / lineSize {
			a.Ledger.Put(key, value)
		}
	}
	return true, a.Check()
}

// find is the index of the first line from the given one on that fits.
func find(lines []line, from int, fits func(l *line) bool) int {
	for i := from; i < len(lines); i++ {
		if fits(&lines[i]) {
			return i
		}
	}
	return -1
}

// sale is a registered transfer in the journal: the index of its offer and of its registration.
func sale(lines []line) (offer, registered int) {
	registered = find(lines, 0, func(l *line) bool { return l.kind == KindRegister })
	offer = find(lines, 0, func(l *line) bool { return l.kind == KindOffer && l.number == lines[registered].number })
	return offer, registered
}

// stepOf is the index of a step of the first registered transfer.
func stepOf(lines []line, kind byte) int {
	_, registered := sale(lines)
	return find(lines, 0, func(l *line) bool { return l.kind == kind && l.number == lines[registered].number })
}

// neutral is the index of a line between the first sale's offer and registration that belongs to nothing else.
func neutral(lines []line) int {
	offer, registered := sale(lines)
	return find(lines[:registered], offer, func(l *line) bool {
		return l.kind == KindSearch && program.Desk(0, 0) == l.client/program.Desks*program.Desks
	})
}

// TestCheckNamesTheLaw breaks one law after the other in the journal itself.
func TestCheckNamesTheLaw(t *testing.T) {
	court := program.Desk(roleCourt, 0)
	for _, broken := range []struct {
		law    string
		change func(lines []line) bool
	}{
		{"tax of", func(lines []line) bool { lines[stepOf(lines, KindAssess)].a++; return true }},
		{"deposit of", func(lines []line) bool { lines[stepOf(lines, KindDeposit)].a++; return true }},
		{"fen to deposit", func(lines []line) bool { lines[stepOf(lines, KindAccept)].a--; return true }},
		{"tax of", func(lines []line) bool { lines[stepOf(lines, KindPay)].a--; return true }},
		{"certificate", func(lines []line) bool { _, at := sale(lines); lines[at].a++; return true }},
		{"not the agency", func(lines []line) bool { _, at := sale(lines); lines[at].client = court; return true }},
		{"not the party", func(lines []line) bool { lines[stepOf(lines, KindAccept)].client++; return true }},
		{"does not hold", func(lines []line) bool { at, _ := sale(lines); lines[at].b = 10_001; return true }},
		{"the case is open from", func(lines []line) bool { _, at := sale(lines); lines[at].at = 1 << 50; return true }},
		{"was used", func(lines []line) bool {
			first := find(lines, 0, func(l *line) bool { return l.kind == KindOffer })
			second := find(lines, first+1, func(l *line) bool { return l.kind == KindOffer })
			lines[second].number = lines[first].number
			return true
		}},
		{"has an open transfer", func(lines []line) bool {
			first := find(lines, 0, func(l *line) bool { return l.kind == KindOffer })
			second := find(lines, first+1, func(l *line) bool { return l.kind == KindOffer })
			again := lines[first]
			again.order, again.number = lines[second].order, lines[second].number
			lines[second] = again
			return true
		}},
		{"while the object was frozen", func(lines []line) bool {
			at := neutral(lines)
			if at < 0 {
				return false
			}
			offer, _ := sale(lines)
			lines[at].kind, lines[at].client, lines[at].number = KindFreeze, court, lines[offer].a
			return true
		}},
		{"without the consent", func(lines []line) bool {
			at := find(lines, 0, func(l *line) bool { return l.kind == KindConsent })
			end := find(lines, at, func(l *line) bool { return l.kind == KindRegister && l.number == lines[at].number })
			if at < 0 || end < 0 {
				return false
			}
			l := &lines[at]
			l.kind, l.client, l.number = KindSearch, program.Desk(0, 0), 0
			return true
		}},
		{"without the examination", func(lines []line) bool {
			l := &lines[stepOf(lines, KindExamine)]
			l.kind, l.client, l.number = KindSearch, program.Desk(0, 0), 0
			return true
		}},
		{"without the deposit", func(lines []line) bool {
			l := &lines[stepOf(lines, KindDeposit)]
			l.kind, l.client, l.number = KindSearch, program.Desk(0, 0), 0
			return true
		}},
		{"without the tax", func(lines []line) bool {
			l := &lines[stepOf(lines, KindPay)]
			l.kind, l.client, l.number = KindSearch, program.Desk(0, 0), 0
			return true
		}},
		{"mortgage", func(lines []line) bool {
			lines[find(lines, 0, func(l *line) bool { return l.kind == KindLend })].a += 7
			return true
		}},
		{"discharged a mortgage", func(lines []line) bool {
			at := find(lines, 0, func(l *line) bool { return l.kind == KindLend })
			lines[at].kind = KindDischarge
			return true
		}},
		{"permit", func(lines []line) bool {
			lines[find(lines, 0, func(l *line) bool { return l.kind == KindPermit })].a = 1 << 50
			return true
		}},
		{"is transaction", func(lines []line) bool { lines[1].order = lines[0].order; return true }},
		{"frozen or unfrozen twice", func(lines []line) bool {
			lines[find(lines, 0, func(l *line) bool { return l.kind == KindUnfreeze })].number++
			return true
		}},
	} {
		found, err := rewrite(healthy(t), broken.change)
		switch {
		case !found:
			t.Errorf("%s: the run has nothing to break", broken.law)
		case err == nil || !strings.Contains(err.Error(), broken.law):
			t.Errorf("%s: Check says %v", broken.law, err)
		}
	}
}

// TestConservation adds up what the objects' holders and the bank have, straight from the ledger.
func TestConservation(t *testing.T) {
	a := healthy(t)
	for e := range a.Ledger.Each([]byte{keyObject}) {
		var o title
		o.read(e.Value)
		sum := uint64(0)
		for _, h := range o.holdings {
			sum += h.parts
		}
		if sum != 10_000 {
			t.Errorf("object %x: its holders have %d parts", e.Key, sum)
		}
	}
	held, open := uint64(0), uint64(0)
	for e := range a.Ledger.Each([]byte{keyCase}) {
		var f file
		f.read(e.Value)
		held += f.escrow()
		if f.state <= StateAccepted {
			open++
		}
	}
	if in := a.Count(countDeposited) - a.Count(countReleased) - a.Count(countReturned); in != held || open != a.Count(countOpen) {
		t.Errorf("the bank has %d fen, open cases %d; %d cases are open, the counter says %d", in, held, open, a.Count(countOpen))
	}
	if a.Count(countReleased) == 0 || a.Count(countReturned) == 0 || a.Count(countTax) == 0 {
		t.Error("the run released, returned or taxed nothing: the test says nothing")
	}
}

// TestAmendedRates: from the amendment's height on, and not before, the new rates make taxes and deposits.
func TestAmendedRates(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 8, Approvals: 2, Population: 2000, Rule: map[string]int64{"tax-threshold": 0}}
	for _, c := range []struct {
		rule     string
		value    int64
		kind     byte
		old, new uint64 // 1/10000
	}{
		{"tax-bp", 50, KindAssess, 300, 50},
		{"deposit-bp", 2500, KindAccept, 10_000, 2500},
		{"tax-threshold", MoneyMax, KindAssess, 300, 100},
	} {
		run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: c.rule, Value: c.value, Height: 1500})
		price := make(map[uint64]uint64)
		judge := func(steps []programtest.Step, rate uint64) (judged int) {
			for _, step := range steps {
				if step.Order == 0 || len(step.Op) < program.HeaderSize+8 {
					continue
				}
				body := step.Op[program.HeaderSize:]
				id := binary.BigEndian.Uint64(body)
				switch step.Op[1] {
				case KindOffer:
					price[id] = binary.BigEndian.Uint64(body[28:])
				case KindAmend:
					price[id] = binary.BigEndian.Uint64(body[8:])
				case c.kind:
					judged++
					if got, want := binary.BigEndian.Uint64(step.Answer[2:]), price[id]*rate/10_000; got != want {
						t.Fatalf("%s, transaction %d: %d fen on a price of %d, want %d", c.rule, step.Order, got, price[id], want)
					}
				}
			}
			return judged
		}
		if before, after := judge(run.Before, c.old), judge(run.After, c.new); before < 50 || after < 50 {
			t.Errorf("%s: only %d judged before and %d after", c.rule, before, after)
		}
	}
}
