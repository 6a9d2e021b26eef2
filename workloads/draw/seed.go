package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"github.com/govbench/govbench/workloads/program"
)

// Commitment is what an agency commits to before it may reveal its seed: it names the agency, so that nobody can
// commit to what another has committed to.
func Commitment(pool, round uint32, agency int, seed [32]byte) [32]byte {
	buf := make([]byte, 0, 64)
	buf = append(buf, "draw seed\x00"...)
	buf = binary.BigEndian.AppendUint32(buf, pool)
	buf = binary.BigEndian.AppendUint32(buf, round)
	buf = binary.BigEndian.AppendUint16(buf, uint16(agency))
	return sha256.Sum256(append(buf, seed[:]...))
}

// BidCommitment is what a bidder commits to: it names the bidder, so that a copied one cannot be opened.
func BidCommitment(pool, round, subject uint32, price uint64, nonce [32]byte) [32]byte {
	buf := make([]byte, 0, 64)
	buf = append(buf, "draw bid\x00"...)
	buf = binary.BigEndian.AppendUint32(buf, pool)
	buf = binary.BigEndian.AppendUint32(buf, round)
	buf = binary.BigEndian.AppendUint32(buf, subject)
	buf = binary.BigEndian.AppendUint64(buf, price)
	return sha256.Sum256(append(buf, nonce[:]...))
}

// Mixed is the seed of a round from the seeds in the order of the agencies' places after the lead.
func Mixed(pool, round uint32, seeds [][32]byte) [32]byte {
	buf := make([]byte, 0, 32*(len(seeds)+1))
	buf = append(buf, "draw round\x00"...)
	buf = binary.BigEndian.AppendUint32(buf, pool)
	buf = binary.BigEndian.AppendUint32(buf, round)
	for _, seed := range seeds {
		buf = append(buf, seed[:]...)
	}
	return sha256.Sum256(buf)
}

// Missing takes the place of a seed that was not revealed.
func Missing(commitment [32]byte) [32]byte {
	return sha256.Sum256(append([]byte("draw missing\x00"), commitment[:]...))
}

// seedHead is the length of a commitment with its order in the ledger; a revealed seed has the same again.
const seedHead = 32 + 8

// seeder is the place of the client among those that bring a seed.
func (a *app) seeder(client uint32) (place, agency int, is bool) {
	agency, desk := program.AgencyOf(client, a.settings.Agencies)
	if !desk {
		return 0, 0, false
	}
	place = a.placeAfter(agency)
	return place, agency, uint64(place) < a.terms.seeders
}

// commit takes an agency's commitment. It may come after the deadline too: it is before the closing that counts.
func (a *app) commit(call *program.Call, s *step) string {
	place, _, is := a.seeder(call.Client)
	switch {
	case !is:
		return "not this agency's to bring a seed"
	case a.round.state != RoundOpen:
		return "the round is closed"
	case a.round.committed>>place&1 == 1:
		return "the agency has committed to a seed"
	}
	a.line = binary.BigEndian.AppendUint64(append(a.line[:0], s.hash[:]...), a.Accepted())
	a.Tx.Put(a.seedKey(a.id, place), a.line)
	a.round.committed |= 1 << place
	return ""
}

// close ends the round's review. From here on nothing changes who takes part, and so the seeds may be known.
func (a *app) close(call *program.Call) string {
	switch {
	case !a.isLead(call.Client):
		return "only the lead agency closes"
	case a.round.state != RoundOpen:
		return "the round is closed"
	case call.At <= a.terms.reviewed():
		return "the review has not ended"
	case uint64(bits.OnesCount64(a.round.committed)) < a.terms.seedsMin:
		return reasonSeeds
	}
	a.round.state = RoundClosed
	a.round.closedAt, a.round.closed = call.At, a.Accepted()
	a.buf = binary.BigEndian.AppendUint64(a.buf, call.At+a.terms.reveal)
	return ""
}

// reveal takes the seed that an agency has committed to.
func (a *app) reveal(call *program.Call, s *step) string {
	place, agency, is := a.seeder(call.Client)
	switch {
	case !is || a.round.committed>>place&1 == 0:
		return "the agency has not committed to a seed"
	case a.round.state != RoundClosed:
		return "it is not the time of revealing"
	case call.At < a.round.closedAt || call.At > a.round.closedAt+a.terms.reveal:
		return "not between the closing and the end of revealing"
	case a.round.revealed>>place&1 == 1:
		return "the agency has revealed"
	}
	value, _ := a.Tx.Get(a.seedKey(a.id, place))
	if Commitment(a.id.pool, a.id.number, agency, s.hash) != [32]byte(value) {
		return "not what was committed to"
	}
	a.line = binary.BigEndian.AppendUint64(append(a.line[:0], s.hash[:]...), a.Accepted())
	a.Tx.Patch(a.seedKey(a.id, place), seedHead, a.line)
	a.round.revealed |= 1 << place
	return ""
}

// openBid opens a sealed bid.
func (a *app) openBid(call *program.Call, s *step) string {
	subject, isSubject := program.SubjectOf(call.Client)
	if a.mode != ModeBids || !isSubject || !a.load(uint32(subject)) {
		return "no such bid"
	}
	p := &a.entry
	switch {
	case a.round.state != RoundClosed:
		return "it is not the time of opening"
	case call.At < a.round.closedAt || call.At > a.round.closedAt+a.terms.reveal:
		return "not between the closing and the end of opening"
	case p.state != StateEligible || p.line != 0:
		return "the bidder is not eligible, or the bid is open"
	case BidCommitment(a.id.pool, a.id.number, uint32(subject), s.price, s.hash) != p.data:
		return "not what was committed to"
	}
	a.line = binary.BigEndian.AppendUint64(a.line[:0], s.price)
	a.line = binary.BigEndian.AppendUint64(append(a.line, s.hash[:]...), a.Accepted())
	a.Tx.Put(a.bidKey(a.id, uint32(subject)), a.line)
	if s.price < a.terms.priceMin || s.price > a.terms.priceMax {
		p.state, p.movedAt = StateInvalid, call.At
		a.round.live--
	} else {
		a.enrol(uint32(subject), s.price)
	}
	a.save(uint32(subject))
	a.answer()
	return ""
}

// draw fixes the seed and begins the ranking.
func (a *app) draw(call *program.Call) string {
	r := &a.round
	_, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	waits := a.mode == ModeBids || r.revealed != r.committed
	switch {
	case !desk:
		return "only agencies draw"
	case r.state != RoundClosed:
		return "it is not the time of the draw"
	case call.At < r.closedAt || waits && call.At <= r.closedAt+a.terms.reveal:
		return "reveals may still come"
	}
	if a.terms.seeders > 0 {
		r.seed = a.mixSeeds()
	}
	r.state = RoundRanking
	r.units = plan(r.lines, a.terms.ranked()).units()
	a.buf = binary.BigEndian.AppendUint32(a.buf, r.units)
	if r.units == 0 {
		a.callFirst(call.At)
	}
	return ""
}

// mixSeeds is the round's seed; what was not revealed is replaced.
func (a *app) mixSeeds() [32]byte {
	var list [][32]byte
	for place := range int(a.terms.seeders) {
		value, _ := a.Tx.Get(a.seedKey(a.id, place))
		switch len(value) {
		case 2 * seedHead:
			list = append(list, [32]byte(value[seedHead:]))
		case seedHead:
			list = append(list, Missing([32]byte(value)))
		}
	}
	return Mixed(a.id.pool, a.id.number, list)
}
