package verify

import (
	"encoding/binary"
	"fmt"

	"github.com/govbench/govbench/workloads/program"
)

// consentID names a consent.
type consentID struct {
	entity  uint64
	grantee uint16
	serial  uint32
}

// counted is a consent and how many logged checks name it.
type counted struct {
	id   consentID
	used uint64
	grant
}

// audit is what Check collects on its way through the ledger.
type audit struct {
	consents []counted
	place    map[consentID]int // in consents
	chains   map[uint64]chain  // by entity
}

// chain is a trail as its entries give it.
type chain struct {
	count uint64
	head  [32]byte
}

// Check implements workloads.App: it verifies the laws of Family over the whole ledger, in linear time.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	sum := a.Count(countUpdates) + a.Count(countGrants) + a.Count(countRevocations) + a.Count(countChecks) + a.Governance()
	if sum != accepted {
		return fmt.Errorf("counters: they sum to %d, %d transactions were accepted", sum, accepted)
	}
	s := &audit{place: make(map[consentID]int), chains: make(map[uint64]chain)}
	if err := a.checkConsents(accepted, s); err != nil {
		return err
	}
	if err := a.checkRecords(); err != nil {
		return err
	}
	if err := a.checkJournal(accepted, s); err != nil {
		return err
	}
	if err := a.checkTrails(s); err != nil {
		return err
	}
	return a.checkUses(s)
}

// checkRecords verifies that the records' changes sum to the counter.
func (a *app) checkRecords() error {
	updates := uint64(0)
	for e := range a.Ledger.Each([]byte{keyRecord}) {
		r, ok := readRecord(e.Value)
		if !ok || len(e.Key) != 9 || r.updates == 0 || r.updates != e.Version {
			return fmt.Errorf("record %x: unsound, %d changes in version %d", e.Key[1:], r.updates, e.Version)
		}
		updates += r.updates
	}
	if updates != a.Count(countUpdates) {
		return fmt.Errorf("records: changed %d times, the counter says %d", updates, a.Count(countUpdates))
	}
	return nil
}

// checkConsents verifies that consents are numbered without a gap up to the latest, and collects them.
func (a *app) checkConsents(accepted uint64, s *audit) error {
	given, revoked := uint64(0), uint64(0)
	add := func(id consentID, g grant) bool {
		s.place[id] = len(s.consents)
		s.consents = append(s.consents, counted{id: id, grant: g})
		if id.serial > 0 {
			given++
		}
		if g.revoked != 0 {
			revoked++
		}
		return a.lawful(id.serial, &g, accepted) && (g.uses == 0 || g.used <= g.uses)
	}
	for e := range a.Ledger.Each([]byte{keyFormer}) {
		g, ok := readGrant(e.Value)
		if !ok || len(e.Key) != 15 || !add(consentID{binary.BigEndian.Uint64(e.Key[1:]),
			binary.BigEndian.Uint16(e.Key[9:]), binary.BigEndian.Uint32(e.Key[11:])}, g) {
			return fmt.Errorf("consent %x: unsound or used more often than allowed: %x", e.Key[1:], e.Value)
		}
	}
	latest := uint64(0)
	for e := range a.Ledger.Each([]byte{keyConsent}) {
		newest, g, ok := readConsent(e.Value)
		if !ok || len(e.Key) != 11 {
			return fmt.Errorf("latest consent %x: unsound", e.Key[1:])
		}
		id := consentID{binary.BigEndian.Uint64(e.Key[1:]), binary.BigEndian.Uint16(e.Key[9:]), newest}
		if _, former := s.place[id]; former || !add(id, g) {
			return fmt.Errorf("consent %x: unsound, replaced or used more often than allowed: %x", e.Key[1:], e.Value)
		}
		for id.serial = 1; id.serial < newest; id.serial++ {
			if _, found := s.place[id]; !found {
				return fmt.Errorf("consent %d of entity %d to agency %d was deleted", id.serial, id.entity, id.grantee)
			}
		}
		latest += uint64(newest)
	}
	if given != a.Count(countGrants) || latest != given {
		return fmt.Errorf("consents: %d found, %d numbered, the counter says %d", given, latest, a.Count(countGrants))
	}
	if revoked != a.Count(countRevocations) {
		return fmt.Errorf("revocations: %d found, the counter says %d", revoked, a.Count(countRevocations))
	}
	return nil
}

// lawful reports whether a consent was allowed by the rules in force when it was given.
func (a *app) lawful(serial uint32, g *grant, accepted uint64) bool {
	if g.from > g.until || g.revoked > accepted {
		return false
	}
	if serial == 0 {
		return g.order == 0
	}
	uses := uint64(a.RuleAt("grant-uses", g.order))
	return g.order > 0 && g.order <= accepted && (g.revoked == 0 || g.revoked > g.order) &&
		g.until-g.from <= uint64(a.RuleAt("grant-life", g.order)) && (uses == 0 || g.uses > 0 && uint64(g.uses) <= uses)
}

// checkJournal reads the journal from its beginning, recomputes every trail's hash chain and verifies each logged
// check against its consent.
func (a *app) checkJournal(accepted uint64, s *audit) error {
	pages, logged, matched, last := uint64(0), uint64(0), uint64(0), uint64(0)
	for range a.Ledger.Each([]byte{keyPage}) {
		pages++
	}
	for page := range pages {
		lines, version, _ := a.Ledger.Get(a.pageKey(page))
		if len(lines)%lineSize != 0 || uint64(len(lines)/lineSize) != version || version > pageEntries {
			return fmt.Errorf("page %d of the journal: %d bytes in version %d", page, len(lines), version)
		}
		for ; len(lines) > 0; lines = lines[lineSize:] {
			entity, encoded := binary.BigEndian.Uint64(lines), lines[8:lineSize]
			e, _ := readEntry(encoded)
			if e.order <= last || e.order > accepted {
				return fmt.Errorf("journal, entry %d: it is transaction %d after %d of %d", logged, e.order, last, accepted)
			}
			last = e.order
			c := s.chains[entity]
			if err := a.checkEntry(entity, e, s); err != nil {
				return fmt.Errorf("trail of entity %d, entry %d: %w", entity, c.count, err)
			}
			s.chains[entity] = chain{c.count + 1, link(c.head, entity, encoded)}
			logged++
			matched += uint64(e.matched)
		}
	}
	if logged != a.Count(countChecks) || matched != a.Count(countMatches) {
		return fmt.Errorf("journal: %d entries on %d pages, %d matches, the counters say %d and %d",
			logged, pages, matched, a.Count(countChecks), a.Count(countMatches))
	}
	return nil
}

// checkTrails verifies the length and head that every record's trail states.
func (a *app) checkTrails(s *audit) error {
	trails := 0
	for item := range a.Ledger.Each([]byte{keyTrail}) {
		if len(item.Key) != 9 || len(item.Value) != 40 {
			return fmt.Errorf("trail %x: unsound record", item.Key[1:])
		}
		entity, count := binary.BigEndian.Uint64(item.Key[1:]), binary.BigEndian.Uint64(item.Value)
		if c := s.chains[entity]; c.count != count || string(c.head[:]) != string(item.Value[8:]) {
			return fmt.Errorf("trail of entity %d: its chain has %d entries and another head than the %d it states",
				entity, c.count, count)
		}
		trails++
	}
	if trails != len(s.chains) {
		return fmt.Errorf("trails: %d heads for %d trails", trails, len(s.chains))
	}
	return nil
}

// checkEntry verifies that the check had a valid consent at its time.
func (a *app) checkEntry(entity uint64, e entry, s *audit) error {
	if agency, desk := program.AgencyOf(e.client, a.settings.Agencies); !desk || agency != int(e.agency) {
		return fmt.Errorf("client %d is no desk of agency %d", e.client, e.agency)
	}
	if a.RuleAt("consent", e.order) == 0 {
		if e.serial != serialPublic {
			return fmt.Errorf("it names consent %d of a public record", e.serial)
		}
		return nil
	}
	place, found := s.place[consentID{entity, e.agency, e.serial}]
	var g grant
	if found {
		g = s.consents[place].grant
		s.consents[place].used++
	} else if e.serial == 0 {
		g, found = a.implied(entity, e.agency)
	}
	if !found {
		return fmt.Errorf("no consent %d of the entity to agency %d", e.serial, e.agency)
	}
	inTime := g.from <= e.at && e.at <= g.until
	if !inTime || g.revoked != 0 && g.revoked < e.order || e.class >= 32 || g.classes>>e.class&1 == 0 {
		return fmt.Errorf("consent %d to agency %d was not valid at %d ms", e.serial, e.agency, e.at)
	}
	return nil
}

// checkUses verifies that every consent for a limited number of checks counts those that name it.
func (a *app) checkUses(s *audit) error {
	for i := range s.consents {
		c := &s.consents[i]
		want := c.used
		if c.uses == 0 {
			want = 0 // an unlimited consent does not count
		}
		if uint64(c.grant.used) != want {
			return fmt.Errorf("consent %d of entity %d to agency %d: it counts %d checks, the trails %d",
				c.id.serial, c.id.entity, c.id.grantee, c.grant.used, c.used)
		}
	}
	return nil
}
