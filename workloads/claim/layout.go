package claim

import (
	"encoding/binary"
	"math"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyInstrument byte = 'i' // number 8: an instrument that was touched
	keyContent    byte = 'h' // content 32: number of the instrument that it was registered for
	keyClaim      byte = 'c' // claim 8
	keyPage       byte = 'q' // page 8: inquiries, pageLines a page
)

// pageLines is how many inquiries share an entry of the ledger.
const pageLines = 16

// none stands for no instrument or no agency.
const (
	none       = math.MaxUint64
	agencyNone = math.MaxUint16
)

func (a *app) keyFor(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

func (a *app) contentKey(content [32]byte) []byte {
	a.key = append(append(a.key[:0], keyContent), content[:]...)
	return a.key
}

// instrument is a bill, a receivable or a part of one.
type instrument struct {
	parent, parts uint64 // number it was split from, number of the first of its two parts; or none
	holder        uint64
	debtor        uint16
	face          uint64 // fen
	due           uint64 // ms
	setAt         uint64 // ms: when face, due date and content were set
	setOrder      uint64 // of the transaction that set them, 0: from the start
	content       [32]byte
	state         byte
	confirmed     uint32 // bit 0: the debtor, bit i: the i-th agency after it
	depth         byte   // splits above it
	lock          uint64 // its live claim, 0: none
	overdueAt     uint64 // ms; 0: never declared
	overdueOrder  uint64
	settledOrder  uint64 // of the transaction that settled it or paid its claim for good, 0: none
	corrections   uint32
	steps         uint32 // accepted transactions about it after the one that made it
	payload       [32]byte
}

const instrumentSize = 3*8 + 2 + 4*8 + 32 + 1 + 4 + 1 + 4*8 + 4 + 4 + 32

func (r *instrument) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, r.parent)
	buf = binary.BigEndian.AppendUint64(buf, r.parts)
	buf = binary.BigEndian.AppendUint64(buf, r.holder)
	buf = binary.BigEndian.AppendUint16(buf, r.debtor)
	buf = binary.BigEndian.AppendUint64(buf, r.face)
	buf = binary.BigEndian.AppendUint64(buf, r.due)
	buf = binary.BigEndian.AppendUint64(buf, r.setAt)
	buf = binary.BigEndian.AppendUint64(buf, r.setOrder)
	buf = append(buf, r.content[:]...)
	buf = binary.BigEndian.AppendUint32(append(buf, r.state), r.confirmed)
	buf = binary.BigEndian.AppendUint64(append(buf, r.depth), r.lock)
	buf = binary.BigEndian.AppendUint64(buf, r.overdueAt)
	buf = binary.BigEndian.AppendUint64(buf, r.overdueOrder)
	buf = binary.BigEndian.AppendUint64(buf, r.settledOrder)
	buf = binary.BigEndian.AppendUint32(buf, r.corrections)
	buf = binary.BigEndian.AppendUint32(buf, r.steps)
	return append(buf, r.payload[:]...)
}

func readInstrument(value []byte) (r instrument, ok bool) {
	if len(value) != instrumentSize {
		return instrument{}, false
	}
	r.parent = binary.BigEndian.Uint64(value)
	r.parts = binary.BigEndian.Uint64(value[8:])
	r.holder = binary.BigEndian.Uint64(value[16:])
	r.debtor = binary.BigEndian.Uint16(value[24:])
	r.face = binary.BigEndian.Uint64(value[26:])
	r.due = binary.BigEndian.Uint64(value[34:])
	r.setAt = binary.BigEndian.Uint64(value[42:])
	r.setOrder = binary.BigEndian.Uint64(value[50:])
	copy(r.content[:], value[58:])
	r.state = value[90]
	r.confirmed = binary.BigEndian.Uint32(value[91:])
	r.depth = value[95]
	r.lock = binary.BigEndian.Uint64(value[96:])
	r.overdueAt = binary.BigEndian.Uint64(value[104:])
	r.overdueOrder = binary.BigEndian.Uint64(value[112:])
	r.settledOrder = binary.BigEndian.Uint64(value[120:])
	r.corrections = binary.BigEndian.Uint32(value[128:])
	r.steps = binary.BigEndian.Uint32(value[132:])
	copy(r.payload[:], value[136:])
	return r, true
}

// contentOf is the content of an instrument of the start. It begins with the number, so that a content tells
// whether it is one of them.
func contentOf(number uint64) [32]byte {
	content := program.Fill(number, 1)
	binary.BigEndian.PutUint64(content[:], number)
	return content
}

// spread is a typical value spread over sixteen steps, from an eighth to twice of it.
func spread(typical int64, number uint64) uint64 { return uint64(typical) / 8 * (1 + number%16) }

// dueOf is the due date of an instrument of the start, in ms.
func dueOf(term int64, number uint64) uint64 { return uint64(term) * (1 + number%16) / 16 }

// implied is the instrument of that number at the start.
func implied(settings *program.Settings, number uint64) instrument {
	return instrument{
		parent: none, parts: none, holder: number, debtor: uint16(number % uint64(settings.Agencies)),
		face: spread(settings.Rule("face"), number), due: dueOf(settings.Rule("start-term"), number),
		content: contentOf(number), state: StateFree, confirmed: 1<<(settings.Approvals+1) - 1,
	}
}

// instrument reads an instrument, the implied one when it was never touched.
func (a *app) instrument(number uint64) (r instrument, found bool) {
	if value, written := a.Tx.Get(a.keyFor(keyInstrument, number)); written {
		return readInstrument(value)
	}
	if number >= uint64(a.settings.Population) {
		return instrument{}, false
	}
	return implied(a.settings, number), true
}

func (a *app) putInstrument(number uint64, r *instrument) {
	a.buf = r.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyInstrument, number), a.buf)
}

// claim is a claim on an instrument.
type claim struct {
	number    uint64 // of the instrument
	claimant  uint16
	offered   uint16 // agency it is offered to, or agencyNone
	ask       uint64 // fen
	amount    uint64 // fen that the review allowed
	reviewer  uint32 // client, 0 before a review
	payer     uint32 // client
	claimedAt uint64 // ms
	until     uint64 // ms
	paidAt    uint64 // ms
	made      uint64 // order of the transaction that made it
	reviewed  uint64 // of the latest review that allowed an amount, 0: none
	paid      uint64 // of the payment, 0: none
	ended     uint64 // of the one after which it locks no more, 0: it locks
	state     byte
	transfers uint32
	steps     uint32 // accepted transactions about it after the first
	payload   [32]byte
}

const claimSize = 8 + 2 + 2 + 2*8 + 4 + 4 + 7*8 + 1 + 4 + 4 + 32

func (c *claim) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, c.number)
	buf = binary.BigEndian.AppendUint16(buf, c.claimant)
	buf = binary.BigEndian.AppendUint16(buf, c.offered)
	buf = binary.BigEndian.AppendUint64(buf, c.ask)
	buf = binary.BigEndian.AppendUint64(buf, c.amount)
	buf = binary.BigEndian.AppendUint32(buf, c.reviewer)
	buf = binary.BigEndian.AppendUint32(buf, c.payer)
	buf = binary.BigEndian.AppendUint64(buf, c.claimedAt)
	buf = binary.BigEndian.AppendUint64(buf, c.until)
	buf = binary.BigEndian.AppendUint64(buf, c.paidAt)
	buf = binary.BigEndian.AppendUint64(buf, c.made)
	buf = binary.BigEndian.AppendUint64(buf, c.reviewed)
	buf = binary.BigEndian.AppendUint64(buf, c.paid)
	buf = binary.BigEndian.AppendUint64(buf, c.ended)
	buf = binary.BigEndian.AppendUint32(append(buf, c.state), c.transfers)
	buf = binary.BigEndian.AppendUint32(buf, c.steps)
	return append(buf, c.payload[:]...)
}

func readClaim(value []byte) (c claim, ok bool) {
	if len(value) != claimSize {
		return claim{}, false
	}
	c.number = binary.BigEndian.Uint64(value)
	c.claimant = binary.BigEndian.Uint16(value[8:])
	c.offered = binary.BigEndian.Uint16(value[10:])
	c.ask = binary.BigEndian.Uint64(value[12:])
	c.amount = binary.BigEndian.Uint64(value[20:])
	c.reviewer = binary.BigEndian.Uint32(value[28:])
	c.payer = binary.BigEndian.Uint32(value[32:])
	c.claimedAt = binary.BigEndian.Uint64(value[36:])
	c.until = binary.BigEndian.Uint64(value[44:])
	c.paidAt = binary.BigEndian.Uint64(value[52:])
	c.made = binary.BigEndian.Uint64(value[60:])
	c.reviewed = binary.BigEndian.Uint64(value[68:])
	c.paid = binary.BigEndian.Uint64(value[76:])
	c.ended = binary.BigEndian.Uint64(value[84:])
	c.state = value[92]
	c.transfers = binary.BigEndian.Uint32(value[93:])
	c.steps = binary.BigEndian.Uint32(value[97:])
	copy(c.payload[:], value[101:])
	return c, true
}

func (a *app) claim(id uint64) (c claim, found bool) {
	value, written := a.Tx.Get(a.keyFor(keyClaim, id))
	if !written {
		return claim{}, false
	}
	return readClaim(value)
}

func (a *app) putClaim(id uint64, c *claim) {
	a.buf = c.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyClaim, id), a.buf)
}

// inquiry is a line of the journal.
type inquiry struct {
	order   uint64
	at      uint64 // ms
	client  uint32
	number  uint64
	state   byte
	taken   byte
	matched byte
	payload [32]byte
}

const inquirySize = 8 + 8 + 4 + 8 + 3 + 32

func (q *inquiry) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, q.order)
	buf = binary.BigEndian.AppendUint64(buf, q.at)
	buf = binary.BigEndian.AppendUint32(buf, q.client)
	buf = binary.BigEndian.AppendUint64(buf, q.number)
	buf = append(buf, q.state, q.taken, q.matched)
	return append(buf, q.payload[:]...)
}

// readInquiry decodes a line of inquirySize bytes.
func readInquiry(line []byte) (q inquiry) {
	q.order = binary.BigEndian.Uint64(line)
	q.at = binary.BigEndian.Uint64(line[8:])
	q.client = binary.BigEndian.Uint32(line[16:])
	q.number = binary.BigEndian.Uint64(line[20:])
	q.state, q.taken, q.matched = line[28], line[29], line[30]
	copy(q.payload[:], line[31:])
	return q
}
