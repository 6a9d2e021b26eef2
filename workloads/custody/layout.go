package custody

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys.
const (
	keyGoods byte = 'g' // consignment 8, once anything has happened to it
	keyPage  byte = 'l' // page 8: lines of the journal, pageLines a page
)

// pageLines is how many lines of the journal share an entry of the ledger.
const pageLines = 16

// none stands where a consignment has no parent, child or sibling.
const none = 1<<64 - 1

func (a *app) keyFor(prefix byte, number uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], prefix), number)
	return a.key
}

// Flags of a consignment.
const (
	flagReleased    byte = 1
	flagQuarantined byte = 2
	flagMoving      byte = 4 // handed over and not yet taken over
	flagRecalled    byte = 8 // it, not an ancestor
	flagClosed      byte = 16
)

// goods is a consignment.
type goods struct {
	flags       byte
	parents     [2]uint64
	elders      [2]uint64 // the parents' child before this one
	youngest    uint64    // the latest child
	declarer    uint32    // first client of a firm
	holder      uint32    // the same, or an agency's number
	next        uint32    // whom it was handed to, in the same way
	transitEnd  uint64    // ms
	quantity    uint64
	quarantiner uint16
	breaches    uint16
	cleared     uint32 // a bit an agency, by its place
	lineage     uint32 // ancestors, counted as often as they are met
	events      uint64
	manifest    [32]byte
	head        [32]byte
}

// The flags and the parents stand first: that is all that looking for a recall reads.
const (
	lineageSize = 1 + 16
	goodsSize   = lineageSize + 16 + 8 + 4 + 4 + 4 + 8 + 8 + 2 + 2 + 4 + 4 + 8 + 32 + 32
)

func (g *goods) append(buf []byte) []byte {
	buf = append(buf, g.flags)
	for _, number := range [...]uint64{g.parents[0], g.parents[1], g.elders[0], g.elders[1], g.youngest} {
		buf = binary.BigEndian.AppendUint64(buf, number)
	}
	buf = binary.BigEndian.AppendUint32(buf, g.declarer)
	buf = binary.BigEndian.AppendUint32(buf, g.holder)
	buf = binary.BigEndian.AppendUint32(buf, g.next)
	buf = binary.BigEndian.AppendUint64(buf, g.transitEnd)
	buf = binary.BigEndian.AppendUint64(buf, g.quantity)
	buf = binary.BigEndian.AppendUint16(buf, g.quarantiner)
	buf = binary.BigEndian.AppendUint16(buf, g.breaches)
	buf = binary.BigEndian.AppendUint32(buf, g.cleared)
	buf = binary.BigEndian.AppendUint32(buf, g.lineage)
	buf = binary.BigEndian.AppendUint64(buf, g.events)
	buf = append(buf, g.manifest[:]...)
	return append(buf, g.head[:]...)
}

func (g *goods) read(value []byte) bool {
	if len(value) != goodsSize {
		return false
	}
	g.flags, g.parents = readLineage(value)
	g.elders = [2]uint64{binary.BigEndian.Uint64(value[17:]), binary.BigEndian.Uint64(value[25:])}
	g.youngest = binary.BigEndian.Uint64(value[33:])
	g.declarer = binary.BigEndian.Uint32(value[41:])
	g.holder = binary.BigEndian.Uint32(value[45:])
	g.next = binary.BigEndian.Uint32(value[49:])
	g.transitEnd = binary.BigEndian.Uint64(value[53:])
	g.quantity = binary.BigEndian.Uint64(value[61:])
	g.quarantiner = binary.BigEndian.Uint16(value[69:])
	g.breaches = binary.BigEndian.Uint16(value[71:])
	g.cleared = binary.BigEndian.Uint32(value[73:])
	g.lineage = binary.BigEndian.Uint32(value[77:])
	g.events = binary.BigEndian.Uint64(value[81:])
	copy(g.manifest[:], value[89:])
	copy(g.head[:], value[121:])
	return true
}

// readLineage is what looking for a recall needs of a record.
func readLineage(value []byte) (flags byte, parents [2]uint64) {
	return value[0], [2]uint64{binary.BigEndian.Uint64(value[1:]), binary.BigEndian.Uint64(value[9:])}
}

// childless is a consignment without relations.
func childless() goods {
	return goods{parents: [2]uint64{none, none}, elders: [2]uint64{none, none}, youngest: none}
}

// begin is the consignment of that number as it is at the start.
func begin(number uint64, settings *program.Settings) goods {
	g := childless()
	g.flags = flagReleased
	g.declarer = program.Subject(number % uint64(settings.Rule("firms")))
	g.holder = uint32(number % uint64(settings.Agencies))
	g.quantity = uint64(settings.Rule("quantity"))
	g.manifest = program.Fill(number, 0)
	return g
}

// line is a step in the journal.
type line struct {
	order    uint64 // number of the transaction among the accepted ones
	at       uint64 // ms
	kind     byte
	client   uint32
	number   uint64 // consignment
	other    uint64 // hand-over: to whom; division: the new part; joining: the second one; event: its type
	quantity uint64 // declaration, division, taking over (as counted), use
	value    uint64 // clearance: verdict; event: reading; use: how; joining: the new one; else a reason
	data     [32]byte
}

const lineSize = 8 + 8 + 1 + 4 + 8 + 8 + 8 + 8 + 32

func (l *line) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, l.order)
	buf = binary.BigEndian.AppendUint64(buf, l.at)
	buf = append(buf, l.kind)
	buf = binary.BigEndian.AppendUint32(buf, l.client)
	buf = binary.BigEndian.AppendUint64(buf, l.number)
	buf = binary.BigEndian.AppendUint64(buf, l.other)
	buf = binary.BigEndian.AppendUint64(buf, l.quantity)
	buf = binary.BigEndian.AppendUint64(buf, l.value)
	return append(buf, l.data[:]...)
}

func readLine(value []byte) (l line) {
	l = line{
		order: binary.BigEndian.Uint64(value), at: binary.BigEndian.Uint64(value[8:]), kind: value[16],
		client: binary.BigEndian.Uint32(value[17:]), number: binary.BigEndian.Uint64(value[21:]),
		other: binary.BigEndian.Uint64(value[29:]), quantity: binary.BigEndian.Uint64(value[37:]),
		value: binary.BigEndian.Uint64(value[45:]),
	}
	copy(l.data[:], value[53:])
	return l
}

// link extends a consignment's chain: SHA-256(head | line), beginning with 32 zero bytes.
func link(head [32]byte, encoded []byte) [32]byte {
	var input [32 + lineSize]byte
	copy(input[:], head[:])
	copy(input[32:], encoded)
	return sha256.Sum256(input[:])
}
