package numbering

import (
	"encoding/binary"
	"slices"
)

// Prefixes of keys.
const (
	keyIssuer byte = 'i' // issuer 8: an issuer that has acted
	keyBills  byte = 'b' // position/pageBills 8: bills that are neighbours in number
	keyPeriod byte = 'p' // issuer 8, period 4: the totals of a closed period
	keyGrants byte = 'g' // page 8: the journal of grants
	keyBack   byte = 'r' // page 8: the journal of returned numbers
	keyChecks byte = 'v' // page 8: the journal of verifications
)

const (
	pageBills   = 4  // bills an entry: an issuer's next bills are there, and a page is hashed at each of them
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
	held      []span // unused numbers, the oldest segment first
}

const issuerHead = 1 + 4 + 4 + 8 + 4 + 8 + 8

func (r *issuer) append(buf []byte) []byte {
	buf = append(buf, r.suspended)
	buf = binary.BigEndian.AppendUint32(buf, r.asked)
	buf = binary.BigEndian.AppendUint32(buf, r.period)
	buf = binary.BigEndian.AppendUint64(buf, r.opened)
	buf = binary.BigEndian.AppendUint32(buf, r.bills)
	buf = binary.BigEndian.AppendUint64(buf, uint64(r.net))
	buf = binary.BigEndian.AppendUint64(buf, uint64(r.tax))
	for _, s := range r.held {
		buf = binary.BigEndian.AppendUint64(buf, s.first)
		buf = binary.BigEndian.AppendUint64(buf, s.end)
	}
	return buf
}

// read decodes into r, whose list is used again.
func (r *issuer) read(value []byte) (ok bool) {
	if len(value) < issuerHead || (len(value)-issuerHead)%16 != 0 {
		return false
	}
	c := cut(value)
	r.suspended, r.asked, r.period, r.opened = c.uint8(), c.uint32(), c.uint32(), c.uint64()
	r.sums = sums{c.uint32(), int64(c.uint64()), int64(c.uint64())}
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

// bill is a line of a page at keyBills; all zero where the number is not issued.
type bill struct {
	issuer uint64
	hash   [32]byte
	seal   [32]byte // SHA-256 of the buyer's commitment and the payload
	amount uint64   // fen, without tax; positive in a red-letter bill, too
	tax    uint64
	at     uint64 // ms
	order  uint64 // number of the transaction, 0: it is from the start
	period uint32
	state  byte
	ref    uint64 // see the states; the position plus one
}

const billSize = 8 + 32 + 32 + 8 + 8 + 8 + 8 + 4 + 1 + 8

func (b *bill) append(buf []byte) []byte {
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
	b.issuer, b.hash, b.seal = c.uint64(), c.hash(), c.hash()
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
	checkSize = 6 * 8 // bill, client, at, order, state found (0: no such bill), 1 when the hash was right
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
	*r = issuer{period: 1, held: r.held[:0]}
	if a.plan.segment > a.plan.bills {
		first := a.plan.first(number)
		r.held = append(r.held, span{first + a.plan.bills, first + a.plan.segment})
	}
}

func (a *app) store(number uint64) {
	a.buf = a.issuer.append(a.buf[:0])
	a.Tx.Put(a.startKey(keyIssuer, number), a.buf)
}

// bill reads the bill at a position.
func (a *app) bill(position uint64) (b bill, issued bool) {
	page, _ := a.Tx.Get(a.startKey(keyBills, position/pageBills))
	if from := int(position%pageBills) * billSize; len(page) >= from+billSize {
		if b = readBill(page[from : from+billSize]); b.state != 0 {
			return b, true
		}
	}
	number, issued := a.plan.starter(position, uint64(a.settings.Population))
	if !issued {
		return bill{}, false
	}
	return a.early(number, position), true
}

// early is the bill that was issued before the start.
func (a *app) early(issuer, position uint64) bill {
	amount := amountOf(position)
	return bill{issuer: issuer, hash: hashOf(position), amount: amount,
		tax: taxOf(amount, a.settings.Rule("tax-rate")), state: billGood}
}

func (a *app) putBill(position uint64, b *bill) {
	a.buf = b.append(a.buf[:0])
	a.Tx.Patch(a.startKey(keyBills, position/pageBills), int(position%pageBills)*billSize, a.buf)
}

// take removes the next unused number; there must be one.
func (r *issuer) take() (position uint64) {
	position = r.held[0].first
	r.held[0].first++
	if r.held[0].first == r.held[0].end {
		r.held = slices.Delete(r.held, 0, 1)
	}
	return position
}
