package numbering

import (
	"cmp"
	"fmt"

	"github.com/govbench/govbench/workloads/program"
)

// line reads the bill of a position, if one was written.
func (a *app) line(s *audit, position uint64) (b bill, written bool) {
	place := s.recent[position]
	if place == 0 {
		page, _, _ := a.Ledger.Get(a.startKey(keyPlaces, position/pagePlaces))
		if from := int(position%pagePlaces) * placeSize; len(page) >= from+placeSize {
			place = program.Uint48(page[from:])
		}
	}
	if place == 0 || place > a.Count(countLines) {
		return bill{}, false
	}
	page, _, _ := a.Ledger.Get(a.startKey(keyBills, (place-1)/pageEntries))
	if from := int((place-1)%pageEntries) * billSize; len(page) >= from+billSize {
		b = readBill(page[from : from+billSize])
	}
	return b, b.state != 0 && b.position == position
}

// checkSegments verifies every number of every segment: issued without a gap and in order up to where it stops.
func (a *app) checkSegments(s *audit) error {
	for i := range s.segments {
		g := &s.segments[i]
		if i > 0 && s.segments[i-1].end > g.first {
			return fmt.Errorf("segments: positions %d to %d overlap with those before", g.first, g.end)
		}
		last := g.order
		for position := g.first; position < g.stop; position++ {
			b, written := a.line(s, position)
			early := position < g.first+g.early
			switch {
			case !written && !early:
				return fmt.Errorf("bill %d: the number is missing, %d to %d were issued",
					a.plan.bill(position), a.plan.bill(g.first), a.plan.bill(g.stop))
			case !written:
				continue
			}
			if err := a.checkBill(s, g, position, &b, early, &last); err != nil {
				return fmt.Errorf("bill %d: %w", a.plan.bill(position), err)
			}
		}
	}
	return nil
}

// checkBill verifies one bill and adds it to its period.
func (a *app) checkBill(s *audit, g *segment, position uint64, b *bill, early bool, last *uint64) error {
	s.lines++
	if b.issuer != g.issuer {
		return fmt.Errorf("it is of issuer %d, the number was granted to %d", b.issuer, g.issuer)
	}
	if early {
		want := a.early(g.issuer, position)
		want.state, want.ref = billCancelled, b.ref
		if *b != want {
			return fmt.Errorf("it is from the start and was changed: %+v", *b)
		}
		return a.checkPair(s, position, b)
	}
	switch {
	case b.order <= *last || b.order > s.accepted || g.back != 0 && b.order >= g.back:
		return fmt.Errorf("it is transaction %d after %d of %d", b.order, *last, s.accepted)
	case b.state > billRed || b.period == 0 || b.period > s.issuers[b.issuer]:
		return fmt.Errorf("unsound: state %d in period %d of %d", b.state, b.period, s.issuers[b.issuer])
	}
	*last = b.order
	s.states[b.state]++
	if err := a.checkPair(s, position, b); err != nil {
		return err
	}
	if b.state != billRed && (b.amount == 0 || b.amount > uint64(a.RuleAt("bill-max", b.order)) ||
		b.tax != taxOf(b.amount, a.RuleAt("tax-rate", b.order))) {
		return fmt.Errorf("amount %d, tax %d: against the rules in force", b.amount, b.tax)
	}
	m := s.months[month{b.issuer, b.period}]
	m.bills++
	m.first, m.last = min(cmp.Or(m.first, b.order), b.order), max(m.last, b.order)
	sign := int64(1)
	switch b.state {
	case billVoid:
		sign = 0
	case billRed:
		sign = -1
	}
	m.net += sign * int64(b.amount)
	m.tax += sign * int64(b.tax)
	s.net += sign * int64(b.amount)
	s.tax += sign * int64(b.tax)
	s.months[month{b.issuer, b.period}] = m
	return nil
}

// checkPair verifies that a cancelled bill and its red-letter bill name each other and nobody else.
func (a *app) checkPair(s *audit, position uint64, b *bill) error {
	if b.state != billCancelled && b.state != billRed {
		if b.ref != 0 {
			return fmt.Errorf("it refers to another one and is not corrected")
		}
		return nil
	}
	other, _ := a.line(s, b.ref-1)
	red, cancelled := b, &other
	if b.state == billCancelled {
		red, cancelled = &other, b
	}
	switch {
	case b.ref == 0 || red.state != billRed || cancelled.state != billCancelled || other.ref != position+1:
		return fmt.Errorf("it and bill %d do not cancel each other", a.plan.bill(b.ref-1))
	case red.amount != cancelled.amount || red.tax != cancelled.tax || red.issuer != cancelled.issuer:
		return fmt.Errorf("its red-letter bill has other amounts or is another issuer's")
	case red.order <= cancelled.order || red.at < cancelled.at ||
		red.at > cancelled.at+uint64(a.RuleAt("correction-deadline", red.order)):
		return fmt.Errorf("it was cancelled at a wrong time")
	}
	return nil
}

// checkPages verifies that no bill stands outside of the segments, or has a number that is held or was returned: as many
// bills and places were found as there are.
func (a *app) checkPages(s *audit) error {
	places, last := uint64(len(s.recent)), uint64(0)
	for e := range a.Ledger.Each([]byte{keyPlaces}) {
		if len(e.Key) != 9 || len(e.Value)%placeSize != 0 || len(e.Value) > pagePlaces*placeSize {
			return fmt.Errorf("places %x: unsound page of %d bytes", e.Key[1:], len(e.Value))
		}
		for page := e.Value; len(page) > 0; page = page[placeSize:] {
			if program.Uint48(page) != 0 {
				places++
			}
		}
	}
	if count := a.Count(countLines); s.lines != count || places != count {
		return fmt.Errorf("bills: %d written in %d places, %d have numbers that were granted and not held or returned",
			count, places, s.lines)
	}
	return a.eachLine(keyBills, billSize, s.lines, func(_ uint64, c cut) error {
		if b := readBill(c); b.order != 0 {
			if b.order <= last {
				return fmt.Errorf("bill %d: it is transaction %d after %d", a.plan.bill(b.position), b.order, last)
			}
			last = b.order
		}
		return nil
	})
}
