package program

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/govbench/govbench/workloads"
)

// caseGovern marks the numbers of cases that amend a rule; a family's own cases count from 1. Below it stand the
// attempt, from bit attemptShift, and the index of the amendment; together they stay below 2^48, as
// [workloads.CaseIn] wants it.
const (
	caseGovern   = 1 << 63
	attemptShift = 32
	attemptMax   = 1<<16 - 1
)

// Times of the generator of amendments.
const (
	// patienceMin is how long it waits for an answer before it asks again; the wait doubles with each that is in vain.
	// assumed: 10 s, twice what a client waits before it tries another replica.
	patienceMin = 10 * time.Second
	patienceMax = 10 * time.Minute
	// lookGap is how often an agency asks for a rule that is due to be in force. assumed.
	lookGap = time.Second
)

// amender adds the transactions that amend rules to a family's requests. When an eighth of an amendment's height has
// been sent it proposes it and lets one agency after the other endorse it; when its height has been sent an agency asks
// for the rule until it is in force, and from there on the family's generator knows the new value. Where the endorsements took longer than
// the height allowed, it proposes the amendment anew for a later height; where an answer does not come, it asks
// again. Amendments of one rule go one after the other, so that none overtakes another.
type amender struct {
	inner    workloads.Generator
	settings *Settings // of the inner generator: what people know
	author   *Author
	writes   uint64 // transactions made so far: at least as many as were accepted
	at       []work // in the order of the heights
	open     int    // of them those before are done
}

// stage says what an amendment waits for.
type stage byte

const (
	stageWaits     stage = iota // for an eighth of its height
	stageProposed               // for its number
	stageEndorsing              // for endorsements
	stageScheduled              // for its height
	stageKnown                  // for nothing: everybody knows
)

// work is the state of an amendment that the generator brings.
type work struct {
	rule      uint16
	amendment workloads.Amendment
	stage     stage
	height    uint64 // that it was proposed for last
	began     uint64 // writes when it was proposed
	number    uint64 // its number on the ledger
	agency    int    // that endorses next
	attempt   uint64 // chain of requests: answers to an earlier one come too late
	sentAt    time.Duration
	patience  time.Duration
}

func newAmender(settings *Settings, tag uint64, inner workloads.Generator, rand workloads.Rand) *amender {
	g := &amender{inner: inner, settings: settings, author: NewAuthor(settings, tag, rand)}
	for _, a := range settings.Amendments {
		rule := slices.IndexFunc(settings.rules, func(r workloads.Rule) bool { return r.Name == a.Rule })
		g.at = append(g.at, work{rule: uint16(rule), amendment: a, height: a.Height, patience: patienceMin})
	}
	slices.SortStableFunc(g.at, func(a, b work) int { return due{a.height, 0}.compare(due{b.height, 0}) })
	return g
}

// Begin implements workloads.Generator.
func (g *amender) Begin(at time.Duration) workloads.Request {
	for g.open < len(g.at) && g.at[g.open].stage == stageKnown {
		g.open++
	}
	for i := g.open; i < len(g.at); i++ {
		if w := &g.at[i]; g.due(i, at) {
			w.attempt = (w.attempt + 1) & attemptMax
			if w.stage != stageWaits {
				w.patience = min(2*w.patience, patienceMax)
			}
			return g.ask(i, at)
		}
	}
	return g.count(g.inner.Begin(at))
}

// due reports whether an amendment needs a request that no answer will bring.
func (g *amender) due(index int, at time.Duration) bool {
	w := &g.at[index]
	switch w.stage {
	case stageKnown:
		return false
	case stageWaits:
		return g.writes >= w.amendment.Height/8 && !g.held(index)
	case stageScheduled:
		return g.writes >= w.height && at > w.sentAt+min(w.patience, lookGap)
	}
	return at > w.sentAt+w.patience
}

// held reports whether an earlier amendment of the same rule is not yet in force.
func (g *amender) held(index int) bool {
	return slices.ContainsFunc(g.at[:index], func(w work) bool { return w.rule == g.at[index].rule && w.stage != stageKnown })
}

// ask makes the request that the amendment's stage calls for.
func (g *amender) ask(index int, at time.Duration) workloads.Request {
	w := &g.at[index]
	switch w.stage {
	case stageWaits, stageProposed:
		return g.propose(index, at)
	case stageEndorsing:
		return g.endorse(index, at)
	}
	return g.look(index, at)
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
	index := int(answered.Case & (1<<attemptShift - 1))
	w := &g.at[index]
	if attempt := answered.Case &^ caseGovern >> attemptShift; attempt != w.attempt || len(result) == 0 {
		return workloads.Request{}, false // it was asked again since
	}
	w.patience = patienceMin
	reason, refused := workloads.Refused(result)
	switch {
	case !refused:
		g.learn(w, result[1:])
	case reason == reasonPassed:
		g.postpone(w)
	case reason == reasonDecided:
		w.stage = stageScheduled
	case reason == reasonEndorsed:
		w.agency++
	default: // it will be asked again
		return workloads.Request{}, false
	}
	if w.agency >= g.settings.quorum() && w.stage == stageEndorsing { // all agencies that it takes have endorsed it
		w.stage = stageScheduled
	}
	if w.stage == stageKnown || w.stage == stageScheduled { // Begin asks when the height is near
		return workloads.Request{}, false
	}
	return g.ask(index, now), true
}

// learn takes the answer to the request of the amendment's stage.
func (g *amender) learn(w *work, answer []byte) {
	switch {
	case w.stage == stageProposed && len(answer) == 8:
		w.number, w.stage, w.agency = binary.BigEndian.Uint64(answer), stageEndorsing, 1
	case w.stage == stageEndorsing && len(answer) == 1:
		w.agency++
		if answer[0] == amendScheduled {
			w.stage = stageScheduled
		}
	case w.stage == stageScheduled && len(answer) == 8 && int64(binary.BigEndian.Uint64(answer)) == w.amendment.Value:
		g.settings.rule[w.amendment.Rule] = w.amendment.Value
		w.stage = stageKnown
	}
}

// postpone gives an amendment that came too late four times the time that it took.
func (g *amender) postpone(w *work) {
	w.height = g.writes + 4*(g.writes-w.began) + 1
	w.stage = stageProposed
}

// heightFor is the height that an amendment is proposed for: its own where agencies that answer at once can still
// endorse it before, and above every other that the rule was proposed for.
func (g *amender) heightFor(index int) uint64 {
	w := &g.at[index]
	height := max(w.height, g.writes+uint64(g.settings.quorum())+1)
	for i := range g.at[:index] {
		if before := &g.at[i]; before.rule == w.rule {
			height = max(height, before.height+1)
		}
	}
	return height
}

func (g *amender) propose(index int, at time.Duration) workloads.Request {
	w := &g.at[index]
	w.height = g.heightFor(index)
	w.stage, w.began = stageProposed, g.writes
	client := Desk(0, GovernDesk)
	op := g.author.Begin(KindPropose, client, at, 18)
	op = binary.BigEndian.AppendUint16(op, w.rule)
	op = binary.BigEndian.AppendUint64(op, uint64(w.amendment.Value))
	op = binary.BigEndian.AppendUint64(op, w.height)
	return g.request(index, client, 0, at, g.author.End(op), false)
}

func (g *amender) endorse(index int, at time.Duration) workloads.Request {
	w := &g.at[index]
	agency := w.agency % g.settings.Agencies
	client := Desk(agency, GovernDesk)
	op := binary.BigEndian.AppendUint64(g.author.Begin(KindEndorse, client, at, 8), w.number)
	return g.request(index, client, agency, at, g.author.End(op), false)
}

// look asks for the rule in force.
func (g *amender) look(index int, at time.Duration) workloads.Request {
	client := Desk(0, GovernDesk)
	op := binary.BigEndian.AppendUint16(g.author.Query(KindRule, client, at, 2), g.at[index].rule)
	return g.request(index, client, 0, at, op, true)
}

func (g *amender) request(index int, client uint32, agency int, at time.Duration, op []byte, read bool) workloads.Request {
	w := &g.at[index]
	w.sentAt = at
	r := Request(at, client, agency, op)
	r.Case, r.Last, r.Read = caseGovern|w.attempt<<attemptShift|uint64(index), false, read
	return g.count(r)
}
