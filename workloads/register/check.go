package register

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/govbench/govbench/workloads/program"
)

// audit is the register as the journal alone makes it.
type audit struct {
	a       *app
	cases   map[uint64]*file
	titles  map[uint64]*deed
	permits map[permitID]uint64
	count   [counters]uint64
	escrow  uint64 // fen: of the open cases' records
}

// deed is an object's title in the audit: holders as a set, mortgages by their serial.
type deed struct {
	certificate, open, frozen uint64
	buyer                     uint32
	accounts                  []uint32
	parts                     map[uint32]uint64
	loans                     []mortgage // every one ever asked for, at its serial less 1; state 0 when it is over
	order                     []uint32   // serials in force, in order of priority
}

type permitID struct {
	object uint64
	agency uint64
}

// Check implements workloads.App: it plays the journal from its beginning, verifies the laws of Family at each line,
// and compares what comes out with every record.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	s := &audit{a: a, cases: make(map[uint64]*file), titles: make(map[uint64]*deed), permits: make(map[permitID]uint64)}
	if err := s.play(accepted); err != nil {
		return err
	}
	if sum := s.count[countLines] + a.Governance(); sum != accepted {
		return fmt.Errorf("journal: it has %d lines, %d transactions governed, %d were accepted",
			s.count[countLines], a.Governance(), accepted)
	}
	if err := s.compareCases(); err != nil {
		return err
	}
	if err := s.compareTitles(); err != nil {
		return err
	}
	if err := s.comparePermits(); err != nil {
		return err
	}
	return s.compareCounters()
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
			if err := s.line(&l); err != nil {
				return fmt.Errorf("journal, line %d (kind %d, number %d): %w", s.count[countLines], l.kind, l.number, err)
			}
			s.count[countLines]++
		}
	}
	return nil
}

// line plays one line.
func (s *audit) line(l *line) error {
	switch {
	case l.kind == KindOffer:
		return s.offer(l)
	case l.kind >= KindAccept && l.kind <= KindConsent:
		return s.caseLine(l)
	case l.kind >= KindUtility && l.kind <= KindSearch:
		return s.objectLine(l)
	}
	return fmt.Errorf("no such kind of step")
}

// deed is an object's title so far.
func (s *audit) deed(object uint64) *deed {
	d, touched := s.titles[object]
	if touched {
		return d
	}
	settings := s.a.settings
	d = &deed{parts: make(map[uint32]uint64), buyer: uint32(object)}
	whole, holders := settings.Rule("parts"), settings.Rule("holders")
	for i := range holders {
		share := whole / holders
		if i < whole%holders {
			share++
		}
		d.parts[uint32((object+uint64(i))%uint64(settings.Population))] = uint64(share)
	}
	for range settings.Rule("accounts") {
		d.accounts = append(d.accounts, uint32(object))
	}
	s.titles[object] = d
	return d
}

// by reports whether the line is of the agency with the role.
func (s *audit) by(l *line, role int) error {
	agency, desk := program.AgencyOf(l.client, s.a.settings.Agencies)
	if !desk || agency != role%s.a.settings.Agencies {
		return fmt.Errorf("client %d is not the agency whose step this is", l.client)
	}
	return nil
}

// of reports whether the line is of one of the parties.
func of(l *line, parties ...uint32) error {
	for _, party := range parties {
		if l.client == program.Subject(uint64(party)) {
			return nil
		}
	}
	return fmt.Errorf("client %d is not the party whose step this is", l.client)
}

func (s *audit) rule(name string, l *line) uint64 { return uint64(s.a.RuleAt(name, l.order)) }

func (s *audit) compareCases() error {
	found := 0
	for e := range s.a.Ledger.Each([]byte{keyCase}) {
		var f file
		if len(e.Key) != 9 || !f.read(e.Value) {
			return fmt.Errorf("case %x: unsound record", e.Key[1:])
		}
		id := binary.BigEndian.Uint64(e.Key[1:])
		want, known := s.cases[id]
		if !known {
			return fmt.Errorf("case %d: the journal knows no such case", id)
		}
		s.escrow += f.escrow()
		f.docs, f.payload = [32]byte{}, [32]byte{}
		if f != *want {
			return fmt.Errorf("case %d: the record is %+v, the journal makes it %+v", id, f, *want)
		}
		found++
	}
	if found != len(s.cases) {
		return fmt.Errorf("cases: %d found, %d in the journal", found, len(s.cases))
	}
	return nil
}

func (s *audit) compareTitles() error {
	found := 0
	var t title
	for e := range s.a.Ledger.Each([]byte{keyObject}) {
		if len(e.Key) != 9 || !t.read(e.Value) {
			return fmt.Errorf("object %x: unsound record", e.Key[1:])
		}
		object := binary.BigEndian.Uint64(e.Key[1:])
		want, known := s.titles[object]
		if !known {
			return fmt.Errorf("object %d: the journal does not touch it", object)
		}
		if err := s.compareTitle(&t, want); err != nil {
			return fmt.Errorf("object %d: %w", object, err)
		}
		found++
	}
	if found != len(s.titles) {
		return fmt.Errorf("objects: %d found, %d in the journal", found, len(s.titles))
	}
	return nil
}

func (s *audit) compareTitle(t *title, want *deed) error {
	sum := uint64(0)
	for _, h := range t.holdings {
		if want.parts[h.party] != h.parts || h.parts == 0 {
			return fmt.Errorf("party %d holds %d parts, the journal gives it %d", h.party, h.parts, want.parts[h.party])
		}
		sum += h.parts
	}
	if whole := uint64(s.a.settings.Rule("parts")); sum != whole || len(t.holdings) != len(want.parts) {
		return fmt.Errorf("%d holders have %d parts of %d, the journal makes it %d holders",
			len(t.holdings), sum, whole, len(want.parts))
	}
	if t.certificate != want.certificate || t.open != want.open || t.frozen != want.frozen || t.buyer != want.buyer ||
		uint64(t.serial) != uint64(len(want.loans)) || fmt.Sprint(t.accounts) != fmt.Sprint(want.accounts) {
		return fmt.Errorf("the title is %+v, the journal makes it %+v", *t, *want)
	}
	asked := 0
	for i, m := range t.mortgages {
		if m.serial == 0 || m.serial > t.serial || want.loans[m.serial-1] != m {
			return fmt.Errorf("mortgage %d is %+v, the journal makes it another", m.serial, m)
		}
		if m.state == mortgageAsked {
			asked++
		} else if i >= len(want.order) || want.order[i] != m.serial {
			return fmt.Errorf("mortgage %d has rank %d, the order of priority is %v", m.serial, i+1, want.order)
		}
	}
	for _, m := range want.loans {
		if m.state == mortgageAsked {
			asked--
		}
	}
	if asked != 0 || len(t.mortgages) < len(want.order) || t.inForce() != len(want.order) {
		return fmt.Errorf("%d mortgages, %d of them in force, the journal makes it %d in force", len(t.mortgages), t.inForce(), len(want.order))
	}
	return nil
}

func (s *audit) comparePermits() error {
	found := 0
	for e := range s.a.Ledger.Each([]byte{keyPermit}) {
		if len(e.Key) != 11 || len(e.Value) != 8 {
			return fmt.Errorf("permit %x: unsound record", e.Key[1:])
		}
		id := permitID{binary.BigEndian.Uint64(e.Key[1:]), uint64(binary.BigEndian.Uint16(e.Key[9:]))}
		if until, known := s.permits[id]; !known || !bytes.Equal(e.Value, binary.BigEndian.AppendUint64(nil, until)) {
			return fmt.Errorf("permit of object %d to agency %d: until %x ms, the journal makes it %d ms", id.object, id.agency, e.Value, until)
		}
		found++
	}
	if found != len(s.permits) {
		return fmt.Errorf("permits: %d found, %d in the journal", found, len(s.permits))
	}
	return nil
}

func (s *audit) compareCounters() error {
	if held := s.count[countDeposited] - s.count[countReleased] - s.count[countReturned]; held != s.escrow {
		return fmt.Errorf("escrow: %d fen lie in open cases, %d fen came in and did not go out", s.escrow, held)
	}
	for i, want := range s.count {
		if found := s.a.Count(i); found != want {
			return fmt.Errorf("counter %d: it says %d, the journal makes it %d", i, found, want)
		}
	}
	return nil
}
