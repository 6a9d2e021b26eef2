package numbering

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// healthy is a program after a run in which everything happened.
func healthy(t *testing.T) *app {
	params := workloads.Params{Agencies: 4, PayloadBytes: 8, ReadPercent: 20, LogReads: true, Population: 40, Approvals: 1,
		KeyChoice: "zipf", Rule: map[string]int64{"segment-size": 7000, "outstanding-max": 7010, "code-numbers": 100_000,
			"start-segment": 10, "start-bills": 4, "period": 500, "void-percent": 10, "red-percent": 10, "return-percent": 30}}
	built := programtest.Build(t, Family(), params)
	a := built.App().(*app)
	generator := built.Generator(programtest.New(1)).(*generator)
	play := func(r workloads.Request) []byte { return programtest.Apply(a, r.Op, r.Read) }
	play(generator.correct(0, KindRed, 7, generator.plan.bill(generator.plan.first(7)))) // a bill from the start
	programtest.Drive(programtest.New(1), generator, 8000, play)
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	for kind := KindApply; kind <= KindVerify; kind++ {
		if a.Count(int(kind-1)) == 0 {
			t.Fatalf("no operation of kind %d", kind)
		}
	}
	return a
}

// TestCheckCatches plants violations of each law into the ledger of a healthy program.
func TestCheckCatches(t *testing.T) {
	counter := func(count int) int { return 16 + 8*count + 7 }
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t); return a, a.Ledger }, []programtest.Plant{
		{Law: "suspension", Prefix: "i", Flip: 0},
		{Law: "application", Prefix: "i", Flip: 4},
		{Law: "open period", Prefix: "i", Flip: 8},
		{Law: "beginning of the period", Prefix: "i", Flip: 16},
		{Law: "bills of the period", Prefix: "i", Flip: 20},
		{Law: "amounts of the period", Prefix: "i", Flip: 28},
		{Law: "taxes of the period", Prefix: "i", Flip: 36},
		{Law: "next number", Prefix: "i", Flip: 45},
		{Law: "end of a segment", Prefix: "i", Flip: 53},
		{Law: "issuer deleted", Prefix: "i", Delete: true},
		{Law: "number of a bill", Prefix: "b", Flip: 7},
		{Law: "issuer of a bill", Prefix: "b", Flip: 15},
		{Law: "amount", Prefix: "b", Flip: 87},
		{Law: "tax", Prefix: "b", Flip: 95},
		{Law: "order of bills", Prefix: "b", Flip: 104},
		{Law: "period of a bill", Prefix: "b", Flip: 115},
		{Law: "state of a bill", Prefix: "b", Flip: 116},
		{Law: "bill referred to", Prefix: "b", Flip: 124},
		{Law: "bills deleted", Prefix: "b", Delete: true},
		{Law: "place of a bill", Prefix: "x", Flip: 5 * placeSize},
		{Law: "places deleted", Prefix: "x", Delete: true},
		{Law: "two bills of one number", Key: []byte("x\x00\x00\x00\x00\x00\x00\x10\x00"), Value: []byte{0, 0, 0, 0, 0, 1}},
		{Law: "issuer of a segment", Prefix: "g", Flip: 7},
		{Law: "gap between segments", Prefix: "g", Flip: 15},
		{Law: "segment in two codes", Prefix: "g", Flip: 23},
		{Law: "unused numbers beyond the limit", Prefix: "g", Flip: 30},
		{Law: "order of grants", Prefix: "g", Flip: 32},
		{Law: "grants deleted", Prefix: "g", Delete: true},
		{Law: "issuer of a return", Prefix: "r", Flip: 7},
		{Law: "returned and issued", Prefix: "r", Flip: 15},
		{Law: "returns deleted", Prefix: "r", Delete: true},
		{Law: "bills of a closed period", Prefix: "p", Flip: 3},
		{Law: "amounts of a closed period", Prefix: "p", Flip: 11},
		{Law: "taxes of a closed period", Prefix: "p", Flip: 19},
		{Law: "end of a closed period", Prefix: "p", Flip: 35},
		{Law: "period deleted", Prefix: "p", Delete: true},
		{Law: "period of nobody", Key: []byte("p\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x01"), Value: make([]byte, closingSize)},
		{Law: "bill that was verified", Prefix: "v", Flip: 8},
		{Law: "order of verifications", Prefix: "v", Flip: 32},
		{Law: "result of a verification", Prefix: "v", Flip: 47},
		{Law: "match", Prefix: "v", Flip: 55},
		{Law: "verifications deleted", Prefix: "v", Delete: true},
		{Law: "position granted next", Prefix: "T", Flip: counter(countNext)},
		{Law: "codes", Prefix: "T", Flip: counter(countCodes)},
		{Law: "grants", Prefix: "T", Flip: counter(countGrants)},
		{Law: "returns", Prefix: "T", Flip: counter(countReturns)},
		{Law: "total of amounts", Prefix: "T", Flip: counter(countNet)},
		{Law: "total of taxes", Prefix: "T", Flip: counter(countTax)},
		{Law: "lines", Prefix: "T", Flip: counter(countLines)},
		{Law: "bills issued", Prefix: "T", Flip: counter(int(KindIssue - 1))},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "genesis", Prefix: "G", Flip: 0},
	})
}

// desk plays requests that a test makes by hand.
type desk struct {
	*testing.T
	*app
	*generator
}

func newDesk(t *testing.T, params workloads.Params) desk {
	built := programtest.Build(t, Family(), params)
	return desk{t, built.App().(*app), built.Generator(programtest.New(1)).(*generator)}
}

// play wants the refusal, none when it is empty, and returns the answer's data.
func (d desk) play(r workloads.Request, want string) []byte {
	d.Helper()
	answer := programtest.Apply(d.app, r.Op, r.Read)
	if reason, _ := workloads.Refused(answer); reason != want {
		d.Fatalf("kind %d: %q, want %q", r.Op[1], reason, want)
	}
	return answer[1:]
}

// TestLife is the life of some bills, from the application for numbers to the closed period.
func TestLife(t *testing.T) {
	d := newDesk(t, workloads.Params{Agencies: 3, Population: 5, Approvals: 1, Rule: map[string]int64{
		"start-segment": 0, "segment-size": 3, "outstanding-max": 4, "period": 100, "tax-rate": 333, "correction-deadline": 500}})
	issue := func(ms int64, amount uint64, want string) uint64 {
		t.Helper()
		data := d.play(d.generator.bill(time.Duration(ms)*time.Millisecond, d.clerk(2), 2, 0, amount), want)
		if want != "" {
			return 0
		}
		if tax := binary.BigEndian.Uint64(data[8:]); tax != (amount*333+5000)/10000 {
			t.Errorf("tax %d on %d", tax, amount)
		}
		return binary.BigEndian.Uint64(data)
	}
	issue(0, 100, reasonNoNumbers)
	d.play(d.generator.apply(0, 2, 4), "more numbers than a segment may have")
	d.play(d.generator.apply(0, 2, 3), "")
	d.play(d.generator.apply(0, 2, 1), "an application is not answered yet")
	d.play(d.decide(0, KindGrant, 2, 2), "")
	if first := issue(1, 100, ""); first != 1_100_200_001_100_000_001 {
		t.Errorf("the first bill is %d, want code 011002000011, number 00000001", first)
	}
	second := issue(2, 50, "")
	issue(3, 1, reasonNoNumbers)
	d.play(d.correct(4e6, KindVoid, 2, second), "")
	d.play(d.correct(5e6, KindVoid, 2, second), "the bill is void or cancelled")
	d.play(d.generator.close(99e6, 2, 1), "the period has not ended")
	d.play(d.generator.close(100e6, 2, 1), "")
	d.play(d.correct(101e6, KindVoid, 2, second-1), "the bill's period is closed")
	d.play(d.generator.apply(101e6, 2, 3), "")
	d.play(d.decide(101e6, KindGrant, 2, 3), "")
	red := binary.BigEndian.Uint64(d.play(d.correct(102e6, KindRed, 2, second-1), ""))
	d.play(d.correct(103e6, KindRed, 2, second-1), "the bill is void or cancelled")
	d.play(d.correct(103e6, KindRed, 2, red), "a red-letter bill stands")
	third := issue(110, 7, "")
	d.play(d.correct(611e6, KindRed, 2, third), "after the deadline for corrections")
	d.play(d.plain(611e6, KindReturn, 2), "")
	issue(612, 1, reasonNoNumbers)
	if net := int64(d.Count(countNet)); net != 7 {
		t.Errorf("the total is %d, want 100 - 100 + 7 and a void bill", net)
	}
	if err := d.app.Check(); err != nil {
		t.Fatal(err)
	}
}

// TestAmended changes the tax rate and the limit of a bill in mid-run: bills are taxed and judged by the new values
// exactly from their heights on.
func TestAmended(t *testing.T) {
	params := workloads.Params{Agencies: 3, Population: 5}
	d := newDesk(t, params)
	governor := programtest.NewGovernor(Family(), workloads.Program{
		App: func() workloads.App { return d.app }, Generator: func(workloads.Rand) workloads.Generator { return d.generator },
	}, params)
	governor.Enact(t, d.app, 0, "tax-rate", 100, 20)
	governor.Enact(t, d.app, 0, "bill-max", 9_999, 30)
	before := uint64(2 * governor.Quorum())
	for order := before + 1; order <= 40; order++ {
		want, tax := "", uint64(600)
		if order > 20 {
			tax = 100
		}
		if order > 30 {
			want = "the amount is nothing or beyond the limit"
		}
		data := d.play(d.generator.bill(0, d.clerk(1), 1, 0, 10_000), want)
		if want == "" && binary.BigEndian.Uint64(data[8:]) != tax {
			t.Errorf("transaction %d: tax %d, want %d", order, binary.BigEndian.Uint64(data[8:]), tax)
		}
	}
	if err := d.app.Check(); err != nil {
		t.Error(err)
	}
}

// TestAmendedRun plays a whole run in which the parameters hold amendments.
func TestAmendedRun(t *testing.T) {
	params := workloads.Params{Agencies: 6, ReadPercent: 10, Population: 60, Approvals: 1, KeyChoice: "seq", Amendments: []workloads.Amendment{
		{Rule: "tax-rate", Value: 300, Height: 800}, {Rule: "segment-size", Value: 20, Height: 900}, {Rule: "period", Value: 100, Height: 600},
	}}
	built := programtest.Build(t, Family(), params)
	a := built.App().(*app)
	refused := 0
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 20_000, func(r workloads.Request) []byte {
		answer := programtest.Apply(a, r.Op, r.Read)
		if _, no := workloads.Refused(answer); no {
			refused++
		}
		return answer
	})
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	if a.Rule("tax-rate") != 300 || a.Rule("segment-size") != 20 || refused > 1000 {
		t.Errorf("rate %d, segments of %d, %d refused of 20,000", a.Rule("tax-rate"), a.Rule("segment-size"), refused)
	}
}

// TestNumbers: the names of positions are decimal codes and numbers, and lead back.
func TestNumbers(t *testing.T) {
	p := plan{numbers: numbersMax, segment: 200, bills: 20, perCode: numbersMax / 200, codes: 3}
	for _, position := range []uint64{0, 1, numbersMax - 1, numbersMax, 5*numbersMax + 7, codesMax*numbersMax - 1} {
		if back, ok := p.position(p.bill(position)); !ok || back != position {
			t.Errorf("position %d is %d and leads to %d", position, p.bill(position), back)
		}
	}
	for _, name := range []uint64{0, 1, codeFirst * numberDigits, (codeFirst + 1) * numberDigits, p.bill(0) - 2, 1<<64 - 1} {
		if _, ok := p.position(name); ok {
			t.Errorf("%d is a bill", name)
		}
	}
	for issuer := range uint64(1_000_000) {
		if who, issued := p.starter(p.first(issuer)+19, 1_000_000); issuer%1009 == 0 && (!issued || who != issuer) {
			t.Fatalf("issuer %d does not hold its own segment", issuer)
		}
	}
}
