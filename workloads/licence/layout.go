package licence

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyLicence    byte = 'l' // licence: its record, once it differs from the start
	keySerial     byte = 's' // type 1: last serial number given
	keyRevocation byte = 'v' // licence: number and time of the transaction that revoked it
	keyCode       byte = 'k' // code 4: its latest making
	keyUse        byte = 'u' // code 4, making 4: who used it
)

// licenceID names a licence.
type licenceID struct {
	kind   byte // type
	serial uint64
}

func readID(body *program.Reader) licenceID {
	return licenceID{kind: body.Uint8(), serial: body.Uint64()}
}

func (id licenceID) append(buf []byte) []byte {
	return binary.BigEndian.AppendUint64(append(buf, id.kind), id.serial)
}

func (a *app) idKey(prefix byte, id licenceID) []byte {
	a.key = id.append(append(a.key[:0], prefix))
	return a.key
}

func (a *app) serialKey(kind byte) []byte {
	a.key = append(a.key[:0], keySerial, kind)
	return a.key
}

func (a *app) codeKey(number uint32) []byte {
	a.key = binary.BigEndian.AppendUint32(append(a.key[:0], keyCode), number)
	return a.key
}

func (a *app) useKey(number, making uint32) []byte {
	a.key = binary.BigEndian.AppendUint32(append(a.key[:0], keyUse), number)
	a.key = binary.BigEndian.AppendUint32(a.key, making)
	return a.key
}

// licence is a record of the register.
type licence struct {
	status      byte
	issuer      uint16
	holder      uint64
	issuedAt    uint64 // ms
	issued      uint64 // number of the transaction that issued it, 0: it is from the start
	extendedAt  uint64 // ms; the term in force counted from then: issue or last renewal
	extended    uint64 // number of the transaction that did so, 0: it was never renewed since the start
	expires     uint64 // ms; valid until then, included
	checks      uint64 // logged
	validChecks uint64 // of them with the answer valid
	lastValid   uint64 // number of the transaction of the last of these, 0: none
	payload     [32]byte
}

const licenceSize = 1 + 2 + 9*8 + 32

func (l *licence) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint16(append(buf, l.status), l.issuer)
	buf = binary.BigEndian.AppendUint64(buf, l.holder)
	buf = binary.BigEndian.AppendUint64(buf, l.issuedAt)
	buf = binary.BigEndian.AppendUint64(buf, l.issued)
	buf = binary.BigEndian.AppendUint64(buf, l.extendedAt)
	buf = binary.BigEndian.AppendUint64(buf, l.extended)
	buf = binary.BigEndian.AppendUint64(buf, l.expires)
	buf = binary.BigEndian.AppendUint64(buf, l.checks)
	buf = binary.BigEndian.AppendUint64(buf, l.validChecks)
	buf = binary.BigEndian.AppendUint64(buf, l.lastValid)
	return append(buf, l.payload[:]...)
}

func readLicence(value []byte) (l licence, ok bool) {
	if len(value) != licenceSize {
		return licence{}, false
	}
	l.status, l.issuer = value[0], binary.BigEndian.Uint16(value[1:])
	l.holder = binary.BigEndian.Uint64(value[3:])
	l.issuedAt = binary.BigEndian.Uint64(value[11:])
	l.issued = binary.BigEndian.Uint64(value[19:])
	l.extendedAt = binary.BigEndian.Uint64(value[27:])
	l.extended = binary.BigEndian.Uint64(value[35:])
	l.expires = binary.BigEndian.Uint64(value[43:])
	l.checks = binary.BigEndian.Uint64(value[51:])
	l.validChecks = binary.BigEndian.Uint64(value[59:])
	l.lastValid = binary.BigEndian.Uint64(value[67:])
	copy(l.payload[:], value[75:])
	return l, true
}

// statusAt is the status with expiry taken into account.
func (l *licence) statusAt(at uint64) byte {
	if l.status == StatusValid && at > l.expires {
		return StatusExpired
	}
	return l.status
}

// atStart is the number of licences of the type that exist at the start.
func (a *app) atStart(kind byte) uint64 {
	population := uint64(a.settings.Population)
	return (population + a.types - 1 - uint64(kind)) / a.types
}

// licence reads a licence; one from the start that was never touched is made up.
func (a *app) licence(id licenceID) (l licence, found bool) {
	if uint64(id.kind) >= a.types || id.serial == 0 {
		return licence{}, false
	}
	if value, written := a.Tx.Get(a.idKey(keyLicence, id)); written {
		return readLicence(value)
	}
	if id.serial > a.atStart(id.kind) {
		return licence{}, false
	}
	entity := (id.serial-1)*a.types + uint64(id.kind)
	return licence{
		status: StatusValid, issuer: uint16(entity % uint64(a.settings.Agencies)), holder: entity,
		expires: uint64(a.settings.Rule("term")),
	}, true
}

func (a *app) putLicence(id licenceID, l licence) {
	a.buf = l.append(a.buf[:0])
	a.Tx.Put(a.idKey(keyLicence, id), a.buf)
}

// lastSerial is the last serial number of the type.
func (a *app) lastSerial(kind byte) uint64 {
	if value, found := a.Tx.Get(a.serialKey(kind)); found && len(value) == 8 {
		return binary.BigEndian.Uint64(value)
	}
	return a.atStart(kind)
}

// code is an authorisation code; a number may be made again when its former making was used or expired.
type code struct {
	id      licenceID
	madeAt  uint64 // ms
	expires uint64 // ms
	order   uint64 // number of the transaction that made it last
	made    uint32 // times
	used    uint32 // times
	active  bool   // the latest making was not used
}

const codeSize = 9 + 8 + 8 + 8 + 4 + 4 + 1

func (a *app) putCode(number uint32, c code) {
	buf := c.id.append(a.buf[:0])
	buf = binary.BigEndian.AppendUint64(buf, c.madeAt)
	buf = binary.BigEndian.AppendUint64(buf, c.expires)
	buf = binary.BigEndian.AppendUint64(buf, c.order)
	buf = binary.BigEndian.AppendUint32(buf, c.made)
	buf = binary.BigEndian.AppendUint32(buf, c.used)
	active := byte(0)
	if c.active {
		active = 1
	}
	a.buf = append(buf, active)
	a.Tx.Put(a.codeKey(number), a.buf)
}

func readCode(value []byte) (c code, ok bool) {
	if len(value) != codeSize {
		return code{}, false
	}
	return code{
		id:     licenceID{value[0], binary.BigEndian.Uint64(value[1:])},
		madeAt: binary.BigEndian.Uint64(value[9:]), expires: binary.BigEndian.Uint64(value[17:]),
		order: binary.BigEndian.Uint64(value[25:]),
		made:  binary.BigEndian.Uint32(value[33:]), used: binary.BigEndian.Uint32(value[37:]),
		active: value[41] == 1,
	}, true
}

// code reads a code; one that was never made is zero.
func (a *app) code(number uint32) code {
	value, _ := a.Tx.Get(a.codeKey(number))
	c, _ := readCode(value)
	return c
}

// use is the trace of a consumed code, written once.
type use struct {
	agency uint16
	client uint32
	at     uint64 // ms
	order  uint64 // number of the transaction among the accepted ones
}

const useSize = 2 + 4 + 8 + 8

func (u *use) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint16(buf, u.agency)
	buf = binary.BigEndian.AppendUint32(buf, u.client)
	buf = binary.BigEndian.AppendUint64(buf, u.at)
	return binary.BigEndian.AppendUint64(buf, u.order)
}
