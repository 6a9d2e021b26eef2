package draw

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var lawParams = []workloads.Params{
	{Agencies: 5, PayloadBytes: 8, ReadPercent: 20, LogReads: true, Approvals: 2, Population: 4000, Rule: rule("quota", 20)},
	{Agencies: 4, PayloadBytes: 8, Approvals: 2, Population: 4000, Rule: rule("mode", 1, "quota", 20, "points-max", 50)},
	{Agencies: 4, PayloadBytes: 8, Approvals: 1, Population: 4000, Rule: rule("mode", 2, "quota", 5, "pools", 2)},
}

// healthy is a program after some rounds.
func healthy(t *testing.T, mode int) *app {
	built := programtest.Build(t, Family(), lawParams[mode])
	a := built.App().(*app)
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 6000, func(r workloads.Request) []byte {
		return programtest.Apply(a, r.Op, r.Read)
	})
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	return a
}

// inRound puts a round at work that fits, and returns its identity.
func inRound(t *testing.T, a *app, fits func() bool) roundID {
	for e := range a.Ledger.Prefix([]byte{keyRound}) {
		a.id = idOf(e.Key)
		a.enter()
		if fits() {
			return a.id
		}
	}
	t.Fatal("no round fits")
	return roundID{}
}

// changed finds an application that fits and changes it; it returns the entry to plant.
func changed(t *testing.T, mode int, fits func(a *app) bool, change func(a *app)) (key, value []byte) {
	a := healthy(t, mode)
	for e := range a.Ledger.Prefix([]byte{keyApply}) {
		a.id = idOf(e.Key)
		a.enter()
		if a.entry.read(e.Value); fits(a) {
			change(a)
			return bytes.Clone(e.Key), a.entry.append(nil)
		}
	}
	t.Fatal("no application fits")
	return nil, nil
}

func state(states ...byte) func(a *app) bool {
	return func(a *app) bool { return slices.Contains(states, a.entry.state) }
}

func plantApplications(t *testing.T, mode int) (plants []programtest.Plant) {
	called := func(a *app) bool { return a.entry.state == StateTaken }
	unranked := func(a *app) bool {
		return a.entry.state == StateEligible && a.entry.place == 0 && a.round.state >= RoundCalled
	}
	for law, c := range map[string]struct {
		fits   func(a *app) bool
		change func(a *app)
	}{
		"applied after the deadline":     {called, func(a *app) { a.entry.appliedAt = a.terms.deadline }},
		"applied before the opening":     {called, func(a *app) { a.entry.since = a.terms.order }},
		"confirmed after the review":     {called, func(a *app) { a.entry.aspects[0].at = a.terms.reviewed() + 1 }},
		"confirmed twice by one agency":  {called, func(a *app) { a.entry.aspects[1] = a.entry.aspects[0] }},
		"confirmed by a stranger":        {called, func(a *app) { a.entry.aspects[0].place = 2 }},
		"a confirmation is missing":      {called, func(a *app) { a.entry.aspects = a.entry.aspects[:1] }},
		"corrected too often":            {called, func(a *app) { a.entry.corrections = 3 }},
		"took somebody else's place":     {called, func(a *app) { a.entry.place++ }},
		"took the place too late":        {called, func(a *app) { a.entry.movedAt = a.round.calledAt + a.terms.confirm + 1 }},
		"lapsed too early":               {state(StateLapsed), func(a *app) { a.entry.movedAt = a.round.settledAt }},
		"a winner who was not called":    {unranked, func(a *app) { a.entry.state, a.entry.place = StateTaken, 1 }},
		"a winner who was refused":       {state(StateRefused), func(a *app) { a.entry.state, a.entry.place = StateTaken, 1 }},
		"a number twice":                 {called, func(a *app) { a.entry.number++ }},
		"eligible without a line":        {called, func(a *app) { a.entry.line = 0 }},
		"on somebody else's line":        {called, func(a *app) { a.entry.line++ }},
		"withdrawn after the deadline":   {state(StateWithdrawn), func(a *app) { a.entry.movedAt = a.terms.deadline }},
		"refused after the review":       {state(StateRefused), func(a *app) { a.entry.movedAt = a.terms.reviewed() + 1 }},
		"an objection nobody counts":     {called, func(a *app) { a.entry.objector ^= 1 << 20 }},
		"more objections than were made": {called, func(a *app) { a.entry.heard++ }},
	} {
		key, value := changed(t, mode, c.fits, c.change)
		plants = append(plants, programtest.Plant{Law: law, Key: key, Value: value})
	}
	return plants
}

func plantRounds(t *testing.T, mode int) (plants []programtest.Plant) {
	a := healthy(t, mode)
	for law, change := range map[string]func(r *round){
		"another seed":                 func(r *round) { r.seed[3] ^= 1 },
		"called more than the quota":   func(r *round) { r.called++ },
		"a place taken that nobody is": func(r *round) { r.taken++ },
		"a place given up twice":       func(r *round) { r.dropped++ },
		"ranked fewer":                 func(r *round) { r.ranked-- },
		"closed before the deadline":   func(r *round) { r.closedAt = a.terms.deadline },
		"closed after the reveals":     func(r *round) { r.closed += 1000 },
		"closed before commitments":    func(r *round) { r.closed = 1 },
		"ended twice":                  func(r *round) { r.state = RoundCalled },
		"a reveal is suppressed":       func(r *round) { r.revealed &= r.revealed - 1 },
		"an application is missing":    func(r *round) { r.applied-- },
		"lines of the roll":            func(r *round) { r.lines-- },
		"void lines":                   func(r *round) { r.void++ },
		"a round is live":              func(r *round) { r.live++ },
		"ranked while units remain":    func(r *round) { r.units++ },
	} {
		inRound(t, a, func() bool {
			return a.round.state == RoundEnded && a.round.revealed != 0 && a.round.ranked > a.round.called
		})
		change(&a.round)
		plants = append(plants, programtest.Plant{Law: law, Key: bytes.Clone(a.roundKey(a.id)), Value: a.round.append(nil)})
	}
	id := inRound(t, a, func() bool { return a.round.state == RoundEnded && a.round.ranked > 2 })
	area := plan(a.round.lines, a.terms.ranked()).last() % 2
	page, _, _ := a.Ledger.Get(a.sortKey(id, area, 0))
	swapped := slices.Concat(page[rankSize:2*rankSize], page[:rankSize], page[2*rankSize:])
	late := bytes.Clone(page)
	binary.BigEndian.PutUint64(late[rankSize-8:], 5)
	return append(plants,
		programtest.Plant{Law: "two places exchanged", Key: bytes.Clone(a.sortKey(id, area, 0)), Value: swapped},
		programtest.Plant{Law: "called at another time", Key: bytes.Clone(a.sortKey(id, area, 0)), Value: late},
	)
}

// TestCheckCatches plants violations of each law into the ledger of a healthy program.
func TestCheckCatches(t *testing.T) {
	plants := []programtest.Plant{
		{Law: "terms: another quota", Prefix: "t", Flip: 7*8 + 7},
		{Law: "terms: another deadline", Prefix: "t", Flip: 2*8 + 7},
		{Law: "terms: announced by another transaction", Prefix: "t", Flip: 3},
		{Law: "terms deleted", Prefix: "t", Delete: true},
		{Law: "pool's latest round", Prefix: "p", Flip: 3},
		{Law: "round deleted", Prefix: "r", Delete: true},
		{Law: "application deleted", Prefix: "a", Delete: true},
		{Law: "subject of the roll", Prefix: "l", Flip: 3},
		{Law: "number on the roll", Prefix: "l", Flip: 7},
		{Law: "time on the roll", Prefix: "l", Flip: 23},
		{Law: "roll deleted", Prefix: "l", Delete: true},
		{Law: "commitment", Prefix: "k", Flip: 0},
		{Law: "commitment's order", Prefix: "k", Flip: 32},
		{Law: "seed deleted", Prefix: "k", Delete: true},
		{Law: "looks", Prefix: "j", Flip: 11},
		{Law: "look by a stranger", Prefix: "j", Flip: 13},
		{Law: "looks deleted", Prefix: "j", Delete: true},
		{Law: "counter of applications", Prefix: "T", Flip: 16 + 8*int(KindApply) + 7},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "genesis", Prefix: "G", Flip: 7},
	}
	for e := range healthy(t, 0).Ledger.Prefix([]byte{keySeed}) {
		if len(e.Value) == 2*seedHead {
			plants = append(plants, programtest.Plant{Law: "seed", Prefix: string(e.Key), Flip: seedHead},
				programtest.Plant{Law: "seed revealed before the closing", Key: bytes.Clone(e.Key), Value: early(e.Value)})
			break
		}
	}
	plants = append(plants, plantApplications(t, 0)...)
	plants = append(plants, plantRounds(t, 0)...)
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t, 0); return a, a.Ledger }, plants)
}

func TestCheckCatchesPoints(t *testing.T) {
	var plants []programtest.Plant
	for law, change := range map[string]func(a *app){
		"points beside their aspects":   func(a *app) { a.entry.points++ },
		"more points than there may be": func(a *app) { a.entry.aspects[0].points += 1000; a.entry.points += 1000 },
		"eligible with too few points":  func(a *app) { a.entry.aspects[0].points, a.entry.aspects[1].points, a.entry.points = 0, 0, 0 },
		"short with enough points":      func(a *app) { a.entry.state = StateShort },
	} {
		key, value := changed(t, 1, state(StateTaken), change)
		plants = append(plants, programtest.Plant{Law: law, Key: key, Value: value})
	}
	plants = append(plants, programtest.Plant{Law: "points on the roll", Prefix: "l", Flip: 15})
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t, 1); return a, a.Ledger }, plants)
}

// early is a record whose order, at its end, is that of the first transaction.
func early(value []byte) []byte {
	return binary.BigEndian.AppendUint64(bytes.Clone(value[:len(value)-8]), 1)
}

func TestCheckCatchesBids(t *testing.T) {
	var opened, before []byte
	for e := range healthy(t, 2).Ledger.Prefix([]byte{keyBid}) {
		opened, before = bytes.Clone(e.Key), early(e.Value)
		break
	}
	winner, other := changed(t, 2, state(StateTaken), func(a *app) { a.entry.data[5] ^= 1 })
	key, value := changed(t, 2, state(StateInvalid), func(a *app) { a.entry.state = StateEligible })
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t, 2); return a, a.Ledger }, []programtest.Plant{
		{Law: "price of an opened bid", Prefix: "b", Flip: 7},
		{Law: "nonce of an opened bid", Prefix: "b", Flip: 8},
		{Law: "order of an opened bid", Prefix: "b", Flip: 47 - 6},
		{Law: "opened before the closing", Key: opened, Value: before},
		{Law: "opened bid deleted", Prefix: "b", Delete: true},
		{Law: "what a bidder committed to", Key: winner, Value: other},
		{Law: "price on the roll", Prefix: "l", Flip: 15},
		{Law: "an invalid bid is eligible", Key: key, Value: value},
	})
}
