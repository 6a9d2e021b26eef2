package program

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
)

// poolBytes is the size of the pool of random bytes that payloads are cut from.
const poolBytes = 1 << 16

// knownMax is how many subjects have their sequence number in an array, for speed.
const knownMax = 1 << 22

// knownPage is how many of them are made at a time: a city has millions of subjects of whom a run meets few.
const knownPage = 64

// Author writes the operations of one generator: it numbers them per client and fills payloads.
type Author struct {
	rand     workloads.Rand
	settings *Settings
	tag      uint64
	desks    []uint64             // last sequence number, by client
	known    []*[knownPage]uint64 // the same for the first subjects, by number; nil until one is met
	subjects map[uint32]uint64    // the same for other subjects
	pool     []byte
	cases    uint64
}

// NewAuthor makes an author that draws from the stream.
func NewAuthor(settings *Settings, tag uint64, rand workloads.Rand) *Author {
	author := &Author{
		rand: rand, settings: settings, tag: tag,
		desks:    make([]uint64, settings.Agencies*Desks),
		known:    make([]*[knownPage]uint64, (min(settings.Population, knownMax)+knownPage-1)/knownPage),
		subjects: make(map[uint32]uint64),
		pool:     make([]byte, 0, poolBytes+settings.PayloadBytes),
	}
	for len(author.pool) < cap(author.pool)-7 {
		author.pool = binary.BigEndian.AppendUint64(author.pool, rand.Uint64())
	}
	author.pool = author.pool[:cap(author.pool)]
	return author
}

// Percent reports true with a chance of so many percent.
func (a *Author) Percent(percent int64) bool {
	return percent > 0 && a.rand.Below(100) < uint64(percent)
}

// AnyDesk is a random desk of an agency that serves people.
func (a *Author) AnyDesk(agency int) uint32 { return Desk(agency, int(a.rand.Below(GovernDesk))) }

// NewCase is the number of a new case, from 1.
func (a *Author) NewCase() uint64 {
	a.cases++
	return a.cases
}

// Begin starts a transaction with room for a body of the given size.
func (a *Author) Begin(kind byte, client uint32, at time.Duration, bodySize int) []byte {
	header := Header{Kind: kind, Tag: a.tag, Client: client, At: Milliseconds(at)}
	header.Sequence = a.number(client)
	op := make([]byte, 0, HeaderSize+bodySize+a.settings.PayloadBytes)
	return header.Append(op)
}

// number is the client's next sequence number.
func (a *Author) number(client uint32) uint64 {
	subject, is := SubjectOf(client)
	if !is {
		a.desks[client]++
		return a.desks[client]
	}
	at := subject / knownPage
	if at >= uint64(len(a.known)) {
		a.subjects[client]++
		return a.subjects[client]
	}
	page := a.known[at]
	if page == nil {
		page = new([knownPage]uint64)
		a.known[at] = page
	}
	page[subject%knownPage]++
	return page[subject%knownPage]
}

// End closes a transaction with its payload.
func (a *Author) End(op []byte) []byte {
	if a.settings.PayloadBytes == 0 {
		return op
	}
	from := a.rand.Below(poolBytes)
	return append(op, a.pool[from:from+uint64(a.settings.PayloadBytes)]...)
}

// Query starts a query; it has no payload and no End.
func (a *Author) Query(kind byte, client uint32, at time.Duration, bodySize int) []byte {
	header := Header{Kind: kind, Tag: a.tag, Client: client, At: Milliseconds(at)}
	return header.Append(make([]byte, 0, HeaderSize+bodySize))
}
