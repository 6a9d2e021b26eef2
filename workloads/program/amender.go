package program

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/govbench/govbench/workloads"
)

// caseGovern marks the numbers of cases that amend a rule; a family's own cases count from 1.
const caseGovern = 1 << 63

// amender adds the transactions that amend rules to a family's requests. When half of an amendment's height
// has been sent it proposes it and then lets one agency after the other endorse it; where that took longer
// than the height allowed, it proposes it anew for a later one.
type amender struct {
	inner    workloads.Generator
	settings *Settings
	author   *Author
	writes   uint64 // transactions made so far: at least as many as were accepted
	next     int    // amendment to be proposed
	at       []work
}

// work is the state of an amendment that the generator brings.
type work struct {
	rule      uint16
	amendment workloads.Amendment
	height    uint64 // that it was proposed for
	began     uint64 // writes when it was proposed
	number    uint64 // its number on the ledger, 0 before the answer
	agency    int    // that endorses next
}

func newAmender(settings *Settings, tag uint64, inner workloads.Generator, rand workloads.Rand) *amender {
	g := &amender{inner: inner, settings: settings, author: NewAuthor(settings, tag, rand)}
	for _, a := range settings.Amendments {
		rule := slices.IndexFunc(settings.rules, func(r workloads.Rule) bool { return r.Name == a.Rule })
		g.at = append(g.at, work{rule: uint16(rule), amendment: a, height: a.Height})
	}
	slices.SortStableFunc(g.at, func(a, b work) int { return due{a.height, 0}.compare(due{b.height, 0}) })
	return g
}

// Begin implements workloads.Generator.
func (g *amender) Begin(at time.Duration) workloads.Request {
	if g.next < len(g.at) && g.writes >= g.at[g.next].amendment.Height/2 {
		g.next++
		return g.propose(uint64(g.next-1), at)
	}
	return g.count(g.inner.Begin(at))
}

func (g *amender) count(r workloads.Request) workloads.Request {
	if !r.Read {
		g.writes++
	}
	return r
}

// Follow implements workloads.Generator.
func (g *amender) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if answered.Case&caseGovern == 0 {
		r, more := g.inner.Follow(answered, result, now)
		if !more {
			return workloads.Request{}, false
		}
		return g.count(r), true
	}
	index := answered.Case &^ caseGovern
	w := &g.at[index]
	_, refused := workloads.Refused(result)
	switch {
	case refused && w.number != 0: // too late: again, with four times the time that it took
		w.height, w.number = g.writes+4*(g.writes-w.began)+1, 0
		return g.propose(index, now), true
	case refused || len(result) < 2:
		return workloads.Request{}, false
	case w.number == 0 && len(result) == 9:
		w.number = binary.BigEndian.Uint64(result[1:])
	}
	w.agency++
	if w.agency >= g.quorum() {
		return workloads.Request{}, false
	}
	return g.endorse(index, now), true
}

func (g *amender) quorum() int {
	if quorum := g.settings.Rule("amend-quorum"); quorum > 0 {
		return int(min(quorum, int64(g.settings.Agencies)))
	}
	return g.settings.Agencies/2 + 1
}

func (g *amender) propose(index uint64, at time.Duration) workloads.Request {
	w := &g.at[index]
	w.began, w.agency = g.writes, 0
	w.height = max(w.height, g.writes+2)
	client := Desk(0, GovernDesk)
	op := g.author.Begin(KindPropose, client, at, 18)
	op = binary.BigEndian.AppendUint16(op, w.rule)
	op = binary.BigEndian.AppendUint64(op, uint64(w.amendment.Value))
	op = binary.BigEndian.AppendUint64(op, w.height)
	return g.request(index, client, 0, at, op)
}

func (g *amender) endorse(index uint64, at time.Duration) workloads.Request {
	w := &g.at[index]
	client := Desk(w.agency, GovernDesk)
	op := binary.BigEndian.AppendUint64(g.author.Begin(KindEndorse, client, at, 8), w.number)
	return g.request(index, client, w.agency, at, op)
}

func (g *amender) request(index uint64, client uint32, agency int, at time.Duration, op []byte) workloads.Request {
	r := Request(at, client, agency, g.author.End(op))
	r.Case, r.Last = caseGovern|index, g.at[index].agency == g.quorum()-1
	return g.count(r)
}
