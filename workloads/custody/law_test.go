package custody

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var lawParams = workloads.Params{
	Agencies: 5, PayloadBytes: 8, ReadPercent: 20, LogReads: true, Approvals: 2, Population: 12, Rule: map[string]int64{
		"firms": 4, "quarantine-weight": 10, "recall-weight": 10, "split-percent": 80, "merge-percent": 50, "hops": 2,
		"fail-percent": 10, "breach-percent": 10, "loss-percent": 20, "return-percent": 5, "breaches-max": 1},
}

func healthy(t *testing.T) *app {
	t.Helper()
	built := programtest.Build(t, Family(), lawParams)
	a := built.App().(*app)
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 4000, func(r workloads.Request) []byte {
		return programtest.Apply(a, r.Op, r.Read)
	})
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestCheckCatches plants a violation in each field that a law is about.
func TestCheckCatches(t *testing.T) {
	var plants []programtest.Plant
	for field, at := range map[string]int{
		"flags": 0, "parent": 8, "second parent": 16, "elder": 24, "second elder": 32, "youngest": 40, "declarer": 44, "holder": 48,
		"next": 52, "end of transit": 60, "quantity": 68, "quarantiner": 70, "breaches": 72, "clearances": 76, "lineage": 80,
		"events": 88, "manifest": 89, "head": 121,
	} {
		plants = append(plants, programtest.Plant{Law: field, Prefix: "g", Flip: at})
	}
	for field, at := range map[string]int{
		"order": 7, "time": 15, "kind": 16, "client": 20, "number": 28, "other": 36, "quantity": 44, "value": 52, "data": 60,
	} {
		plants = append(plants, programtest.Plant{Law: "journal's " + field, Prefix: "l", Flip: at})
	}
	for counter := range counters {
		plants = append(plants, programtest.Plant{Law: "counter", Prefix: "T", Flip: 16 + 8*counter + 7})
	}
	plants = append(plants,
		programtest.Plant{Law: "consignment deleted", Prefix: "g", Delete: true},
		programtest.Plant{Law: "page deleted", Prefix: "l", Delete: true},
		programtest.Plant{Law: "window", Prefix: "W", Flip: 15},
		programtest.Plant{Law: "window deleted", Prefix: "W", Delete: true},
		programtest.Plant{Law: "genesis", Prefix: "G", Flip: 0},
	)
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

// find is the index of the first line from the given one on that fits, or -1.
func find(lines []line, from int, fits func(l *line) bool) int {
	for i := max(from, 0); i < len(lines); i++ {
		if fits(&lines[i]) {
			return i
		}
	}
	return -1
}

func ofKind(kind byte) func(l *line) bool { return func(l *line) bool { return l.kind == kind } }

// before puts another step of its consignment's in place of the last scan before the line.
func before(lines []line, at int, kind byte, client uint32) bool {
	for i := at - 1; i > 0; i-- {
		if lines[i].kind == KindScan {
			lines[i].kind, lines[i].client, lines[i].number, lines[i].value = kind, client, lines[at].number, 1
			return true
		}
	}
	return false
}

// breach finds the first line of a kind and changes it.
func breach(kind byte, change func(l *line)) func(lines []line) bool {
	return func(lines []line) bool {
		at := find(lines, 0, ofKind(kind))
		if at >= 0 {
			change(&lines[at])
		}
		return at >= 0
	}
}

// preceded puts a step of the lead agency before the first line that fits.
func preceded(step byte, fits func(l *line) bool) func(lines []line) bool {
	return func(lines []line) bool {
		fresh := func(l *line) bool { return l.number >= uint64(lawParams.Population) && fits(l) }
		at := find(lines, 200, fresh)
		return at >= 0 && before(lines, at, step, program.Desk(0, 0))
	}
}

// TestCheckNamesTheLaw breaks one law after the other in the journal itself.
func TestCheckNamesTheLaw(t *testing.T) {
	sold := func(l *line) bool { return l.kind == KindUse && l.value == uint64(UseSold) }
	for _, broken := range []struct {
		law    string
		change func(lines []line) bool
	}{
		{"the next number is", breach(KindDeclare, func(l *line) { l.number++ })},
		{"declared by client", breach(KindDeclare, func(l *line) { l.client = program.Desk(1, 0) })},
		{"cleared by client", breach(KindClear, func(l *line) { l.client = program.Desk(4, 0) })},
		{"released with 1 clearances", func(lines []line) bool {
			at := find(lines, 0, ofKind(KindRelease))
			number := lines[at].number
			clear := find(lines, 0, func(l *line) bool { return l.kind == KindClear && l.number == number })
			lines[clear].kind, lines[clear].other, lines[clear].client = KindEvent, 2, lines[find(lines, 0, func(l *line) bool {
				return l.kind == KindDeclare && l.number == number
			})].client
			return true
		}},
		{"no desk of agency 0", breach(KindRelease, func(l *line) { l.client = program.Desk(1, 0) })},
		{"the holder is", breach(KindHandOver, func(l *line) { l.client ^= 1<<6 | 1 })},
		{"it was handed to", breach(KindTakeOver, func(l *line) { l.client ^= 1<<6 | 1 })},
		{"the time ended", breach(KindTakeOver, func(l *line) { l.at = 1 << 50 })},
		{"taken over with", breach(KindTakeOver, func(l *line) { l.quantity = 1 << 40 })},
		{"taken over with", breach(KindTakeOver, func(l *line) { l.quantity /= 2 })},
		{"handed over in quarantine", preceded(KindQuarantine, ofKind(KindHandOver))},
		{"taken over in quarantine", preceded(KindQuarantine, ofKind(KindTakeOver))},
		{"sold before release, in quarantine", preceded(KindQuarantine, sold)},
		{"sold before release, in quarantine or recalled", preceded(KindRecall, sold)},
		{"divided or joined in quarantine", preceded(KindQuarantine, ofKind(KindSplit))},
		{"divided or joined while recalled", preceded(KindRecall, ofKind(KindMerge))},
		{"handed over while recalled", preceded(KindRecall, func(l *line) bool { return l.kind == KindHandOver && l.other != 0 })},
		{"units divided off", breach(KindSplit, func(l *line) { l.quantity = 1 << 40 })},
		{"the new one is called", breach(KindSplit, func(l *line) { l.other++ })},
		{"joined with nothing", breach(KindMerge, func(l *line) { l.other = 1 << 40 })},
		{"the new one is called", breach(KindMerge, func(l *line) { l.value-- })},
		{"units used", breach(KindUse, func(l *line) { l.quantity = 1 << 40 })},
		{"no such use", breach(KindUse, func(l *line) { l.value = 9 })},
		{"lifted twice", breach(KindLift, func(l *line) { l.kind = KindQuarantine })},
		{"no desk of agency", breach(KindLift, func(l *line) { l.client ^= 1<<6 | 1 })},
		{"taken back twice", breach(KindRecall, func(l *line) { l.kind = KindUnrecall })},
		{"an event of no type", breach(KindEvent, func(l *line) { l.other = 0 })},
		{"the record is", breach(KindEvent, func(l *line) { l.data[5] ^= 1 })},
		{"a scan that cannot", breach(KindScan, func(l *line) { l.number = 1 << 40 })},
		{"is transaction", func(lines []line) bool { lines[1].order = lines[0].order; return true }},
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

// TestConservation adds up what is there and what is gone, straight from the ledger and from the operations.
func TestConservation(t *testing.T) {
	a := healthy(t)
	came, present := a.Count(countDeclared), uint64(0)
	for e := range a.Ledger.Each([]byte{keyGoods}) {
		var g goods
		g.read(e.Value)
		present += g.quantity
		if e.Key[8] < 12 && e.Key[7] == 0 {
			came += 100
		}
	}
	gone := uint64(0)
	for counter := countSold; counter <= countReturned; counter++ {
		if a.Count(counter) == 0 {
			t.Errorf("counter %d is 0: the test says nothing about it", counter)
		}
		gone += a.Count(counter)
	}
	if came != present+gone {
		t.Errorf("%d units came, %d are present, %d are gone", came, present, gone)
	}
}

// TestRecallFollowsTheGoods: a recall reaches every part and joining downstream and nothing upstream or beside.
func TestRecallFollowsTheGoods(t *testing.T) {
	params := workloads.Params{Agencies: 2, Population: 4, PayloadBytes: 0}
	a := programtest.Build(t, Family(), params).App().(*app)
	settings, _ := program.NewSettings(Name, rules(), params)
	c := &clerk{author: program.NewAuthor(settings, settings.Tag(Name, rules()), programtest.New(1))}
	do := func(kind byte, agency int, number uint64, rest ...uint64) uint64 {
		t.Helper()
		return c.order(t, a, kind, program.Desk(agency, 0), number, rest...)
	}
	left := do(KindSplit, 0, 0, 40)     // of 0
	leaf := do(KindSplit, 0, left, 10)  // of 0 and left
	joined := do(KindMerge, 0, leaf, 2) // of 0, left, leaf and 2
	beside := do(KindSplit, 0, 0, 5)    // of 0
	do(KindRecall, 0, left)             // reaches leaf and joined
	for number, want := range map[uint64]bool{0: false, left: true, leaf: true, joined: true, beside: false, 2: false, 1: false} {
		a.load(number, &a.goods)
		if got := a.recalled(&a.goods); got != want {
			t.Errorf("consignment %d: recalled %v, want %v", number, got, want)
		}
	}
	do(KindUnrecall, 0, left)
	a.load(joined, &a.goods)
	if a.recalled(&a.goods) {
		t.Error("a recall that was taken back still reaches downstream")
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
}

// order has a step done that must be accepted, and returns the consignment that goes on.
func (c *clerk) order(t *testing.T, a *app, kind byte, client uint32, number uint64, rest ...uint64) uint64 {
	t.Helper()
	op := binary.BigEndian.AppendUint64(c.author.Begin(kind, client, 0, 40), number)
	for _, word := range rest {
		op = binary.BigEndian.AppendUint64(op, word)
	}
	if kind == KindRecall {
		op = append(op, 0, 1)
	}
	answer := a.Apply(c.author.End(op))
	if reason, refused := workloads.Refused(answer); refused {
		t.Fatalf("kind %d of consignment %d is refused: %s", kind, number, reason)
	}
	return binary.BigEndian.Uint64(answer[1:])
}

// TestAmendedRules: from the amendment's height on, and not before, other readings breach the cold chain and fewer
// clearances release.
func TestAmendedRules(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 8, Approvals: 2, Population: 3000,
		Rule: map[string]int64{"breach-percent": 0, "fail-percent": 0}}
	// All temperatures lie at -18 degrees or up to 5 degrees below.
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "temperature-max", Value: -1000, Height: 2000})
	breaches := func(steps []programtest.Step) (warm, quarantined int) {
		for _, step := range steps {
			if step.Order > 0 && step.Op[1] == KindEvent && step.Op[program.HeaderSize+8] == EventTemperature {
				warm++
				if step.Answer[9]&flagQuarantined != 0 {
					quarantined++
				}
			}
		}
		return warm, quarantined
	}
	if all, quarantined := breaches(run.Before); all < 50 || quarantined != 0 {
		t.Errorf("before: %d of %d temperatures breach", quarantined, all)
	}
	if all, quarantined := breaches(run.After); all < 50 || quarantined != all {
		t.Errorf("after: %d of %d temperatures breach", quarantined, all)
	}
	// A green lane: nothing needs to be cleared.
	run = programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "clearances-waived", Value: 2, Height: 2000})
	released := func(steps []programtest.Step) (declared, atOnce int) {
		for _, step := range steps {
			if step.Order > 0 && step.Op[1] == KindDeclare {
				declared++
				atOnce += int(step.Answer[9] & flagReleased)
			}
		}
		return declared, atOnce
	}
	if all, atOnce := released(run.Before); all < 50 || atOnce != 0 {
		t.Errorf("before: %d of %d declarations are released at once", atOnce, all)
	}
	if all, atOnce := released(run.After); all < 50 || atOnce != all {
		t.Errorf("after: %d of %d declarations are released at once", atOnce, all)
	}
}
