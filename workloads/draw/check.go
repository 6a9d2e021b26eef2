package draw

import (
	"bytes"
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
	if err := a.collectPeople(rounds); err != nil {
		return err
	}
	if err := a.collectBids(rounds); err != nil {
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
	latest := make(map[uint32]uint32)
	for e := range a.Ledger.Each([]byte{keyPool}) {
		if len(e.Key) != 5 || len(e.Value) != 4 {
			return nil, nil, fmt.Errorf("pool %x: unsound record", e.Key[1:])
		}
		latest[binary.BigEndian.Uint32(e.Key[1:])] = binary.BigEndian.Uint32(e.Value)
	}
	found, announced := uint64(0), uint64(0)
	for pool, number := range latest {
		announced += uint64(number) - 1
		if pool >= a.pools || number < 2 {
			return nil, nil, fmt.Errorf("pool %d: %d rounds", pool, number)
		}
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
		}
		if d == nil {
			return nil, nil, fmt.Errorf("pool %d: round %d was not announced", id.pool, id.number)
		}
		d.round, d.stated = r, true
	}
	order := make([]roundID, 0, len(rounds))
	for id := range rounds {
		order = append(order, id)
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
func (a *app) collectPeople(rounds map[roundID]*dossier) error {
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
	for _, d := range rounds { // each by itself: the order of the map has no influence
		slices.SortFunc(d.people, func(x, y held) int { return compare(uint64(x.number), uint64(y.number)) })
	}
	return nil
}

// collectBids verifies opened bids against their commitments.
func (a *app) collectBids(rounds map[roundID]*dossier) error {
	for e := range a.Ledger.Each([]byte{keyBid}) {
		id := idOf(e.Key)
		d := rounds[id]
		if d == nil || len(e.Key) != 13 || len(e.Value) != 8+32+8 || e.Version != 1 || a.mode != ModeBids {
			return fmt.Errorf("bid %x: unsound or written %d times", e.Key[1:], e.Version)
		}
		subject := binary.BigEndian.Uint32(e.Key[9:])
		at := slices.IndexFunc(d.people, func(h held) bool { return h.subject == subject })
		if at < 0 {
			return fmt.Errorf("bid %x: there is no such application", e.Key[1:])
		}
		h := &d.people[at]
		h.price = binary.BigEndian.Uint64(e.Value)
		if order := binary.BigEndian.Uint64(e.Value[40:]); d.round.closed == 0 || order <= d.round.closed {
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

// checkPeople verifies the applications of a round one by one.
func (a *app) checkPeople(d *dossier, accepted uint64) error {
	if uint64(len(d.people)) != uint64(d.round.applied) {
		return fmt.Errorf("%d applications, the round counts %d", len(d.people), d.round.applied)
	}
	live, objections := uint32(0), uint32(0)
	for i := range d.people {
		h := &d.people[i]
		if h.number != uint32(i)+1 || uint64(h.subject) >= uint64(a.settings.Population) {
			return fmt.Errorf("application %d of subject %d: numbered twice or with a gap, or nobody's", h.number, h.subject)
		}
		if err := a.checkApplication(d, h, accepted); err != nil {
			return fmt.Errorf("application %d of subject %d: %w", h.number, h.subject, err)
		}
		if h.state != StateRefused && h.state != StateWithdrawn && h.state != StateInvalid {
			live++
		}
		if h.objector != 0 && h.state != StateRefused {
			objections++
		}
		if h.isEligible(a.mode) {
			d.eligible = append(d.eligible, h)
		}
	}
	if live != d.round.live || objections != d.round.objections {
		return fmt.Errorf("%d applications are live and %d objected to, the round says %d and %d",
			live, objections, d.round.live, d.round.objections)
	}
	return nil
}

// isEligible reports whether the application takes part in the ranking.
func (h *held) isEligible(mode byte) bool {
	return h.state >= StateTaken || h.state == StateEligible && (mode != ModeBids || h.line != 0)
}

func (a *app) checkApplication(d *dossier, h *held, accepted uint64) error {
	t := &d.terms
	if h.state < StateApplied || h.state > StateDisqualified || h.since == 0 || h.since > accepted ||
		uint64(h.corrections) > t.corrections || h.heard > heardMax {
		return fmt.Errorf("unsound record, or corrected or heard too often: %+v", h.application)
	}
	if d.round.closed > 0 && h.since > d.round.closed || t.order > 0 && h.since <= t.order {
		return fmt.Errorf("entered by transaction %d, outside the round", h.since)
	}
	if h.appliedAt < t.opens || h.appliedAt >= t.deadline || h.state == StateWithdrawn && h.movedAt >= t.deadline ||
		h.state <= StateRefused && h.movedAt > t.reviewed() || h.movedAt < h.appliedAt {
		return fmt.Errorf("applied at %d ms and moved to state %d at %d ms: after a deadline", h.appliedAt, h.state, h.movedAt)
	}
	points, seen := uint64(0), uint64(0)
	for _, s := range h.aspects {
		if int(s.place) >= a.settings.Approvals || seen>>s.place&1 == 1 {
			return fmt.Errorf("confirmed twice, or by the agency at place %d", s.place)
		}
		if s.at < h.appliedAt || s.at > t.reviewed() {
			return fmt.Errorf("confirmed at %d ms: outside the round", s.at)
		}
		if uint64(s.points) > t.pointsMax || a.mode != ModePoints && s.points != 0 {
			return fmt.Errorf("%d points for one aspect", s.points)
		}
		seen |= 1 << s.place
		points += uint64(s.points)
	}
	complete := len(h.aspects) == a.settings.Approvals
	past := h.state == StateEligible || h.state >= StateShort && h.state != StateRefused && h.state != StateWithdrawn
	enough := a.mode != ModePoints || points >= t.pointsMin
	switch {
	case points != h.points:
		return fmt.Errorf("%d points, its aspects sum to %d", h.points, points)
	case past && !complete, h.state == StateApplied && complete:
		return fmt.Errorf("in state %d with %d confirmations of %d", h.state, len(h.aspects), a.settings.Approvals)
	case past && enough == (h.state == StateShort):
		return fmt.Errorf("in state %d with %d points, %d are needed", h.state, points, t.pointsMin)
	}
	return nil
}

// checkRoll verifies the roll against the applications.
func (a *app) checkRoll(d *dossier, _ uint64) error {
	byLine := make(map[uint32]*held, len(d.people))
	for i := range d.people {
		if h := &d.people[i]; h.line != 0 {
			byLine[h.line] = h
		}
		if h := &d.people[i]; (h.line != 0) != h.isEligible(a.mode) {
			return fmt.Errorf("application %d: in state %d and on line %d of the roll", h.number, h.state, h.line)
		}
	}
	void := uint32(0)
	for at := range d.round.lines {
		page, _, _ := a.Ledger.Get(a.rollKey(d.id, at/pageLines))
		from := int(at%pageLines) * lineSize
		if len(page) < from+lineSize {
			return fmt.Errorf("roll: line %d of %d is missing", at+1, d.round.lines)
		}
		line := page[from : from+lineSize]
		if binary.BigEndian.Uint32(line[4:]) == 0 {
			void++
			continue
		}
		h := byLine[at+1]
		score := uint64(0)
		if h != nil {
			score = h.points
			if a.mode == ModeBids {
				score = h.price
			}
		}
		if h == nil || binary.BigEndian.Uint32(line) != h.subject || binary.BigEndian.Uint32(line[4:]) != h.number ||
			binary.BigEndian.Uint64(line[8:]) != score || binary.BigEndian.Uint64(line[16:]) != h.since {
			return fmt.Errorf("roll: line %d is %x, which is no eligible application's", at+1, line)
		}
	}
	if void != d.round.void || uint64(len(byLine))+uint64(void) != uint64(d.round.lines) {
		return fmt.Errorf("roll: %d lines, %d applications and %d void, the round says %d void",
			d.round.lines, len(byLine), void, d.round.void)
	}
	return nil
}

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
		if order := binary.BigEndian.Uint64(value[32:]); order == 0 || r.closed > 0 && order >= r.closed {
			return fmt.Errorf("seed %d: committed by transaction %d, the round was closed by %d", place, order, r.closed)
		}
		if !revealed {
			seeds = append(seeds, Missing(commitment))
			continue
		}
		seed, order := [32]byte(value[seedHead:]), binary.BigEndian.Uint64(value[seedHead+32:])
		if r.closed == 0 || order <= r.closed {
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

// count adds up what the counters must say.
func (d *dossier) count(counted *[counters]uint64) {
	r := &d.round
	counted[KindApply] += uint64(r.applied)
	counted[KindSeed] += uint64(bits.OnesCount64(r.committed))
	counted[KindReveal] += uint64(bits.OnesCount64(r.revealed))
	counted[KindBid] += d.bids
	for state, kind := range map[byte]byte{RoundClosed: KindClose, RoundRanking: KindDraw, RoundEnded: KindEnd} {
		if r.state >= state {
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
