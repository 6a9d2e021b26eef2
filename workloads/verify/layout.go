package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyRecord  byte = 'r' // entity 8: a record that was changed
	keyConsent byte = 'c' // entity 8, grantee 2: serial and content of the latest consent
	keyFormer  byte = 'g' // entity 8, grantee 2, serial 4: a consent that a later one replaced
	keyTrail   byte = 'h' // entity 8: length and head of the trail
	keyPage    byte = 'l' // page 8: entries of the journal, pageEntries a page
)

// pageEntries is how many logged checks share an entry of the ledger. The journal is written at its end only, so a
// page is hashed once or twice, not once a check.
const pageEntries = 16

func (a *app) startKey(prefix byte, entity uint64) {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), entity)
}

func (a *app) recordKey(entity uint64) []byte { a.startKey(keyRecord, entity); return a.key }

func (a *app) trailKey(entity uint64) []byte { a.startKey(keyTrail, entity); return a.key }

func (a *app) pageKey(page uint64) []byte { a.startKey(keyPage, page); return a.key }

func (a *app) consentKey(entity uint64, grantee uint16) []byte {
	a.startKey(keyConsent, entity)
	a.key = binary.BigEndian.AppendUint16(a.key, grantee)
	return a.key
}

func (a *app) formerKey(entity uint64, grantee uint16, serial uint32) []byte {
	a.startKey(keyFormer, entity)
	a.key = binary.BigEndian.AppendUint16(a.key, grantee)
	a.key = binary.BigEndian.AppendUint32(a.key, serial)
	return a.key
}

// record is what the chain knows about an entity.
type record struct {
	commitment [32]byte
	updates    uint64
	changedAt  uint64 // ms
	payload    [32]byte
}

const recordSize = 32 + 8 + 8 + 32

func (r *record) append(buf []byte) []byte {
	buf = append(buf, r.commitment[:]...)
	buf = binary.BigEndian.AppendUint64(buf, r.updates)
	buf = binary.BigEndian.AppendUint64(buf, r.changedAt)
	return append(buf, r.payload[:]...)
}

func readRecord(value []byte) (r record, ok bool) {
	if len(value) != recordSize {
		return record{}, false
	}
	copy(r.commitment[:], value)
	r.updates = binary.BigEndian.Uint64(value[32:])
	r.changedAt = binary.BigEndian.Uint64(value[40:])
	copy(r.payload[:], value[48:])
	return r, true
}

// commitmentOf is the commitment of an entity's record after so many updates by the generator; with 0
// updates it is the one that the entity has at the start.
func commitmentOf(entity, updates uint64) [32]byte { return program.Fill(entity, updates) }

// record reads the entity's record, the implied one when it was never changed.
func (a *app) record(entity uint64) record {
	if value, found := a.Tx.Get(a.recordKey(entity)); found {
		r, _ := readRecord(value)
		return r
	}
	return record{commitment: commitmentOf(entity, 0)}
}

// grant is a consent.
type grant struct {
	from, until uint64 // ms; valid from the one to the other, both included
	classes     uint32 // bit i: data class i
	uses        uint32 // checks allowed, 0: any number
	used        uint32 // checks logged, counted only when uses is not 0
	order       uint64 // number of the transaction that gave it, 0: it is from the start
	revoked     uint64 // number of the transaction that revoked it, 0: none
	payload     [32]byte
}

const grantSize = 6 + 6 + 4 + 4 + 4 + 6 + 6 + 32

func (g *grant) append(buf []byte) []byte {
	buf = program.AppendUint48(buf, g.from)
	buf = program.AppendUint48(buf, g.until)
	buf = binary.BigEndian.AppendUint32(buf, g.classes)
	buf = binary.BigEndian.AppendUint32(buf, g.uses)
	buf = binary.BigEndian.AppendUint32(buf, g.used)
	buf = program.AppendUint48(buf, g.order)
	buf = program.AppendUint48(buf, g.revoked)
	return append(buf, g.payload[:]...)
}

func readGrant(value []byte) (g grant, ok bool) {
	if len(value) != grantSize {
		return grant{}, false
	}
	g.from = program.Uint48(value)
	g.until = program.Uint48(value[6:])
	g.classes = binary.BigEndian.Uint32(value[12:])
	g.uses = binary.BigEndian.Uint32(value[16:])
	g.used = binary.BigEndian.Uint32(value[20:])
	g.order = program.Uint48(value[24:])
	g.revoked = program.Uint48(value[30:])
	copy(g.payload[:], value[36:])
	return g, true
}

// refuses tells why the consent does not allow a check, or nothing.
func (g *grant) refuses(at uint64, class byte) string {
	switch {
	case g.revoked != 0:
		return "consent revoked"
	case at < g.from:
		return "consent not yet given"
	case at > g.until:
		return "consent expired"
	case g.classes>>class&1 == 0:
		return "consent is for other data"
	case g.uses != 0 && g.used >= g.uses:
		return "consent used up"
	}
	return ""
}

// standing reports whether the agency holds the entity's consent from the start.
func (a *app) standing(entity uint64, grantee uint16) bool {
	agencies := uint64(a.settings.Agencies)
	after := (uint64(grantee) + agencies - entity%agencies + agencies - 1) % agencies
	return after < uint64(a.settings.Rule("standing"))
}

// implied is the consent that the agency holds from the start.
func (a *app) implied(entity uint64, grantee uint16) (g grant, found bool) {
	if a.standing(entity, grantee) {
		return grant{until: program.TimeMax, classes: math.MaxUint32}, true
	}
	return grant{}, false
}

// consent is the entity's latest consent to the agency; one from the start that was not revoked is made up and
// has serial 0.
func (a *app) consent(entity uint64, grantee uint16) (serial uint32, g grant, found, written bool) {
	value, written := a.Tx.Get(a.consentKey(entity, grantee))
	if !written {
		g, found = a.implied(entity, grantee)
		return 0, g, found, false
	}
	serial, g, found = readConsent(value)
	return serial, g, found, true
}

func readConsent(value []byte) (serial uint32, g grant, ok bool) {
	if len(value) != 4+grantSize {
		return 0, grant{}, false
	}
	g, _ = readGrant(value[4:])
	return binary.BigEndian.Uint32(value), g, true
}

func (a *app) putConsent(entity uint64, grantee uint16, serial uint32, g grant) {
	a.buf = g.append(binary.BigEndian.AppendUint32(a.buf[:0], serial))
	a.Tx.Put(a.consentKey(entity, grantee), a.buf)
}

// entry is a logged check.
type entry struct {
	at       uint64 // ms
	agency   uint16
	client   uint32
	sequence uint64
	serial   uint32 // of the consent
	class    byte
	matched  byte
	order    uint64 // number of the transaction among the accepted ones
	payload  [32]byte
}

// lineSize is the length of an entry in the journal: the entity, then the entry.
const lineSize = 8 + entrySize

const entrySize = 8 + 2 + 4 + 8 + 4 + 1 + 1 + 8 + 32

func (e *entry) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, e.at)
	buf = binary.BigEndian.AppendUint16(buf, e.agency)
	buf = binary.BigEndian.AppendUint32(buf, e.client)
	buf = binary.BigEndian.AppendUint64(buf, e.sequence)
	buf = binary.BigEndian.AppendUint32(buf, e.serial)
	buf = append(buf, e.class, e.matched)
	buf = binary.BigEndian.AppendUint64(buf, e.order)
	return append(buf, e.payload[:]...)
}

func readEntry(value []byte) (e entry, ok bool) {
	if len(value) != entrySize {
		return entry{}, false
	}
	e.at = binary.BigEndian.Uint64(value)
	e.agency = binary.BigEndian.Uint16(value[8:])
	e.client = binary.BigEndian.Uint32(value[10:])
	e.sequence = binary.BigEndian.Uint64(value[14:])
	e.serial = binary.BigEndian.Uint32(value[22:])
	e.class, e.matched = value[26], value[27]
	e.order = binary.BigEndian.Uint64(value[28:])
	copy(e.payload[:], value[36:])
	return e, true
}

// link extends a trail's hash chain: SHA-256(head | entity | entry), beginning with 32 zero bytes.
func link(head [32]byte, entity uint64, encoded []byte) [32]byte {
	var input [32 + 8 + entrySize]byte
	copy(input[:], head[:])
	binary.BigEndian.PutUint64(input[32:], entity)
	copy(input[40:], encoded)
	return sha256.Sum256(input[:])
}

func (a *app) trailOf(entity uint64) (count uint64, head [32]byte) {
	value, found := a.Tx.Get(a.trailKey(entity))
	if !found || len(value) != 40 {
		return 0, head
	}
	copy(head[:], value[8:])
	return binary.BigEndian.Uint64(value), head
}
