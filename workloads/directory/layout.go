package directory

import "encoding/binary"

// Prefixes of keys.
const (
	keyEntry      byte = 'e' // entry 8
	keyRequest    byte = 'q' // request 8
	keyLatest     byte = 'a' // entry 8, agency 2: the agency's latest request in the run
	keyDistrict   byte = 'd' // agency 2
	keyVersions   byte = 'v' // page 8: the journal of versions
	keyUses       byte = 'u' // page 8: the journal of uses
	keyComplaints byte = 'm' // page 8: complaints, whose lines are written again when they are settled
	keyBatches    byte = 'b' // page 8: the journal of batches
)

// pageEntries is how many lines of a journal share an entry of the ledger.
const pageEntries = 16

// standingBit marks the number of a grant from the start: the entry and the holder's place after the owner follow.
const standingBit uint64 = 1 << 63

// cut takes a record apart, whose length was checked.
type cut []byte

func (c *cut) uint64() uint64 { v := binary.BigEndian.Uint64(*c); *c = (*c)[8:]; return v }
func (c *cut) uint32() uint32 { v := binary.BigEndian.Uint32(*c); *c = (*c)[4:]; return v }
func (c *cut) uint16() uint16 { v := binary.BigEndian.Uint16(*c); *c = (*c)[2:]; return v }
func (c *cut) uint8() byte    { v := (*c)[0]; *c = (*c)[1:]; return v }
func (c *cut) hash() (h [32]byte) {
	copy(h[:], *c)
	*c = (*c)[32:]
	return h
}

// entry is the record at keyEntry.
type entry struct {
	version    uint32 // from 1
	owner      uint16
	level      byte
	class      byte
	commitment [32]byte
	withdrawn  uint64 // number of the transaction, 0: none
	open       uint32 // requests that are asked, signed or granted; none after the withdrawal
	given      uint32 // requests made in the run
	complaint  uint64 // number of the open one plus 1, 0: none
	due        uint64 // ms, when the open complaint must be settled
}

const entrySize = 4 + 2 + 1 + 1 + 32 + 8 + 4 + 4 + 8 + 8

func (e *entry) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint32(buf, e.version)
	buf = binary.BigEndian.AppendUint16(buf, e.owner)
	buf = append(buf, e.level, e.class)
	buf = append(buf, e.commitment[:]...)
	buf = binary.BigEndian.AppendUint64(buf, e.withdrawn)
	buf = binary.BigEndian.AppendUint32(buf, e.open)
	buf = binary.BigEndian.AppendUint32(buf, e.given)
	buf = binary.BigEndian.AppendUint64(buf, e.complaint)
	return binary.BigEndian.AppendUint64(buf, e.due)
}

func readEntry(value []byte) (e entry, ok bool) {
	if len(value) != entrySize {
		return entry{}, false
	}
	c := cut(value)
	e.version, e.owner, e.level, e.class = c.uint32(), c.uint16(), c.uint8(), c.uint8()
	e.commitment, e.withdrawn = c.hash(), c.uint64()
	e.open, e.given, e.complaint, e.due = c.uint32(), c.uint32(), c.uint64(), c.uint64()
	return e, true
}

// request is the record at keyRequest.
type request struct {
	entry    uint64
	agency   uint16
	purpose  uint16
	state    byte
	class    byte // of the entry when it was made
	renewals byte
	asked    uint32 // fields, a bit each
	fields   uint32 // granted or, when signed, to be granted
	life     uint64 // ms, asked for or signed for
	at       uint64 // ms, when it was made
	from     uint64 // ms; the grant holds from the one to the other, both included
	until    uint64
	uses     uint32 // allowed, 0: any number
	used     uint32
	signer   uint16 // who answered for the owner, the owner itself or the administrator
	decider  uint16 // who decided last
	signedAt uint64 // ms
	order    uint64 // number of the transaction that made it, 0: it is from the start
	signed   uint64 // of the one that answered for the owner, 0: none
	decided  uint64 // of the one that granted or refused it, 0: none
	ended    uint64 // of the one that revoked or closed it, 0: none
	renewed  uint64 // of the one that renewed it last, 0: none
	longer   uint64 // ms, when that was
	payload  [32]byte
}

const requestSize = 8 + 2 + 2 + 3 + 4 + 4 + 4*8 + 4 + 4 + 2 + 2 + 7*8 + 32

func (r *request) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, r.entry)
	buf = binary.BigEndian.AppendUint16(buf, r.agency)
	buf = binary.BigEndian.AppendUint16(buf, r.purpose)
	buf = append(buf, r.state, r.class, r.renewals)
	buf = binary.BigEndian.AppendUint32(buf, r.asked)
	buf = binary.BigEndian.AppendUint32(buf, r.fields)
	for _, v := range [...]uint64{r.life, r.at, r.from, r.until} {
		buf = binary.BigEndian.AppendUint64(buf, v)
	}
	buf = binary.BigEndian.AppendUint32(buf, r.uses)
	buf = binary.BigEndian.AppendUint32(buf, r.used)
	buf = binary.BigEndian.AppendUint16(buf, r.signer)
	buf = binary.BigEndian.AppendUint16(buf, r.decider)
	for _, v := range [...]uint64{r.signedAt, r.order, r.signed, r.decided, r.ended, r.renewed, r.longer} {
		buf = binary.BigEndian.AppendUint64(buf, v)
	}
	return append(buf, r.payload[:]...)
}

func readRequest(value []byte) (r request, ok bool) {
	if len(value) != requestSize {
		return request{}, false
	}
	c := cut(value)
	r.entry, r.agency, r.purpose = c.uint64(), c.uint16(), c.uint16()
	r.state, r.class, r.renewals = c.uint8(), c.uint8(), c.uint8()
	r.asked, r.fields = c.uint32(), c.uint32()
	r.life, r.at, r.from, r.until = c.uint64(), c.uint64(), c.uint64(), c.uint64()
	r.uses, r.used, r.signer, r.decider = c.uint32(), c.uint32(), c.uint16(), c.uint16()
	r.signedAt, r.order, r.signed, r.decided, r.ended = c.uint64(), c.uint64(), c.uint64(), c.uint64(), c.uint64()
	r.renewed, r.longer, r.payload = c.uint64(), c.uint64(), c.hash()
	return r, true
}

// isOpen reports whether the request is asked, signed or granted, if its entry stands.
func (r *request) isOpen() bool { return r.state >= stateAsked && r.state <= stateGranted }

// spent reports whether a grant cannot be used any more from that time on.
func (r *request) spent(at uint64) bool {
	return r.state == stateGranted && (at > r.until || r.uses > 0 && r.used >= r.uses)
}

// Lines of the journals.
const (
	versionSize   = 8 + 4 + 2 + 3 + 32 + 8 + 8 + 32
	useSize       = 8 + 8 + 4 + 4 + 8 + 8 + 32
	complaintSize = 8 + 8 + 2 + 1 + 4*8 + 32
	batchSize     = 2 + 4 + 4 + 8 + 8 + 32
)

// version is a line at keyVersions.
type version struct {
	entry              uint64
	number             uint32
	agency             uint16
	kind, level, class byte
	commitment         [32]byte
	at, order          uint64
	payload            [32]byte
}

func (v *version) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, v.entry)
	buf = binary.BigEndian.AppendUint32(buf, v.number)
	buf = binary.BigEndian.AppendUint16(buf, v.agency)
	buf = append(buf, v.kind, v.level, v.class)
	buf = append(buf, v.commitment[:]...)
	buf = binary.BigEndian.AppendUint64(buf, v.at)
	buf = binary.BigEndian.AppendUint64(buf, v.order)
	return append(buf, v.payload[:]...)
}

func readVersion(line []byte) (v version) {
	c := cut(line)
	v.entry, v.number, v.agency = c.uint64(), c.uint32(), c.uint16()
	v.kind, v.level, v.class = c.uint8(), c.uint8(), c.uint8()
	v.commitment, v.at, v.order, v.payload = c.hash(), c.uint64(), c.uint64(), c.hash()
	return v
}

// use is a line at keyUses.
type use struct {
	request, entry uint64
	client, fields uint32
	at, order      uint64
	payload        [32]byte
}

func (u *use) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, u.request)
	buf = binary.BigEndian.AppendUint64(buf, u.entry)
	buf = binary.BigEndian.AppendUint32(buf, u.client)
	buf = binary.BigEndian.AppendUint32(buf, u.fields)
	buf = binary.BigEndian.AppendUint64(buf, u.at)
	buf = binary.BigEndian.AppendUint64(buf, u.order)
	return append(buf, u.payload[:]...)
}

func readUse(line []byte) (u use) {
	c := cut(line)
	u.request, u.entry, u.client, u.fields = c.uint64(), c.uint64(), c.uint32(), c.uint32()
	u.at, u.order, u.payload = c.uint64(), c.uint64(), c.hash()
	return u
}

// complaint is a line at keyComplaints.
type complaint struct {
	request, entry uint64
	agency         uint16
	outcome        byte
	at, due        uint64
	order          uint64
	settled        uint64 // number of the transaction, 0: it is open
	evidence       [32]byte
}

// Outcomes of complaints.
const (
	outcomeCorrected byte = 1
	outcomeLate      byte = 2 // corrected after it was due
	outcomeDismissed byte = 3
	outcomeWithdrawn byte = 4 // with the entry
)

func (m *complaint) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, m.request)
	buf = binary.BigEndian.AppendUint64(buf, m.entry)
	buf = binary.BigEndian.AppendUint16(buf, m.agency)
	buf = append(buf, m.outcome)
	for _, v := range [...]uint64{m.at, m.due, m.order, m.settled} {
		buf = binary.BigEndian.AppendUint64(buf, v)
	}
	return append(buf, m.evidence[:]...)
}

func readComplaint(line []byte) (m complaint) {
	c := cut(line)
	m.request, m.entry, m.agency, m.outcome = c.uint64(), c.uint64(), c.uint16(), c.uint8()
	m.at, m.due, m.order, m.settled, m.evidence = c.uint64(), c.uint64(), c.uint64(), c.uint64(), c.hash()
	return m
}

// batch is a line at keyBatches.
type batch struct {
	agency          uint16
	number, entries uint32
	at, order       uint64
	digest          [32]byte
}

func (b *batch) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint16(buf, b.agency)
	buf = binary.BigEndian.AppendUint32(buf, b.number)
	buf = binary.BigEndian.AppendUint32(buf, b.entries)
	buf = binary.BigEndian.AppendUint64(buf, b.at)
	buf = binary.BigEndian.AppendUint64(buf, b.order)
	return append(buf, b.digest[:]...)
}

func readBatch(line []byte) (b batch) {
	c := cut(line)
	b.agency, b.number, b.entries = c.uint16(), c.uint32(), c.uint32()
	b.at, b.order, b.digest = c.uint64(), c.uint64(), c.hash()
	return b
}

// district is the record at keyDistrict.
type district struct {
	batches uint32
	entries uint64
	head    [32]byte // see link
}

const districtSize = 4 + 8 + 32

func (d *district) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint32(buf, d.batches)
	buf = binary.BigEndian.AppendUint64(buf, d.entries)
	return append(buf, d.head[:]...)
}

func readDistrict(value []byte) (d district, ok bool) {
	if len(value) != districtSize {
		return district{}, false
	}
	c := cut(value)
	d.batches, d.entries, d.head = c.uint32(), c.uint64(), c.hash()
	return d, true
}

func (a *app) startKey(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

func (a *app) latestKey(entry uint64, agency uint16) []byte {
	a.key = binary.BigEndian.AppendUint16(a.startKey(keyLatest, entry), agency)
	return a.key
}

func (a *app) districtKey(agency uint16) []byte {
	a.key = binary.BigEndian.AppendUint16(append(a.key[:0], keyDistrict), agency)
	return a.key
}

// journal writes the line in a.buf at its place, from 0, in a journal.
func (a *app) journal(prefix byte, number uint64) {
	a.Tx.Patch(a.startKey(prefix, number/pageEntries), int(number%pageEntries)*len(a.buf), a.buf)
}
