package draw

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// checkSeeds verifies reveals against commitments, and recomputes the round's seed.
func (a *app) checkSeeds(d *dossier, accepted uint64) error {
	r, t := &d.round, &d.terms
	if r.state > RoundOpen != (r.closed > 0) || r.closed > accepted || r.closed > 0 && r.closedAt <= t.reviewed() {
		return fmt.Errorf("closed at %d ms by transaction %d", r.closedAt, r.closed)
	}
	if r.state > RoundOpen && uint64(bits.OnesCount64(r.committed)) < t.seedsMin || r.revealed&^r.committed != 0 {
		return fmt.Errorf("seeds %b are committed and %b revealed, %d are needed", r.committed, r.revealed, t.seedsMin)
	}
	lead := int(d.id.pool % uint32(a.settings.Agencies))
	var seeds [][32]byte
	for place := range SeedersMax {
		value, _, found := a.Ledger.Get(a.seedKey(d.id, place))
		committed, revealed := r.committed>>place&1 == 1, r.revealed>>place&1 == 1
		if found != committed || revealed != (len(value) == 2*seedHead) || committed && !revealed && len(value) != seedHead ||
			committed && uint64(place) >= t.seeders {
			return fmt.Errorf("seed %d: %d bytes, committed %v, revealed %v", place, len(value), committed, revealed)
		}
		if !found {
			continue
		}
		commitment := [32]byte(value)
		if order := binary.BigEndian.Uint64(value[32:]); order == 0 || order > accepted || r.closed > 0 && order >= r.closed {
			return fmt.Errorf("seed %d: committed by transaction %d, the round was closed by %d", place, order, r.closed)
		}
		if !revealed {
			seeds = append(seeds, Missing(commitment))
			continue
		}
		seed, order := [32]byte(value[seedHead:]), binary.BigEndian.Uint64(value[seedHead+32:])
		if r.closed == 0 || order <= r.closed || order > accepted {
			return fmt.Errorf("seed %d: revealed by transaction %d, the round was closed by %d", place, order, r.closed)
		}
		if Commitment(d.id.pool, d.id.number, (lead+place)%a.settings.Agencies, seed) != commitment {
			return fmt.Errorf("seed %d: it is not what was committed to", place)
		}
		seeds = append(seeds, seed)
	}
	want := [32]byte{}
	if r.state >= RoundRanking && t.seeders > 0 {
		want = Mixed(d.id.pool, d.id.number, seeds)
	}
	if want != r.seed {
		return fmt.Errorf("its seed is %x, the reveals make it %x", r.seed, want)
	}
	return nil
}

// ahead tells which of two applications stands before the other: what the laws say, without the ranking's encoding.
func (a *app) ahead(x, y *held) int {
	order := 0
	switch a.mode {
	case ModePoints:
		order = compare(y.points, x.points)
	case ModeBids:
		order = compare(x.price, y.price)
		if a.settings.Rule("bid-best") == 1 {
			order = -order
		}
	}
	if order == 0 && a.mode <= ModePoints {
		order = bytes.Compare(x.lot[:], y.lot[:])
	}
	if order == 0 {
		order = compare(x.since, y.since)
	}
	return order
}

// checkRanking ranks a round's eligible applications anew and compares.
func (a *app) checkRanking(d *dossier, _ uint64) error {
	r := &d.round
	if r.state < RoundCalled {
		if r.ranked != 0 || r.called != 0 || r.taken != 0 || r.dropped != 0 {
			return fmt.Errorf("places in state %d", r.state)
		}
		return nil
	}
	for _, h := range d.eligible {
		h.lot = Lot(r.seed, h.number)
	}
	slices.SortFunc(d.eligible, a.ahead)
	if want := min(uint64(len(d.eligible)), d.terms.quota+d.terms.reserve); uint64(r.ranked) != want || r.units != 0 {
		return fmt.Errorf("%d are ranked and %d units remain, want %d and none", r.ranked, r.units, want)
	}
	a.round, a.terms, a.id = d.round, d.terms, d.id
	for position := range r.ranked {
		found, _ := a.ranked(position)
		want := d.eligible[position]
		if found.subject != want.subject || found.number != want.number {
			return fmt.Errorf("at position %d is subject %d, the ranking puts subject %d there", position, found.subject, want.subject)
		}
		first := uint64(position) < d.terms.quota
		if first && found.calledAt != 0 || !first && position < r.called != (found.calledAt != 0) || found.calledAt > r.calledAt {
			return fmt.Errorf("position %d was called at %d ms", position, found.calledAt)
		}
	}
	return nil
}

// checkPlaces verifies who was called, and what became of them.
func (a *app) checkPlaces(d *dossier, _ uint64) error {
	r, t := &d.round, &d.terms
	taken, dropped := uint32(0), uint32(0)
	for i := range d.people {
		h := &d.people[i]
		if h.state < StateTaken && h.place == 0 {
			continue
		}
		if r.state < RoundCalled || h.place == 0 || h.place > r.called || d.eligible[h.place-1] != h {
			return fmt.Errorf("application %d: in state %d at position %d of %d called", h.number, h.state, int64(h.place)-1, r.called)
		}
		found, _ := a.ranked(h.place - 1)
		from := max(found.calledAt, r.settledAt)
		switch late := h.movedAt > from+t.confirm; {
		case h.state == StateTaken:
			taken++
			if late || h.movedAt < from {
				return fmt.Errorf("application %d: taken at %d ms, called at %d ms", h.number, h.movedAt, from)
			}
		case h.state > StateTaken:
			dropped++
			if h.state == StateDeclined && late || h.state == StateLapsed && !late {
				return fmt.Errorf("application %d: in state %d at %d ms, called at %d ms", h.number, h.state, h.movedAt, from)
			}
		}
	}
	if taken != r.taken || dropped != r.dropped {
		return fmt.Errorf("%d places are taken and %d given up, the round says %d and %d", taken, dropped, r.taken, r.dropped)
	}
	if r.state >= RoundCalled && uint64(r.called) != min(uint64(r.ranked), t.quota+uint64(dropped)) || uint64(taken) > t.quota {
		return fmt.Errorf("%d were called and %d have taken a place, of %d places and %d given up", r.called, taken, t.quota, dropped)
	}
	if r.state == RoundEnded && (r.called != taken+dropped || r.objections > 0) {
		return fmt.Errorf("ended with %d calls and %d objections open", r.called-taken-dropped, r.objections)
	}
	return nil
}
