package attest

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// issue is an attestation: a test result, a dose or a status.
func (g *generator) issue(at time.Duration) workloads.Request {
	draw := int64(g.rand.Below(100))
	what := WhatStatus
	switch {
	case draw < g.share.test:
		what = WhatTest
	case draw < g.share.test+g.share.dose:
		what = WhatDose
	}
	now := program.Milliseconds(at)
	for range tries {
		subject := g.subjects.Next()
		k := g.slot(subject, what)
		if what == WhatDose {
			if uint64(k.dose)+subject%2 < g.rule("doses-max") && (k.taken == 0 || now+1 >= k.taken+g.rule("dose-interval")) {
				return g.attest(at, k, subject, what, k.dose+1, now)
			}
			continue
		}
		if k.taken <= now { // the next may be taken from k.taken on, which is one later than the last
			back := min(takenBackMax, g.rule("report-max"), now-k.taken)
			value := byte(0)
			if g.author.Percent(g.share.positive) {
				value = 1
				if what == WhatStatus {
					value += byte(g.rand.Below(2))
				}
			}
			return g.attest(at, k, subject, what, value, now-g.rand.Below(back+1))
		}
	}
	return g.checkIn(at)
}

func (g *generator) attest(at time.Duration, k *known, subject uint64, what, value byte, taken uint64) workloads.Request {
	k.taken, k.changes = taken+1, k.changes+1
	if what == WhatDose {
		k.dose = value
	}
	if len(g.recent) < recentKept {
		g.recent = append(g.recent, issued{subject, what, value})
	} else {
		g.recent[g.rand.Below(recentKept)] = issued{subject, what, value}
	}
	issuer := int(subject % g.labs)
	r := g.attestation(at, g.author.AnyDesk(issuer), issuer, subject, what, value, taken)
	if what == WhatTest && value == 1 && !g.busy[subject] {
		g.busy[subject] = true
		r = open(r, g.author.NewCase())
	}
	return r
}

func (g *generator) attestation(at time.Duration, client uint32, agency int, subject uint64, what, value byte, taken uint64) workloads.Request {
	op := binary.BigEndian.AppendUint64(g.author.Begin(KindAttest, client, at, 50), subject)
	op = binary.BigEndian.AppendUint64(append(op, what, value), taken)
	commitment := g.commitment(subject, what)
	return program.Request(at, client, agency, g.author.End(append(op, commitment[:]...)))
}

func (g *generator) checkIn(at time.Duration) workloads.Request {
	venue := g.venues.Next()
	if len(g.visits) < visitsKept && (len(g.visits) == 0 || g.rand.Below(pageVisits) == 0) {
		g.visits = append(g.visits, visit{venue, program.Milliseconds(at)})
	}
	return g.enter(at, venue, venue)
}

// enter is a check-in at a venue by the terminal of one.
func (g *generator) enter(at time.Duration, venue, terminal uint64) workloads.Request {
	client := g.venueClient(terminal)
	op := binary.BigEndian.AppendUint64(g.author.Begin(KindCheckIn, client, at, 40), venue)
	// The phone's secret and the day make the token; a random visitor's secret is as good as its number.
	token := program.Fill(^g.rand.Below(uint64(g.settings.Population)), program.Milliseconds(at)/day)
	return program.Request(at, client, g.venueAgency(terminal), g.author.End(append(op, token[:]...)))
}

func (g *generator) register(at time.Duration) workloads.Request {
	for range tries {
		subject := g.subjects.Next()
		if g.busy[subject] {
			continue
		}
		g.busy[subject] = true
		return open(g.bare(KindArrive, subject, at, 0, byte(g.rand.Below(31))), g.author.NewCase())
	}
	return g.checkIn(at)
}

func (g *generator) recognise(at time.Duration) workloads.Request {
	foreign := g.rule("foreign-issuers")
	now := program.Milliseconds(at)
	for range tries {
		subject := g.subjects.Next()
		k := g.slot(subject, 0)
		if k.taken > now || foreign == 0 {
			continue
		}
		taken := now - g.rand.Below(min(takenBackMax, g.rule("recognition-life")/2, now-k.taken)+1)
		k.taken = taken + 1
		value := byte(0)
		if g.author.Percent(g.share.positive) {
			value = 1
		}
		issuer := uint16(g.rand.Below(foreign))
		return g.recognition(at, subject, issuer, value, taken, proofOf(issuer, subject, value, taken))
	}
	return g.checkIn(at)
}

func (g *generator) recognition(at time.Duration, subject uint64, issuer uint16, value byte, taken uint64, proof [32]byte) workloads.Request {
	agency := g.district(subject)
	client := g.author.AnyDesk(agency)
	op := binary.BigEndian.AppendUint64(g.author.Begin(KindRecognise, client, at, 51), subject)
	op = append(binary.BigEndian.AppendUint16(op, issuer), value)
	op = binary.BigEndian.AppendUint64(op, taken)
	return program.Request(at, client, agency, g.author.End(append(op, proof[:]...)))
}

// upkeep is a correction, a revocation, a tracing case or a purge.
func (g *generator) upkeep(at time.Duration) workloads.Request {
	now := program.Milliseconds(at)
	if len(g.visits) > 0 && g.rand.Below(2) == 0 && g.visits[0].at+g.rule("retention")+1000 < now {
		venue := g.visits[0].venue
		g.visits = g.visits[1:]
		return g.transaction(KindPurge, g.venueClient(venue), at, g.venueAgency(venue), venue)
	}
	draw := g.rand.Below(10)
	switch {
	case draw < 2 && len(g.visits) > 0:
		v := g.visits[g.rand.Below(uint64(len(g.visits)))]
		return g.trace(at, v)
	case len(g.recent) == 0:
		return g.checkIn(at)
	}
	i := g.rand.Below(uint64(len(g.recent)))
	last := g.recent[i]
	g.recent[i] = g.recent[len(g.recent)-1]
	g.recent = g.recent[:len(g.recent)-1]
	issuer := int(last.subject % g.labs)
	client := g.author.AnyDesk(issuer)
	k := g.slot(last.subject, last.what)
	if draw >= 8 {
		if last.what == WhatDose && k.dose == last.value {
			k.dose--
		}
		return g.transaction(KindRevoke, client, at, issuer, last.subject, last.what, byte(g.rand.Below(8)))
	}
	k.changes++
	commitment := g.commitment(last.subject, last.what)
	return g.transaction(KindCorrect, client, at, issuer, last.subject, append([]byte{last.what, last.value}, commitment[:]...)...)
}

// trace opens a tracing case around a check-in.
func (g *generator) trace(at time.Duration, v visit) workloads.Request {
	id := g.author.NewCase()
	g.traces[id] = &contact{venue: v.venue}
	around := min(hour, g.rule("trace-window")) // assumed: an hour before the visit
	window := binary.BigEndian.AppendUint64(nil, max(v.at, around)-around)
	window = binary.BigEndian.AppendUint64(window, v.at)
	return open(g.transaction(KindOpen, g.author.AnyDesk(0), at, 0, v.venue, window...), id)
}

// wrong is a write that is refused.
func (g *generator) wrong(at time.Duration) workloads.Request {
	subject := g.subjects.Next()
	issuer, now := int(subject%g.labs), program.Milliseconds(at)
	agency := g.district(subject)
	switch g.rand.Below(9) {
	case 0: // no issuer
		return g.attestation(at, program.Subject(subject), agency, subject, WhatTest, 0, now)
	case 1: // a dose is left out
		return g.attestation(at, g.author.AnyDesk(issuer), issuer, subject, WhatDose, DosesMax+1, now)
	case 2: // not taken yet
		return g.attestation(at, g.author.AnyDesk(issuer), issuer, subject, WhatTest, 0, now+60_000)
	case 3: // another issuer's proof
		return g.recognition(at, subject, 0, 0, now, proofOf(1, subject, 0, now))
	case 4: // another venue's terminal, or a venue that is not there
		venue := g.venues.Next()
		if g.visited == 1 {
			return g.enter(at, 1, venue)
		}
		return g.enter(at, (venue+1)%g.visited, venue)
	case 5:
		return g.transaction(KindConfirm, g.author.AnyDesk(agency), at, agency, subject, 2)
	case 6: // no case
		return g.transaction(KindTrace, g.author.AnyDesk(0), at, 0, 1<<60|g.author.NewCase(), make([]byte, 8)...)
	case 7: // no ground
		return g.transaction(KindOrder, g.author.AnyDesk(agency), at, agency, subject, 0)
	}
	r := g.attestation(at, g.author.AnyDesk(issuer), issuer, subject, WhatTest, 0, now)
	r.Op = g.author.Spoil(r.Op)
	return r
}
