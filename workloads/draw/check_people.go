package draw

import (
	"encoding/binary"
	"fmt"
)

// checkPeople verifies the applications of a round one by one.
func (a *app) checkPeople(d *dossier, accepted uint64) error {
	if uint64(len(d.people)) != uint64(d.round.applied) {
		return fmt.Errorf("%d applications, the round counts %d", len(d.people), d.round.applied)
	}
	live, objections := uint32(0), uint32(0)
	for i := range d.people {
		h := &d.people[i]
		if h.number != uint32(i)+1 || uint64(h.subject) >= uint64(a.settings.Population) {
			return fmt.Errorf("application %d of subject %d: numbered twice or with a gap, or nobody's", h.number, h.subject)
		}
		if err := a.checkApplication(d, h, accepted); err != nil {
			return fmt.Errorf("application %d of subject %d: %w", h.number, h.subject, err)
		}
		if h.state != StateRefused && h.state != StateWithdrawn && h.state != StateInvalid {
			live++
		}
		if h.objector != 0 && h.state != StateRefused {
			objections++
		}
		if h.isEligible(a.mode) {
			d.eligible = append(d.eligible, h)
		}
	}
	if a.mode == ModeFirst && uint64(live) > d.terms.quota+d.terms.reserve {
		return fmt.Errorf("%d applications are live, there are %d places and %d reserves", live, d.terms.quota, d.terms.reserve)
	}
	if live != d.round.live || objections != d.round.objections {
		return fmt.Errorf("%d applications are live and %d objected to, the round says %d and %d",
			live, objections, d.round.live, d.round.objections)
	}
	return nil
}

// isEligible reports whether the application takes part in the ranking.
func (h *held) isEligible(mode byte) bool {
	return h.state >= StateTaken || h.state == StateEligible && (mode != ModeBids || h.line != 0)
}

func (a *app) checkApplication(d *dossier, h *held, accepted uint64) error {
	t := &d.terms
	if h.state < StateApplied || h.state > StateDisqualified || h.since == 0 || h.since > accepted ||
		uint64(h.corrections) > t.corrections || h.heard > heardMax {
		return fmt.Errorf("unsound record, or corrected or heard too often: %+v", h.application)
	}
	if d.round.closed > 0 && h.since > d.round.closed || t.order > 0 && h.since <= t.order {
		return fmt.Errorf("entered by transaction %d, outside the round", h.since)
	}
	if h.appliedAt < t.opens || h.appliedAt >= t.deadline || h.state == StateWithdrawn && h.movedAt >= t.deadline ||
		h.state <= StateRefused && h.movedAt > t.reviewed() || h.movedAt < h.appliedAt {
		return fmt.Errorf("applied at %d ms and moved to state %d at %d ms: after a deadline", h.appliedAt, h.state, h.movedAt)
	}
	points, seen := uint64(0), uint64(0)
	for _, s := range h.aspects {
		if int(s.place) >= a.settings.Approvals || seen>>s.place&1 == 1 {
			return fmt.Errorf("confirmed twice, or by the agency at place %d", s.place)
		}
		if s.at < h.appliedAt || s.at > t.reviewed() {
			return fmt.Errorf("confirmed at %d ms: outside the round", s.at)
		}
		if uint64(s.points) > t.pointsMax || a.mode != ModePoints && s.points != 0 {
			return fmt.Errorf("%d points for one aspect", s.points)
		}
		seen |= 1 << s.place
		points += uint64(s.points)
	}
	complete := len(h.aspects) == a.settings.Approvals
	past := h.state == StateEligible || h.state >= StateShort && h.state != StateRefused && h.state != StateWithdrawn
	enough := a.mode != ModePoints || points >= t.pointsMin
	switch {
	case points != h.points:
		return fmt.Errorf("%d points, its aspects sum to %d", h.points, points)
	case past && !complete, h.state == StateApplied && complete:
		return fmt.Errorf("in state %d with %d confirmations of %d", h.state, len(h.aspects), a.settings.Approvals)
	case past && enough == (h.state == StateShort):
		return fmt.Errorf("in state %d with %d points, %d are needed", h.state, points, t.pointsMin)
	}
	return nil
}

// checkRoll verifies the roll against the applications.
func (a *app) checkRoll(d *dossier, _ uint64) error {
	byLine := make(map[uint32]*held, len(d.people))
	for i := range d.people {
		if h := &d.people[i]; h.line != 0 {
			byLine[h.line] = h
		}
		if h := &d.people[i]; (h.line != 0) != h.isEligible(a.mode) {
			return fmt.Errorf("application %d: in state %d and on line %d of the roll", h.number, h.state, h.line)
		}
	}
	void := uint32(0)
	for at := range d.round.lines {
		page, _, _ := a.Ledger.Get(a.rollKey(d.id, at/pageLines))
		from := int(at%pageLines) * lineSize
		if len(page) < from+lineSize {
			return fmt.Errorf("roll: line %d of %d is missing", at+1, d.round.lines)
		}
		line := page[from : from+lineSize]
		if binary.BigEndian.Uint32(line[4:]) == 0 {
			void++
			continue
		}
		h := byLine[at+1]
		score := uint64(0)
		if h != nil {
			score = h.points
			if a.mode == ModeBids {
				score = h.price
			}
		}
		if h == nil || binary.BigEndian.Uint32(line) != h.subject || binary.BigEndian.Uint32(line[4:]) != h.number ||
			binary.BigEndian.Uint64(line[8:]) != score || binary.BigEndian.Uint64(line[16:]) != h.since {
			return fmt.Errorf("roll: line %d is %x, which is no eligible application's", at+1, line)
		}
	}
	if void != d.round.void || uint64(len(byLine))+uint64(void) != uint64(d.round.lines) {
		return fmt.Errorf("roll: %d lines, %d applications and %d void, the round says %d void",
			d.round.lines, len(byLine), void, d.round.void)
	}
	return nil
}
