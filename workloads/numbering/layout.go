package numbering

import (
	"encoding/binary"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyIssuer byte = 'i' // issuer 8: an issuer that has acted
	keyBills  byte = 'b' // page 8: bills in the order of the chain; a line is written again when it is corrected
	keyPlaces byte = 'x' // position/pagePlaces 8: where the bills of these numbers stand
	keyPeriod byte = 'p' // issuer 8, period 4: the totals of a closed period
	keyGrants byte = 'g' // page 8: the journal of grants
	keyBack   byte = 'r' // page 8: the journal of returned numbers
	keyChecks byte = 'v' // page 8: the journal of verifications
)

const (
	pagePlaces  = 32 // numbers whose bills' places share an entry
	placeSize   = 6  // the line's number plus 1, 0: not issued
	pageEntries = 16 // lines of a journal an entry
	heldMax     = 16 // segments with unused numbers that an issuer may hold
)

// state of a bill.
const (
	billGood      byte = 1
	billVoid      byte = 2
	billCancelled byte = 3 // by the red-letter bill at ref
	billRed       byte = 4 // cancels the bill at ref
)

// cut takes a record apart, whose length was checked.
type cut []byte

func (c *cut) uint64() uint64 { v := binary.BigEndian.Uint64(*c); *c = (*c)[8:]; return v }
func (c *cut) uint32() uint32 { v := binary.BigEndian.Uint32(*c); *c = (*c)[4:]; return v }
func (c *cut) uint8() byte    { v := (*c)[0]; *c = (*c)[1:]; return v }
func (c *cut) hash() (h [32]byte) {
	copy(h[:], *c)
	*c = (*c)[32:]
	return h
}

// span is a run of positions: from the first to before the end.
type span struct{ first, end uint64 }

// sums are totals of bills: voided ones count for nothing, red-letter ones negative.
type sums struct {
	bills    uint32 // numbers used
	net, tax int64  // fen
}

// issuer is the record at keyIssuer.
type issuer struct {
	suspended byte
	asked     uint32 // numbers applied for, 0: none
	period    uint32 // the one that is open, from 1
	opened    uint64 // ms, when it began
	sums             // of the open period
	recent    []byte // places of the bills just before held[0], within a page of them
	held      []span // unused numbers, the oldest segment first
}

// An issuer writes its record with every bill, and there the bill's place; a page of places is written when it is full or
// its segment ends.
const (
	statusHead = 1 + 4 + 4 + 8 + 4 + 8 + 8 // what a status says of it
	issuerHead = statusHead + 1
)

func (r *issuer) append(buf []byte) []byte {
	buf = append(buf, r.suspended)
	buf = binary.BigEndian.AppendUint32(buf, r.asked)
	buf = binary.BigEndian.AppendUint32(buf, r.period)
	buf = binary.BigEndian.AppendUint64(buf, r.opened)
	buf = binary.BigEndian.AppendUint32(buf, r.bills)
	buf = binary.BigEndian.AppendUint64(buf, uint64(r.net))
	buf = binary.BigEndian.AppendUint64(buf, uint64(r.tax))
	buf = append(buf, byte(len(r.recent)/placeSize))
	for _, s := range r.held {
		buf = binary.BigEndian.AppendUint64(buf, s.first)
		buf = binary.BigEndian.AppendUint64(buf, s.end)
	}
	return append(buf, r.recent...)
}

// read decodes into r, whose lists are used again.
func (r *issuer) read(value []byte) (ok bool) {
	if len(value) < issuerHead {
		return false
	}
	recent := int(value[issuerHead-1]) * placeSize
	if len(value) < issuerHead+recent || (len(value)-issuerHead-recent)%16 != 0 {
		return false
	}
	r.recent = append(r.recent[:0], value[len(value)-recent:]...)
	c := cut(value[:len(value)-recent])
	r.suspended, r.asked, r.period, r.opened = c.uint8(), c.uint32(), c.uint32(), c.uint64()
	r.sums = sums{c.uint32(), int64(c.uint64()), int64(c.uint64())}
	c.uint8()
	r.held = r.held[:0]
	for len(c) > 0 {
		r.held = append(r.held, span{c.uint64(), c.uint64()})
	}
	return true
}

// unused is how many numbers the issuer may still issue.
func (r *issuer) unused() (count uint64) {
	for _, s := range r.held {
		count += s.end - s.first
	}
	return count
}

// bill is a line of a page at keyBills.
type bill struct {
	position uint64
	issuer   uint64
	hash     [32]byte
	seal     [32]byte // SHA-256 of the buyer's commitment and the payload
	amount   uint64   // fen, without tax; positive in a red-letter bill, too
	tax      uint64
	at       uint64 // ms
	order    uint64 // number of the transaction, 0: it is from the start
	period   uint32
	state    byte
	ref      uint64 // see the states; the position plus one
}

const billSize = 8 + 8 + 32 + 32 + 8 + 8 + 8 + 8 + 4 + 1 + 8

func (b *bill) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, b.position)
	buf = binary.BigEndian.AppendUint64(buf, b.issuer)
	buf = append(buf, b.hash[:]...)
	buf = append(buf, b.seal[:]...)
	buf = binary.BigEndian.AppendUint64(buf, b.amount)
	buf = binary.BigEndian.AppendUint64(buf, b.tax)
	buf = binary.BigEndian.AppendUint64(buf, b.at)
	buf = binary.BigEndian.AppendUint64(buf, b.order)
	buf = binary.BigEndian.AppendUint32(buf, b.period)
	buf = append(buf, b.state)
	return binary.BigEndian.AppendUint64(buf, b.ref)
}

func readBill(line []byte) (b bill) {
	c := cut(line)
	b.position, b.issuer, b.hash, b.seal = c.uint64(), c.uint64(), c.hash(), c.hash()
	b.amount, b.tax, b.at, b.order = c.uint64(), c.uint64(), c.uint64(), c.uint64()
	b.period, b.state, b.ref = c.uint32(), c.uint8(), c.uint64()
	return b
}

// closing is the record at keyPeriod.
type closing struct {
	sums
	opened, at, order uint64
}

const closingSize = 4 + 8 + 8 + 3*8

func (p *closing) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint32(buf, p.bills)
	for _, v := range [...]uint64{uint64(p.net), uint64(p.tax), p.opened, p.at, p.order} {
		buf = binary.BigEndian.AppendUint64(buf, v)
	}
	return buf
}

func readClosing(value []byte) (p closing, ok bool) {
	if len(value) != closingSize {
		return closing{}, false
	}
	c := cut(value)
	p.sums = sums{c.uint32(), int64(c.uint64()), int64(c.uint64())}
	p.opened, p.at, p.order = c.uint64(), c.uint64(), c.uint64()
	return p, true
}

// Lines of the journals are numbers of 8 bytes.
const (
	grantSize = 5 * 8 // issuer, first, end, unused numbers after it, order
	backSize  = 4 * 8 // issuer, first, end, order
	checkSize = 7 * 8 // issuer, bill, client, at, order, state found (0: no such bill), 1 when the hash was right
)

func (a *app) startKey(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

func (a *app) periodKey(issuer uint64, period uint32) []byte {
	a.key = binary.BigEndian.AppendUint32(a.startKey(keyPeriod, issuer), period)
	return a.key
}

// journal writes the line with that number, from 0, at the end of a journal.
func (a *app) journal(prefix byte, number uint64, line ...uint64) {
	a.buf = a.buf[:0]
	for _, v := range line {
		a.buf = binary.BigEndian.AppendUint64(a.buf, v)
	}
	a.Tx.Patch(a.startKey(prefix, number/pageEntries), int(number%pageEntries)*8*len(line), a.buf)
}

// load reads the issuer, as it is at the start when it has not acted.
func (a *app) load(number uint64) {
	r := &a.issuer
	if value, found := a.Tx.Get(a.startKey(keyIssuer, number)); found && r.read(value) {
		return
	}
	a.implied(r, number)
}

// implied makes r the record that the issuer has at the start.
func (a *app) implied(r *issuer, number uint64) {
	*r = issuer{period: 1, held: r.held[:0], recent: r.recent[:0]}
	if a.plan.segment > a.plan.bills {
		first := a.plan.first(number)
		r.held = append(r.held, span{first + a.plan.bills, first + a.plan.segment})
	}
}

func (a *app) store(number uint64) {
	a.buf = a.issuer.append(a.buf[:0])
	a.Tx.Put(a.startKey(keyIssuer, number), a.buf)
}

// place is the number of the line, plus 1, at which the loaded issuer's bill of a position stands; 0 when it has none.
func (a *app) place(position uint64) uint64 {
	r := &a.issuer
	if len(r.recent) > 0 {
		from := r.held[0].first - uint64(len(r.recent)/placeSize)
		if position >= from && position < r.held[0].first {
			return program.Uint48(r.recent[(position-from)*placeSize:])
		}
	}
	page, _ := a.Tx.Get(a.startKey(keyPlaces, position/pagePlaces))
	if from := int(position%pagePlaces) * placeSize; len(page) >= from+placeSize {
		return program.Uint48(page[from:])
	}
	return 0
}

// bill reads the bill at a position of the loaded issuer, and at which line it stands; a bill from the start has none.
func (a *app) bill(number, position uint64) (b bill, line uint64, issued bool) {
	if place := a.place(position); place != 0 {
		line = place - 1
		page, _ := a.Tx.Get(a.startKey(keyBills, line/pageEntries))
		if from := int(line%pageEntries) * billSize; len(page) >= from+billSize {
			b = readBill(page[from : from+billSize])
			return b, line, b.issuer == number
		}
	}
	if starter, early := a.plan.starter(position, uint64(a.settings.Population)); early && starter == number {
		return a.early(number, position), noLine, true
	}
	return bill{}, noLine, false
}

// noLine stands for the line of a bill from the start that was not corrected.
const noLine = 1<<64 - 1

// early is the bill that was issued before the start.
func (a *app) early(number, position uint64) bill {
	amount := amountOf(position)
	return bill{position: position, issuer: number, hash: hashOf(position), amount: amount,
		tax: taxOf(amount, a.settings.Rule("tax-rate")), state: billGood}
}

// putBill writes a bill at a line.
func (a *app) putBill(line uint64, b *bill) {
	a.buf = b.append(a.buf[:0])
	a.Tx.Patch(a.startKey(keyBills, line/pageEntries), int(line%pageEntries)*billSize, a.buf)
}

// addBill writes a bill at the end of the journal.
func (a *app) addBill(b *bill) (place uint64) {
	line := a.Count(countLines)
	a.putBill(line, b)
	a.Add(countLines, 1)
	return line + 1
}

// take gives the bill the issuer's next number, of which there must be one, and writes it.
func (a *app) take(b *bill) {
	r := &a.issuer
	b.position = r.held[0].first
	r.recent = program.AppendUint48(r.recent, a.addBill(b))
	r.held[0].first++
	if r.held[0].first == r.held[0].end || r.held[0].first%pagePlaces == 0 {
		a.settle()
	}
	if r.held[0].first == r.held[0].end {
		r.held = slices.Delete(r.held, 0, 1)
	}
}

// settle moves the places of the issuer's recent bills to their page.
func (a *app) settle() {
	r := &a.issuer
	if len(r.recent) == 0 {
		return
	}
	first := r.held[0].first - uint64(len(r.recent)/placeSize)
	a.Tx.Patch(a.startKey(keyPlaces, first/pagePlaces), int(first%pagePlaces)*placeSize, r.recent)
	r.recent = r.recent[:0]
}
