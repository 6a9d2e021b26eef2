package directory

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// told is an entry as the journals and the requests tell it.
type told struct {
	version    uint32
	owner      uint16
	level      byte
	class      byte
	commitment [32]byte
	withdrawn  uint64
	open       int64  // requests
	given      uint32 // in the run
	complaint  uint64 // number of the open one plus 1
	due        uint64
	complaints []complaint
}

// audit is what Check collects on its way through the ledger.
type audit struct {
	accepted uint64
	entries  map[uint64]*told
	requests map[uint64]*request
	used     map[uint64]uint64 // logged uses by request
}

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	s := &audit{
		accepted: accepted, entries: make(map[uint64]*told),
		requests: make(map[uint64]*request), used: make(map[uint64]uint64),
	}
	sum := a.Governance()
	for kind := KindRegister; kind <= KindDismiss; kind++ {
		sum += a.count(kind)
	}
	if sum != accepted {
		return fmt.Errorf("counters: they sum to %d, %d transactions were accepted", sum, accepted)
	}
	for _, step := range []func(*audit) error{
		a.checkVersions, a.checkRequests, a.checkLatest, a.checkComplaints, a.checkUses, a.checkUsed, a.checkEntries, a.checkBatches,
	} {
		if err := step(s); err != nil {
			return err
		}
	}
	return nil
}

// count is how many operations of a kind were accepted.
func (a *app) count(kind byte) uint64 { return a.Count(int(kind - 1)) }

// entry is what was told of an entry so far, or how it was at the start; nil when there is none.
func (s *audit) entry(a *app, number uint64) *told {
	if t, known := s.entries[number]; known {
		return t
	}
	if number >= a.begun.population {
		return nil
	}
	e := a.begun.entry(number)
	t := &told{version: e.version, owner: e.owner, level: e.level, class: e.class, commitment: e.commitment, open: int64(e.open)}
	s.entries[number] = t
	return t
}

// eachLine yields the lines of a journal and verifies that there are as many as the counters say.
func (a *app) eachLine(prefix byte, size int, count uint64, line func(line []byte) error) error {
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
		if err := line(page[from : from+size]); err != nil {
			return fmt.Errorf("journal %c, line %d: %w", prefix, number, err)
		}
	}
	return nil
}

// inOrder verifies that a line's transaction comes after the one before.
func (s *audit) inOrder(last *uint64, order uint64) error {
	if order <= *last || order > s.accepted {
		return fmt.Errorf("it is transaction %d after %d of %d", order, *last, s.accepted)
	}
	*last = order
	return nil
}

// checkVersions replays the journal of versions.
func (a *app) checkVersions(s *audit) error {
	last, next := uint64(0), a.begun.population
	var kinds [KindWithdraw + 1]uint64
	sum := a.count(KindRegister) + a.count(KindUpdate) + a.count(KindWithdraw)
	err := a.eachLine(keyVersions, versionSize, sum, func(line []byte) error {
		v := readVersion(line)
		if err := s.inOrder(&last, v.order); err != nil {
			return err
		}
		if v.kind == 0 || v.kind > KindWithdraw || v.class > classClosed || v.level > 2 || int(v.agency) >= a.settings.Agencies {
			return fmt.Errorf("entry %d: unsound version %+v", v.entry, v)
		}
		kinds[v.kind]++
		if v.kind == KindRegister {
			if v.entry != next || v.number != 1 {
				return fmt.Errorf("entry %d, version %d: registered where %d was next", v.entry, v.number, next)
			}
			next++
			s.entries[v.entry] = &told{version: 1, owner: v.agency, level: v.level, class: v.class, commitment: v.commitment}
			return nil
		}
		t := s.entry(a, v.entry)
		switch {
		case t == nil:
			return fmt.Errorf("entry %d: changed and never registered", v.entry)
		case v.number != t.version+1:
			return fmt.Errorf("entry %d: version %d follows %d", v.entry, v.number, t.version)
		case v.agency != t.owner:
			return fmt.Errorf("entry %d: agency %d changed it, %d is the owner", v.entry, v.agency, t.owner)
		case t.withdrawn != 0:
			return fmt.Errorf("entry %d: changed after its withdrawal", v.entry)
		case v.level != t.level:
			return fmt.Errorf("entry %d: its level changed", v.entry)
		}
		t.version = v.number
		if v.kind == KindWithdraw {
			if v.class != t.class || v.commitment != t.commitment {
				return fmt.Errorf("entry %d: its withdrawal changed it", v.entry)
			}
			t.withdrawn = v.order
		}
		t.class, t.commitment = v.class, v.commitment
		return nil
	})
	for kind := KindRegister; err == nil && kind <= KindWithdraw; kind++ {
		if kinds[kind] != a.count(kind) {
			err = fmt.Errorf("versions: %d of kind %d, the counter says %d", kinds[kind], kind, a.count(kind))
		}
	}
	return err
}

// checkEntries compares the entries' records with what was told of them.
func (a *app) checkEntries(s *audit) error {
	found := make(map[uint64]bool)
	for item := range a.Ledger.Each([]byte{keyEntry}) {
		e, ok := readEntry(item.Value)
		if !ok || len(item.Key) != 9 {
			return fmt.Errorf("entry %x: unsound record", item.Key[1:])
		}
		number := binary.BigEndian.Uint64(item.Key[1:])
		found[number] = true
		t := s.entry(a, number)
		if t == nil {
			return fmt.Errorf("entry %d: never registered", number)
		}
		if t.withdrawn != 0 {
			t.open = 0
		}
		want := entry{t.version, t.owner, t.level, t.class, t.commitment, t.withdrawn, uint32(t.open), t.given, t.complaint, t.due}
		if e != want || t.open < 0 {
			return fmt.Errorf("entry %d: its record is %+v, its journals and requests make it %+v", number, e, want)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(s.entries)) {
		t := s.entries[number]
		changed := number >= a.begun.population || t.version > 1 || t.given > 0 || len(t.complaints) > 0 ||
			t.open != int64(a.begun.entry(number).open)
		if changed && !found[number] {
			return fmt.Errorf("entry %d: it was changed and has no record", number)
		}
	}
	return nil
}

// checkComplaints verifies each complaint and how it was settled.
func (a *app) checkComplaints(s *audit) error {
	last, number, settled, dismissed := uint64(0), uint64(0), uint64(0), uint64(0)
	err := a.eachLine(keyComplaints, complaintSize, a.count(KindComplain), func(line []byte) error {
		m := readComplaint(line)
		number++
		if err := s.inOrder(&last, m.order); err != nil {
			return err
		}
		r, t := s.requests[m.request], s.entry(a, m.entry)
		if r == nil {
			if early, found := a.begun.grant(m.request); found {
				r = &early
			}
		}
		switch {
		case r == nil || t == nil || r.entry != m.entry || r.agency != m.agency || m.at < r.from || m.at > r.until ||
			r.order > 0 && (r.decided == 0 || m.order <= r.decided) || r.ended != 0 && m.order >= r.ended:
			return fmt.Errorf("agency %d held no grant %d of entry %d", m.agency, m.request, m.entry)
		case m.due != m.at+uint64(a.RuleAt("correction-deadline", m.order)):
			return fmt.Errorf("due at %d ms, against the deadline in force", m.due)
		case t.complaint != 0 || len(t.complaints) > 0 && t.complaints[len(t.complaints)-1].settled >= m.order:
			return fmt.Errorf("entry %d has two open complaints", m.entry)
		case (m.settled != 0) != (m.outcome >= outcomeCorrected && m.outcome <= outcomeWithdrawn) || m.settled > s.accepted ||
			m.settled != 0 && m.settled <= m.order || (m.outcome == outcomeWithdrawn) != (m.settled != 0 && m.settled == t.withdrawn) ||
			m.settled == 0 && t.withdrawn != 0:
			return fmt.Errorf("settled by transaction %d with outcome %d", m.settled, m.outcome)
		}
		t.complaints = append(t.complaints, m)
		switch {
		case m.settled == 0:
			t.complaint, t.due = number, m.due
		case m.outcome == outcomeDismissed:
			dismissed++
			settled++
		default:
			settled++
		}
		return nil
	})
	if err == nil && (settled != a.Count(countSettled) || dismissed != a.count(KindDismiss)) {
		err = fmt.Errorf("complaints: %d settled, %d dismissed, the counters say %d and %d", settled, dismissed,
			a.Count(countSettled), a.count(KindDismiss))
	}
	return err
}

// checkBatches verifies the districts' batches and recomputes their chains.
func (a *app) checkBatches(s *audit) error {
	last, reported := uint64(0), uint64(0)
	chains := make(map[uint16]district)
	err := a.eachLine(keyBatches, batchSize, a.count(KindBatch), func(line []byte) error {
		b := readBatch(line)
		if err := s.inOrder(&last, b.order); err != nil {
			return err
		}
		d := chains[b.agency]
		switch {
		case int(b.agency) >= a.settings.Agencies || !a.begun.isDistrict(int(b.agency)):
			return fmt.Errorf("agency %d is no district", b.agency)
		case b.number != d.batches+1:
			return fmt.Errorf("district %d: batch %d follows %d", b.agency, b.number, d.batches)
		case b.entries == 0 || int64(b.entries) > a.RuleAt("batch-max", b.order):
			return fmt.Errorf("district %d, batch %d: %d entries", b.agency, b.number, b.entries)
		}
		chains[b.agency] = district{b.number, d.entries + uint64(b.entries), link(d.head, line)}
		reported += uint64(b.entries)
		return nil
	})
	if err != nil {
		return err
	}
	heads := 0
	for e := range a.Ledger.Each([]byte{keyDistrict}) {
		d, ok := readDistrict(e.Value)
		if !ok || len(e.Key) != 3 || chains[binary.BigEndian.Uint16(e.Key[1:])] != d {
			return fmt.Errorf("district %x: its batches do not lead to its record %x", e.Key[1:], e.Value)
		}
		heads++
	}
	if heads != len(chains) || reported != a.Count(countReported) {
		return fmt.Errorf("batches: %d districts with %d entries, the records are %d, the counter says %d",
			len(chains), reported, heads, a.Count(countReported))
	}
	return nil
}
