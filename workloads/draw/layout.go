package draw

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// Prefixes of keys. All but keyPool and keyLook go on with the pool and the round, 4 bytes each.
const (
	keyPool  byte = 'p' // pool 4: its latest round, 4; round 1 when there is no entry
	keyTerms byte = 't' // the round's terms, written once; those of round 1 are implied
	keyRound byte = 'r' // how far the round is
	keyApply byte = 'a' // subject 4: an application
	keyRoll  byte = 'l' // page 4: lines of the roll of eligible applications, in the order in which they became so
	keySeed  byte = 'k' // place 2: a seed's commitment 32 and its order 8, then the seed 32 and its order 8
	keyBid   byte = 'b' // subject 4: an opened bid, price 8, nonce 32 and order 8; written once
	keySort  byte = 'x' // area 1, page 4: sorted runs of ranks; in the end the ranking
	keyLook  byte = 'j' // page 8: the journal of logged looks
)

// roundID names a round.
type roundID struct{ pool, number uint32 }

func (a *app) keyIn(prefix byte, id roundID) []byte {
	a.key = binary.BigEndian.AppendUint32(append(a.key[:0], prefix), id.pool)
	a.key = binary.BigEndian.AppendUint32(a.key, id.number)
	return a.key
}

func (a *app) poolKey(pool uint32) []byte {
	a.key = binary.BigEndian.AppendUint32(append(a.key[:0], keyPool), pool)
	return a.key
}

func (a *app) termsKey(id roundID) []byte { return a.keyIn(keyTerms, id) }
func (a *app) roundKey(id roundID) []byte { return a.keyIn(keyRound, id) }

func (a *app) numberIn(prefix byte, id roundID, number uint32) []byte {
	a.key = binary.BigEndian.AppendUint32(a.keyIn(prefix, id), number)
	return a.key
}

func (a *app) applyKey(id roundID, subject uint32) []byte { return a.numberIn(keyApply, id, subject) }
func (a *app) bidKey(id roundID, subject uint32) []byte   { return a.numberIn(keyBid, id, subject) }
func (a *app) rollKey(id roundID, page uint32) []byte     { return a.numberIn(keyRoll, id, page) }

func (a *app) seedKey(id roundID, place int) []byte {
	a.key = binary.BigEndian.AppendUint16(a.keyIn(keySeed, id), uint16(place))
	return a.key
}

func (a *app) sortKey(id roundID, area byte, page uint32) []byte {
	a.key = binary.BigEndian.AppendUint32(append(a.keyIn(keySort, id), area), page)
	return a.key
}

func (a *app) lookKey(page uint64) []byte {
	a.key = binary.BigEndian.AppendUint64(append(a.key[:0], keyLook), page)
	return a.key
}

// terms are what a round was announced with.
type terms struct {
	order                              uint64 // of the transaction that announced it, 0 for round 1
	opens, deadline                    uint64 // ms: applications, corrections and withdrawals are taken between them
	review, reveal, confirm, objection uint64 // ms
	quota, reserve                     uint64 // places
	pointsMin, pointsMax               uint64
	priceMin, priceMax                 uint64
	seeders, seedsMin                  uint64
	corrections                        uint64
}

const termsSize = 16 * 8

func (t *terms) fields() [16]*uint64 {
	return [16]*uint64{&t.order, &t.opens, &t.deadline, &t.review, &t.reveal, &t.confirm, &t.objection, &t.quota,
		&t.reserve, &t.pointsMin, &t.pointsMax, &t.priceMin, &t.priceMax, &t.seeders, &t.seedsMin, &t.corrections}
}

func (t *terms) append(buf []byte) []byte {
	for _, field := range t.fields() {
		buf = binary.BigEndian.AppendUint64(buf, *field)
	}
	return buf
}

func (t *terms) read(value []byte) bool {
	if len(value) != termsSize {
		return false
	}
	for i, field := range t.fields() {
		*field = binary.BigEndian.Uint64(value[8*i:])
	}
	return true
}

// reviewed is the time until which agencies confirm.
func (t *terms) reviewed() uint64 { return t.deadline + t.review }

// ranked is how many are ranked at most.
func (t *terms) ranked() uint64 { return t.quota + t.reserve }

// newTerms are the terms of a round that opens then, by the values that a rule has.
func newTerms(settings *program.Settings, order, opens uint64, rule func(name string) int64) terms {
	value := func(name string) uint64 { return uint64(rule(name)) }
	t := terms{
		order: order, opens: opens, deadline: opens + value("round-length"), review: value("review-length"),
		reveal: value("reveal-length"), confirm: value("confirm-length"), objection: value("objection-length"),
		quota: value("quota"), pointsMin: value("points-min"), pointsMax: value("points-max"),
		priceMax: value("price-max"), corrections: value("corrections-max"),
	}
	t.priceMin = t.priceMax * value("price-floor") / 100
	t.reserve = t.quota * value("reserve-percent") / 100
	if mode := byte(settings.Rule("mode")); mode == ModeLottery || mode == ModePoints {
		t.seeders = min(value("seeders"), uint64(settings.Agencies))
		t.seedsMin = min(value("seeds-min"), t.seeders)
	}
	return t
}

// States of a round.
const (
	RoundOpen    byte = 0 // applications, and until the review ends confirmations
	RoundClosed  byte = 1 // seeds and bids are revealed
	RoundRanking byte = 2 // the seed is fixed, the ranking is being computed
	RoundCalled  byte = 3 // places are taken, declined and objected to
	RoundEnded   byte = 4
)

// merges is how many runs are merged into one.
const merges = 16

// round is how far a round is.
type round struct {
	state      byte
	applied    uint32 // applications: the number of the latest
	live       uint32 // of them neither refused nor withdrawn
	lines      uint32 // of the roll
	void       uint32 // of them those of corrected and withdrawn applications
	committed  uint64 // seeders, a bit a place
	revealed   uint64
	closedAt   uint64 // ms
	closed     uint64 // order of the transaction that closed it
	settledAt  uint64 // ms: when the ranking was complete and the first were called
	calledAt   uint64 // ms: latest call
	seed       [32]byte
	level      byte   // of the sorting
	units      uint32 // of sorting that remain
	group      uint32 // being merged
	out        uint32 // lines of it that were merged
	cursor     [merges]uint32
	ranked     uint32 // lines of the ranking
	called     uint32 // of them
	taken      uint32 // of those
	dropped    uint32 // called, and declined, lapsed or disqualified
	objections uint32 // that the lead has not judged
}

const roundSize = 1 + 4*4 + 6*8 + 32 + 1 + 3*4 + 4*merges + 5*4

func (r *round) append(buf []byte) []byte {
	buf = append(buf, r.state)
	for _, n := range [...]uint32{r.applied, r.live, r.lines, r.void} {
		buf = binary.BigEndian.AppendUint32(buf, n)
	}
	for _, n := range [...]uint64{r.committed, r.revealed, r.closedAt, r.closed, r.settledAt, r.calledAt} {
		buf = binary.BigEndian.AppendUint64(buf, n)
	}
	buf = append(append(buf, r.seed[:]...), r.level)
	for _, n := range [...]uint32{r.units, r.group, r.out} {
		buf = binary.BigEndian.AppendUint32(buf, n)
	}
	for _, n := range r.cursor {
		buf = binary.BigEndian.AppendUint32(buf, n)
	}
	for _, n := range [...]uint32{r.ranked, r.called, r.taken, r.dropped, r.objections} {
		buf = binary.BigEndian.AppendUint32(buf, n)
	}
	return buf
}

func (r *round) read(value []byte) bool {
	if len(value) != roundSize {
		return false
	}
	narrow := func(at int) uint32 { return binary.BigEndian.Uint32(value[at:]) }
	wide := func(at int) uint64 { return binary.BigEndian.Uint64(value[at:]) }
	*r = round{
		state: value[0], applied: narrow(1), live: narrow(5), lines: narrow(9), void: narrow(13),
		committed: wide(17), revealed: wide(25), closedAt: wide(33), closed: wide(41), settledAt: wide(49),
		calledAt: wide(57), seed: [32]byte(value[65:]), level: value[97], units: narrow(98), group: narrow(102), out: narrow(106),
	}
	for i := range r.cursor {
		r.cursor[i] = narrow(110 + 4*i)
	}
	const after = 110 + 4*merges
	r.ranked, r.called, r.taken, r.dropped, r.objections =
		narrow(after), narrow(after+4), narrow(after+8), narrow(after+12), narrow(after+16)
	return true
}

// States of an application.
const (
	StateApplied      byte = 1  // agencies examine it
	StateEligible     byte = 2  // all have confirmed
	StateShort        byte = 3  // all have confirmed and its points are too few
	StateRefused      byte = 4  // by an agency
	StateWithdrawn    byte = 5  // by the applicant
	StateInvalid      byte = 6  // its bid was opened and is out of bounds
	StateTaken        byte = 7  // the applicant has taken the place
	StateDeclined     byte = 8  // by the applicant, when called
	StateLapsed       byte = 9  // called, and there was no answer
	StateDisqualified byte = 10 // called, and an objection was upheld
)

// application is the record of one subject in one round.
type application struct {
	number      uint32 // in the round, from 1
	state       byte
	corrections byte
	appliedAt   uint64   // ms
	since       uint64   // order of the transaction that brought the data
	data        [32]byte // commitment to the data, in mode 2 to the bid
	payload     [32]byte // SHA-256 of that transaction's payload
	line        uint32   // on the roll, from 1; 0: it has none
	place       uint32   // in the ranking, from 1; 0: it has not answered a call nor been objected to
	points      uint64
	movedAt     uint64   // ms: when it came into its state
	objector    uint32   // the subject, plus one, who has objected and waits for the lead's judgement; 0: nobody
	heard       byte     // objections and appeals that were judged
	aspects     []aspect // that were confirmed for the current data
}

// aspect is an agency's confirmation.
type aspect struct {
	place  byte // of the agency among those that confirm
	points uint32
	at     uint64 // ms
}

const (
	applicationSize = 4 + 1 + 1 + 8 + 8 + 32 + 32 + 4 + 4 + 8 + 8 + 4 + 1
	aspectSize      = 1 + 4 + 8
)

func (p *application) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint32(buf, p.number)
	buf = append(buf, p.state, p.corrections)
	buf = binary.BigEndian.AppendUint64(buf, p.appliedAt)
	buf = binary.BigEndian.AppendUint64(buf, p.since)
	buf = append(append(buf, p.data[:]...), p.payload[:]...)
	buf = binary.BigEndian.AppendUint32(buf, p.line)
	buf = binary.BigEndian.AppendUint32(buf, p.place)
	buf = binary.BigEndian.AppendUint64(buf, p.points)
	buf = binary.BigEndian.AppendUint64(buf, p.movedAt)
	buf = binary.BigEndian.AppendUint32(buf, p.objector)
	buf = append(buf, p.heard)
	for _, s := range p.aspects {
		buf = binary.BigEndian.AppendUint32(append(buf, s.place), s.points)
		buf = binary.BigEndian.AppendUint64(buf, s.at)
	}
	return buf
}

// read decodes an application in place, so that its aspects' room is used again.
func (p *application) read(value []byte) bool {
	if len(value) < applicationSize || (len(value)-applicationSize)%aspectSize != 0 {
		return false
	}
	p.number = binary.BigEndian.Uint32(value)
	p.state, p.corrections = value[4], value[5]
	p.appliedAt = binary.BigEndian.Uint64(value[6:])
	p.since = binary.BigEndian.Uint64(value[14:])
	copy(p.data[:], value[22:])
	copy(p.payload[:], value[54:])
	p.line = binary.BigEndian.Uint32(value[86:])
	p.place = binary.BigEndian.Uint32(value[90:])
	p.points = binary.BigEndian.Uint64(value[94:])
	p.movedAt = binary.BigEndian.Uint64(value[102:])
	p.objector = binary.BigEndian.Uint32(value[110:])
	p.heard = value[114]
	p.aspects = p.aspects[:0]
	for rest := value[applicationSize:]; len(rest) > 0; rest = rest[aspectSize:] {
		p.aspects = append(p.aspects, aspect{rest[0], binary.BigEndian.Uint32(rest[1:]), binary.BigEndian.Uint64(rest[5:])})
	}
	return true
}
