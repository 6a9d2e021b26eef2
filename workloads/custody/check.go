package custody

import (
	"encoding/binary"
	"fmt"

	"github.com/govbench/govbench/workloads/program"
)

// audit is the goods as the journal alone makes them.
type audit struct {
	a      *app
	tracks map[uint64]*track
	count  [counters]uint64
}

// track is a consignment in the audit.
type track struct {
	goods
	cleared  map[int]bool // places of the agencies that have
	children []uint64
}

// Check implements workloads.App: it plays the journal from its beginning, verifies the laws of Family at each line,
// and compares what comes out with every record.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	s := &audit{a: a, tracks: make(map[uint64]*track)}
	if err := s.play(accepted); err != nil {
		return err
	}
	if sum := s.count[countLines] + a.Governance(); sum != accepted {
		return fmt.Errorf("journal: it has %d lines, %d transactions governed, %d were accepted",
			s.count[countLines], a.Governance(), accepted)
	}
	if err := s.compare(); err != nil {
		return err
	}
	if err := s.conserved(); err != nil {
		return err
	}
	for i, want := range s.count {
		if found := a.Count(i); found != want {
			return fmt.Errorf("counter %d: it says %d, the journal makes it %d", i, found, want)
		}
	}
	return nil
}

// play reads the journal.
func (s *audit) play(accepted uint64) error {
	pages, last := uint64(0), uint64(0)
	for range s.a.Ledger.Each([]byte{keyPage}) {
		pages++
	}
	for page := range pages {
		lines, version, _ := s.a.Ledger.Get(s.a.keyFor(keyPage, page))
		if len(lines)%lineSize != 0 || uint64(len(lines)/lineSize) != version || version > pageLines ||
			page < pages-1 && version < pageLines {
			return fmt.Errorf("journal, page %d of %d: %d bytes in version %d", page, pages, len(lines), version)
		}
		for ; len(lines) > 0; lines = lines[lineSize:] {
			l := readLine(lines)
			if l.order <= last || l.order > accepted {
				return fmt.Errorf("journal, line %d: it is transaction %d after %d of %d", s.count[countLines], l.order, last, accepted)
			}
			last = l.order
			if err := s.line(&l, lines[:lineSize]); err != nil {
				return fmt.Errorf("journal, line %d (kind %d, consignment %d): %w", s.count[countLines], l.kind, l.number, err)
			}
			s.count[countLines]++
		}
	}
	return nil
}

// track is a consignment so far.
func (s *audit) track(number uint64) (t *track, known bool) {
	if t, touched := s.tracks[number]; touched {
		return t, true
	}
	if number >= uint64(s.a.settings.Population) {
		return nil, false
	}
	t = &track{goods: begin(number, s.a.settings)}
	s.tracks[number] = t
	return t, true
}

// make adds a new consignment and returns its number.
func (s *audit) make(g goods) (t *track, number uint64) {
	number = uint64(s.a.settings.Population) + s.count[countNew]
	s.count[countNew]++
	t = &track{goods: g}
	s.tracks[number] = t
	return t, number
}

// chain extends consignments' chains by a line.
func chain(encoded []byte, tracks ...*track) {
	for _, t := range tracks {
		t.head = link(t.head, encoded)
		t.events++
	}
}

// recalled reports whether a consignment or any ancestor is recalled, parent by parent.
func (s *audit) recalled(t *track) bool {
	if t.flags&flagRecalled != 0 {
		return true
	}
	for _, parent := range t.parents {
		if above, known := s.tracks[parent]; known && parent != none && s.recalled(above) {
			return true
		}
	}
	return false
}

// ancestors counts a consignment's ancestors, parent by parent.
func (s *audit) ancestors(t *track) (count uint64) {
	for _, parent := range t.parents {
		if above, known := s.tracks[parent]; known && parent != none {
			count += 1 + s.ancestors(above)
		}
	}
	return count
}

// by reports whether the line is of the agency.
func (s *audit) by(l *line, agency int) error {
	found, desk := program.AgencyOf(l.client, s.a.settings.Agencies)
	if !desk || found != agency {
		return fmt.Errorf("client %d is no desk of agency %d, whose step this is", l.client, agency)
	}
	return nil
}

// name is the line's client as goods name it.
func (s *audit) name(l *line) uint32 {
	if agency, desk := program.AgencyOf(l.client, s.a.settings.Agencies); desk {
		return uint32(agency)
	}
	firms := uint64(s.a.settings.Rule("firms"))
	if number, _ := program.SubjectOf(l.client); number < firms*Terminals {
		return program.Subject(number % firms)
	}
	return l.client
}

func (s *audit) rule(name string, l *line) int64 { return s.a.RuleAt(name, l.order) }

// needed is the number of clearances that a release needed at the line.
func (s *audit) needed(l *line) int {
	return s.a.settings.Approvals - int(s.rule("clearances-waived", l))
}

// compare compares every record with what the journal makes it.
func (s *audit) compare() error {
	found := 0
	for e := range s.a.Ledger.Each([]byte{keyGoods}) {
		var g goods
		if len(e.Key) != 9 || !g.read(e.Value) {
			return fmt.Errorf("consignment %x: unsound record", e.Key[1:])
		}
		number := binary.BigEndian.Uint64(e.Key[1:])
		t, known := s.tracks[number]
		if !known {
			return fmt.Errorf("consignment %d: the journal does not touch it", number)
		}
		want := t.goods
		want.youngest = none
		if last := len(t.children); last > 0 {
			want.youngest = t.children[last-1]
		}
		want.cleared = 0
		for place := range ApprovalsMax {
			if t.cleared[place] {
				want.cleared |= 1 << place
			}
		}
		if g != want {
			return fmt.Errorf("consignment %d: the record is %+v, the journal makes it %+v", number, g, want)
		}
		found++
	}
	if found != len(s.tracks) {
		return fmt.Errorf("consignments: %d found, %d in the journal", found, len(s.tracks))
	}
	return nil
}

// conserved verifies that what was there and what was declared is present or accounted for.
func (s *audit) conserved() error {
	came, present := s.a.Count(countDeclared), uint64(0)
	for e := range s.a.Ledger.Each([]byte{keyGoods}) {
		var g goods
		g.read(e.Value)
		present += g.quantity
		if binary.BigEndian.Uint64(e.Key[1:]) < uint64(s.a.settings.Population) {
			came += uint64(s.a.settings.Rule("quantity"))
		}
		if g.flags&flagQuarantined != 0 {
			s.count[countQuarantined]++
		}
		if g.flags&flagRecalled != 0 {
			s.count[countRecalled]++
		}
	}
	gone := s.a.Count(countSold) + s.a.Count(countDestroyed) + s.a.Count(countLost) + s.a.Count(countReturned)
	if came != present+gone {
		return fmt.Errorf("quantity: %d units came, %d are present and %d are gone", came, present, gone)
	}
	return nil
}
