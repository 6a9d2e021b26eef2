package numbering

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// segment is a run of numbers that an issuer was granted, as the journals tell it.
type segment struct {
	span
	issuer uint64
	early  uint64 // numbers issued before the start
	stop   uint64 // first position that is not issued
	open   bool   // the issuer holds the rest
	back   uint64 // number of the transaction that returned the rest, 0: none
	order  uint64 // of the grant, 0: it is from the start
}

// month names a period of an issuer.
type month struct {
	issuer uint64
	period uint32
}

// tally is what the bills of a period sum to, and the first and last transaction that issued one.
type tally struct {
	sums
	first, last uint64
}

// audit is what Check collects on its way through the ledger.
type audit struct {
	accepted uint64
	segments []segment         // by their ends
	issuers  map[uint64]uint32 // the open period of those that have acted
	recent   map[uint64]uint64 // places that issuers still keep themselves, by position
	months   map[month]tally
	lines    uint64 // bills found in segments, those from the start that were cancelled included
	states   [billRed + 1]uint64
	net, tax int64
}

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	s := &audit{accepted: accepted, issuers: make(map[uint64]uint32), recent: make(map[uint64]uint64), months: make(map[month]tally)}
	sum := a.Governance()
	for kind := KindApply; kind <= KindVerify; kind++ {
		sum += a.Count(int(kind - 1))
	}
	if sum != accepted {
		return fmt.Errorf("counters: they sum to %d, %d transactions were accepted", sum, accepted)
	}
	for _, step := range []func(*audit) error{
		a.checkGrants, a.checkIssuers, a.checkReturns, a.checkSegments, a.checkPages, a.checkTotals, a.checkClosings, a.checkChecks,
	} {
		if err := step(s); err != nil {
			return err
		}
	}
	return nil
}

// eachLine yields the lines of a journal of numbers and verifies that there are as many as the counter says, one
// write each, in pages without a gap.
func (a *app) eachLine(prefix byte, size int, count uint64, line func(number uint64, c cut) error) error {
	pages := uint64(0)
	for range a.Ledger.Each([]byte{prefix}) {
		pages++
	}
	if pages != (count+pageEntries-1)/pageEntries {
		return fmt.Errorf("journal %c: %d pages for %d lines", prefix, pages, count)
	}
	for number := uint64(0); number < count; number++ {
		page, _, _ := a.Ledger.Get(a.startKey(prefix, number/pageEntries))
		lines := min(count-number/pageEntries*pageEntries, pageEntries)
		if uint64(len(page)) != lines*uint64(size) {
			return fmt.Errorf("journal %c, page %d: %d bytes for %d lines", prefix, number/pageEntries, len(page), lines)
		}
		from := int(number%pageEntries) * size
		if err := line(number, cut(page[from:from+size])); err != nil {
			return fmt.Errorf("journal %c, line %d: %w", prefix, number, err)
		}
	}
	return nil
}

// checkGrants verifies that the segments granted follow each other, within a code and the limits of their time.
func (a *app) checkGrants(s *audit) error {
	next, last := a.plan.free(), uint64(0)
	codes, opened := a.Count(countCodes), a.Count(int(KindOpen-1))
	err := a.eachLine(keyGrants, grantSize, a.Count(countGrants), func(_ uint64, c cut) error {
		g := segment{issuer: c.uint64(), span: span{c.uint64(), c.uint64()}}
		unused, order := c.uint64(), c.uint64()
		g.order, g.stop = order, g.end
		size := g.end - g.first
		switch {
		case g.first != next || g.end <= g.first:
			return fmt.Errorf("positions %d to %d after %d: segments do not follow each other", g.first, g.end, next)
		case g.first/a.plan.numbers != (g.end-1)/a.plan.numbers || g.end > codes*a.plan.numbers:
			return fmt.Errorf("positions %d to %d lie in two codes or one that is not open", g.first, g.end)
		case order <= last || order > s.accepted:
			return fmt.Errorf("it is transaction %d after %d of %d", order, last, s.accepted)
		case size > uint64(a.RuleAt("segment-size", order)) || unused < size || unused > uint64(a.RuleAt("outstanding-max", order)):
			return fmt.Errorf("%d numbers, %d unused: beyond the limits in force", size, unused)
		case g.issuer >= uint64(a.settings.Population):
			return fmt.Errorf("no issuer %d", g.issuer)
		}
		next, last = g.end, order
		s.segments = append(s.segments, g)
		return nil
	})
	switch {
	case err != nil:
		return err
	case next != a.Count(countNext):
		return fmt.Errorf("grants end at position %d, the counter says %d", next, a.Count(countNext))
	case codes != a.plan.codes+1+opened || codes > codesMax || opened > 0 && next <= (codes-2)*a.plan.numbers:
		return fmt.Errorf("codes: %d of which %d were opened in the run, at position %d", codes, opened, next)
	}
	return nil
}

// checkIssuers verifies the records of the issuers and finds which numbers they hold.
func (a *app) checkIssuers(s *audit) error {
	asked, suspended := uint64(0), uint64(0)
	var held []segment
	for e := range a.Ledger.Each([]byte{keyIssuer}) {
		var r issuer
		if len(e.Key) != 9 || !r.read(e.Value) || r.suspended > 1 || r.period == 0 || len(r.held) > heldMax {
			return fmt.Errorf("issuer %x: unsound record %x", e.Key[1:], e.Value)
		}
		number := binary.BigEndian.Uint64(e.Key[1:])
		if number >= uint64(a.settings.Population) {
			return fmt.Errorf("issuer %d: there is none", number)
		}
		if r.asked > 0 {
			asked++
		}
		suspended += uint64(r.suspended)
		s.issuers[number] = r.period
		if a.plan.segment > 0 {
			first := a.plan.first(number)
			s.segments = append(s.segments, segment{
				span: span{first, first + a.plan.segment}, issuer: number, early: a.plan.bills, stop: first + a.plan.segment,
			})
		}
		if len(r.recent) > 0 && (len(r.held) == 0 || r.held[0].first < uint64(len(r.recent)/placeSize)) {
			return fmt.Errorf("issuer %d: it keeps places of bills without a segment", number)
		}
		for i := range len(r.recent) / placeSize {
			s.recent[r.held[0].first-uint64(len(r.recent)/placeSize-i)] = program.Uint48(r.recent[i*placeSize:])
		}
		for i, h := range r.held {
			held = append(held, segment{span: h, issuer: number, early: uint64(i)})
		}
	}
	slices.SortFunc(s.segments, func(x, y segment) int { return cmp.Compare(x.end, y.end) })
	for _, h := range held {
		g := s.byEnd(h.end)
		late := g != nil && h.early > 0 && h.first != g.first+g.early
		if g == nil || g.open || g.issuer != h.issuer || h.first < g.first+g.early || h.first >= g.end || late {
			return fmt.Errorf("issuer %d: it holds positions %d to %d that were not granted so", h.issuer, h.first, h.end)
		}
		g.open, g.stop = true, h.first
	}
	return a.checkApplications(asked, suspended)
}

func (a *app) checkApplications(asked, suspended uint64) error {
	count := func(kind byte) uint64 { return a.Count(int(kind - 1)) }
	answered, granted := count(KindGrant)+count(KindWithdraw), a.Count(countGrants)
	if a.settings.Approvals == 0 {
		answered += granted
	}
	switch {
	case count(KindApply) != answered+asked || granted > count(KindApply):
		return fmt.Errorf("applications: %d made, %d answered, %d open", count(KindApply), answered, asked)
	case count(KindSuspend) < suspended || (count(KindSuspend)-suspended)%2 != 0:
		return fmt.Errorf("suspensions: %d decisions, %d issuers are suspended", count(KindSuspend), suspended)
	}
	return nil
}

// byEnd finds the segment with that end.
func (s *audit) byEnd(end uint64) *segment {
	at, found := slices.BinarySearchFunc(s.segments, end, func(g segment, end uint64) int { return cmp.Compare(g.end, end) })
	if !found {
		return nil
	}
	return &s.segments[at]
}

// checkReturns verifies that what was returned was unused, and is held by nobody.
func (a *app) checkReturns(s *audit) error {
	last, times := uint64(0), uint64(0)
	err := a.eachLine(keyBack, backSize, a.Count(countReturns), func(_ uint64, c cut) error {
		number, first, end, order := c.uint64(), c.uint64(), c.uint64(), c.uint64()
		g := s.byEnd(end)
		switch {
		case g == nil || g.issuer != number || first < g.first+g.early || first >= end:
			return fmt.Errorf("positions %d to %d of issuer %d were not granted so", first, end, number)
		case g.open || g.back != 0:
			return fmt.Errorf("positions %d to %d are held or returned twice", first, end)
		case order < last || order > s.accepted || order <= g.order:
			return fmt.Errorf("it is transaction %d after %d of %d", order, last, s.accepted)
		}
		if order > last {
			times++
		}
		last = order
		g.back, g.stop = order, first
		return nil
	})
	if err == nil && times != a.Count(int(KindReturn-1)) {
		err = fmt.Errorf("returns: %d found, the counter says %d", times, a.Count(int(KindReturn-1)))
	}
	return err
}

// checkTotals verifies the counters of bills and amounts.
func (a *app) checkTotals(s *audit) error {
	count := func(kind byte) uint64 { return a.Count(int(kind - 1)) }
	blue := s.states[billGood] + s.states[billVoid] + s.states[billCancelled]
	switch {
	case blue != count(KindIssue) || s.states[billVoid] != count(KindVoid) || s.states[billRed] != count(KindRed):
		return fmt.Errorf("bills: %d issued, %d void, %d red found, the counters say %d, %d and %d", blue, s.states[billVoid],
			s.states[billRed], count(KindIssue), count(KindVoid), count(KindRed))
	case uint64(s.net) != a.Count(countNet) || uint64(s.tax) != a.Count(countTax):
		return fmt.Errorf("totals: the bills sum to %d and tax %d, the counters say %d and %d",
			s.net, s.tax, int64(a.Count(countNet)), int64(a.Count(countTax)))
	}
	return nil
}

// checkClosings verifies the totals of every period, the closed and the open one.
func (a *app) checkClosings(s *audit) error {
	found, used := uint64(0), 0
	for e := range a.Ledger.Each([]byte{keyPeriod}) {
		found++
		if len(e.Key) != 13 || e.Version != 1 {
			return fmt.Errorf("period %x: unsound or changed after it was closed", e.Key[1:])
		}
	}
	closed := uint64(0)
	for e := range a.Ledger.Each([]byte{keyIssuer}) {
		number := binary.BigEndian.Uint64(e.Key[1:])
		var r issuer
		r.read(e.Value)
		opened, after := uint64(0), uint64(0)
		for period := uint32(1); period <= r.period; period++ {
			p := closing{sums: r.sums, opened: r.opened, order: s.accepted + 1}
			if period < r.period {
				closed++
				value, _, _ := a.Ledger.Get(a.periodKey(number, period))
				var ok bool
				if p, ok = readClosing(value); !ok || p.order <= after || p.order > s.accepted || p.at < opened+uint64(a.RuleAt("period", p.order)) {
					return fmt.Errorf("issuer %d, period %d: missing or closed too early", number, period)
				}
			}
			m, issued := s.months[month{number, period}]
			if issued {
				used++
			}
			if p.sums != m.sums || p.opened != opened || issued && (m.first <= after || m.last >= p.order) {
				return fmt.Errorf("issuer %d, period %d: it states %+v, its bills sum to %+v", number, period, p, m)
			}
			opened, after = p.at, p.order
		}
	}
	if closed != found || found != a.Count(int(KindClose-1)) || used != len(s.months) {
		return fmt.Errorf("periods: %d closed, %d records, the counter says %d", closed, found, a.Count(int(KindClose-1)))
	}
	return nil
}

// checkChecks verifies the logged verifications against the bills.
func (a *app) checkChecks(s *audit) error {
	last, matches := uint64(0), uint64(0)
	err := a.eachLine(keyChecks, checkSize, a.Count(int(KindVerify-1)), func(_ uint64, c cut) error {
		number, name, _, _, order, state, matched := c.uint64(), c.uint64(), c.uint64(), c.uint64(), c.uint64(), c.uint64(), c.uint64()
		if order <= last || order > s.accepted || state > uint64(billRed) || matched > 1 || state == 0 && matched == 1 {
			return fmt.Errorf("unsound: transaction %d after %d of %d, state %d", order, last, s.accepted, state)
		}
		last = order
		matches += matched
		var b bill
		position, known := a.plan.position(name)
		if known = known && number < uint64(a.settings.Population); known {
			a.load(number)
			b, _, known = a.bill(number, position)
			a.Tx.Discard()
		}
		known = known && b.order < order
		same := state == uint64(b.state) || state == uint64(billGood) && b.state != billRed // corrected since
		if known != (state != 0) || known && !same {
			return fmt.Errorf("bill %d: found in state %d, it is in %d since transaction %d", name, state, b.state, b.order)
		}
		return nil
	})
	if err == nil && matches != a.Count(countMatches) {
		err = fmt.Errorf("verifications: %d matches, the counter says %d", matches, a.Count(countMatches))
	}
	return err
}
