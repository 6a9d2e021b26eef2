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

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	sum := a.Count(countUpdates) + a.Count(countGrants) + a.Count(countRevocations) + a.Count(countChecks)
	if sum != accepted {
		return fmt.Errorf("counters: they sum to %d, %d transactions were accepted", sum, accepted)
	}
	consents, err := a.checkConsents()
	if err != nil {
		return err
	}
	if err := a.checkRecords(); err != nil {
		return err
	}
	used, err := a.checkTrails(accepted, consents)
	if err != nil {
		return err
	}
	return a.checkUses(used)
}

// checkRecords verifies that the records' changes sum to the counter.
func (a *app) checkRecords() error {
	updates := uint64(0)
	for e := range a.Ledger.Prefix([]byte{keyRecord}) {
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
func (a *app) checkConsents() (map[consentID]grant, error) {
	consents := make(map[consentID]grant)
	given, revoked := uint64(0), uint64(0)
	for e := range a.Ledger.Prefix([]byte{keyGrant}) {
		g, ok := readGrant(e.Value)
		if !ok || len(e.Key) != 15 || g.from > g.until || g.uses != 0 && g.used > g.uses {
			return nil, fmt.Errorf("consent %x: unsound or used more often than allowed: %x", e.Key[1:], e.Value)
		}
		id := consentID{binary.BigEndian.Uint64(e.Key[1:]), binary.BigEndian.Uint16(e.Key[9:]),
			binary.BigEndian.Uint32(e.Key[11:])}
		consents[id] = g
		if id.serial > 0 {
			given++
		}
		if g.revoked != 0 {
			revoked++
		}
	}
	latest := uint64(0)
	for e := range a.Ledger.Prefix([]byte{keyLatest}) {
		if len(e.Key) != 11 || len(e.Value) != 4 {
			return nil, fmt.Errorf("latest consent %x: unsound", e.Key[1:])
		}
		id := consentID{binary.BigEndian.Uint64(e.Key[1:]), binary.BigEndian.Uint16(e.Key[9:]), 0}
		newest := binary.BigEndian.Uint32(e.Value)
		for id.serial = 1; id.serial <= newest; id.serial++ {
			if _, found := consents[id]; !found {
				return nil, fmt.Errorf("consent %d of entity %d to agency %d was deleted", id.serial, id.entity, id.grantee)
			}
		}
		latest += uint64(newest)
	}
	if given != a.Count(countGrants) || latest != given {
		return nil, fmt.Errorf("consents: %d found, %d numbered, the counter says %d", given, latest, a.Count(countGrants))
	}
	if revoked != a.Count(countRevocations) {
		return nil, fmt.Errorf("revocations: %d found, the counter says %d", revoked, a.Count(countRevocations))
	}
	return consents, nil
}

// checkTrails recomputes every hash chain and verifies each logged check against its consent. It
// returns how often each consent was used.
func (a *app) checkTrails(accepted uint64, consents map[consentID]grant) (map[consentID]uint64, error) {
	used := make(map[consentID]uint64)
	orders := make(map[uint64]bool)
	type chain struct {
		count uint64
		head  [32]byte
	}
	chains := make(map[uint64]chain)
	logged, matched := uint64(0), uint64(0)
	for item := range a.Ledger.Prefix([]byte{keyEntry}) {
		e, ok := readEntry(item.Value)
		if !ok || len(item.Key) != 17 || e.order == 0 || e.order > accepted || orders[e.order] || item.Version != 1 {
			return nil, fmt.Errorf("log entry %x: unsound or changed: %x", item.Key[1:], item.Value)
		}
		orders[e.order] = true
		entity, index := binary.BigEndian.Uint64(item.Key[1:]), binary.BigEndian.Uint64(item.Key[9:])
		c := chains[entity]
		if index != c.count {
			return nil, fmt.Errorf("trail of entity %d: entry %d is missing", entity, c.count)
		}
		chains[entity] = chain{c.count + 1, link(c.head, entity, item.Value)}
		if err := a.checkEntry(entity, e, consents, used); err != nil {
			return nil, fmt.Errorf("trail of entity %d, entry %d: %w", entity, index, err)
		}
		logged++
		matched += uint64(e.matched)
	}
	trails := 0
	for item := range a.Ledger.Prefix([]byte{keyTrail}) {
		if len(item.Key) != 9 || len(item.Value) != 40 {
			return nil, fmt.Errorf("trail %x: unsound record", item.Key[1:])
		}
		entity := binary.BigEndian.Uint64(item.Key[1:])
		count, head := a.trailOf(entity)
		if c := chains[entity]; c.count != count || c.head != head {
			return nil, fmt.Errorf("trail of entity %d: its chain has %d entries and another head than the %d it states",
				entity, c.count, count)
		}
		trails++
	}
	if trails != len(chains) || logged != a.Count(countChecks) || matched != a.Count(countMatches) {
		return nil, fmt.Errorf("trails: %d heads for %d trails, %d entries, %d matches, the counters say %d and %d",
			trails, len(chains), logged, matched, a.Count(countChecks), a.Count(countMatches))
	}
	return used, nil
}

// checkEntry verifies that the check had a valid consent at its time.
func (a *app) checkEntry(entity uint64, e entry, consents map[consentID]grant, used map[consentID]uint64) error {
	if agency, desk := program.AgencyOf(e.client, a.settings.Agencies); !desk || agency != int(e.agency) {
		return fmt.Errorf("client %d is no desk of agency %d", e.client, e.agency)
	}
	if !a.consent {
		if e.serial != serialPublic {
			return fmt.Errorf("it names consent %d of a public record", e.serial)
		}
		return nil
	}
	id := consentID{entity, e.agency, e.serial}
	g, found := consents[id]
	if !found && e.serial == 0 {
		g, found = a.grantAt(entity, e.agency, 0)
	}
	if !found {
		return fmt.Errorf("no consent %d of the entity to agency %d", e.serial, e.agency)
	}
	inTime := g.from <= e.at && e.at <= g.until
	if !inTime || g.revoked != 0 && g.revoked < e.order || e.class >= 32 || g.classes>>e.class&1 == 0 {
		return fmt.Errorf("consent %d to agency %d was not valid at %d ms", e.serial, e.agency, e.at)
	}
	used[id]++
	return nil
}

// checkUses verifies that every consent for a limited number of checks counts those that name it.
func (a *app) checkUses(used map[consentID]uint64) error {
	for e := range a.Ledger.Prefix([]byte{keyGrant}) {
		id := consentID{binary.BigEndian.Uint64(e.Key[1:]), binary.BigEndian.Uint16(e.Key[9:]),
			binary.BigEndian.Uint32(e.Key[11:])}
		g, _ := readGrant(e.Value)
		counted := used[id]
		if g.uses == 0 {
			counted = 0
		}
		if uint64(g.used) != counted {
			return fmt.Errorf("consent %d of entity %d to agency %d: it counts %d checks, the trails %d",
				id.serial, id.entity, id.grantee, g.used, used[id])
		}
	}
	return nil
}
