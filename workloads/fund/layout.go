package fund

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyProgramme   byte = 'g' // programme 8
	keyProject     byte = 'p' // project 8
	keyApplication byte = 'a' // application 8
	keyMarks       byte = 'm' // project 4, group 4: for which period each of its subjects was paid last
	keyWages       byte = 'l' // application 8: the wages of its list
	keyPostings    byte = 'j' // page 8: postings, pageLines a page
	keyDonations   byte = 'd' // page 8: donations
	keyLooks       byte = 'q' // page 8: looks at accounts
)

// pageLines is how many lines of a journal share an entry of the ledger.
const pageLines = 16

// groupSize is how many subjects of a project share an entry of marks, and are at most on one wage list.
const groupSize = 16

// Accounts. A programme's is accountProgramme+p, a project's accountProject+q*8+bucket.
const (
	accountTreasury  uint64 = 1
	accountDonors    uint64 = 2
	accountProgramme uint64 = 1 << 40
	accountProject   uint64 = 1 << 41
)

// Buckets of a project; add the source: 0 budget, 1 donations.
const (
	bucketFree     = 0
	bucketReserved = 2
	bucketTransit  = 4
	bucketPaid     = 6 // what has left the fund, less refunds
	buckets        = 8
)

// Sources of money.
const (
	sourceBudget    byte = 0
	sourceDonations byte = 1
)

func accountOf(project uint64, bucket int) uint64 {
	return accountProject + project*buckets + uint64(bucket)
}

func (a *app) keyFor(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

// programme is one of the budget's programmes.
type programme struct {
	free         uint64
	year         uint64 // that is open
	appropriated uint64 // in that year
	raised       uint64 // order of the latest appropriation, 0: none this year
	steps        uint32 // accepted transactions about it
	payload      [32]byte
}

const programmeSize = 4*8 + 4 + 32

func (p *programme) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, p.free)
	buf = binary.BigEndian.AppendUint64(buf, p.year)
	buf = binary.BigEndian.AppendUint64(buf, p.appropriated)
	buf = binary.BigEndian.AppendUint64(buf, p.raised)
	buf = binary.BigEndian.AppendUint32(buf, p.steps)
	return append(buf, p.payload[:]...)
}

func readProgramme(value []byte) (p programme, ok bool) {
	if len(value) != programmeSize {
		return programme{}, false
	}
	p.free = binary.BigEndian.Uint64(value)
	p.year = binary.BigEndian.Uint64(value[8:])
	p.appropriated = binary.BigEndian.Uint64(value[16:])
	p.raised = binary.BigEndian.Uint64(value[24:])
	p.steps = binary.BigEndian.Uint32(value[32:])
	copy(p.payload[:], value[36:])
	return p, true
}

func (a *app) programme(number uint64) programme {
	if value, written := a.Tx.Get(a.keyFor(keyProgramme, number)); written {
		p, _ := readProgramme(value)
		return p
	}
	return programme{free: uint64(a.settings.Rule("programme-start"))}
}

func (a *app) putProgramme(number uint64, p *programme) {
	a.buf = p.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyProgramme, number), a.buf)
}

// project is an account with its buckets.
type project struct {
	bucket  [buckets]uint64 // fen
	billed  uint64          // fen of the contract's price that milestones have taken
	atWork  uint64          // milestones that are neither paid nor over
	stages  uint32          // milestones billed so far
	frozen  byte
	steps   uint32 // accepted transactions about it alone
	payload [32]byte
}

const projectSize = buckets*8 + 8 + 8 + 4 + 1 + 4 + 32

func (p *project) append(buf []byte) []byte {
	for _, amount := range p.bucket {
		buf = binary.BigEndian.AppendUint64(buf, amount)
	}
	buf = binary.BigEndian.AppendUint64(buf, p.billed)
	buf = binary.BigEndian.AppendUint64(buf, p.atWork)
	buf = binary.BigEndian.AppendUint32(buf, p.stages)
	buf = binary.BigEndian.AppendUint32(append(buf, p.frozen), p.steps)
	return append(buf, p.payload[:]...)
}

func readProject(value []byte) (p project, ok bool) {
	if len(value) != projectSize {
		return project{}, false
	}
	for i := range p.bucket {
		p.bucket[i] = binary.BigEndian.Uint64(value[8*i:])
	}
	p.billed = binary.BigEndian.Uint64(value[64:])
	p.atWork = binary.BigEndian.Uint64(value[72:])
	p.stages = binary.BigEndian.Uint32(value[80:])
	p.frozen = value[84]
	p.steps = binary.BigEndian.Uint32(value[85:])
	copy(p.payload[:], value[89:])
	return p, true
}

// project loads a project into a.work.
func (a *app) project(number uint64) {
	if value, written := a.Tx.Get(a.keyFor(keyProject, number)); written {
		a.work, _ = readProject(value)
		return
	}
	a.work = project{bucket: [buckets]uint64{uint64(a.projectStart)}}
}

func (a *app) putProject(number uint64) {
	a.buf = a.work.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyProject, number), a.buf)
}

// application is a case that takes money out of a project.
type application struct {
	class    byte
	source   byte
	state    byte
	returns  byte // by the bank
	project  uint64
	subject  uint64 // who applies
	base     uint64 // of the benefit in fen; the wage list's group; the milestone's stage
	amount   uint64 // fen
	period   uint32
	signed   uint32 // bit i: the i-th signer; bit Approvals: the finance agency
	needed   uint32 // the same, of those that must sign
	made     uint64 // order of the transaction that made it
	reserved uint64 // of the one that reserved the money, 0: none
	ordered  uint64 // of the latest order to pay
	paid     uint64 // of the bank's confirmation
	paidAt   uint64 // ms
	clawed   uint64 // of the demand to pay back
	clawedAt uint64 // ms
	refused  uint64 // of the latest return by the bank
	ended    uint64 // of the rejection or withdrawal
	steps    uint32 // accepted transactions about it after the first
	docs     [32]byte
	payload  [32]byte
}

const applicationSize = 4 + 4*8 + 3*4 + 9*6 + 4 + 64

func (x *application) append(buf []byte) []byte {
	buf = append(buf, x.class, x.source, x.state, x.returns)
	for _, v := range [4]uint64{x.project, x.subject, x.base, x.amount} {
		buf = binary.BigEndian.AppendUint64(buf, v)
	}
	buf = binary.BigEndian.AppendUint32(buf, x.period)
	buf = binary.BigEndian.AppendUint32(buf, x.signed)
	buf = binary.BigEndian.AppendUint32(buf, x.needed)
	for _, v := range [9]uint64{x.made, x.reserved, x.ordered, x.paid, x.paidAt, x.clawed, x.clawedAt, x.refused, x.ended} {
		buf = program.AppendUint48(buf, v)
	}
	buf = binary.BigEndian.AppendUint32(buf, x.steps)
	buf = append(buf, x.docs[:]...)
	return append(buf, x.payload[:]...)
}

func readApplication(value []byte) (x application, ok bool) {
	if len(value) != applicationSize {
		return application{}, false
	}
	x.class, x.source, x.state, x.returns = value[0], value[1], value[2], value[3]
	for i, v := range [4]*uint64{&x.project, &x.subject, &x.base, &x.amount} {
		*v = binary.BigEndian.Uint64(value[4+8*i:])
	}
	x.period = binary.BigEndian.Uint32(value[36:])
	x.signed = binary.BigEndian.Uint32(value[40:])
	x.needed = binary.BigEndian.Uint32(value[44:])
	for i, v := range [9]*uint64{&x.made, &x.reserved, &x.ordered, &x.paid, &x.paidAt, &x.clawed, &x.clawedAt, &x.refused, &x.ended} {
		*v = program.Uint48(value[48+6*i:])
	}
	x.steps = binary.BigEndian.Uint32(value[102:])
	copy(x.docs[:], value[106:])
	copy(x.payload[:], value[138:])
	return x, true
}

func (a *app) application(id uint64) (x application, found bool) {
	value, written := a.Tx.Get(a.keyFor(keyApplication, id))
	if !written {
		return application{}, false
	}
	return readApplication(value)
}

func (a *app) putApplication(id uint64, x *application) {
	a.buf = x.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyApplication, id), a.buf)
}

// mark tells for which periods a subject may not apply any more: those below next. The application is the one that
// raised it, 0 when it was rejected or withdrawn.
type mark struct {
	next        uint32
	application uint64
}

const markSize = 4 + 6

func readMark(page []byte, slot int) (m mark) {
	if len(page) < (slot+1)*markSize {
		return mark{}
	}
	return mark{binary.BigEndian.Uint32(page[slot*markSize:]), program.Uint48(page[slot*markSize+4:])}
}

// marksKey is the entry of a group of a project's subjects.
func (a *app) marksKey(project, group uint64) []byte { return a.keyFor(keyMarks, project<<32|group) }

func (a *app) putMark(project, group uint64, slot int, m mark) {
	a.buf = program.AppendUint48(binary.BigEndian.AppendUint32(a.buf[:0], m.next), m.application)
	a.Tx.Patch(a.marksKey(project, group), slot*markSize, a.buf)
}
