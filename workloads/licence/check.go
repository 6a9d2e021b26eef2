package licence

import (
	"encoding/binary"
	"fmt"
)

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	if err := a.checkCounters(accepted); err != nil {
		return err
	}
	if err := a.checkLicences(accepted); err != nil {
		return err
	}
	if err := a.checkRevocations(accepted); err != nil {
		return err
	}
	return a.checkCodes(accepted)
}

// checkCounters verifies that every accepted transaction is in one counter and every licence in one status.
func (a *app) checkCounters(accepted uint64) error {
	revoked := a.Count(int(StatusRevoked))
	sum := a.Count(countIssued) + a.Count(countRenewed) + a.Count(countSuspensions) + a.Count(countReinstated) +
		revoked + a.Count(countChecks) + a.Count(countCodesMade) + a.Count(countCodesUsed) + a.Governance()
	if sum != accepted {
		return fmt.Errorf("counters: they sum to %d, %d transactions were accepted", sum, accepted)
	}
	held := a.Count(countValid) + a.Count(int(StatusSuspended)) + revoked
	if all := a.Count(countIssued) + uint64(a.settings.Population); held != all {
		return fmt.Errorf("statuses: they sum to %d, %d licences were issued", held, all)
	}
	return nil
}

// checkLicences verifies serial numbers, quotas and the licences in every status.
func (a *app) checkLicences(accepted uint64) error {
	var statuses [4]uint64
	statuses[StatusValid] = uint64(a.settings.Population)
	issued, last := make([]uint64, a.types), make([]uint64, a.types) // licences beyond the start, by type
	for kind := range last {
		last[kind] = a.lastSerial(byte(kind))
	}
	checks, validChecks := uint64(0), uint64(0)
	for e := range a.Ledger.Each([]byte{keyLicence}) {
		l, ok := readLicence(e.Value)
		if !ok || len(e.Key) != 10 || uint64(e.Key[1]) >= a.types || l.status < StatusValid || l.status > StatusRevoked {
			return fmt.Errorf("licence %x: unsound record", e.Key[1:])
		}
		if l.validChecks > l.checks || l.lastValid > accepted || l.expires < l.issuedAt {
			return fmt.Errorf("licence %x: unsound checks or times", e.Key[1:])
		}
		kind, serial := e.Key[1], binary.BigEndian.Uint64(e.Key[2:])
		if err := a.checkRules(kind, serial, &l, accepted); err != nil {
			return fmt.Errorf("licence %d-%d: %w", kind, serial, err)
		}
		if serial <= a.atStart(kind) && serial > 0 {
			statuses[StatusValid]-- // no longer as implied
		} else {
			if serial == 0 || serial > last[kind] {
				return fmt.Errorf("licence type %d: serial number %d was never given", kind, serial)
			}
			issued[kind]++
		}
		statuses[l.status]++
		checks += l.checks
		validChecks += l.validChecks
	}
	if err := a.checkSerials(issued); err != nil {
		return err
	}
	for status := StatusValid; status <= StatusRevoked; status++ {
		if statuses[status] != a.Count(int(status)) {
			return fmt.Errorf("status %d: %d licences, the counter says %d", status, statuses[status], a.Count(int(status)))
		}
	}
	if checks != a.Count(countChecks) || validChecks != a.Count(countChecksValid) {
		return fmt.Errorf("checks: the licences log %d and %d valid, the counters say %d and %d",
			checks, validChecks, a.Count(countChecks), a.Count(countChecksValid))
	}
	return nil
}

// checkRules verifies a licence against the quota and the term that governed it.
func (a *app) checkRules(kind byte, serial uint64, l *licence, accepted uint64) error {
	start := a.atStart(kind)
	if (serial > start) != (l.issued > 0) || l.issued > l.extended || l.extended > accepted {
		return fmt.Errorf("issued by transaction %d, extended by %d of %d", l.issued, l.extended, accepted)
	}
	if l.issued > 0 {
		if quota := uint64(a.RuleAt("quota", l.issued)); quota > 0 && serial-start > quota {
			return fmt.Errorf("issued as number %d, the quota was %d", serial-start, quota)
		}
	}
	if term := uint64(a.RuleAt("term", l.extended)); l.expires != l.extendedAt+term {
		return fmt.Errorf("it ends at %d ms, want %d ms after %d ms", l.expires, term, l.extendedAt)
	}
	return nil
}

// checkSerials verifies that no serial number given is missing: there are as many licences as numbers, and none has
// a number that was not given.
func (a *app) checkSerials(licences []uint64) error {
	issued := uint64(0)
	for kind := range licences {
		last := a.lastSerial(byte(kind))
		if last != a.atStart(byte(kind))+licences[kind] {
			return fmt.Errorf("licence type %d: last serial number is %d, %d beyond the %d at the start are there",
				kind, last, licences[kind], a.atStart(byte(kind)))
		}
		issued += last - a.atStart(byte(kind))
	}
	if issued != a.Count(countIssued) {
		return fmt.Errorf("issued: %d serial numbers given, the counter says %d", issued, a.Count(countIssued))
	}
	return nil
}

// checkRevocations verifies that revocation is final.
func (a *app) checkRevocations(accepted uint64) error {
	revocations := uint64(0)
	for e := range a.Ledger.Each([]byte{keyRevocation}) {
		if len(e.Key) != 10 || len(e.Value) != 16 || e.Version != 1 {
			return fmt.Errorf("revocation %x: unsound or written %d times", e.Key[1:], e.Version)
		}
		id := licenceID{e.Key[1], binary.BigEndian.Uint64(e.Key[2:])}
		order := binary.BigEndian.Uint64(e.Value)
		l, found := a.licence(id)
		if !found || l.status != StatusRevoked {
			return fmt.Errorf("licence %d-%d: revoked by transaction %d, its status is %d", id.kind, id.serial, order, l.status)
		}
		if l.lastValid > order || order > accepted {
			return fmt.Errorf("licence %d-%d: revoked by transaction %d, found valid by %d", id.kind, id.serial, order, l.lastValid)
		}
		revocations++
	}
	if revocations != a.Count(int(StatusRevoked)) {
		return fmt.Errorf("revocations: %d in the register, %d licences are revoked", revocations, a.Count(int(StatusRevoked)))
	}
	return nil
}

// checkCodes verifies that each making of a code was used at most once.
func (a *app) checkCodes(accepted uint64) error {
	uses := make(map[uint32]uint32)
	used := uint64(0)
	for e := range a.Ledger.Each([]byte{keyUse}) {
		if len(e.Key) != 9 || len(e.Value) != useSize || e.Version != 1 {
			return fmt.Errorf("code %x: one making was used %d times", e.Key[1:], e.Version)
		}
		if order := binary.BigEndian.Uint64(e.Value[14:]); order == 0 || order > accepted {
			return fmt.Errorf("code %x: used by transaction %d of %d", e.Key[1:], order, accepted)
		}
		uses[binary.BigEndian.Uint32(e.Key[1:])]++
		used++
	}
	made, known := uint64(0), uint64(0)
	for e := range a.Ledger.Each([]byte{keyCode}) {
		c, ok := readCode(e.Value)
		if !ok || len(e.Key) != 5 {
			return fmt.Errorf("code %x: unsound record", e.Key[1:])
		}
		number := binary.BigEndian.Uint32(e.Key[1:])
		_, _, traced := a.Ledger.Get(a.useKey(number, c.made))
		if c.used > c.made || c.used != uses[number] || traced == c.active {
			return fmt.Errorf("code %08d: made %d times, used %d times, %d uses are traced", number, c.made, c.used, uses[number])
		}
		if life := uint64(a.RuleAt("code-life", c.order)); c.expires != c.madeAt+life || c.order == 0 || c.order > accepted {
			return fmt.Errorf("code %08d: made by transaction %d, it lives until %d ms, want %d ms after %d ms",
				number, c.order, c.expires, life, c.madeAt)
		}
		made += uint64(c.made)
		known += uint64(c.used)
	}
	if made != a.Count(countCodesMade) || used != a.Count(countCodesUsed) || known != used {
		return fmt.Errorf("codes: %d made and %d used, the counters say %d and %d",
			made, used, a.Count(countCodesMade), a.Count(countCodesUsed))
	}
	return nil
}
