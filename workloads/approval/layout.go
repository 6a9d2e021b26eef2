package approval

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyCase   byte = 'c' // case 8: its file
	keyMatter byte = 'm' // matter 8: its open case
	keyEnding byte = 'd' // case 8: how it ended; written once
)

func (a *app) keyFor(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

func (a *app) caseKey(id uint64) []byte       { return a.keyFor(keyCase, id) }
func (a *app) matterKey(matter uint64) []byte { return a.keyFor(keyMatter, matter) }
func (a *app) endingKey(id uint64) []byte     { return a.keyFor(keyEnding, id) }

// file is a case.
type file struct {
	matter        uint64
	applicant     uint32
	lead          uint16
	submittedAt   uint64 // ms
	deadline      uint64 // ms
	order         uint64 // number of the transaction that submitted it
	returned      uint64 // number of the last that returned it, 0: none
	docs          [32]byte
	payload       [32]byte // SHA-256 of the last step's payload
	state         byte
	resubmissions byte
	signatures    []signature // in the order in which they were made, for the current docs
}

type signature struct {
	agency uint16
	at     uint64 // ms
}

const (
	fileSize      = 8 + 4 + 2 + 4*6 + 32 + 32 + 1 + 1
	signatureSize = 2 + 6
)

func (f *file) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, f.matter)
	buf = binary.BigEndian.AppendUint32(buf, f.applicant)
	buf = binary.BigEndian.AppendUint16(buf, f.lead)
	buf = program.AppendUint48(buf, f.submittedAt)
	buf = program.AppendUint48(buf, f.deadline)
	buf = program.AppendUint48(buf, f.order)
	buf = program.AppendUint48(buf, f.returned)
	buf = append(buf, f.docs[:]...)
	buf = append(buf, f.payload[:]...)
	buf = append(buf, f.state, f.resubmissions)
	for _, s := range f.signatures {
		buf = binary.BigEndian.AppendUint16(buf, s.agency)
		buf = program.AppendUint48(buf, s.at)
	}
	return buf
}

// read decodes a file in place, so that its signatures' room is used again.
func (f *file) read(value []byte) bool {
	if len(value) < fileSize || (len(value)-fileSize)%signatureSize != 0 {
		return false
	}
	f.matter = binary.BigEndian.Uint64(value)
	f.applicant = binary.BigEndian.Uint32(value[8:])
	f.lead = binary.BigEndian.Uint16(value[12:])
	f.submittedAt = program.Uint48(value[14:])
	f.deadline = program.Uint48(value[20:])
	f.order = program.Uint48(value[26:])
	f.returned = program.Uint48(value[32:])
	copy(f.docs[:], value[38:])
	copy(f.payload[:], value[70:])
	f.state, f.resubmissions = value[102], value[103]
	f.signatures = f.signatures[:0]
	for rest := value[fileSize:]; len(rest) > 0; rest = rest[signatureSize:] {
		s := signature{binary.BigEndian.Uint16(rest), program.Uint48(rest[2:])}
		f.signatures = append(f.signatures, s)
	}
	return true
}

// load reads a case into a.file.
func (a *app) load(id uint64) bool {
	value, found := a.Tx.Get(a.caseKey(id))
	return found && a.file.read(value)
}

// ending is written once, when a case ends.
type ending struct {
	state  byte
	client uint32
	at     uint64 // ms
	order  uint64 // number of the transaction among the accepted ones
}

const endingSize = 1 + 4 + 8 + 8

func (e *ending) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint32(append(buf, e.state), e.client)
	buf = binary.BigEndian.AppendUint64(buf, e.at)
	return binary.BigEndian.AppendUint64(buf, e.order)
}

func readEnding(value []byte) (e ending, ok bool) {
	if len(value) != endingSize {
		return ending{}, false
	}
	return ending{
		state: value[0], client: binary.BigEndian.Uint32(value[1:]),
		at: binary.BigEndian.Uint64(value[5:]), order: binary.BigEndian.Uint64(value[13:]),
	}, true
}
