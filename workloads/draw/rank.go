package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// pageRanks is the number of ranks in an entry, and the most that one operation sorts or merges: it bounds what
// an operation costs, however many have applied.
const pageRanks = 128

// rank is where an application stands in the order, lower ones first, and whose it is.
type rank struct {
	major, minor    uint64
	number, subject uint32
	calledAt        uint64 // ms; 0: at the settlement, or not called
}

const rankSize = 8 + 8 + 4 + 4 + 8

// less is the order of the ranking. It is total, because numbers of applications differ.
func (r *rank) less(other *rank) bool {
	switch {
	case r.major != other.major:
		return r.major < other.major
	case r.minor != other.minor:
		return r.minor < other.minor
	}
	return r.number < other.number
}

func (r *rank) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, r.major)
	buf = binary.BigEndian.AppendUint64(buf, r.minor)
	buf = binary.BigEndian.AppendUint32(buf, r.number)
	buf = binary.BigEndian.AppendUint32(buf, r.subject)
	return binary.BigEndian.AppendUint64(buf, r.calledAt)
}

func readRank(value []byte) rank {
	return rank{
		binary.BigEndian.Uint64(value), binary.BigEndian.Uint64(value[8:]), binary.BigEndian.Uint32(value[16:]),
		binary.BigEndian.Uint32(value[20:]), binary.BigEndian.Uint64(value[24:]),
	}
}

// voidNumber is the number in the rank of a void line, which comes after all others.
const voidNumber = math.MaxUint32

// Lot is the hash that a lottery ranks an application by, and that breaks ties between points.
func Lot(seed [32]byte, number uint32) [32]byte {
	var buf [36]byte
	copy(buf[:], seed[:])
	binary.BigEndian.PutUint32(buf[32:], number)
	return sha256.Sum256(buf[:])
}

// rankOf is the rank of a line of the roll.
func (a *app) rankOf(line []byte) rank {
	r := rank{subject: binary.BigEndian.Uint32(line), number: binary.BigEndian.Uint32(line[4:])}
	score, since := binary.BigEndian.Uint64(line[8:]), binary.BigEndian.Uint64(line[16:])
	if r.number == 0 {
		return rank{math.MaxUint64, math.MaxUint64, voidNumber, 0, 0}
	}
	switch a.mode {
	case ModeBids:
		r.major, r.minor = score, since
		if a.settings.Rule("bid-best") == 1 {
			r.major = ^score
		}
	case ModeFirst:
		r.major = since
	default:
		lot := Lot(a.round.seed, r.number)
		r.major, r.minor = binary.BigEndian.Uint64(lot[:]), binary.BigEndian.Uint64(lot[8:])
		if a.mode == ModePoints {
			r.major, r.minor = ^score, r.major
		}
	}
	return r
}

// layout is how so many lines are sorted when only so many of them are wanted. Level 0 sorts runs of one page; each
// next level merges 16 runs into one and stops a run where nobody beyond it can be wanted.
type layout struct{ lines, most uint64 }

func plan(lines uint32, most uint64) layout { return layout{uint64(lines), most} }

// span is how many lines of the roll a run of the level stands for.
func (l layout) span(level byte) uint64 { return pageRanks << (4 * level) }

// last is the level that has a single run.
func (l layout) last() (level byte) {
	for l.span(level) < l.lines {
		level++
	}
	return level
}

// runs is the number of runs of a level.
func (l layout) runs(level byte) uint64 { return (l.lines + l.span(level) - 1) / l.span(level) }

// length is that of a run.
func (l layout) length(level byte, run uint64) uint64 {
	from := run * l.span(level)
	if from >= l.lines {
		return 0
	}
	return min(l.most, l.span(level), l.lines-from)
}

// units is the number of operations that the sorting takes.
func (l layout) units() uint32 {
	if l.lines == 0 {
		return 0
	}
	pages := func(lines uint64) uint64 { return (lines + pageRanks - 1) / pageRanks }
	sum := l.runs(0)
	for level := byte(1); level <= l.last(); level++ {
		whole := l.runs(level) - 1
		sum += whole*pages(l.length(level, 0)) + pages(l.length(level, whole))
	}
	return uint32(sum)
}

// sorter is the room that sorting uses again.
type sorter struct {
	ranks []rank
	heads [merges]rank
	pages [merges][]byte
}

// rank does a unit of the sorting: it sorts one page, or merges one page of 16 runs. It answers how many units
// remain; one of the last level also the position of the first whom it ranked, and all of these.
func (a *app) rank(call *program.Call) string {
	r := &a.round
	_, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !desk:
		return "only agencies rank"
	case r.state != RoundRanking:
		return "there is nothing to rank"
	case call.At < r.closedAt:
		return "before the closing"
	}
	l := plan(r.lines, a.terms.ranked())
	final, from := r.level == l.last(), r.out
	a.sorter.ranks = a.sorter.ranks[:0]
	if r.level == 0 {
		a.sortPage(l)
	} else {
		a.mergePage(l)
	}
	r.units--
	a.buf = binary.BigEndian.AppendUint32(a.buf, r.units)
	if final {
		a.buf = binary.BigEndian.AppendUint32(a.buf, from)
		for i := range a.sorter.ranks {
			if a.sorter.ranks[i].number != voidNumber {
				a.buf = binary.BigEndian.AppendUint32(a.buf, a.sorter.ranks[i].subject)
			}
		}
	}
	if r.units == 0 {
		a.callFirst(call.At)
	}
	return ""
}

// sortPage makes the next run of level 0.
func (a *app) sortPage(l layout) {
	r, s := &a.round, &a.sorter
	from := uint64(r.group) * pageRanks
	for at := from; at < min(from+pageRanks, l.lines); at += pageLines {
		page, _ := a.Tx.Get(a.rollKey(a.id, uint32(at/pageLines)))
		for ; len(page) >= lineSize; page = page[lineSize:] {
			s.ranks = append(s.ranks, a.rankOf(page))
		}
	}
	slices.SortFunc(s.ranks, func(x, y rank) int {
		switch {
		case x.less(&y):
			return -1
		case y.less(&x):
			return 1
		}
		return 0
	})
	s.ranks = s.ranks[:min(uint64(len(s.ranks)), l.length(0, uint64(r.group)))]
	a.putPage(0, r.group)
	if r.group++; uint64(r.group) == l.runs(0) {
		r.level, r.group = 1, 0
	}
}

// mergePage makes the next page of the group of runs at work.
func (a *app) mergePage(l layout) {
	r, s := &a.round, &a.sorter
	below := r.level - 1
	first := uint64(r.group) * merges
	head := func(i int) {
		at := uint64(r.cursor[i])
		if at >= l.length(below, first+uint64(i)) {
			s.pages[i] = nil
			return
		}
		if at%pageRanks == 0 || s.pages[i] == nil {
			page := (first+uint64(i))*l.span(below)/pageRanks + at/pageRanks
			s.pages[i], _ = a.Tx.Get(a.sortKey(a.id, below%2, uint32(page)))
		}
		s.heads[i] = readRank(s.pages[i][at%pageRanks*rankSize:])
	}
	for i := range merges {
		s.pages[i] = nil
		head(i)
	}
	total := l.length(r.level, uint64(r.group))
	for end := min(uint64(r.out)+pageRanks, total); uint64(r.out) < end; r.out++ {
		best := -1
		for i := range merges {
			if s.pages[i] != nil && (best < 0 || s.heads[i].less(&s.heads[best])) {
				best = i
			}
		}
		s.ranks = append(s.ranks, s.heads[best])
		r.cursor[best]++
		head(best)
	}
	a.putPage(r.level, uint32((uint64(r.group)*l.span(r.level)+uint64(r.out)-1)/pageRanks))
	if uint64(r.out) < total {
		return
	}
	r.out, r.cursor = 0, [merges]uint32{}
	if r.group++; uint64(r.group) == l.runs(r.level) {
		r.level, r.group = r.level+1, 0
	}
}

// putPage writes the ranks at hand. Two areas take turns, so that no level overwrites the one it reads.
func (a *app) putPage(level byte, page uint32) {
	a.line = a.line[:0]
	for i := range a.sorter.ranks {
		a.line = a.sorter.ranks[i].append(a.line)
	}
	a.Tx.Put(a.sortKey(a.id, level%2, page), a.line)
}

// ranked is who stands at a position of the complete ranking.
func (a *app) ranked(position uint32) (r rank, found bool) {
	area := plan(a.round.lines, a.terms.ranked()).last() % 2
	page, found := a.Tx.Get(a.sortKey(a.id, area, position/pageRanks))
	at := int(position%pageRanks) * rankSize
	if !found || position >= a.round.ranked || len(page) < at+rankSize {
		return rank{}, false
	}
	return readRank(page[at:]), true
}
