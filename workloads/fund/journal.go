package fund

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// posting is a line of the journal: money went from one account to another.
type posting struct{ order, from, to, amount uint64 }

const postingSize = 6 + 3*8

func readPosting(line []byte) posting {
	return posting{program.Uint48(line), binary.BigEndian.Uint64(line[6:]),
		binary.BigEndian.Uint64(line[14:]), binary.BigEndian.Uint64(line[22:])}
}

// post writes a posting.
func (a *app) post(from, to, amount uint64) {
	a.buf = program.AppendUint48(a.buf[:0], a.Accepted())
	a.buf = binary.BigEndian.AppendUint64(a.buf, from)
	a.buf = binary.BigEndian.AppendUint64(a.buf, to)
	a.buf = binary.BigEndian.AppendUint64(a.buf, amount)
	a.write(keyPostings, countPostings)
}

// write appends what is in a.buf to a journal.
func (a *app) write(prefix byte, counter int) {
	line := a.Count(counter)
	a.Tx.Patch(a.keyFor(prefix, line/pageLines), int(line%pageLines)*len(a.buf), a.buf)
	a.Add(counter, 1)
}

// donation is a line of the journal of donations.
type donation struct {
	order   uint64
	donor   uint64
	project uint64
	amount  uint64
	payload [32]byte
}

const donationSize = 6 + 3*8 + 32

func readDonation(line []byte) (d donation) {
	d = donation{order: program.Uint48(line), donor: binary.BigEndian.Uint64(line[6:]),
		project: binary.BigEndian.Uint64(line[14:]), amount: binary.BigEndian.Uint64(line[22:])}
	copy(d.payload[:], line[30:])
	return d
}

// look is a line of the journal of looks at accounts.
type look struct {
	order   uint64
	at      uint64 // ms
	client  uint32
	project uint64
	held    uint64 // fen in the project's accounts
	payload [32]byte
}

const lookSize = 6 + 6 + 4 + 8 + 8 + 32

func readLook(line []byte) (l look) {
	l = look{order: program.Uint48(line), at: program.Uint48(line[6:]), client: binary.BigEndian.Uint32(line[12:]),
		project: binary.BigEndian.Uint64(line[16:]), held: binary.BigEndian.Uint64(line[24:])}
	copy(l.payload[:], line[32:])
	return l
}
