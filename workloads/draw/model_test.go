package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps, lists and one sort, no ledger.
type model struct {
	*programtest.Guard
	mode   int64
	pools  map[uint64][]*episode // rounds of a pool, the first at 0
	start  map[string]int64
	answer []byte
}

// episode is a round.
type episode struct {
	pool, number                              uint32
	opens, deadline, reviewed                 uint64
	reveal, confirm, objection                uint64
	quota, reserve, pointsMin, pointsMax      uint64
	low, high, seeders, seedsMin, corrections uint64
	state                                     string // open, closed, ranking, called, ended
	people                                    map[uint64]*person
	roll                                      []*person // nil: void
	commitments, seeds                        map[int][]byte
	closedAt, lastCall                        uint64
	seed                                      []byte
	ranking                                   []*person
	calls                                     []uint64
	units                                     []unit
}

// unit is a step of sorting; the last level's publish a part of the ranking.
type unit struct {
	publish  bool
	from, to int
}

type person struct {
	who, number, applied, moved, since, points, price uint64
	state                                             byte
	corrections, heard, position                      int
	data                                              string
	aspects                                           map[int]bool
	onRoll, objected                                  bool
}

func newModel(params workloads.Params, live bool) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{Guard: programtest.NewGuard(built, params), pools: map[uint64][]*episode{}, start: map[string]int64{}}
		m.Live = live
		for _, rule := range Family().Rules {
			m.start[rule.Name] = rule.Default
			if value, given := params.Rule[rule.Name]; given {
				m.start[rule.Name] = value
			}
		}
		m.mode = m.start["mode"]
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		sizes := map[byte]int{18: 12, 19: 8, 20: 12}
		return sizes[kind], sizes[kind] > 0 && (kind != 18 || !m.Params.LogReads)
	}
	sizes := map[byte]int{1: 4, 2: 40, 3: 40, 4: 48, 5: 14, 6: 40, 7: 8, 8: 8, 9: 40, 10: 48, 11: 8, 12: 8, 13: 13, 14: 12,
		15: 18, 16: 13, 17: 8, 18: 12}
	return sizes[kind], sizes[kind] > 0 && (kind != 18 || m.Params.LogReads)
}

// round makes a round by the rules that value knows.
func (m *model) round(pool, number uint32, opens uint64, value func(string) int64) *episode {
	get := func(name string) uint64 { return uint64(value(name)) }
	e := &episode{
		pool: pool, number: number, opens: opens, deadline: opens + get("round-length"), reveal: get("reveal-length"),
		confirm: get("confirm-length"), objection: get("objection-length"), quota: get("quota"),
		pointsMin: get("points-min"), pointsMax: get("points-max"), high: get("price-max"), corrections: get("corrections-max"),
		state: "open", people: map[uint64]*person{}, commitments: map[int][]byte{}, seeds: map[int][]byte{}, seed: make([]byte, 32),
	}
	e.reviewed = e.deadline + get("review-length")
	e.low = e.high * get("price-floor") / 100
	e.reserve = e.quota * get("reserve-percent") / 100
	if m.mode < 2 {
		e.seeders = min(get("seeders"), uint64(m.Params.Agencies))
		e.seedsMin = min(get("seeds-min"), e.seeders)
	}
	return e
}

func (m *model) rounds(pool uint64) []*episode {
	if m.pools[pool] == nil && pool < uint64(m.start["pools"]) {
		m.pools[pool] = []*episode{m.round(uint32(pool), 1, 0, func(name string) int64 { return m.start[name] })}
	}
	return m.pools[pool]
}

func u32(b []byte) uint64 { return uint64(binary.BigEndian.Uint32(b)) }

func (m *model) put(numbers ...uint64) {
	for _, n := range numbers {
		m.answer = binary.BigEndian.AppendUint32(m.answer, uint32(n))
	}
}

func (m *model) put8(numbers ...uint64) {
	for _, n := range numbers {
		m.answer = binary.BigEndian.AppendUint64(m.answer, n)
	}
}

func (m *model) put1(p *person) bool {
	m.answer = append(m.answer, p.state, byte(p.corrections), byte(len(p.aspects)))
	m.put(p.number)
	return true
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	m.answer = []byte{}
	rounds := m.rounds(u32(o.Body))
	if len(rounds) == 0 {
		return nil, false
	}
	lead := o.Desk && o.Agency == int(u32(o.Body))%m.Params.Agencies
	if o.Kind == 1 {
		last := rounds[len(rounds)-1]
		if !lead || o.At < last.opens {
			return nil, false
		}
		e := m.round(last.pool, last.number+1, max(o.At, last.deadline), m.Rule)
		m.pools[u32(o.Body)] = append(rounds, e)
		m.put(uint64(e.number))
		m.put8(e.opens, e.deadline, e.reviewed, e.confirm, e.objection)
		m.put(e.quota)
		m.Accept(o)
		return m.answer, true
	}
	number := u32(o.Body[4:])
	if query && number == 0 {
		number = uint64(len(rounds))
	}
	if number == 0 || number > uint64(len(rounds)) {
		return nil, false
	}
	e := rounds[number-1]
	if query {
		return m.answer, m.query(o, e, o.Body[8:])
	}
	if !m.step(o, e, lead, o.Body[8:]) {
		return nil, false
	}
	m.Accept(o)
	return m.answer, true
}

func (m *model) query(o programtest.Op, e *episode, body []byte) bool {
	switch o.Kind {
	case 18:
		return m.look(o, e, body)
	case 19:
		states := []string{"open", "closed", "ranking", "called", "ended"}
		m.put(uint64(e.number))
		m.answer = append(m.answer, byte(slices.Index(states, e.state)))
		m.put8(e.deadline)
		lines, taken := 0, 0
		for _, p := range e.roll {
			if p != nil {
				lines++
			}
		}
		for _, p := range e.people {
			if p.state == StateTaken {
				taken++
			}
		}
		ranked := len(e.ranking)
		if e.state == "ranking" {
			ranked = 0
		}
		m.put(uint64(len(e.people)), uint64(lines), uint64(len(e.units)), uint64(ranked), uint64(len(e.calls)), uint64(taken))
		m.answer = append(m.answer, e.seed...)
		return true
	}
	if e.state != "called" && e.state != "ended" {
		return false
	}
	from := min(u32(body), uint64(len(e.ranking)))
	for _, p := range e.ranking[from:min(from+16, uint64(len(e.ranking)))] {
		m.put(p.who)
	}
	return true
}

func (m *model) look(o programtest.Op, e *episode, body []byte) bool {
	p := e.people[u32(body)]
	if p == nil || !o.Desk && o.Who != p.who {
		return false
	}
	m.put1(p)
	m.put8(p.points)
	m.put(uint64(p.position))
	states := []string{"open", "closed", "ranking", "called", "ended"}
	m.answer = append(m.answer, byte(slices.Index(states, e.state)))
	return true
}

func (m *model) step(o programtest.Op, e *episode, lead bool, body []byte) bool {
	self := e.people[o.Who]
	if o.Desk {
		self = nil
	}
	switch o.Kind {
	case 3:
		return m.apply(o, e, self, body)
	case 4, 5:
		return m.examine(o, e, e.people[u32(body)], body[4:])
	case 6, 7:
		return self != nil && m.change(o, e, self, body)
	case 2, 9:
		return m.seeding(o, e, body)
	case 8:
		if !lead || e.state != "open" || o.At <= e.reviewed || uint64(len(e.commitments)) < e.seedsMin {
			return false
		}
		e.state, e.closedAt = "closed", o.At
		m.put8(o.At + e.reveal)
		return true
	case 10:
		return self != nil && m.bid(o, e, self, body)
	case 11:
		return o.Desk && m.draw(o, e)
	case 12:
		return o.Desk && m.rank(o, e)
	case 13, 14:
		return m.reply(o, e, lead, body)
	case 15:
		return !o.Desk && m.object(o, e, self, body)
	case 16:
		p := e.people[u32(body)]
		return lead && p != nil && p.objected && body[4] <= 1 && m.judge(o, e, p, body[4] == 1)
	case 17:
		return lead && m.end(o, e)
	}
	return m.look(o, e, body)
}

// crowded reports whether a first-come round takes nobody any more.
func (m *model) crowded(e *episode) bool {
	live := uint64(0)
	for _, p := range e.people {
		if p.state != StateRefused && p.state != StateWithdrawn {
			live++
		}
	}
	return m.mode == 3 && live >= e.quota+e.reserve
}

func (m *model) apply(o programtest.Op, e *episode, self *person, body []byte) bool {
	if o.Desk || o.Who >= uint64(m.Params.Population) || self != nil || e.state != "open" || o.At < e.opens ||
		o.At >= e.deadline || m.crowded(e) {
		return false
	}
	p := &person{who: o.Who, number: uint64(len(e.people) + 1), applied: o.At, moved: o.At, since: m.Accepted + 1,
		state: StateApplied, data: string(body), aspects: map[int]bool{}}
	e.people[o.Who] = p
	m.complete(e, p, o.At)
	return m.put1(p)
}

// complete looks whether all agencies have confirmed.
func (m *model) complete(e *episode, p *person, at uint64) {
	if len(p.aspects) < m.Params.Approvals {
		return
	}
	p.state, p.moved = StateEligible, at
	if m.mode == 1 && p.points < e.pointsMin {
		p.state = StateShort
	} else if m.mode != 2 {
		p.onRoll = true
		e.roll = append(e.roll, p)
	}
}

func (m *model) examine(o programtest.Op, e *episode, p *person, body []byte) bool {
	if p == nil || !o.Desk || e.state != "open" || p.state != StateApplied || o.At > e.reviewed || o.At < p.moved {
		return false
	}
	mine := false
	for i := range m.Params.Approvals {
		mine = mine || (int(e.pool)%m.Params.Agencies+1+i)%m.Params.Agencies == o.Agency
	}
	if !mine || p.aspects[o.Agency] {
		return false
	}
	if o.Kind == 5 {
		p.state, p.moved = StateRefused, o.At
		return m.put1(p)
	}
	points := u32(body[32:])
	if string(body[:32]) != p.data || m.mode == 1 && points > e.pointsMax || m.mode != 1 && points > 0 {
		return false
	}
	p.aspects[o.Agency] = true
	p.points += points
	m.complete(e, p, o.At)
	return m.put1(p)
}

func (m *model) change(o programtest.Op, e *episode, p *person, body []byte) bool {
	if e.state != "open" || o.At >= e.deadline || o.At < p.applied || p.state == StateWithdrawn {
		return false
	}
	if o.Kind == 6 && (uint64(p.corrections) >= e.corrections || string(body) == p.data || p.state == StateRefused && m.crowded(e)) {
		return false
	}
	if p.onRoll {
		e.roll[slices.Index(e.roll, p)] = nil
		p.onRoll = false
	}
	if p.objected {
		p.objected = false
		p.heard++
	}
	p.moved, p.points, p.aspects, p.state = o.At, 0, map[int]bool{}, StateWithdrawn
	if o.Kind == 6 {
		p.state, p.data, p.since = StateApplied, string(body), m.Accepted+1
		p.corrections++
		m.complete(e, p, o.At)
	}
	return m.put1(p)
}

func numbers(label string, parts ...uint64) []byte {
	buf := []byte(label)
	for _, n := range parts {
		buf = binary.BigEndian.AppendUint32(buf, uint32(n))
	}
	return buf
}

func (m *model) seeding(o programtest.Op, e *episode, body []byte) bool {
	place := (o.Agency - int(e.pool)%m.Params.Agencies + m.Params.Agencies) % m.Params.Agencies
	if !o.Desk || uint64(place) >= e.seeders {
		return false
	}
	if o.Kind == 2 {
		if e.state != "open" || e.commitments[place] != nil {
			return false
		}
		e.commitments[place] = bytes.Clone(body)
		return true
	}
	named := binary.BigEndian.AppendUint16(numbers("draw seed\x00", uint64(e.pool), uint64(e.number)), uint16(o.Agency))
	want := sha256.Sum256(append(named, body...))
	if e.state != "closed" || e.seeds[place] != nil || !bytes.Equal(e.commitments[place], want[:]) ||
		o.At < e.closedAt || o.At > e.closedAt+e.reveal {
		return false
	}
	e.seeds[place] = bytes.Clone(body)
	return true
}

func (m *model) bid(o programtest.Op, e *episode, p *person, body []byte) bool {
	want := sha256.Sum256(append(numbers("draw bid\x00", uint64(e.pool), uint64(e.number), p.who), body...))
	if m.mode != 2 || e.state != "closed" || o.At < e.closedAt || o.At > e.closedAt+e.reveal || p.state != StateEligible ||
		p.onRoll || p.data != string(want[:]) {
		return false
	}
	p.price = binary.BigEndian.Uint64(body)
	if p.price < e.low || p.price > e.high {
		p.state = StateInvalid
		return m.put1(p)
	}
	p.onRoll = true
	e.roll = append(e.roll, p)
	return m.put1(p)
}

func rule(pairs ...any) map[string]int64 {
	rules := map[string]int64{"round-length": 400, "review-length": 100, "reveal-length": 80, "confirm-length": 200,
		"objection-length": 100, "amend-quorum": 1, "withhold-percent": 20, "object-percent": 20}
	for i := 0; i < len(pairs); i += 2 {
		rules[pairs[i].(string)] = int64(pairs[i+1].(int))
	}
	return rules
}

var stormParams = []workloads.Params{
	{Agencies: 4, PayloadBytes: 10, ReadPercent: 20, Approvals: 2, Population: 200, Rule: rule("quota", 10, "reserve-percent", 50)},
	{Agencies: 3, PayloadBytes: 0, ReadPercent: 10, Approvals: 1, Population: 150, LogReads: true,
		Rule: rule("mode", 1, "quota", 12, "points-max", 6, "points-min", 2, "pools", 2, "seeders", 2)},
	{Agencies: 5, PayloadBytes: 4, ReadPercent: 10, Approvals: 2, Population: 300, KeyChoice: "zipf",
		Rule: rule("mode", 2, "quota", 2, "pools", 3, "price-max", 20, "reserve-percent", 300)},
	{Agencies: 2, PayloadBytes: 5, ReadPercent: 10, Population: 300, Rule: rule("mode", 3, "quota", 40, "ignore-percent", 20)},
	{Agencies: 3, PayloadBytes: 5, Population: 3000, Rule: rule("quota", 150, "round-length", 1500)},
	{Agencies: 2, PayloadBytes: 5, ReadPercent: 30, Approvals: 1, Population: 300, ThinkMean: 30 * time.Millisecond,
		Rule: rule("mode", 2, "bid-best", 1, "quota", 5)},
}

func TestAgreesWithModel(t *testing.T) {
	reached, kinds := make([]int, StateDisqualified+1), make([]uint64, counters)
	for i, params := range stormParams {
		for seed := range uint64(5) {
			a := programtest.Agree(t, Family(), params, seed, 5000, newModel(params, seed == 4 && i < 4)).(*app)
			for e := range a.Ledger.Each([]byte{keyApply}) {
				a.entry.read(e.Value)
				reached[a.entry.state]++
			}
			for kind := range kinds {
				kinds[kind] += a.Count(kind)
			}
		}
	}
	for state := StateApplied; state <= StateDisqualified; state++ {
		if reached[state] == 0 {
			t.Errorf("no storm brought an application to state %d", state)
		}
	}
	for kind := KindAnnounce; kind <= KindLook; kind++ {
		if kinds[kind] == 0 {
			t.Errorf("no storm had an accepted transaction of kind %d", kind)
		}
	}
}

func FuzzProgram(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 10, Approvals: 1, Population: 60, Rule: rule("quota", 4)}
	programtest.Fuzz(f, Family(), params, newModel(params, true))
}
