package attest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// process replays arrivals, orders and appeals.
func (r *replay) process(l *line, s *record) error {
	switch l.kind {
	case KindConfirm, KindOrder, KindLift, KindDecide:
		if err := r.by(l, int(l.number%uint64(r.a.settings.Agencies))); err != nil {
			return err
		}
	default:
		if l.client != program.Subject(l.number) {
			return fmt.Errorf("client %d is not the subject", l.client)
		}
	}
	declared := s.arrival == arrivalDeclared && l.at >= s.declared && l.at <= s.confirmBy
	ok := false
	switch l.kind {
	case KindArrive:
		ok = !declared && (s.arrival == arrivalNone || l.at >= s.declared)
		s.arrival, s.origin, s.declared, s.confirmBy = arrivalDeclared, l.issuer, l.at, l.at+r.rule("confirm-max", l)
	case KindConfirm:
		ok = declared && l.value <= 1
		s.arrival = map[byte]byte{0: arrivalRejected, 1: arrivalConfirmed}[l.value]
	case KindWithdraw:
		ok = declared
		s.arrival = arrivalWithdrawn
	case KindOrder:
		return r.order(l, s)
	case KindLift:
		ok = s.orderLive == 1 && l.at >= s.orderFrom && l.at <= s.orderUntil
		s.orderLive = 0
	case KindAppeal:
		ok = s.appeal == 0 && l.value == r.colour(l, s) && (l.value == Yellow || l.value == Red)
		s.appeal, s.appealFrom, s.appealBy = l.value, l.at, l.at+r.rule("appeal-deadline", l)
	case KindDecide:
		ok = s.appeal != 0 && l.at >= s.appealFrom && l.at <= s.appealBy && l.value <= 1
		s.appeal = 0
		if l.value == 1 {
			clearColour(s)
		}
	case KindOverdue:
		ok = s.appeal != 0 && l.at > s.appealBy
		s.appeal = 0
	}
	if !ok {
		return fmt.Errorf("it was not allowed: %+v", *s)
	}
	return nil
}

// clearColour takes away what an upheld appeal does.
func clearColour(s *record) {
	s.orderLive = 0
	if s.test.state == slotHeld && s.test.value == 1 {
		s.test.state = slotRevoked
	}
	if s.foreign.state == slotHeld && s.foreign.value == 1 {
		s.foreign.state = slotRevoked
	}
	if s.status.state == slotHeld && s.status.value != 0 {
		s.status.state = slotRevoked
	}
}

// order verifies that a subject has at most one live order, on grounds and of the governed length.
func (r *replay) order(l *line, s *record) error {
	arrived := l.value == GroundArrival && s.arrival == arrivalConfirmed && s.declared <= l.at
	positive := l.value == GroundTest && s.test.state == slotHeld && s.test.value == 1 && s.test.taken <= l.at
	switch {
	case !arrived && !positive:
		return fmt.Errorf("the order has no ground: %+v", *s)
	case s.orderLive == 1 && s.orderUntil >= l.at:
		return fmt.Errorf("a second live order, the first is until %d ms", s.orderUntil)
	case l.from != l.at || l.until != l.at+day*r.rule("observation-days", l):
		return fmt.Errorf("the order is from %d ms until %d ms", l.from, l.until)
	}
	s.orderLive, s.orderFrom, s.orderUntil = 1, l.from, l.until
	return nil
}

func (r *replay) premises(venue uint64) *premises {
	p := r.venues[venue]
	if p == nil {
		p = &premises{pages: [][]uint64{nil}}
		r.venues[venue] = p
	}
	return p
}

// visit replays a check-in or a purge.
func (r *replay) visit(l *line) error {
	own := l.client == program.Subject(uint64(r.a.settings.Population)+l.number)
	if l.number >= r.a.venues {
		return fmt.Errorf("no such venue")
	}
	p := r.premises(l.number)
	if l.kind == KindPurge {
		if !own {
			if err := r.by(l, 0); err != nil {
				return err
			}
		}
		return r.purge(l, p)
	}
	if !own || l.until != p.filed {
		return fmt.Errorf("client %d checked in on page %d of %d", l.client, l.until, p.filed)
	}
	last := len(p.pages) - 1
	p.pages[last] = append(p.pages[last], l.at)
	p.total++
	if (len(p.pages[last])) == pageVisits {
		p.pages = append(p.pages, nil)
		p.filed++
	}
	return nil
}

// purge takes away what the line says and verifies that all of it had expired.
func (r *replay) purge(l *line, p *premises) error {
	retention := r.rule("retention", l)
	if l.from == 0 {
		return fmt.Errorf("nothing was purged")
	}
	for range l.from {
		for len(p.pages[0]) == 0 && len(p.pages) > 1 {
			p.pages = p.pages[1:]
			p.gone++
		}
		if len(p.pages[0]) == 0 {
			return fmt.Errorf("more was purged than there was")
		}
		if at := p.pages[0][0]; at+retention >= l.at {
			return fmt.Errorf("a check-in at %d ms was purged before it expired", at)
		}
		p.pages[0] = p.pages[0][1:]
	}
	if len(p.pages[0]) == 0 && len(p.pages) > 1 {
		p.pages = p.pages[1:]
		p.gone++
	}
	p.purged += l.from
	r.counts[countPurged] += l.from
	return nil
}

// contact replays a tracing case.
func (r *replay) contact(l *line) error {
	if err := r.by(l, 0); err != nil {
		return err
	}
	if l.kind == KindOpen {
		if l.number >= r.a.venues || l.from > l.until || l.until > l.at || l.until-l.from > r.rule("trace-window", l) {
			return fmt.Errorf("the window is from %d to %d ms", l.from, l.until)
		}
		r.cases = append(r.cases, tracing{venue: l.number, from: l.from, until: l.until,
			opened: l.at, usable: l.at + r.rule("case-life", l)})
		return nil
	}
	if l.number == 0 || l.number > uint64(len(r.cases)) {
		return fmt.Errorf("there was no such case")
	}
	c := &r.cases[l.number-1]
	if c.closed != 0 || l.at < c.opened || l.kind == KindTrace && l.at > c.usable {
		return fmt.Errorf("the case was not open: %+v", *c)
	}
	if l.kind == KindClose {
		c.closed = l.order
		return nil
	}
	c.traces++
	p := r.premises(c.venue)
	if l.from < p.gone || l.from-p.gone >= uint64(len(p.pages)) {
		return fmt.Errorf("the venue had no page %d", l.from)
	}
	shown := uint64(0)
	for _, at := range p.pages[l.from-p.gone] {
		if at >= c.from && at <= c.until && at+r.rule("retention", l) >= l.at {
			shown++
		}
	}
	if shown != uint64(l.value) {
		return fmt.Errorf("%d tokens were answered, %d lie in the window and had not expired", l.value, shown)
	}
	r.counts[countShown] += shown
	return nil
}

// compareVenues verifies that every venue holds the check-ins of the journal without the purged ones.
func (r *replay) compareVenues() error {
	filed, pages := uint64(0), uint64(0)
	for range r.a.Ledger.Each([]byte{keyPage}) {
		pages++
	}
	heads := 0
	for e := range r.a.Ledger.Each([]byte{keyVenue}) {
		if len(e.Value) == program.WindowSize {
			continue // a venue that only asked has its replay window alone, and counts as none below
		}
		if len(e.Key) != 9 || len(e.Value) < headSize || (len(e.Value)-headSize)%visitSize != 0 {
			return fmt.Errorf("venue %x: unsound head %x", e.Key[1:], e.Value)
		}
		venue := binary.BigEndian.Uint64(e.Key[1:])
		p := r.venues[venue]
		if p == nil || p.head != readHead(e.Value) || p.filed-p.gone != uint64(len(p.pages)-1) {
			return fmt.Errorf("venue %d: its head is %+v, the journal makes it %+v", venue, readHead(e.Value), p)
		}
		heads++
		for i, times := range p.pages {
			page := e.Value[headSize:]
			if i < len(p.pages)-1 {
				filed++
				page, _, _ = r.a.Ledger.Get(r.a.pageKey(venue, p.gone+uint64(i)))
			}
			if held := timesOf(page); !slices.Equal(held, times) {
				return fmt.Errorf("venue %d, page %d: check-ins at %d ms, the journal has %d", venue, p.gone+uint64(i), held, times)
			}
		}
	}
	recorded := 0
	for _, venue := range slices.Sorted(maps.Keys(r.venues)) {
		if r.venues[venue].total > 0 { // a trace may have asked for one without any
			recorded++
		}
	}
	if filed != pages || heads != recorded {
		return fmt.Errorf("venues: %d filed pages and %d heads, the journal has %d and %d", pages, heads, filed, recorded)
	}
	return nil
}

func timesOf(page []byte) (times []uint64) {
	for i := range len(page) / visitSize {
		at, _ := visitAt(page, i)
		times = append(times, at)
	}
	return times
}

// compareCases verifies that the tracing cases are those of the journal.
func (r *replay) compareCases() error {
	found := 0
	for e := range r.a.Ledger.Each([]byte{keyCase}) {
		c, ok := readTracing(e.Value)
		number := binary.BigEndian.Uint64(e.Key[1:])
		if !ok || number == 0 || number > uint64(len(r.cases)) || c != r.cases[number-1] {
			return fmt.Errorf("tracing case %d: the record is %+v, the journal makes it another", number, c)
		}
		found++
	}
	if found != len(r.cases) {
		return fmt.Errorf("tracing cases: %d records for %d", found, len(r.cases))
	}
	return nil
}
