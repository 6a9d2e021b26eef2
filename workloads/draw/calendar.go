package draw

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads/program"
)

// Stages of a round as the generator sees it.
const (
	stageOpen byte = iota
	stageClosed
	stageRanking
	stageCalled
	stageEnded
)

// roundsKept is how many rounds of a pool the generator follows at a time.
const roundsKept = 16

// officeTries is how often a lead repeats a step that was refused or not answered.
const officeTries = 12

// course is what the generator knows of one round: first what follows from the rules at the start, then what
// the answers say.
type course struct {
	number             uint32
	opens, deadline    time.Duration
	reviewed, revealed time.Duration
	confirm, objection time.Duration
	quota              uint32
	begun, full        bool // somebody applied; nobody else can
	stage              byte
	tries              int
	office             time.Duration // when the lead goes on
	units              uint32
	ranking            []uint32 // subjects by position, where known
	bids               []bidder
}

// bidder is who has a bid to open.
type bidder struct {
	subject     uint32
	corrections byte
}

// lane is a pool as the generator sees it.
type lane struct {
	now, next *course   // now takes applications, next is announced
	old       []*course // the rounds before
	settled   uint32    // latest round with a ranking, 0: none
}

// find is the course of a round.
func (l *lane) find(number uint32) *course {
	if l.now.number == number {
		return l.now
	}
	for _, c := range l.old {
		if c.number == number {
			return c
		}
	}
	if l.next != nil && l.next.number == number {
		return l.next
	}
	return nil
}

// advance goes on to the announced round when it is open.
func (l *lane) advance(at time.Duration) {
	if l.next == nil || at < l.now.deadline || at < l.next.opens {
		return
	}
	if l.now.begun {
		if len(l.old) == roundsKept {
			l.old = append(l.old[:0], l.old[1:]...)
		}
		l.old = append(l.old, l.now)
	}
	l.now, l.next = l.next, nil
}

// wants reports whether it is time to announce the next round: in the last quarter of the present one.
func (l *lane) wants(at time.Duration) bool {
	return l.next == nil && at >= l.now.deadline-(l.now.deadline-l.now.opens)/4
}

// expect is the course of a round that opens then, by the rules at the start.
func expect(settings *program.Settings, number uint32, opens time.Duration) *course {
	length := func(name string) time.Duration { return ms(uint64(settings.Rule(name))) }
	c := &course{
		number: number, opens: opens, deadline: opens + length("round-length"), confirm: length("confirm-length"),
		objection: length("objection-length"), quota: uint32(settings.Rule("quota")),
	}
	c.reviewed = c.deadline + length("review-length")
	return c
}

func ms(n uint64) time.Duration { return time.Duration(n) * time.Millisecond }

// announced takes over what the answer to an announcement says.
func (c *course) announced(answer []byte) {
	if len(answer) != 1+4+5*8+4 {
		return
	}
	at := func(i int) time.Duration { return ms(binary.BigEndian.Uint64(answer[5+8*i:])) }
	c.number = binary.BigEndian.Uint32(answer[1:])
	c.opens, c.deadline, c.reviewed, c.confirm, c.objection = at(0), at(1), at(2), at(3), at(4)
	c.quota = binary.BigEndian.Uint32(answer[45:])
}
