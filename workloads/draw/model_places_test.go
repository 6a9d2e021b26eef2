package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/govbench/govbench/workloads/program/programtest"
)

func (m *model) draw(o programtest.Op, e *episode) bool {
	over := o.At > e.closedAt+e.reveal
	if e.state != "closed" || o.At < e.closedAt || !over && (m.mode == 2 || len(e.seeds) < len(e.commitments)) {
		return false
	}
	if m.mode < 2 {
		mixed := numbers("draw round\x00", uint64(e.pool), uint64(e.number))
		for place := range 64 {
			if seed := e.seeds[place]; seed != nil {
				mixed = append(mixed, seed...)
			} else if commitment := e.commitments[place]; commitment != nil {
				missing := sha256.Sum256(append([]byte("draw missing\x00"), commitment...))
				mixed = append(mixed, missing[:]...)
			}
		}
		sum := sha256.Sum256(mixed)
		e.seed = sum[:]
	}
	for _, p := range e.roll {
		if p != nil {
			e.ranking = append(e.ranking, p)
		}
	}
	slices.SortFunc(e.ranking, func(x, y *person) int {
		if m.before(e, x, y) {
			return -1
		}
		return 1
	})
	e.ranking = e.ranking[:min(uint64(len(e.ranking)), e.quota+e.reserve)]
	e.state, e.units = "ranking", m.plan(e)
	m.put(uint64(len(e.units)))
	if len(e.units) == 0 {
		e.call(o.At)
	}
	return true
}

// before is the order of the ranking.
func (m *model) before(e *episode, x, y *person) bool {
	lot := func(p *person) []byte {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32(bytes.Clone(e.seed), uint32(p.number)))
		return sum[:]
	}
	switch {
	case m.mode == 1 && x.points != y.points:
		return x.points > y.points
	case m.mode == 2 && x.price != y.price:
		return (x.price < y.price) == (m.start["bid-best"] == 0)
	case m.mode < 2:
		return bytes.Compare(lot(x), lot(y)) < 0
	}
	return x.since < y.since
}

// plan lists the units of sorting: each run of a level is made in pieces of 128, runs of the first level in one.
func (m *model) plan(e *episode) (units []unit) {
	if len(e.roll) == 0 {
		return nil
	}
	most := e.quota + e.reserve
	var runs []uint64
	for left := uint64(len(e.roll)); left > 0; left -= min(left, 128) {
		runs = append(runs, min(left, 128, most))
	}
	for {
		for _, run := range runs {
			for from := uint64(0); from < run; from += 128 {
				units = append(units, unit{len(runs) == 1, int(from), int(min(from+128, run))})
			}
		}
		if len(runs) == 1 {
			return units
		}
		// The next level takes 16 runs together; what was cut off does not come back.
		var next []uint64
		for group := range slices.Chunk(runs, 16) {
			sum := uint64(0)
			for _, run := range group {
				sum += run
			}
			next = append(next, min(sum, most))
		}
		runs = next
	}
}

func (m *model) rank(o programtest.Op, e *episode) bool {
	if e.state != "ranking" || o.At < e.closedAt {
		return false
	}
	u := e.units[0]
	e.units = e.units[1:]
	m.put(uint64(len(e.units)))
	if u.publish {
		m.put(uint64(u.from))
		for i := u.from; i < min(u.to, len(e.ranking)); i++ {
			m.put(e.ranking[i].who)
		}
	}
	if len(e.units) == 0 {
		e.call(o.At)
	}
	return true
}

func (e *episode) call(at uint64) {
	e.state, e.lastCall = "called", at
	for range min(e.quota, uint64(len(e.ranking))) {
		e.calls = append(e.calls, at)
	}
}

// giveUp ends a call; the next in the ranking is called.
func (m *model) giveUp(e *episode, p *person, position int, state byte, at uint64) bool {
	p.state, p.moved, p.position = state, max(at, p.moved), position+1
	if next := len(e.calls); next < len(e.ranking) {
		first := e.calls[0]
		e.calls = append(e.calls, max(at, first)) // nobody is called before the first were
		e.lastCall = max(e.lastCall, at)
		m.put(uint64(next), e.ranking[next].who)
	}
	return true
}

func (m *model) reply(o programtest.Op, e *episode, lead bool, body []byte) bool {
	at := u32(body)
	if e.state != "called" || at >= uint64(len(e.calls)) {
		return false
	}
	p, called := e.ranking[at], e.calls[at]
	late := o.At > called+e.confirm
	switch {
	case p.state != StateEligible:
		return false
	case o.Kind == 14:
		return lead && late && m.giveUp(e, p, int(at), StateLapsed, o.At)
	case o.Desk || p.who != o.Who || late || o.At < called || body[4] > 1:
		return false
	case body[4] == 0:
		return m.giveUp(e, p, int(at), StateDeclined, o.At)
	}
	p.state, p.moved, p.position = StateTaken, o.At, int(at)+1
	return true
}

func (m *model) object(o programtest.Op, e *episode, self *person, body []byte) bool {
	about, at := u32(body), u32(body[4:])
	if self == nil {
		return false
	}
	if at == 1<<32-1 {
		if about != o.Who || self.state != StateRefused || e.state != "open" || o.At > e.reviewed || o.At < self.moved ||
			self.objected || self.heard >= 3 {
			return false
		}
		self.objected = true
		return m.put1(self)
	}
	if e.state != "called" || at >= uint64(len(e.calls)) || about == o.Who {
		return false
	}
	p, called := e.ranking[at], e.calls[at]
	if p.who != about || p.state != StateEligible && p.state != StateTaken || o.At < called || o.At > called+e.objection ||
		p.objected || p.heard >= 3 {
		return false
	}
	p.objected, p.position = true, int(at)+1
	return m.put1(p)
}

func (m *model) judge(o programtest.Op, e *episode, p *person, upheld bool) bool {
	if p.state == StateRefused {
		if e.state != "open" || o.At > e.reviewed || upheld && m.crowded(e) {
			return false
		}
		p.objected = false
		p.heard++
		if upheld {
			p.state, p.points, p.aspects, p.moved = StateApplied, 0, map[int]bool{}, max(o.At, p.moved)
		}
		return true
	}
	if e.state != "called" {
		return false
	}
	p.objected = false
	p.heard++
	if upheld && (p.state == StateEligible || p.state == StateTaken) {
		return m.giveUp(e, p, p.position-1, StateDisqualified, o.At)
	}
	return true
}

func (m *model) end(o programtest.Op, e *episode) bool {
	if e.state != "called" || o.At <= e.lastCall+e.objection {
		return false
	}
	taken := uint64(0)
	for i := range e.calls {
		if p := e.ranking[i]; p.state == StateEligible || p.objected {
			return false
		} else if p.state == StateTaken {
			taken++
		}
	}
	e.state = "ended"
	m.put(taken)
	return true
}
