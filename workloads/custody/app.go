package custody

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation; every body but a declaration's begins with the consignment, 8 bytes.
const (
	KindDeclare    byte = 1  // quantity 8, manifest 32: by a firm
	KindClear      byte = 2  // verdict 1, 1 clears: by an agency that clears
	KindRelease    byte = 3  // by the lead agency
	KindHandOver   byte = 4  // to 4 (an agency's number or a firm's client number): by the holder
	KindTakeOver   byte = 5  // quantity 8, as counted: by who was named
	KindCancel     byte = 6  // by the holder or who was named
	KindEvent      byte = 7  // type 1, reading 8: by the holder
	KindQuarantine byte = 8  // reason 2: by the lead or an agency that clears
	KindLift       byte = 9  // by the agency that quarantined
	KindSplit      byte = 10 // quantity 8 of the new part: by the holder
	KindMerge      byte = 11 // consignment 8: by the holder of both
	KindUse        byte = 12 // quantity 8, how 1: by the holder
	KindRecall     byte = 13 // reason 2: by the lead agency
	KindUnrecall   byte = 14 // by the lead agency
	KindCorrect    byte = 15 // manifest 32: by the declarer
	KindScan       byte = 16 // by anybody; a query without LogReads
	KindTrace      byte = 17 // direction 1, 0 backward, 1 forward: query by agencies, holder and declarer
)

// How goods are used.
const (
	UseSold      byte = 1
	UseDestroyed byte = 2
	UseLost      byte = 3
	UseReturned  byte = 4 // abroad, before release
)

// EventTemperature is the type of event whose reading is a temperature in tenths of a degree, as an int64.
const EventTemperature byte = 1

// Counters of the program.
const (
	countLines = iota // of the journal
	countNew          // consignments declared, divided off or joined
	countDeclared
	countSold // units, at countSold-1 and the number of the use
	countDestroyed
	countLost
	countReturned
	countScans
	countQuarantined // consignments that are
	countRecalled    // consignments that are
	counters
)

// Refusals that the generator acts on.
const (
	reasonOverdue = "the goods are overdue"
)

type app struct {
	*program.State
	settings *program.Settings
	goods    goods // the consignment at work
	mate     goods // the second one of a joining
	child    goods // the new one of a division or joining
	line     line
	queue    []uint64 // consignments whose ancestors are to be looked at
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	return &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters),
		settings: settings,
	}
}

// Digest implements workloads.App.
func (a *app) Digest() [32]byte { return a.Ledger.Digest() }

// Apply implements workloads.App. The answer to an accepted step is the consignment that goes on, 8 bytes, and its flags; to
// a logged scan it is what a scan tells.
func (a *app) Apply(op []byte) []byte {
	call, reason := a.Open(op, false)
	if reason != "" {
		return a.Refuse(reason)
	}
	if answer, is := a.Govern(&call); is {
		return answer
	}
	a.line = line{order: a.Accepted(), at: call.At, kind: call.Kind, client: call.Client}
	switch {
	case call.Kind == KindDeclare:
		return a.declare(&call)
	case call.Kind > KindDeclare && call.Kind <= KindCorrect:
		return a.step(&call)
	case call.Kind == KindScan && a.settings.LogReads:
		return a.scan(&call)
	}
	return a.Refuse("no such transaction")
}

// Query implements workloads.App.
func (a *app) Query(op []byte) []byte {
	call, reason := a.Open(op, true)
	if reason != "" {
		return program.Refusal(reason)
	}
	if answer, is := a.GovernQuery(&call); is {
		return answer
	}
	number, direction := call.Body.Uint64(), byte(0)
	if call.Kind == KindTrace {
		direction = call.Body.Uint8()
	}
	switch {
	case call.Kind != KindTrace && (call.Kind != KindScan || a.settings.LogReads):
		return program.Refusal("no such query")
	case !call.Body.Done() || direction > 1:
		return program.Refusal("malformed question")
	case !a.load(number, &a.goods):
		return program.Refusal("no such consignment")
	}
	if call.Kind == KindScan {
		return program.Answer(a.appendFacts(nil)...)
	}
	_, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !desk && a.who(&call) != a.goods.holder && a.who(&call) != a.goods.declarer:
		return program.Refusal("another firm's goods")
	case direction == 1:
		return program.Answer(a.children(number)...)
	}
	return program.Answer(a.ancestors()...)
}

// appendFacts adds what a scan tells of the loaded consignment: flags 1, whether it or an ancestor is recalled 1,
// quantity 8, events 8, head 32.
func (a *app) appendFacts(buf []byte) []byte {
	recalled := byte(0)
	if a.recalled(&a.goods) {
		recalled = 1
	}
	buf = append(buf, a.goods.flags, recalled)
	buf = binary.BigEndian.AppendUint64(buf, a.goods.quantity)
	buf = binary.BigEndian.AppendUint64(buf, a.goods.events)
	return append(buf, a.goods.head[:]...)
}

// recalled reports whether a consignment or one of its ancestors is recalled.
func (a *app) recalled(g *goods) bool {
	if g.flags&flagRecalled != 0 {
		return true
	}
	return a.walk(g.parents, func(_ uint64, flags byte) bool { return flags&flagRecalled != 0 })
}

// walk visits the ancestors, parents first, until visit says that it has seen enough.
func (a *app) walk(parents [2]uint64, visit func(number uint64, flags byte) bool) bool {
	a.queue = append(a.queue[:0], parents[:]...)
	for at := 0; at < len(a.queue); at++ {
		ancestor := a.queue[at]
		if ancestor == none {
			continue
		}
		flags, above := flagReleased, [2]uint64{none, none}
		if value, found := a.Tx.Get(a.keyFor(keyGoods, ancestor)); found {
			flags, above = readLineage(value)
		}
		if visit(ancestor, flags) {
			return true
		}
		a.queue = append(a.queue, above[:]...)
	}
	return false
}

// ancestors lists all ancestors of the loaded consignment: each a number 8 and its flags 1.
func (a *app) ancestors() (list []byte) {
	a.walk(a.goods.parents, func(ancestor uint64, flags byte) bool {
		list = append(binary.BigEndian.AppendUint64(list, ancestor), flags)
		return false
	})
	return list
}

// children lists the latest children of the loaded consignment, newest first, in the same way.
func (a *app) children(number uint64) (list []byte) {
	next := a.goods.youngest
	for range ChildrenMax {
		if next == none || !a.load(next, &a.mate) {
			break
		}
		list = append(binary.BigEndian.AppendUint64(list, next), a.mate.flags)
		if a.mate.parents[0] == number {
			next = a.mate.elders[0]
		} else {
			next = a.mate.elders[1]
		}
	}
	return list
}

// load reads a consignment, as it is at the start when nothing has happened to it.
func (a *app) load(number uint64, g *goods) bool {
	if value, found := a.Tx.Get(a.keyFor(keyGoods, number)); found {
		return g.read(value)
	}
	if number >= uint64(a.settings.Population) {
		return false
	}
	*g = begin(number, a.settings)
	return true
}

func (a *app) put(number uint64, g *goods) {
	a.buf = g.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyGoods, number), a.buf)
}

// payload takes the payload and hashes it.
func (a *app) payload(call *program.Call) [32]byte {
	return sha256.Sum256(call.Body.Bytes(a.settings.PayloadBytes))
}

// is reports whether the client is a desk of the agency.
func (a *app) is(call *program.Call, agency int) bool {
	found, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	return desk && found == agency
}

// place is the place of the client's agency among those that clear.
func (a *app) place(call *program.Call) (place int, clears bool) {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	place = (agency - 1 + a.settings.Agencies) % a.settings.Agencies
	return place, desk && place < a.settings.Approvals
}

// who is the client as goods name it: an agency's number or a firm's first client number.
func (a *app) who(call *program.Call) uint32 {
	if agency, desk := program.AgencyOf(call.Client, a.settings.Agencies); desk {
		return uint32(agency)
	}
	if firm, is := a.firm(call); is {
		return program.Subject(firm)
	}
	return call.Client
}

// firm is the firm that the client acts for.
func (a *app) firm(call *program.Call) (firm uint64, is bool) {
	number, isSubject := program.SubjectOf(call.Client)
	firms := uint64(a.settings.Rule("firms"))
	return number % firms, isSubject && number < firms*Terminals
}

// holds reports whether somebody of that name may hold goods.
func (a *app) holds(who uint32) bool {
	if firm, is := program.SubjectOf(who); is {
		return firm < uint64(a.settings.Rule("firms"))
	}
	return int64(who) < int64(a.settings.Agencies)
}

// needed is the number of clearances that a release needs.
func (a *app) needed() int {
	return max(0, a.settings.Approvals-int(a.Rule("clearances-waived")))
}

func (a *app) enough() bool { return bits.OnesCount32(a.goods.cleared) >= a.needed() }

// record writes the step's line and returns it encoded, valid until the next write.
func (a *app) record() []byte {
	at := a.Count(countLines)
	a.buf = a.line.append(a.buf[:0])
	a.Tx.Patch(a.keyFor(keyPage, at/pageLines), int(at%pageLines)*lineSize, a.buf)
	a.Add(countLines, 1)
	return a.buf
}

func (a *app) scan(call *program.Call) []byte {
	number := call.Body.Uint64()
	a.line.data = a.payload(call)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed scan")
	case !a.load(number, &a.goods):
		return a.Refuse("no such consignment")
	}
	a.line.number = number
	a.record()
	a.Add(countScans, 1)
	return a.Accept(a.appendFacts(a.buf[:0])...)
}

var _ workloads.App = (*app)(nil)
