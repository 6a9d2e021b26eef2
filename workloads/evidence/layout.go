package evidence

import (
	"encoding/binary"
	"sync"

	"github.com/govbench/govbench/workloads/program"
)

// Keys of the ledger.
const (
	keyDeposit byte = 'h' // hash 32: the rest of its deposit
	keyTree         = "z" // size 8 and frontier of the tree
)

// deposit is an entry of the log.
type deposit struct {
	hash     [32]byte
	index    uint64 // its place in the log, from 0
	category byte
	court    uint64 // case reference
	agency   uint16
	client   uint32
	at       uint64 // ms
	payload  [32]byte
	order    uint64 // number of the transaction among the accepted ones, 0 in the archive; no part of the leaf
	verified uint64 // logged verifications; the only part that changes, and no part of the leaf
}

const (
	leafSize    = 32 + 8 + 1 + 8 + 2 + 4 + 8 + 32
	depositSize = leafSize - 32 + 6 + 8 // the hash is the key
)

// appendLeaf adds what the tree's leaf commits to.
func (d *deposit) appendLeaf(buf []byte) []byte { return d.appendRest(append(buf, d.hash[:]...)) }

// appendRest is appendLeaf without the hash.
func (d *deposit) appendRest(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, d.index)
	buf = append(buf, d.category)
	buf = binary.BigEndian.AppendUint64(buf, d.court)
	buf = binary.BigEndian.AppendUint16(buf, d.agency)
	buf = binary.BigEndian.AppendUint32(buf, d.client)
	buf = binary.BigEndian.AppendUint64(buf, d.at)
	return append(buf, d.payload[:]...)
}

func (d *deposit) append(buf []byte) []byte {
	return binary.BigEndian.AppendUint64(program.AppendUint48(d.appendRest(buf), d.order), d.verified)
}

func readDeposit(hash [32]byte, value []byte) (d deposit, ok bool) {
	if len(value) != depositSize {
		return deposit{}, false
	}
	d.hash = hash
	d.index = binary.BigEndian.Uint64(value)
	d.category = value[8]
	d.court = binary.BigEndian.Uint64(value[9:])
	d.agency = binary.BigEndian.Uint16(value[17:])
	d.client = binary.BigEndian.Uint32(value[19:])
	d.at = binary.BigEndian.Uint64(value[23:])
	copy(d.payload[:], value[31:])
	d.order = program.Uint48(value[63:])
	d.verified = binary.BigEndian.Uint64(value[69:])
	return d, true
}

// archiveMark begins the hash of a document in the archive; its number follows. So whether a hash is in the
// archive is seen without a table. No real hash begins so but with a chance of 2^-192.
const archiveMark = "govbench archive 2020-07"

// archived is the deposit with that number in the archive.
func archived(settings *program.Settings, index uint64) (d deposit) {
	copy(d.hash[:], archiveMark)
	binary.BigEndian.PutUint64(d.hash[24:], index)
	d.index, d.court = index, index
	d.category = byte(index % uint64(settings.Rule("categories")))
	d.agency = uint16(index % uint64(settings.Agencies))
	d.client = program.Desk(int(d.agency), 0)
	return d
}

// inArchive is the number of a hash that looks like one of the archive.
func inArchive(hash [32]byte, population int) (index uint64, ok bool) {
	index = binary.BigEndian.Uint64(hash[24:])
	return index, string(hash[:24]) == archiveMark && index < uint64(population)
}

// archive is the tree of the deposits that are there at the start, computed when it is first needed.
type archive struct {
	settings *program.Settings
	once     sync.Once
	tree     tree
}

func newArchive(settings *program.Settings) *archive { return &archive{settings: settings} }

// start makes a tree that begins with the archive.
func (s *archive) start() tree {
	s.once.Do(func() {
		var buf [leafSize]byte
		for index := range uint64(s.settings.Population) {
			d := archived(s.settings, index)
			s.tree.add(leafHash(d.appendLeaf(buf[:0])))
		}
	})
	return s.tree.shared()
}
