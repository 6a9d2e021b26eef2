package program

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
)

// mixSlack is how many requests the mix may be off before it is forced back; below it the choice is
// random, so that reads and writes do not alternate in step.
const mixSlack = 8

// Mix keeps the share of reads at ReadPercent over all requests of a generator, also when cases bring
// follow-up requests that it did not choose.
type Mix struct {
	rand    workloads.Rand
	percent int64
	surplus int64 // reads beyond the share, in hundredths of a request
}

// NewMix makes a mix with the share of reads in percent.
func NewMix(percent int, rand workloads.Rand) *Mix { return &Mix{rand: rand, percent: int64(percent)} }

// Read chooses whether the next request is to be a read.
func (m *Mix) Read() bool {
	switch {
	case m.surplus > 100*mixSlack:
		return false
	case m.surplus < -100*mixSlack:
		return true
	}
	return m.rand.Below(100) < uint64(m.percent)
}

// Count records a request that was made.
func (m *Mix) Count(read bool) {
	if read {
		m.surplus += 100 - m.percent
	} else {
		m.surplus -= m.percent
	}
}

// Fill derives 32 bytes from numbers; it stands where the service has a salted hash. It is SplitMix64
// (G. Steele, D. Lea, C. Flood, Fast Splittable Pseudorandom Number Generators, 2014) over each word.
func Fill(a, b uint64) (hash [32]byte) {
	state := scramble(a) ^ b
	for word := 0; word < 32; word += 8 {
		state += 0x9e3779b97f4a7c15
		binary.BigEndian.PutUint64(hash[word:], scramble(state))
	}
	return hash
}

func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Spoil makes an operation wrong in a way that no program accepts: cut short, of another program, or
// with a kind that nobody knows.
func (a *Author) Spoil(op []byte) []byte {
	switch a.rand.Below(3) {
	case 0:
		return op[:len(op)-1]
	case 1:
		op[2] ^= 0xff
	default:
		op[1] = 0xff
	}
	return op
}

// Request puts a transaction into a request of its own, entering at the given agency.
func Request(at time.Duration, client uint32, agency int, op []byte) workloads.Request {
	return workloads.Request{At: at, Client: client, Agency: uint16(agency), Last: true, Op: op}
}
