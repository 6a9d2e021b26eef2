package render

import (
	"fmt"
	"slices"

	"github.com/govbench/govbench/reports/result"
)

// lifelinesMax is how many replicas have a lifeline each. In a larger group those have one together that neither
// proposed the block nor took the request in.
const lifelinesMax = 8

// diagram is a sequence as it is drawn: of a large group, what is alike is one.
type diagram struct {
	of      result.Sequence
	bundled bool
	lanes   []lifeline
	arrows  []arrow
	bars    []bar
	marks   []result.SequenceMark // of a replica that stands for its lifeline
}

// lifeline is one line of the diagram. Alone is the replica, or the client, whose it is.
type lifeline struct {
	name  string
	alone int
	many  int // replicas on it; 0 for one that is alone
}

// arrow is a message, or messages of one kind between two lifelines for one block.
type arrow struct {
	from, to       int // lifelines
	kind           string
	bytes, n       int
	sent, sentLast float64
	first, last    float64 // arrivals
	own, lost      bool
	mixed          bool // bytes is the most of several
	height         uint64
}

// bar is CPU or disk time on a lifeline, or equal pieces of it.
type bar struct {
	result.SequenceSpan
	lane, n int
}

func newDiagram(s result.Sequence) *diagram {
	d := &diagram{of: s, bundled: s.Replicas > lifelinesMax}
	d.lanes = append(d.lanes, lifeline{name: lifelineName(result.SequenceClient), alone: result.SequenceClient})
	kept := d.partners()
	for _, r := range kept {
		d.lanes = append(d.lanes, lifeline{name: lifelineName(r), alone: r})
	}
	if left := s.Replicas - len(kept); left > 0 {
		d.lanes = append(d.lanes, lifeline{name: "the other " + count(left, "replica"), alone: -2, many: left})
	}
	for _, m := range s.Messages {
		d.addMessage(m)
	}
	for _, p := range s.Spans {
		d.addSpan(p)
	}
	d.addMarks()
	return d
}

// partners are the replicas with a lifeline of their own, in order.
func (d *diagram) partners() []int {
	var out []int
	for r := range d.of.Replicas {
		entry := slices.ContainsFunc(d.of.Messages, func(m result.SequenceSent) bool { return m.From == result.SequenceClient && m.To == r })
		if !d.bundled || r == d.of.Proposer || entry {
			out = append(out, r)
		}
	}
	return out
}

// lane is the number of the lifeline that a replica or the client is on.
func (d *diagram) lane(replica int) int {
	if i := slices.IndexFunc(d.lanes, func(l lifeline) bool { return l.many == 0 && l.alone == replica }); i >= 0 {
		return i
	}
	return len(d.lanes) - 1
}

func (d *diagram) addMessage(m result.SequenceSent) {
	a := arrow{from: d.lane(m.From), to: d.lane(m.To), kind: m.Kind, bytes: m.Bytes, n: 1, sent: m.SentSec, sentLast: m.SentSec,
		first: m.ArrivedSec, last: m.ArrivedSec, own: m.Own, lost: m.Lost, height: m.Height}
	if d.lanes[a.from].many+d.lanes[a.to].many > 0 {
		for i := range d.arrows {
			if b := &d.arrows[i]; b.joins(a) {
				b.n++
				b.bytes, b.mixed = max(b.bytes, a.bytes), b.mixed || a.bytes != b.bytes
				b.sent, b.sentLast = min(b.sent, a.sent), max(b.sentLast, a.sent)
				b.first, b.last = min(b.first, a.first), max(b.last, a.last)
				return
			}
		}
	}
	d.arrows = append(d.arrows, a)
}

// joins reports whether another message says the same to the same lifeline: for the same block or, of messages for no
// block, at the same moment. Answers are all to the clients of one block.
func (a arrow) joins(b arrow) bool {
	if a.from != b.from || a.to != b.to || a.kind != b.kind || a.own != b.own || a.lost != b.lost || a.height != b.height {
		return false
	}
	return a.kind == "answer" || a.bytes == b.bytes && (a.height != 0 || a.sent == b.sent)
}

func (d *diagram) addSpan(p result.SequenceSpan) {
	b := bar{SequenceSpan: p, lane: d.lane(p.Replica), n: 1}
	if d.lanes[b.lane].many > 0 {
		for i := range d.bars {
			if o := &d.bars[i]; o.lane == b.lane && o.Resource == p.Resource && o.Bytes == p.Bytes && slices.Equal(o.Work, p.Work) {
				o.n++
				o.AskedSec, o.BeganSec, o.DoneSec = min(o.AskedSec, p.AskedSec), min(o.BeganSec, p.BeganSec), max(o.DoneSec, p.DoneSec)
				return
			}
		}
	}
	d.bars = append(d.bars, b)
}

// addMarks keeps, of replicas that share a lifeline, the first mark of each kind.
func (d *diagram) addMarks() {
	seen := map[string]bool{}
	for _, m := range d.of.Marks {
		if lane := d.lane(m.Replica); d.lanes[lane].many > 0 {
			key := fmt.Sprint(lane, m.Kind)
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		d.marks = append(d.marks, m)
	}
}

func (a arrow) text() string {
	if a.n == 1 {
		return a.kind + ", " + bytesText(float64(a.bytes))
	}
	size := bytesText(float64(a.bytes))
	if a.mixed {
		size = "up to " + size
	}
	return fmt.Sprintf("%d × %s, %s", a.n, a.kind, size)
}

// arrival says when the messages of an arrow are there.
func (a arrow) arrival() string {
	switch {
	case a.lost:
		return "lost"
	case a.first < a.last:
		return "there between " + timeText(a.first) + " and " + timeText(a.last)
	}
	return "there at " + timeText(a.last)
}

// title is all of a bar, in words.
func (b bar) title() string {
	text := workText(b.SequenceSpan)
	if b.n > 1 {
		return fmt.Sprintf("%d times: %s, between %s and %s", b.n, text, timeText(b.BeganSec), timeText(b.DoneSec))
	}
	if wait := b.BeganSec - b.AskedSec; wait > 0 {
		text += ", after waiting " + timeText(wait)
	}
	return text + ", " + timeText(b.DoneSec-b.BeganSec)
}

// rows are the table that says what the diagram does.
func (d *diagram) rows() []sequenceRow {
	type timed struct {
		sec float64
		row sequenceRow
	}
	var all []timed
	for _, a := range d.arrows {
		what := a.kind + ", " + a.arrival()
		if a.n > 1 {
			what = fmt.Sprintf("%d × %s", a.n, what)
		}
		all = append(all, timed{a.sent, sequenceRow{timeText(a.sent), d.lanes[a.from].name, d.lanes[a.to].name, what, bytesText(float64(a.bytes)), a.own}})
	}
	for _, b := range d.bars {
		all = append(all, timed{b.AskedSec, sequenceRow{timeText(b.AskedSec), d.lanes[b.lane].name, "", resourceWord(b.Resource) + ": " + b.title(), "", true}})
	}
	for _, m := range d.marks {
		all = append(all, timed{m.Sec, sequenceRow{timeText(m.Sec), d.lanes[d.lane(m.Replica)].name, "", m.Kind, "", true}})
	}
	slices.SortStableFunc(all, func(a, b timed) int { return compare(a.sec, b.sec) })
	out := make([]sequenceRow, len(all))
	for i, t := range all {
		out[i] = t.row
	}
	return out
}

func resourceWord(resource string) string {
	if resource == result.SequenceDisk {
		return "disk"
	}
	return "CPU"
}
