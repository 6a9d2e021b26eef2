package custody

import (
	"errors"
	"fmt"
	"maps"

	"github.com/govbench/govbench/workloads/program"
)

// line plays one line.
func (s *audit) line(l *line, encoded []byte) error {
	switch {
	case l.kind == KindDeclare:
		return s.declare(l, encoded)
	case l.kind < KindDeclare || l.kind > KindScan:
		return errors.New("no such kind of step")
	}
	t, known := s.track(l.number)
	if l.kind == KindScan {
		s.count[countScans]++
		if !known || !s.a.settings.LogReads {
			return errors.New("a scan that cannot have been logged")
		}
		if t.events == 0 && l.number < uint64(s.a.settings.Population) {
			delete(s.tracks, l.number) // a scan leaves no trace on the goods
		}
		return nil
	}
	recall := l.kind == KindRecall || l.kind == KindUnrecall
	if !known || t.flags&flagClosed != 0 && !recall {
		return errors.New("nothing is left of the consignment, or it never was")
	}
	switch l.kind {
	case KindSplit:
		return s.split(l, t, encoded)
	case KindMerge:
		return s.merge(l, t, encoded)
	}
	chain(encoded, t)
	switch l.kind {
	case KindClear, KindRelease:
		return s.clear(l, t)
	case KindQuarantine, KindLift:
		return s.quarantine(l, t)
	case KindRecall, KindUnrecall:
		if recalled := t.flags&flagRecalled != 0; recalled == (l.kind == KindRecall) {
			return errors.New("recalled or taken back twice")
		}
		t.flags ^= flagRecalled
		return s.by(l, 0)
	case KindCorrect:
		if t.flags&flagReleased != 0 || len(t.cleared) > 0 || s.name(l) != t.declarer || t.parents[0] != none {
			return errors.New("corrected after a clearance, or by somebody else")
		}
		t.manifest = l.data
		return nil
	case KindTakeOver, KindCancel:
		return s.arrive(l, t)
	}
	if s.name(l) != t.holder {
		return fmt.Errorf("client %d acts, the holder is %d", l.client, t.holder)
	}
	switch l.kind {
	case KindHandOver:
		return s.leave(l, t)
	case KindEvent:
		return s.event(l, t)
	}
	return s.use(l, t)
}

func (s *audit) declare(l *line, encoded []byte) error {
	g := childless()
	g.declarer, g.holder, g.quantity, g.manifest = s.name(l), s.name(l), l.quantity, l.data
	if s.needed(l) <= 0 {
		g.flags = flagReleased
	}
	t, number := s.make(g)
	chain(encoded, t)
	s.count[countDeclared] += l.quantity
	firm, isSubject := program.SubjectOf(g.declarer)
	if l.number != number || !isSubject || firm >= uint64(s.a.settings.Rule("firms")) || l.quantity == 0 {
		return fmt.Errorf("declared by client %d with %d units, the next number is %d", l.client, l.quantity, number)
	}
	return nil
}

// clear plays clearances and the release.
func (s *audit) clear(l *line, t *track) error {
	if t.flags&(flagReleased|flagQuarantined) != 0 {
		return errors.New("cleared or released after release or in quarantine")
	}
	if l.kind == KindRelease {
		if len(t.cleared) < s.needed(l) {
			return fmt.Errorf("released with %d clearances, needed are %d", len(t.cleared), s.needed(l))
		}
		t.flags |= flagReleased
		return s.by(l, 0)
	}
	for place := range s.a.settings.Approvals {
		agency := (1 + place) % s.a.settings.Agencies
		switch {
		case s.by(l, agency) != nil:
			continue
		case l.value > 1 || t.cleared[place]:
			return errors.New("cleared twice")
		case l.value == 0:
			t.flags |= flagQuarantined
			t.quarantiner = uint16(agency)
			return nil
		case t.cleared == nil:
			t.cleared = make(map[int]bool)
		}
		t.cleared[place] = true
		return nil
	}
	return fmt.Errorf("cleared by client %d, who does not", l.client)
}

func (s *audit) quarantine(l *line, t *track) error {
	held := t.flags&flagQuarantined != 0
	if held == (l.kind == KindQuarantine) {
		return errors.New("quarantined or lifted twice")
	}
	if l.kind == KindLift {
		by := int(t.quarantiner)
		t.flags &^= flagQuarantined
		t.quarantiner, t.breaches = 0, 0
		return s.by(l, by)
	}
	t.flags |= flagQuarantined
	t.quarantiner = uint16(s.name(l))
	for place := range s.a.settings.Approvals {
		if s.by(l, (1+place)%s.a.settings.Agencies) == nil {
			return nil
		}
	}
	return s.by(l, 0)
}

// leave plays a hand-over by the holder.
func (s *audit) leave(l *line, t *track) error {
	switch {
	case t.flags&(flagQuarantined|flagMoving) != 0:
		return errors.New("handed over in quarantine or twice")
	case l.other != 0 && s.recalled(t):
		return errors.New("handed over while recalled")
	case l.other == uint64(t.holder) || l.other > 1<<32-1 || !s.a.holds(uint32(l.other)):
		return fmt.Errorf("handed to %d, who holds nothing or has it", l.other)
	}
	t.flags |= flagMoving
	t.next, t.transitEnd = uint32(l.other), l.at+uint64(s.rule("transit-max", l))
	return nil
}

// arrive plays the other side of a hand-over, or its end without.
func (s *audit) arrive(l *line, t *track) error {
	name := s.name(l)
	if t.flags&flagMoving == 0 || name != t.next && (l.kind == KindTakeOver || name != t.holder) {
		return fmt.Errorf("client %d takes over or cancels, it was handed to %d", l.client, t.next)
	}
	end, next := t.transitEnd, t.next
	t.flags &^= flagMoving
	t.next, t.transitEnd = 0, 0
	if l.kind == KindCancel {
		return nil
	}
	missing := t.quantity - l.quantity
	switch {
	case t.flags&flagQuarantined != 0:
		return errors.New("taken over in quarantine")
	case l.at > end:
		return fmt.Errorf("taken over at %d ms, the time ended at %d ms", l.at, end)
	case l.quantity == 0 || l.quantity > t.quantity || missing*10_000 > t.quantity*uint64(s.rule("loss-bp", l)):
		return fmt.Errorf("taken over with %d of %d units", l.quantity, t.quantity)
	}
	s.count[countLost] += missing
	t.quantity, t.holder = l.quantity, next
	return nil
}

func (s *audit) event(l *line, t *track) error {
	warm := l.other == uint64(EventTemperature) && int64(l.value) > s.rule("temperature-max", l)
	if warm && t.flags&flagQuarantined == 0 {
		t.breaches++
		if int64(t.breaches) > s.rule("breaches-max", l) {
			t.flags |= flagQuarantined
			t.quarantiner = 0
		}
	}
	if l.other == 0 || l.other > 255 {
		return errors.New("an event of no type")
	}
	return nil
}

func (s *audit) use(l *line, t *track) error {
	switch how := byte(l.value); {
	case t.flags&flagMoving != 0 || l.quantity == 0 || l.quantity > t.quantity:
		return fmt.Errorf("%d of %d units used, or on the way", l.quantity, t.quantity)
	case l.value < uint64(UseSold) || l.value > uint64(UseReturned):
		return errors.New("no such use")
	case how == UseSold && (t.flags&flagReleased == 0 || t.flags&flagQuarantined != 0 || s.recalled(t)):
		return errors.New("sold before release, in quarantine or recalled")
	case how == UseReturned && (t.flags&(flagReleased|flagQuarantined) != 0 || s.name(l) != t.declarer):
		return errors.New("returned after release, in quarantine or by somebody else")
	}
	s.count[countSold-1+int(l.value)] += l.quantity
	t.quantity -= l.quantity
	if t.quantity == 0 {
		t.close()
	}
	return nil
}

// close ends a consignment.
func (t *track) close() {
	t.flags = t.flags&^flagQuarantined | flagClosed
	t.quarantiner = 0
}

// divisible verifies what division and joining ask of a consignment.
func (s *audit) divisible(l *line, t *track) error {
	switch {
	case t.flags&(flagQuarantined|flagMoving|flagClosed) != 0:
		return errors.New("divided or joined in quarantine, on the way or when nothing is left")
	case s.recalled(t):
		return errors.New("divided or joined while recalled")
	case s.name(l) != t.holder:
		return fmt.Errorf("client %d divides or joins, the holder is %d", l.client, t.holder)
	}
	return nil
}

func (s *audit) split(l *line, t *track, encoded []byte) error {
	if err := s.divisible(l, t); err != nil {
		return err
	}
	least := uint64(s.rule("split-min", l))
	if l.quantity < least || l.quantity >= t.quantity || t.quantity-l.quantity < least {
		return fmt.Errorf("%d of %d units divided off", l.quantity, t.quantity)
	}
	g := childless()
	g.flags, g.declarer, g.holder, g.manifest = t.flags, t.declarer, t.holder, t.manifest
	g.breaches, g.quantity = t.breaches, l.quantity
	part, number := s.make(g)
	part.cleared = maps.Clone(t.cleared)
	t.quantity -= l.quantity
	chain(encoded, t, part)
	return s.relate(l, number, l.other, part, l.number)
}

func (s *audit) merge(l *line, t *track, encoded []byte) error {
	mate, known := s.track(l.other)
	if !known || mate == t || t.flags&mate.flags&flagReleased == 0 {
		return errors.New("joined with nothing, with itself or before release")
	}
	if err := s.divisible(l, t); err != nil {
		return err
	}
	if err := s.divisible(l, mate); err != nil {
		return err
	}
	g := childless()
	g.flags, g.declarer, g.holder, g.manifest = flagReleased, t.declarer, t.holder, t.manifest
	g.breaches, g.quantity = max(t.breaches, mate.breaches), t.quantity+mate.quantity
	whole, number := s.make(g)
	for place := range ApprovalsMax {
		if t.cleared[place] && mate.cleared[place] {
			if whole.cleared == nil {
				whole.cleared = make(map[int]bool)
			}
			whole.cleared[place] = true
		}
	}
	t.quantity, mate.quantity = 0, 0
	t.close()
	mate.close()
	chain(encoded, t, mate, whole)
	return s.relate(l, number, l.value, whole, l.number, l.other)
}

// relate makes a new consignment the child of its parents.
func (s *audit) relate(l *line, number, said uint64, child *track, parents ...uint64) error {
	for i, parent := range parents {
		above := s.tracks[parent]
		child.parents[i] = parent
		if last := len(above.children); last > 0 {
			child.elders[i] = above.children[last-1]
		}
		above.children = append(above.children, number)
	}
	child.lineage = uint32(s.ancestors(child))
	if said != number || int64(child.lineage) > s.rule("lineage-max", l) {
		return fmt.Errorf("the new one is called %d and has %d ancestors, the next number is %d", said, child.lineage, number)
	}
	return nil
}
