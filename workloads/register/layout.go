package register

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyCase   byte = 'c' // case 8: a transfer
	keyObject byte = 'o' // object 8: its title, once anything has changed
	keyPermit byte = 'p' // object 8, agency 2: until when it may search, 8
	keyPage   byte = 'l' // page 8: lines of the journal, pageLines a page
)

// pageLines is how many lines of the journal share an entry of the ledger.
const pageLines = 16

func (a *app) keyFor(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

func (a *app) permitKey(object uint64, agency uint16) []byte {
	a.key = binary.BigEndian.AppendUint16(a.keyFor(keyPermit, object), agency)
	return a.key
}

// file is a transfer.
type file struct {
	object        uint64
	seller, buyer uint32 // parties
	parts, price  uint64
	offeredAt     uint64 // ms
	deadline      uint64 // ms
	state, flags  byte
	examined      uint32 // a bit a department, by its place
	due           uint64 // fen: what must be deposited
	tax           uint64 // fen
	certificate   uint64 // of the registered title
	docs, payload [32]byte
}

// Flags of a file.
const (
	flagTaxed     byte = 1 // tax must be assessed
	flagDeposited byte = 2
	flagAssessed  byte = 4
	flagPaid      byte = 8
)

const fileSize = 8 + 4 + 4 + 8 + 8 + 8 + 8 + 1 + 1 + 4 + 8 + 8 + 8 + 32 + 32

func (f *file) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, f.object)
	buf = binary.BigEndian.AppendUint32(buf, f.seller)
	buf = binary.BigEndian.AppendUint32(buf, f.buyer)
	buf = binary.BigEndian.AppendUint64(buf, f.parts)
	buf = binary.BigEndian.AppendUint64(buf, f.price)
	buf = binary.BigEndian.AppendUint64(buf, f.offeredAt)
	buf = binary.BigEndian.AppendUint64(buf, f.deadline)
	buf = append(buf, f.state, f.flags)
	buf = binary.BigEndian.AppendUint32(buf, f.examined)
	buf = binary.BigEndian.AppendUint64(buf, f.due)
	buf = binary.BigEndian.AppendUint64(buf, f.tax)
	buf = binary.BigEndian.AppendUint64(buf, f.certificate)
	buf = append(buf, f.docs[:]...)
	return append(buf, f.payload[:]...)
}

func (f *file) read(value []byte) bool {
	if len(value) != fileSize {
		return false
	}
	f.object = binary.BigEndian.Uint64(value)
	f.seller = binary.BigEndian.Uint32(value[8:])
	f.buyer = binary.BigEndian.Uint32(value[12:])
	f.parts = binary.BigEndian.Uint64(value[16:])
	f.price = binary.BigEndian.Uint64(value[24:])
	f.offeredAt = binary.BigEndian.Uint64(value[32:])
	f.deadline = binary.BigEndian.Uint64(value[40:])
	f.state, f.flags = value[48], value[49]
	f.examined = binary.BigEndian.Uint32(value[50:])
	f.due = binary.BigEndian.Uint64(value[54:])
	f.tax = binary.BigEndian.Uint64(value[62:])
	f.certificate = binary.BigEndian.Uint64(value[70:])
	copy(f.docs[:], value[78:])
	copy(f.payload[:], value[110:])
	return true
}

// escrow is the money that the bank holds for the case.
func (f *file) escrow() uint64 {
	if f.flags&flagDeposited != 0 && (f.state == StateOffered || f.state == StateAccepted) {
		return f.due
	}
	return 0
}

// holding is what a party holds of an object.
type holding struct {
	party uint32
	parts uint64
}

// mortgage is one of an object's.
type mortgage struct {
	serial uint32 // of the object's mortgages
	lender uint16
	party  uint32 // who asked for it
	amount uint64 // fen
	state  byte
	except uint64 // the case that the lender has consented to, 0: none
}

// States of a mortgage; those in force stand before those asked for, in order of priority.
const (
	mortgageAsked   byte = 1
	mortgageInForce byte = 2
)

// title is what the register knows about an object.
type title struct {
	certificate uint64 // 0: issued before the register began
	open        uint64 // the open transfer, 0: none
	frozen      uint64 // order of the transaction that froze it, 0: it is free
	serial      uint32 // mortgages ever asked for
	buyer       uint32 // of the last registered transfer, to whom the accounts go
	attributes  [32]byte
	payload     [32]byte
	accounts    []uint32 // payer of each utility account
	holdings    []holding
	mortgages   []mortgage
}

const (
	titleHead    = 8 + 8 + 8 + 4 + 4 + 32 + 32 + 1 + 1 + 1
	holdingSize  = 4 + 8
	mortgageSize = 4 + 2 + 4 + 8 + 1 + 8
)

func (t *title) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, t.certificate)
	buf = binary.BigEndian.AppendUint64(buf, t.open)
	buf = binary.BigEndian.AppendUint64(buf, t.frozen)
	buf = binary.BigEndian.AppendUint32(buf, t.serial)
	buf = binary.BigEndian.AppendUint32(buf, t.buyer)
	buf = append(buf, t.attributes[:]...)
	buf = append(buf, t.payload[:]...)
	buf = append(buf, byte(len(t.accounts)), byte(len(t.holdings)), byte(len(t.mortgages)))
	for _, payer := range t.accounts {
		buf = binary.BigEndian.AppendUint32(buf, payer)
	}
	for _, h := range t.holdings {
		buf = binary.BigEndian.AppendUint32(buf, h.party)
		buf = binary.BigEndian.AppendUint64(buf, h.parts)
	}
	for _, m := range t.mortgages {
		buf = binary.BigEndian.AppendUint32(buf, m.serial)
		buf = binary.BigEndian.AppendUint16(buf, m.lender)
		buf = binary.BigEndian.AppendUint32(buf, m.party)
		buf = binary.BigEndian.AppendUint64(buf, m.amount)
		buf = append(buf, m.state)
		buf = binary.BigEndian.AppendUint64(buf, m.except)
	}
	return buf
}

// read decodes a title in place, so that the room of its lists is used again.
func (t *title) read(value []byte) bool {
	if len(value) < titleHead {
		return false
	}
	accounts, holdings, mortgages := int(value[96]), int(value[97]), int(value[98])
	if len(value) != titleHead+4*accounts+holdingSize*holdings+mortgageSize*mortgages {
		return false
	}
	t.certificate = binary.BigEndian.Uint64(value)
	t.open = binary.BigEndian.Uint64(value[8:])
	t.frozen = binary.BigEndian.Uint64(value[16:])
	t.serial = binary.BigEndian.Uint32(value[24:])
	t.buyer = binary.BigEndian.Uint32(value[28:])
	copy(t.attributes[:], value[32:])
	copy(t.payload[:], value[64:])
	t.accounts, t.holdings, t.mortgages = t.accounts[:0], t.holdings[:0], t.mortgages[:0]
	rest := value[titleHead:]
	for ; accounts > 0; accounts, rest = accounts-1, rest[4:] {
		t.accounts = append(t.accounts, binary.BigEndian.Uint32(rest))
	}
	for ; holdings > 0; holdings, rest = holdings-1, rest[holdingSize:] {
		t.holdings = append(t.holdings, holding{binary.BigEndian.Uint32(rest), binary.BigEndian.Uint64(rest[4:])})
	}
	for ; mortgages > 0; mortgages, rest = mortgages-1, rest[mortgageSize:] {
		t.mortgages = append(t.mortgages, mortgage{
			serial: binary.BigEndian.Uint32(rest), lender: binary.BigEndian.Uint16(rest[4:]),
			party: binary.BigEndian.Uint32(rest[6:]), amount: binary.BigEndian.Uint64(rest[10:]),
			state: rest[18], except: binary.BigEndian.Uint64(rest[19:]),
		})
	}
	return true
}

// begin makes the title that the object has at the start.
func (t *title) begin(object uint64, settings *program.Settings) {
	*t = title{
		attributes: program.Fill(object, 0),
		accounts:   t.accounts[:0], holdings: t.holdings[:0], mortgages: t.mortgages[:0],
	}
	for range settings.Rule("accounts") {
		t.accounts = append(t.accounts, uint32(object))
	}
	whole, holders := uint64(settings.Rule("parts")), uint64(settings.Rule("holders"))
	for i := range holders {
		h := holding{party: uint32((object + i) % uint64(settings.Population)), parts: whole / holders}
		if i < whole%holders {
			h.parts++
		}
		t.holdings = append(t.holdings, h)
	}
	t.buyer = uint32(object)
}

// line is a step in the journal.
type line struct {
	order  uint64 // number of the transaction among the accepted ones
	at     uint64 // ms
	kind   byte
	client uint32
	number uint64 // case, or object
	party  uint32 // offer: the buyer
	a      uint64 // offer: object; else the step's amount, serial, tax, certificate, verdict, account or end of a permit
	b      uint64 // offer: parts; acceptance: 1 when taxed; permission: the agency; request for a mortgage: the lender
	c      uint64 // offer and amendment: price; request for a mortgage: the amount
}

const lineSize = 8 + 8 + 1 + 4 + 8 + 4 + 8 + 8 + 8

func (l *line) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, l.order)
	buf = binary.BigEndian.AppendUint64(buf, l.at)
	buf = append(buf, l.kind)
	buf = binary.BigEndian.AppendUint32(buf, l.client)
	buf = binary.BigEndian.AppendUint64(buf, l.number)
	buf = binary.BigEndian.AppendUint32(buf, l.party)
	buf = binary.BigEndian.AppendUint64(buf, l.a)
	buf = binary.BigEndian.AppendUint64(buf, l.b)
	return binary.BigEndian.AppendUint64(buf, l.c)
}

func readLine(value []byte) line {
	return line{
		order: binary.BigEndian.Uint64(value), at: binary.BigEndian.Uint64(value[8:]), kind: value[16],
		client: binary.BigEndian.Uint32(value[17:]), number: binary.BigEndian.Uint64(value[21:]),
		party: binary.BigEndian.Uint32(value[29:]), a: binary.BigEndian.Uint64(value[33:]),
		b: binary.BigEndian.Uint64(value[41:]), c: binary.BigEndian.Uint64(value[49:]),
	}
}
