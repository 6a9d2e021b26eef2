package directory

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// pairOf names an entry and an agency.
type pairOf struct {
	entry  uint64
	agency uint16
}

// checkRequests verifies every request by itself, and counts them by entry.
func (a *app) checkRequests(s *audit) error {
	granted, refused, ended, made := uint64(0), uint64(0), uint64(0), uint64(0)
	open := make(map[pairOf]bool)
	for item := range a.Ledger.Each([]byte{keyRequest}) {
		r, ok := readRequest(item.Value)
		if !ok || len(item.Key) != 9 {
			return fmt.Errorf("request %x: unsound record", item.Key[1:])
		}
		id := binary.BigEndian.Uint64(item.Key[1:])
		t := s.entry(a, r.entry)
		if t == nil {
			return fmt.Errorf("request %d: no entry %d", id, r.entry)
		}
		if err := a.lawful(s, id, &r, t); err != nil {
			return fmt.Errorf("request %d: %w", id, err)
		}
		s.requests[id] = &r
		if id&standingBit == 0 {
			made++
			t.given++
			t.open++
			if r.decided != 0 && r.state != stateRefused {
				granted++
			}
		}
		switch {
		case r.state == stateRefused:
			refused++
			t.open--
		case r.ended != 0:
			ended++
			t.open--
		case open[pairOf{r.entry, r.agency}]:
			return fmt.Errorf("request %d: agency %d has another one for entry %d", id, r.agency, r.entry)
		default:
			open[pairOf{r.entry, r.agency}] = true
		}
	}
	closed := a.count(KindRevoke) + a.count(KindClose) + a.Count(countReplaced)
	if made != a.count(KindAsk) || granted != a.Count(countGranted) || refused != a.Count(countRefused) || ended != closed {
		return fmt.Errorf("requests: %d made, %d granted, %d refused, %d ended, the counters say %d, %d, %d and %d",
			made, granted, refused, ended, a.count(KindAsk), a.Count(countGranted), a.Count(countRefused), closed)
	}
	return nil
}

// lawful verifies a request against the rules in force when it was made, signed and granted.
func (a *app) lawful(s *audit, id uint64, r *request, t *told) error {
	if id&standingBit != 0 {
		want, found := a.begun.grant(id)
		want.state, want.used, want.ended = r.state, r.used, r.ended
		if !found || *r != want {
			return fmt.Errorf("a grant from the start was changed: %+v", *r)
		}
		return a.ending(s, r, t)
	}
	life := uint64(a.RuleAt("grant-life", r.order))
	switch {
	case id == 0 || id > a.count(KindAsk) || r.order == 0 || r.order > s.accepted:
		return fmt.Errorf("it is transaction %d of %d", r.order, s.accepted)
	case int(r.agency) >= a.settings.Agencies || r.agency == t.owner || r.class >= classClosed || r.asked == 0:
		return fmt.Errorf("agency %d asks for fields %x of class %d", r.agency, r.asked, r.class)
	case t.withdrawn != 0 && max(r.order, r.signed, r.decided, r.ended) >= t.withdrawn:
		return fmt.Errorf("it went on after the entry was withdrawn")
	case r.life == 0 || r.life > life:
		return fmt.Errorf("it is for %d ms", r.life)
	}
	if err := a.signatures(s, r, t); err != nil {
		return err
	}
	if r.decided != 0 && r.state != stateRefused {
		if err := a.grantOf(r); err != nil {
			return err
		}
	} else if r.used != 0 || r.until != 0 || r.renewals != 0 || r.renewed != 0 {
		return fmt.Errorf("used or renewed without a grant")
	}
	return a.ending(s, r, t)
}

// signatures verifies who signed and decided.
func (a *app) signatures(s *audit, r *request, t *told) error {
	direct := r.class == classOpen || a.settings.Approvals == 0
	second := r.signed != 0 && r.signer != 0 && a.settings.Approvals > 1 && a.RuleAt("admin-signs", r.signed) == 1
	if r.signed != 0 {
		late := r.signer == 0 && r.signedAt > r.at+uint64(a.RuleAt("answer-deadline", r.signed))
		if r.signed <= r.order || r.signed > s.accepted || r.signer != t.owner && !late {
			return fmt.Errorf("agency %d signed for the owner, %d, in transaction %d", r.signer, t.owner, r.signed)
		}
	}
	switch {
	case r.state < stateAsked || r.state > stateClosed || r.decided > s.accepted:
		return fmt.Errorf("unsound state %d", r.state)
	case (r.state == stateAsked) && (direct || r.signed != 0 || r.decided != 0),
		(r.state == stateSigned) && (!second || r.decided != 0),
		(r.state == stateGranted || r.state == stateRefused || r.state == stateRevoked) && r.decided == 0:
		return fmt.Errorf("state %d with signatures in transactions %d and %d", r.state, r.signed, r.decided)
	case r.decided == 0:
		return nil
	case direct:
		if r.signed != 0 || r.decided != r.order || r.decider != r.agency {
			return fmt.Errorf("it needed no signature and was granted in transaction %d", r.decided)
		}
		return nil
	case r.state == stateRefused && r.signed == r.decided && r.decider == r.signer:
		return nil // by who answered for the owner
	case r.signed == 0 || second != (r.decided > r.signed) || second && r.decider != 0 || r.decided < r.signed:
		return fmt.Errorf("a signature is missing: agency %d in transaction %d, agency %d in %d", r.signer, r.signed, r.decider, r.decided)
	}
	return nil
}

// grantOf verifies fields, time and uses of a grant.
func (a *app) grantOf(r *request) error {
	life, uses := uint64(a.RuleAt("grant-life", r.decided)), uint32(a.RuleAt("grant-uses", r.decided))
	switch {
	case r.fields == 0 || r.fields&^r.asked != 0:
		return fmt.Errorf("fields %x were granted, %x asked for", r.fields, r.asked)
	case r.life > life || r.until < r.from+r.life || r.renewals == 0 && r.until != r.from+r.life:
		return fmt.Errorf("granted from %d to %d ms with %d renewals", r.from, r.until, r.renewals)
	case (r.renewals == 0) != (r.renewed == 0) || r.renewed != 0 && (r.renewed <= r.decided || r.renewed > a.Accepted() ||
		int64(r.renewals) > a.RuleAt("renewals-max", r.renewed) ||
		r.until > r.longer+uint64(a.RuleAt("grant-life", r.renewed))):
		return fmt.Errorf("renewed %d times, last in transaction %d until %d ms", r.renewals, r.renewed, r.until)
	case r.uses != uses || uses > 0 && r.used > uses:
		return fmt.Errorf("%d of %d uses, %d were allowed", r.used, r.uses, uses)
	}
	return nil
}

// ending verifies how a request ended.
func (a *app) ending(s *audit, r *request, t *told) error {
	over := r.state == stateRevoked || r.state == stateClosed
	switch {
	case over != (r.ended != 0) || r.ended > s.accepted || over && r.ended <= max(r.order, r.signed, r.decided):
		return fmt.Errorf("state %d, ended by transaction %d", r.state, r.ended)
	case t.withdrawn != 0 && r.ended >= t.withdrawn:
		return fmt.Errorf("ended by transaction %d after the entry was withdrawn by %d", r.ended, t.withdrawn)
	}
	return nil
}

// checkLatest verifies that each agency's latest request for an entry is noted.
func (a *app) checkLatest(s *audit) error {
	latest := make(map[pairOf]uint64)
	for _, id := range slices.Sorted(maps.Keys(s.requests)) {
		if r := s.requests[id]; id&standingBit == 0 {
			key := pairOf{r.entry, r.agency}
			latest[key] = max(latest[key], id)
		}
	}
	notes := 0
	for e := range a.Ledger.Each([]byte{keyLatest}) {
		notes++
		if len(e.Key) != 11 || len(e.Value) != 8 {
			return fmt.Errorf("latest request %x: unsound record", e.Key[1:])
		}
		key := pairOf{binary.BigEndian.Uint64(e.Key[1:]), binary.BigEndian.Uint16(e.Key[9:])}
		if id := binary.BigEndian.Uint64(e.Value); id == 0 || latest[key] != id {
			return fmt.Errorf("entry %d: %d is noted as the latest request of agency %d, it is %d", key.entry, id, key.agency, latest[key])
		}
	}
	if notes != len(latest) {
		return fmt.Errorf("latest requests: %d noted of %d", notes, len(latest))
	}
	return nil
}

// checkUses verifies that every logged use had a live grant, and that no complaint against the entry was overdue.
func (a *app) checkUses(s *audit) error {
	last := uint64(0)
	return a.eachLine(keyUses, useSize, a.count(KindUse), func(line []byte) error {
		u := readUse(line)
		if err := s.inOrder(&last, u.order); err != nil {
			return err
		}
		r, known := s.requests[u.request]
		if !known {
			return fmt.Errorf("no request %d", u.request)
		}
		agency, desk := program.AgencyOf(u.client, a.settings.Agencies)
		t := s.entry(a, r.entry)
		switch {
		case u.entry != r.entry || !desk || agency != int(r.agency):
			return fmt.Errorf("client %d used request %d of agency %d", u.client, u.request, r.agency)
		case u.request&standingBit == 0 && (r.decided == 0 || r.decided >= u.order || r.state == stateRefused):
			return fmt.Errorf("request %d was not granted", u.request)
		case r.ended != 0 && r.ended <= u.order || t.withdrawn != 0 && t.withdrawn <= u.order:
			return fmt.Errorf("request %d had ended", u.request)
		case u.at < r.from || u.at > r.until || u.fields == 0 || u.fields&^r.fields != 0:
			return fmt.Errorf("request %d did not hold for fields %x at %d ms", u.request, u.fields, u.at)
		}
		for _, m := range t.complaints {
			if m.order < u.order && (m.settled == 0 || m.settled > u.order) && u.at > m.due {
				return fmt.Errorf("entry %d: used at %d ms, a complaint was due at %d", r.entry, u.at, m.due)
			}
		}
		s.used[u.request]++
		return nil
	})
}

// checkUsed verifies that every request counts its logged uses.
func (a *app) checkUsed(s *audit) error {
	for item := range a.Ledger.Each([]byte{keyRequest}) {
		id := binary.BigEndian.Uint64(item.Key[1:])
		if r := s.requests[id]; uint64(r.used) != s.used[id] {
			return fmt.Errorf("request %d: it counts %d uses, %d are logged", id, r.used, s.used[id])
		}
	}
	return nil
}
