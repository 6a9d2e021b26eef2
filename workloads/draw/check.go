package draw

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// held is an application as Check holds it.
type held struct {
	subject uint32
	application
	price uint64
	lot   [32]byte
}

// dossier is all that the ledger has about one round.
type dossier struct {
	id       roundID
	terms    terms
	round    round
	people   []held // in order of their numbers
	bids     uint64
	stated   bool // there is an entry for the round
	eligible []*held
	place    map[uint32]int // of a subject among the people
}

// bySubject is the subject's application, nil when there is none.
func (d *dossier) bySubject(subject uint32) *held {
	if d.place == nil {
		d.place = make(map[uint32]int, len(d.people))
		for i := range d.people {
			d.place[d.people[i].subject] = i
		}
	}
	if i, found := d.place[subject]; found {
		return &d.people[i]
	}
	return nil
}

// Check implements workloads.App: it verifies the laws of Family over the whole ledger. It sorts the eligible
// applications of each round anew, so that it costs what a sort of all applications costs.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	if err := a.checkSum(accepted); err != nil {
		return err
	}
	rounds, order, err := a.collectRounds(accepted)
	if err != nil {
		return err
	}
	if err := a.collectPeople(rounds, order); err != nil {
		return err
	}
	if err := a.collectBids(rounds, accepted); err != nil {
		return err
	}
	var counted [counters]uint64
	for _, id := range order {
		d := rounds[id]
		fail := func(err error) error { return fmt.Errorf("pool %d, round %d: %w", id.pool, id.number, err) }
		for _, check := range []func(d *dossier, accepted uint64) error{
			a.checkPeople, a.checkRoll, a.checkSeeds, a.checkRanking, a.checkPlaces,
		} {
			if err := check(d, accepted); err != nil {
				return fail(err)
			}
		}
		d.count(&counted)
	}
	return a.checkCounters(&counted, accepted)
}

// checkSum verifies that each accepted transaction is counted once.
func (a *app) checkSum(accepted uint64) error {
	sum := a.Governance()
	for kind := range counters {
		sum += a.Count(kind)
	}
	if sum != accepted {
		return fmt.Errorf("counters: they sum to %d, %d transactions were accepted", sum, accepted)
	}
	return nil
}

// collectRounds verifies the rounds' terms and collects the rounds in the order of pools and numbers.
func (a *app) collectRounds(accepted uint64) (map[roundID]*dossier, []roundID, error) {
	rounds := make(map[roundID]*dossier)
	var order []roundID
	latest := make(map[uint32]uint32)
	found, announced := uint64(0), uint64(0)
	for e := range a.Ledger.Each([]byte{keyPool}) {
		if len(e.Key) != 5 || len(e.Value) != 4 {
			return nil, nil, fmt.Errorf("pool %x: unsound record", e.Key[1:])
		}
		pool, number := binary.BigEndian.Uint32(e.Key[1:]), binary.BigEndian.Uint32(e.Value)
		if pool >= a.pools || number < 2 {
			return nil, nil, fmt.Errorf("pool %d: %d rounds", pool, number)
		}
		latest[pool] = number
		announced += uint64(number) - 1
	}
	for e := range a.Ledger.Each([]byte{keyTerms}) {
		var t terms
		if len(e.Key) != 9 || !t.read(e.Value) || e.Version != 1 {
			return nil, nil, fmt.Errorf("terms of %x: unsound or written %d times", e.Key[1:], e.Version)
		}
		id := idOf(e.Key)
		if id.number < 2 || id.number > latest[id.pool] {
			return nil, nil, fmt.Errorf("pool %d: terms of round %d of %d", id.pool, id.number, latest[id.pool])
		}
		rounds[id] = &dossier{id: id, terms: t}
		order = append(order, id)
		found++
	}
	if found != announced || announced != a.Count(int(KindAnnounce)) {
		return nil, nil, fmt.Errorf("rounds: %d have terms, %d were announced, the counter says %d",
			found, announced, a.Count(int(KindAnnounce)))
	}
	for e := range a.Ledger.Each([]byte{keyRound}) {
		var r round
		if len(e.Key) != 9 || !r.read(e.Value) || r.state > RoundEnded {
			return nil, nil, fmt.Errorf("round %x: unsound record", e.Key[1:])
		}
		id := idOf(e.Key)
		d := rounds[id]
		if d == nil && id.number == 1 && id.pool < a.pools {
			d = &dossier{id: id, terms: a.first}
			rounds[id] = d
			order = append(order, id)
		}
		if d == nil {
			return nil, nil, fmt.Errorf("pool %d: round %d was not announced", id.pool, id.number)
		}
		d.round, d.stated = r, true
	}
	slices.SortFunc(order, func(x, y roundID) int { return compare(x.key(), y.key()) })
	return rounds, order, a.checkTerms(rounds, order, accepted)
}

func idOf(key []byte) roundID {
	return roundID{binary.BigEndian.Uint32(key[1:]), binary.BigEndian.Uint32(key[5:])}
}

func (id roundID) key() uint64 { return uint64(id.pool)<<32 | uint64(id.number) }

func compare(x, y uint64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// checkTerms verifies that rounds have the terms of their announcement and do not overlap.
func (a *app) checkTerms(rounds map[roundID]*dossier, order []roundID, accepted uint64) error {
	for _, id := range order {
		if id.number == 1 {
			continue
		}
		t, before := rounds[id].terms, a.first
		if d := rounds[roundID{id.pool, id.number - 1}]; d != nil {
			before = d.terms
		}
		rule := func(name string) int64 { return a.RuleAt(name, t.order) }
		if want := newTerms(a.settings, t.order, t.opens, rule); t != want {
			return fmt.Errorf("pool %d, round %d: its terms are %+v, the rules made them %+v", id.pool, id.number, t, want)
		}
		if t.opens < before.deadline || t.order <= before.order || t.order > accepted {
			return fmt.Errorf("pool %d, round %d: it opens at %d ms and the one before has its deadline at %d ms",
				id.pool, id.number, t.opens, before.deadline)
		}
	}
	return nil
}

// collectPeople groups the applications by round.
func (a *app) collectPeople(rounds map[roundID]*dossier, order []roundID) error {
	for e := range a.Ledger.Each([]byte{keyApply}) {
		var h held
		if len(e.Key) != 13 || !h.application.read(e.Value) {
			return fmt.Errorf("application %x: unsound record", e.Key[1:])
		}
		h.subject = binary.BigEndian.Uint32(e.Key[9:])
		d := rounds[idOf(e.Key)]
		if d == nil || !d.stated {
			return fmt.Errorf("application %x: there is no such round", e.Key[1:])
		}
		d.people = append(d.people, h)
	}
	for _, id := range order {
		slices.SortFunc(rounds[id].people, func(x, y held) int { return compare(uint64(x.number), uint64(y.number)) })
	}
	return nil
}

// collectBids verifies opened bids against their commitments.
func (a *app) collectBids(rounds map[roundID]*dossier, accepted uint64) error {
	for e := range a.Ledger.Each([]byte{keyBid}) {
		id := idOf(e.Key)
		d := rounds[id]
		if d == nil || len(e.Key) != 13 || len(e.Value) != 8+32+8 || a.mode != ModeBids {
			return fmt.Errorf("bid %x: unsound record", e.Key[1:])
		}
		subject := binary.BigEndian.Uint32(e.Key[9:])
		h := d.bySubject(subject)
		if h == nil {
			return fmt.Errorf("bid %x: there is no such application", e.Key[1:])
		}
		h.price = binary.BigEndian.Uint64(e.Value)
		if order := binary.BigEndian.Uint64(e.Value[40:]); d.round.closed == 0 || order <= d.round.closed || order > accepted {
			return fmt.Errorf("bid %x: opened by transaction %d, the round was closed by %d", e.Key[1:], order, d.round.closed)
		}
		if BidCommitment(id.pool, id.number, subject, h.price, [32]byte(e.Value[8:])) != h.data {
			return fmt.Errorf("bid %x: it is not what was committed to", e.Key[1:])
		}
		within := h.price >= d.terms.priceMin && h.price <= d.terms.priceMax
		if within != (h.line != 0) || within == (h.state == StateInvalid) {
			return fmt.Errorf("bid %x: a price of %d yuan in state %d", e.Key[1:], h.price, h.state)
		}
		d.bids++
	}
	return nil
}

// count adds up what the counters must say.
func (d *dossier) count(counted *[counters]uint64) {
	r := &d.round
	counted[KindApply] += uint64(r.applied)
	counted[KindSeed] += uint64(bits.OnesCount64(r.committed))
	counted[KindReveal] += uint64(bits.OnesCount64(r.revealed))
	counted[KindBid] += d.bids
	for state, kind := range [...]byte{RoundClosed: KindClose, RoundRanking: KindDraw, RoundEnded: KindEnd} {
		if kind != 0 && int(r.state) >= state {
			counted[kind]++
		}
	}
	if r.state >= RoundRanking {
		counted[KindRank] += uint64(plan(r.lines, d.terms.ranked()).units() - r.units)
	}
	for i := range d.people {
		h := &d.people[i]
		counted[KindCorrect] += uint64(h.corrections)
		counted[KindObject] += uint64(h.heard)
		if h.objector != 0 {
			counted[KindObject]++
		}
		switch h.state {
		case StateWithdrawn:
			counted[KindWithdraw]++
		case StateLapsed:
			counted[KindLapse]++
		}
	}
}

// checkCounters compares the counters with the records, and the journal of looks with its counter.
func (a *app) checkCounters(counted *[counters]uint64, accepted uint64) error {
	for _, kind := range []byte{KindSeed, KindApply, KindCorrect, KindWithdraw, KindClose, KindReveal, KindBid, KindDraw,
		KindRank, KindLapse, KindObject, KindEnd} {
		if counted[kind] != a.Count(int(kind)) {
			return fmt.Errorf("counter of kind %d: it says %d, the records %d", kind, a.Count(int(kind)), counted[kind])
		}
	}
	pages, looks, last := uint64(0), uint64(0), uint64(0)
	for range a.Ledger.Each([]byte{keyLook}) {
		pages++
	}
	for page := range pages {
		lines, version, _ := a.Ledger.Get(a.lookKey(page))
		if len(lines)%lookSize != 0 || uint64(len(lines)/lookSize) != version || version > pageLooks {
			return fmt.Errorf("page %d of the looks: %d bytes in version %d", page, len(lines), version)
		}
		for ; len(lines) > 0; lines = lines[lookSize:] {
			client, order := binary.BigEndian.Uint32(lines[12:]), binary.BigEndian.Uint64(lines[24:])
			_, desk := program.AgencyOf(client, a.settings.Agencies)
			id := roundID{binary.BigEndian.Uint32(lines), binary.BigEndian.Uint32(lines[4:])}
			subject := binary.BigEndian.Uint32(lines[8:])
			_, _, found := a.Ledger.Get(a.applyKey(id, subject))
			if order <= last || order > accepted || !found || !desk && client != program.Subject(uint64(subject)) {
				return fmt.Errorf("look %d: transaction %d after %d, by client %d at %x", looks, order, last, client, lines[:12])
			}
			last = order
			looks++
		}
	}
	if looks != a.Count(int(KindLook)) {
		return fmt.Errorf("looks: %d are logged, the counter says %d", looks, a.Count(int(KindLook)))
	}
	return nil
}
