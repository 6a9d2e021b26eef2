package attest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// replay is the service as the journal tells it: what Check compares the ledger with. It judges by the rules as
// they were at each line.
type replay struct {
	a        *app
	subjects map[uint64]*record
	hashes   map[uint64][32]byte // commitments by the number of their line
	venues   map[uint64]*premises
	cases    []tracing
	counts   [counters]uint64
}

// premises is a venue as the journal tells it: the times of its check-ins, page by page.
type premises struct {
	head
	pages [][]uint64 // from page head.gone on; the last one is open
}

// Check implements workloads.App: it replays the journal, verifies the laws of Family at every line and compares
// the ledger with what the journal makes of it.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	r := &replay{
		a: a, subjects: make(map[uint64]*record), hashes: make(map[uint64][32]byte),
		venues: make(map[uint64]*premises),
	}
	if err := r.journal(accepted); err != nil {
		return err
	}
	for i, count := range r.counts {
		if count != a.Count(i) {
			return fmt.Errorf("counter %d: it says %d, the journal %d", i, a.Count(i), count)
		}
	}
	if err := r.compareSubjects(); err != nil {
		return err
	}
	if err := r.compareVenues(); err != nil {
		return err
	}
	return r.compareCases()
}

// journal replays every line.
func (r *replay) journal(accepted uint64) error {
	pages, last := uint64(0), uint64(0)
	for range r.a.Ledger.Each([]byte{keyJournal}) {
		pages++
	}
	for page := range pages {
		lines, version, _ := r.a.Ledger.Get(r.a.keyOf(keyJournal, page))
		full := page < pages-1
		if len(lines)%lineSize != 0 || uint64(len(lines)/lineSize) != version || version > pageLines || full && version < pageLines {
			return fmt.Errorf("page %d of the journal: %d bytes in version %d", page, len(lines), version)
		}
		for ; len(lines) > 0; lines = lines[lineSize:] {
			l := readLine(lines[:lineSize])
			number := r.counts[countLines] + 1
			if l.order <= last || l.order > accepted || l.kind < KindAttest || l.kind > KindPurge {
				return fmt.Errorf("journal, line %d: kind %d as transaction %d after %d of %d", number, l.kind, l.order, last, accepted)
			}
			last = l.order
			r.counts[countLines]++
			r.counts[l.kind-1]++
			if err := r.apply(&l, number); err != nil {
				return fmt.Errorf("journal, line %d, transaction %d, kind %d of %d: %w", number, l.order, l.kind, l.number, err)
			}
		}
	}
	if governed := r.a.Governance(); r.counts[countLines]+governed != accepted {
		return fmt.Errorf("journal: %d lines and %d transactions of governance, %d were accepted",
			r.counts[countLines], governed, accepted)
	}
	return nil
}

// rule is a rule as it was for a line.
func (r *replay) rule(name string, l *line) uint64 { return uint64(r.a.RuleAt(name, l.order)) }

func (r *replay) apply(l *line, number uint64) error {
	switch l.kind {
	case KindCheckIn, KindPurge:
		return r.visit(l)
	case KindOpen, KindTrace, KindClose:
		return r.contact(l)
	}
	if l.number >= uint64(r.a.settings.Population) {
		return fmt.Errorf("no such subject")
	}
	s := r.subjects[l.number]
	if s == nil {
		start := implied(l.number, r.a.labs, r.a.tested, r.a.dosed)
		s = &start
		if l.kind != KindGuard && l.kind != KindVerify {
			r.subjects[l.number] = s
		}
	}
	switch l.kind {
	case KindAttest, KindCorrect, KindRevoke, KindRecognise:
		return r.content(l, number, s)
	case KindGuard, KindVerify:
		return r.answered(l, s)
	}
	return r.process(l, s)
}

// by verifies that the line's client is a desk of the agency.
func (r *replay) by(l *line, agency int) error {
	if found, desk := program.AgencyOf(l.client, r.a.settings.Agencies); !desk || found != agency {
		return fmt.Errorf("client %d is no desk of agency %d", l.client, agency)
	}
	return nil
}

// content replays what issuers do.
func (r *replay) content(l *line, number uint64, s *record) error {
	if l.kind == KindRecognise {
		expired := l.from > l.at || l.from+r.rule("recognition-life", l) < l.at
		if expired || l.value > 1 || uint64(l.issuer) >= r.rule("foreign-issuers", l) || l.hash != proofOf(l.issuer, l.number, l.value, l.from) ||
			s.foreign.line > 0 && l.from <= s.foreign.taken {
			return fmt.Errorf("the result of issuer %d was not to be recognised: %+v", l.issuer, *l)
		}
		s.foreign = slot{state: slotHeld, value: l.value, issuer: l.issuer, taken: l.from, line: number}
		return nil
	}
	if err := r.by(l, int(l.issuer)); err != nil {
		return err
	}
	held := map[byte]*slot{WhatTest: &s.test, WhatDose: &s.dose, WhatStatus: &s.status}[l.what]
	if held == nil {
		return fmt.Errorf("nothing of kind %d is attested", l.what)
	}
	if l.kind != KindRevoke {
		r.hashes[number] = l.hash
	}
	switch {
	case l.kind == KindAttest && l.what == WhatDose:
		if err := r.dose(l, s); err != nil {
			return err
		}
		fallthrough
	case l.kind == KindAttest:
		late := l.from > l.at || l.from+r.rule("report-max", l) < l.at
		stale := l.what != WhatDose && held.line > 0 && l.from <= held.taken
		if late || stale || int(l.issuer) >= r.a.labs {
			return fmt.Errorf("the attestation is late, stale or of no issuer: %+v", *l)
		}
		*held = slot{state: slotHeld, value: l.value, issuer: l.issuer, taken: l.from, line: number}
		return nil
	case held.state != slotHeld || held.issuer != l.issuer || l.at < held.taken:
		return fmt.Errorf("agency %d holds no such attestation: %+v", l.issuer, *held)
	case l.kind == KindCorrect:
		if l.what == WhatDose && l.value != held.value {
			return fmt.Errorf("dose %d became %d", held.value, l.value)
		}
		held.value, held.line = l.value, number
		return nil
	}
	held.state = slotRevoked
	if l.what == WhatDose {
		held.value--
	}
	return nil
}

// dose verifies the number of a dose and its distance from the one before.
func (r *replay) dose(l *line, s *record) error {
	if l.value != s.dose.value+1 || uint64(l.value) > r.rule("doses-max", l) {
		return fmt.Errorf("dose %d follows dose %d", l.value, s.dose.value)
	}
	switch { // before is 0 when the dose before is from before the start, or there is none
	case s.dose.state == slotHeld && s.dose.line > 0:
		s.before = 1 + s.dose.taken
	case s.dose.state == slotHeld:
		s.before = 0
	}
	if s.before > 0 && l.from < s.before-1+r.rule("dose-interval", l) {
		return fmt.Errorf("dose %d at %d ms comes too soon after the one at %d ms", l.value, l.from, s.before-1)
	}
	return nil
}

// in reports whether the time lies within a life that began at from.
func in(at, from, life uint64) bool { return at >= from && at-from <= life }

// answered verifies a logged check: the law that nothing expired or revoked is valid.
func (r *replay) answered(l *line, s *record) error {
	var want byte
	if l.kind == KindGuard {
		want = r.colour(l, s)
	} else {
		held := map[byte]slot{WhatTest: s.test, WhatDose: s.dose, WhatStatus: s.status}[l.what]
		hash := impliedCommitment(l.number, l.what)
		if held.line > 0 {
			hash = r.hashes[held.line]
		}
		life := map[byte]uint64{WhatTest: r.rule("test-validity", l), WhatStatus: r.rule("status-life", l), WhatDose: program.TimeMax}[l.what]
		switch {
		case held.state == slotEmpty || hash != l.hash:
			want = VerifyOther
		case held.state == slotRevoked || !in(l.at, held.taken, life):
			want = VerifyExpired
		default:
			want = VerifyValid
		}
	}
	if l.value != want {
		return fmt.Errorf("the answer was %d and should have been %d", l.value, want)
	}
	return nil
}

// colour derives the colour from the package comment's table, anew.
func (r *replay) colour(l *line, s *record) byte {
	if s.orderLive == 1 && l.at <= s.orderUntil {
		return Red
	}
	worst, any := Unknown, false
	note := func(held slot, life uint64, colours ...byte) {
		switch {
		case held.state == slotEmpty:
			return
		case held.state == slotHeld && in(l.at, held.taken, life):
			worst = max(worst, colours[held.value])
		}
		any = true
	}
	healthy := Green
	if r.rule("test-needed", l) == 1 {
		healthy = Unknown
	}
	note(s.test, r.rule("test-validity", l), Green, Red)
	note(s.foreign, r.rule("recognition-life", l), Green, Red)
	note(s.status, r.rule("status-life", l), healthy, Yellow, Red)
	pass := r.rule("doses-pass", l)
	switch {
	case worst == Unknown && pass > 0 && uint64(s.dose.value) >= pass:
		return Green
	case worst == Unknown && any:
		return Yellow
	}
	return worst
}

// compareSubjects verifies that the records are those of the journal.
func (r *replay) compareSubjects() error {
	found := 0
	for e := range r.a.Ledger.Each([]byte{keySubject}) {
		held, ok := readRecord(e.Value)
		if !ok || len(e.Key) != 9 {
			return fmt.Errorf("subject %x: unsound record %x", e.Key[1:], e.Value)
		}
		subject := binary.BigEndian.Uint64(e.Key[1:])
		want := r.subjects[subject]
		if want == nil || held != *want {
			return fmt.Errorf("subject %d: the record is %+v, the journal makes it %+v", subject, held, want)
		}
		found++
	}
	if found != len(r.subjects) {
		for _, subject := range slices.Sorted(maps.Keys(r.subjects)) {
			if _, _, ok := r.a.Ledger.Get(r.a.keyOf(keySubject, subject)); !ok {
				return fmt.Errorf("subject %d: the journal has lines of it, the ledger no record", subject)
			}
		}
	}
	return nil
}
