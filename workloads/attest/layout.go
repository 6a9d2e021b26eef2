package attest

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keySubject byte = 's' // subject 8: its record
	keyVenue   byte = 'v' // venue 8: its replay window, its head, then the check-ins of its open page
	keyPage    byte = 'c' // venue 8, page 8: the check-ins of a filed page
	keyCase    byte = 'k' // case 8: a tracing case
	keyJournal byte = 'j' // page 8: lines of the journal, pageLines a page
)

// pageLines is how many lines of the journal share an entry of the ledger.
const pageLines = 16

// pageVisits is how many check-ins fill a page of a venue.
const pageVisits = 8

func (a *app) keyOf(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

func (a *app) pageKey(venue, page uint64) []byte {
	a.keyOf(keyPage, venue)
	a.key = binary.BigEndian.AppendUint64(a.key, page)
	return a.key
}

// States of a slot.
const (
	slotEmpty   byte = 0
	slotHeld    byte = 1
	slotRevoked byte = 2
)

// slot is the latest attestation of a kind.
type slot struct {
	state  byte
	value  byte
	issuer uint16
	taken  uint64 // ms
	line   uint64 // number of the journal's line with its commitment, from 1; 0: it is implied
}

const slotSize = 1 + 1 + 2 + 8 + 8

func (s *slot) append(buf []byte) []byte {
	buf = append(buf, s.state, s.value)
	buf = binary.BigEndian.AppendUint16(buf, s.issuer)
	buf = binary.BigEndian.AppendUint64(buf, s.taken)
	return binary.BigEndian.AppendUint64(buf, s.line)
}

func readSlot(value []byte) slot {
	return slot{value[0], value[1], binary.BigEndian.Uint16(value[2:]),
		binary.BigEndian.Uint64(value[4:]), binary.BigEndian.Uint64(value[12:])}
}

// States of an arrival.
const (
	arrivalNone      byte = 0
	arrivalDeclared  byte = 1
	arrivalConfirmed byte = 2
	arrivalRejected  byte = 3
	arrivalWithdrawn byte = 4
)

// record is what the chain knows of a subject.
type record struct {
	test, status, foreign, dose slot   // the dose's value is its number
	before                      uint64 // when the dose before was given, ms and 1; 0: long ago or none

	orderFrom, orderUntil uint64 // ms
	orderLive             byte   // 1 until it is lifted; after orderUntil it is not live either

	arrival   byte
	origin    uint16
	declared  uint64 // ms
	confirmBy uint64 // ms

	appeal     byte // colour that is contested, 0: no open appeal
	appealFrom uint64
	appealBy   uint64
}

const recordSize = 4*slotSize + 8 + 16 + 1 + 1 + 2 + 16 + 1 + 16

func (r *record) append(buf []byte) []byte {
	buf = r.test.append(buf)
	buf = r.status.append(buf)
	buf = r.foreign.append(buf)
	buf = r.dose.append(buf)
	buf = binary.BigEndian.AppendUint64(buf, r.before)
	buf = binary.BigEndian.AppendUint64(buf, r.orderFrom)
	buf = binary.BigEndian.AppendUint64(buf, r.orderUntil)
	buf = append(buf, r.orderLive, r.arrival)
	buf = binary.BigEndian.AppendUint16(buf, r.origin)
	buf = binary.BigEndian.AppendUint64(buf, r.declared)
	buf = binary.BigEndian.AppendUint64(buf, r.confirmBy)
	buf = append(buf, r.appeal)
	buf = binary.BigEndian.AppendUint64(buf, r.appealFrom)
	return binary.BigEndian.AppendUint64(buf, r.appealBy)
}

func readRecord(value []byte) (r record, ok bool) {
	if len(value) != recordSize {
		return record{}, false
	}
	r.test, r.status = readSlot(value), readSlot(value[slotSize:])
	r.foreign, r.dose = readSlot(value[2*slotSize:]), readSlot(value[3*slotSize:])
	value = value[4*slotSize:]
	r.before = binary.BigEndian.Uint64(value)
	r.orderFrom, r.orderUntil = binary.BigEndian.Uint64(value[8:]), binary.BigEndian.Uint64(value[16:])
	r.orderLive, r.arrival = value[24], value[25]
	r.origin = binary.BigEndian.Uint16(value[26:])
	r.declared, r.confirmBy = binary.BigEndian.Uint64(value[28:]), binary.BigEndian.Uint64(value[36:])
	r.appeal = value[44]
	r.appealFrom, r.appealBy = binary.BigEndian.Uint64(value[45:]), binary.BigEndian.Uint64(value[53:])
	return r, true
}

// share reports whether the subject is among so many percent; the shares of two rules overlap evenly.
func share(subject, percent, salt uint64) bool { return (subject*37+subject/100*salt)%100 < percent }

// implied is the record of a subject at the start.
func implied(subject uint64, labs int, tested, dosed uint64) (r record) {
	issuer := uint16(subject % uint64(labs))
	if share(subject, tested, 0) {
		r.test = slot{state: slotHeld, issuer: issuer}
	}
	if share(subject, dosed, 13) {
		r.dose = slot{state: slotHeld, value: 1, issuer: issuer}
	}
	return r
}

// impliedCommitment is the commitment of an implied attestation.
func impliedCommitment(subject uint64, what byte) [32]byte {
	return program.Fill(subject, uint64(what))
}

// proofOf stands for the signature of a foreign issuer under a result.
func proofOf(issuer uint16, subject uint64, value byte, taken uint64) [32]byte {
	return program.Fill(uint64(issuer)<<40^subject<<1^uint64(value), ^taken)
}

// line is an event in the journal.
type line struct {
	order   uint64 // of the transaction among the accepted ones
	at      uint64 // ms
	client  uint32
	kind    byte
	what    byte
	value   byte // what was attested, ordered or answered
	issuer  uint16
	number  uint64 // subject, venue or case
	from    uint64 // time or page that the operation names
	until   uint64
	hash    [32]byte // commitment, proof or, of a trace, SHA-256 of what it answered; never a token
	payload [32]byte
}

const lineSize = 8 + 8 + 4 + 1 + 1 + 1 + 2 + 8 + 8 + 8 + 32 + 32

// hashOffset is where a line's hash stands.
const hashOffset = 8 + 8 + 4 + 1 + 1 + 1 + 2 + 8 + 8 + 8

func (l *line) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, l.order)
	buf = binary.BigEndian.AppendUint64(buf, l.at)
	buf = binary.BigEndian.AppendUint32(buf, l.client)
	buf = append(buf, l.kind, l.what, l.value)
	buf = binary.BigEndian.AppendUint16(buf, l.issuer)
	buf = binary.BigEndian.AppendUint64(buf, l.number)
	buf = binary.BigEndian.AppendUint64(buf, l.from)
	buf = binary.BigEndian.AppendUint64(buf, l.until)
	buf = append(buf, l.hash[:]...)
	return append(buf, l.payload[:]...)
}

func readLine(value []byte) (l line) {
	l.order, l.at = binary.BigEndian.Uint64(value), binary.BigEndian.Uint64(value[8:])
	l.client = binary.BigEndian.Uint32(value[16:])
	l.kind, l.what, l.value = value[20], value[21], value[22]
	l.issuer = binary.BigEndian.Uint16(value[23:])
	l.number = binary.BigEndian.Uint64(value[25:])
	l.from, l.until = binary.BigEndian.Uint64(value[33:]), binary.BigEndian.Uint64(value[41:])
	copy(l.hash[:], value[hashOffset:])
	copy(l.payload[:], value[hashOffset+32:])
	return l
}

// head is the state of a venue.
type head struct {
	filed  uint64 // pages filed so far; the open page has this number
	gone   uint64 // of them purged
	total  uint64 // check-ins so far
	purged uint64
}

// headSize is where the check-ins of a venue's open page begin in its entry, behind window and head.
const headSize = program.WindowSize + 4*8

// appendVenue begins a venue's entry anew: the window of the entry as it was, and the head.
func (h *head) appendVenue(buf, entry []byte) []byte {
	if len(entry) < program.WindowSize { // the health authority's purge comes before the venue itself wrote
		entry = make([]byte, program.WindowSize)
	}
	return h.append(append(buf, entry[:program.WindowSize]...))
}

func (h *head) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, h.filed)
	buf = binary.BigEndian.AppendUint64(buf, h.gone)
	buf = binary.BigEndian.AppendUint64(buf, h.total)
	return binary.BigEndian.AppendUint64(buf, h.purged)
}

func readHead(value []byte) (h head) {
	if len(value) < headSize {
		return head{}
	}
	value = value[program.WindowSize:]
	return head{binary.BigEndian.Uint64(value), binary.BigEndian.Uint64(value[8:]),
		binary.BigEndian.Uint64(value[16:]), binary.BigEndian.Uint64(value[24:])}
}

// A check-in in a page: time 8, token 32.
const visitSize = 8 + 32

func visitAt(page []byte, i int) (at uint64, token []byte) {
	visit := page[i*visitSize : (i+1)*visitSize]
	return binary.BigEndian.Uint64(visit), visit[8:]
}

// tracing is a case in which contacts are traced.
type tracing struct {
	venue, from, until uint64
	opened, usable     uint64 // ms; it may be used from the one to the other
	closed             uint64 // number of the transaction that closed it, 0: none
	traces             uint64
}

const tracingSize = 7 * 8

func (c *tracing) append(buf []byte) []byte {
	for _, n := range [...]uint64{c.venue, c.from, c.until, c.opened, c.usable, c.closed, c.traces} {
		buf = binary.BigEndian.AppendUint64(buf, n)
	}
	return buf
}

func readTracing(value []byte) (c tracing, ok bool) {
	if len(value) != tracingSize {
		return tracing{}, false
	}
	for i, n := range [...]*uint64{&c.venue, &c.from, &c.until, &c.opened, &c.usable, &c.closed, &c.traces} {
		*n = binary.BigEndian.Uint64(value[8*i:])
	}
	return c, true
}
