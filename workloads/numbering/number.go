package numbering

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// codeFirst is the code of batch 0: 0 1100 20 000 11. A batch is worth 100.
const codeFirst = 11_002_000_011

// numberDigits is the weight of a code in a bill's 20 digits.
const numberDigits = 100_000_000

// plan is how numbers lie. A position counts the numbers of all codes from the first; in the codes before the
// first free one every issuer has the segment that it holds at the start, and the rest of those codes is not used.
type plan struct {
	numbers uint64 // of a code
	segment uint64 // of an issuer at the start
	bills   uint64 // of it those issued
	perCode uint64 // issuers whose first segments lie in one code
	codes   uint64 // used up at the start
}

func newPlan(settings *program.Settings) plan {
	p := plan{
		numbers: uint64(settings.Rule("code-numbers")),
		segment: uint64(settings.Rule("start-segment")),
		bills:   uint64(min(settings.Rule("start-bills"), settings.Rule("start-segment"))),
	}
	if p.segment > 0 {
		p.perCode = p.numbers / p.segment
		p.codes = (uint64(settings.Population) + p.perCode - 1) / p.perCode
	}
	return p
}

// first is the position at which the issuer's segment from the start begins.
func (p *plan) first(issuer uint64) uint64 {
	if p.segment == 0 {
		return 0
	}
	return issuer/p.perCode*p.numbers + issuer%p.perCode*p.segment
}

// free is the first position that is granted in the run.
func (p *plan) free() uint64 { return p.codes * p.numbers }

// starter is the issuer that held the position at the start, and whether its bill was issued then.
func (p *plan) starter(position, issuers uint64) (issuer uint64, issued bool) {
	if p.segment == 0 || position >= p.free() {
		return 0, false
	}
	within := position % p.numbers
	issuer = position/p.numbers*p.perCode + within/p.segment
	return issuer, within/p.segment < p.perCode && issuer < issuers && within%p.segment < p.bills
}

// bill is the code and number of a position as one decimal number: 12 digits and 8.
func (p *plan) bill(position uint64) uint64 {
	return (codeFirst+100*(position/p.numbers))*numberDigits + position%p.numbers + 1
}

// position is the inverse of bill; ok is false when no code can have the number.
func (p *plan) position(bill uint64) (position uint64, ok bool) {
	code, number := bill/numberDigits, bill%numberDigits
	if code < codeFirst || (code-codeFirst)%100 != 0 || (code-codeFirst)/100 >= codesMax || number == 0 || number > p.numbers {
		return 0, false
	}
	return (code-codeFirst)/100*p.numbers + number - 1, true
}

// homeOf is the agency that is the issuer's platform; agency 0 is the authority.
func homeOf(issuer uint64, agencies int) int {
	if agencies == 1 {
		return 0
	}
	return 1 + int(issuer%uint64(agencies-1))
}

// hashOf and amountOf are the content of a bill from the start.
func hashOf(position uint64) [32]byte { return program.Fill(position, 0) }

func amountOf(position uint64) uint64 {
	draw := program.Fill(position, 1)
	return 1 + binary.BigEndian.Uint64(draw[:])%10_000
}

// taxOf is the tax on an amount, rounded half up.
func taxOf(amount uint64, rate int64) uint64 { return (amount*uint64(rate) + 5_000) / 10_000 }
