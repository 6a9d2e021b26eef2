package program

import (
	"encoding/binary"
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/ledger"
)

// CountersMax is the most counters that a family may keep.
const CountersMax = 24

// Keys of the ledger that State owns; a family's keys begin with small letters.
const (
	keyGenesis = "G" // the program's tag: the root depends on every parameter
	keyTotals  = "T" // clock, accepted operations, counters; the ledger's head
	keyRules   = "R" // counters of amendments, then the values of the rules in force
	keyAmend   = "A" // and the number of an amendment, 8 bytes: what was proposed and who endorsed it
	keyDue     = "S" // the amendments that wait for their height
	keyWindow  = "W" // and the number of a row of desks, 2 bytes: their windows; or a subject's client number, 4: its window
)

// State is a ledger with the guards that every program needs. A family's App opens each operation with
// Open, works on Tx and the counters, and ends with Accept or Refuse.
type State struct {
	Ledger *ledger.Ledger
	Tx     *ledger.Tx

	settings  *Settings
	tag       uint64
	totals    totals // of the operation at work
	counters  int
	buf       []byte
	key       [9]byte
	ownOf     func(client uint32) (uint64, bool) // see OwnWindows
	ownPrefix byte

	totalsAt ledger.Place
	rowsAt   []ledger.Place // by row of desks

	values  []int64             // of the rules in force, in the family's order
	due     uint64              // height at which the next amendment takes effect
	history map[string][]change // see RuleAt; made by Audit

	governance uint64 // see Governance; made by Audit
	skew       int    // index of "skew-max"
	leap       int    // index of "leap-max"
}

// totals is the record at keyTotals.
type totals struct {
	clock    uint64
	accepted uint64
	counter  [CountersMax]uint64
}

// NewState makes the state of a program with so many counters, the first of them with the given start
// values.
func NewState(settings *Settings, tag uint64, counters int, start ...uint64) *State {
	state := &State{Ledger: ledger.NewHeaded([]byte(keyTotals)), settings: settings, tag: tag, counters: counters}
	state.Tx = state.Ledger.Begin()
	state.rowsAt = make([]ledger.Place, settings.Agencies*Desks/rowDesks)
	state.Ledger.Put([]byte(keyGenesis), binary.BigEndian.AppendUint64(nil, tag))
	copy(state.totals.counter[:], start)
	state.Ledger.Put([]byte(keyTotals), state.appendTotals(nil))
	state.foundRules()
	return state
}

// StateBytes implements workloads.Sized.
func (s *State) StateBytes() uint64 {
	const version = 8
	sum := uint64(0)
	for e := range s.Ledger.Each(nil) {
		sum += uint64(len(e.Key)) + uint64(len(e.Value)) + version
	}
	return sum
}

// Call is an operation whose envelope was accepted.
type Call struct {
	Header
	Body Reader
}

// Open decodes the envelope and applies the rules that hold for every program. The operation may be
// refused for the returned reason, which is empty when all is well. In a query nothing is written and
// the sequence must be 0.
func (s *State) Open(op []byte, query bool) (call Call, reason string) {
	s.Tx.Discard() // a query before may have left what it looked up
	var ok bool
	call.Header, call.Body, ok = ReadHeader(op)
	if !ok {
		return call, "malformed envelope"
	}
	if call.Tag != s.tag {
		return call, "operation of another program"
	}
	if _, desk := AgencyOf(call.Client, s.settings.Agencies); !desk && call.Client < SubjectBase {
		return call, "unknown client"
	}
	s.readTotals()
	if query {
		if call.Sequence != 0 {
			return call, "a query has no sequence number"
		}
		return call, ""
	}
	return call, s.admit(&call)
}

// admit checks time and sequence of a transaction and buffers what they change.
func (s *State) admit(call *Call) string {
	skew, leap := uint64(s.values[s.skew]), uint64(s.values[s.leap])
	switch {
	case call.At > TimeMax || call.At > s.totals.clock+leap:
		return "time too far ahead"
	case call.At+skew < s.totals.clock:
		return "time too far behind"
	}
	key, offset := s.window(call.Client)
	var w window
	var subject ledger.Place
	place := &subject
	if row := int(call.Client / rowDesks); call.Client < SubjectBase {
		place = &s.rowsAt[row]
	}
	if record, _ := s.Tx.GetAt(key, place); len(record) >= offset+windowSize {
		w, _ = readWindow(record[offset : offset+windowSize])
	}
	if !w.accept(call.Sequence) {
		return "sequence number used or too old"
	}
	s.buf = w.append(s.buf[:0])
	s.Tx.Patch(key, offset, s.buf)
	s.totals.clock = max(s.totals.clock, call.At)
	s.totals.accepted++
	return ""
}

// rowDesks is how many desks' windows share an entry of the ledger. A block that holds operations from most desks of an
// agency costs less with long rows, one that holds few, as in a mix of many programs, with short ones. Of 4, 8 and 32
// (BenchmarkManyPrograms and BenchmarkApply of the families) 8 was best for the mix and 32 by a few percent for one
// program of 60 agencies.
const rowDesks = 8

// OwnWindows lets clients that own an entry of the family keep their window in its first WindowSize bytes, which the
// family must leave alone: an operation that changes the entry anyway then changes no other one for its window. The
// entry's key is the prefix and the number that of tells, 8 bytes; of tells false for every other client.
func (s *State) OwnWindows(prefix byte, of func(client uint32) (number uint64, owns bool)) {
	s.ownPrefix, s.ownOf = prefix, of
}

// WindowSize is the length in bytes of a replay window in the ledger.
const WindowSize = windowSize

// window is the key and the offset at which the window of a client stands in the ledger.
func (s *State) window(client uint32) (key []byte, offset int) {
	if s.ownOf != nil {
		if number, owns := s.ownOf(client); owns {
			s.key[0] = s.ownPrefix
			binary.BigEndian.PutUint64(s.key[1:], number)
			return s.key[:9], 0
		}
	}
	s.key[0] = keyWindow[0]
	if client >= SubjectBase {
		binary.BigEndian.PutUint32(s.key[1:], client)
		return s.key[:5], 0
	}
	binary.BigEndian.PutUint16(s.key[1:], uint16(client/rowDesks))
	return s.key[:3], int(client%rowDesks) * windowSize
}

// Accepted is the number of accepted transactions, the one at work included: its place in the order.
func (s *State) Accepted() uint64 { return s.totals.accepted }

// Count is a counter's value after what the operation at work has added.
func (s *State) Count(counter int) uint64 { return s.totals.counter[counter] }

// Add changes a counter.
func (s *State) Add(counter int, by int64) { s.totals.counter[counter] += uint64(by) }

// Accept makes the operation's writes take effect and answers with the given data.
func (s *State) Accept(data ...byte) []byte {
	if s.totals.accepted >= s.due {
		s.enact()
	}
	s.buf = s.appendTotals(s.buf[:0])
	s.Tx.Put([]byte(keyTotals), s.buf)
	s.Tx.Commit()
	return Answer(data...)
}

// Refuse forgets the operation's writes and answers with the reason.
func (s *State) Refuse(reason string) []byte {
	s.Tx.Discard()
	return Refusal(reason)
}

// Answer is a positive answer with data.
func Answer(data ...byte) []byte {
	answer := make([]byte, 1, 1+len(data))
	answer[0] = workloads.AnswerOK
	return append(answer, data...)
}

// Refusal is a negative answer.
func Refusal(reason string) []byte {
	answer := make([]byte, 1, 1+len(reason))
	answer[0] = workloads.AnswerRefused
	return append(answer, reason...)
}

// readTotals loads the totals from the ledger.
func (s *State) readTotals() {
	value, _ := s.Tx.GetAt([]byte(keyTotals), &s.totalsAt)
	if len(value) != 16+8*s.counters {
		s.totals = totals{}
		return
	}
	s.totals.clock = binary.BigEndian.Uint64(value)
	s.totals.accepted = binary.BigEndian.Uint64(value[8:])
	for i := range s.counters {
		s.totals.counter[i] = binary.BigEndian.Uint64(value[16+8*i:])
	}
}

func (s *State) appendTotals(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, s.totals.clock)
	buf = binary.BigEndian.AppendUint64(buf, s.totals.accepted)
	for _, value := range s.totals.counter[:s.counters] {
		buf = binary.BigEndian.AppendUint64(buf, value)
	}
	return buf
}

// Audit is what Check of a family begins with: it verifies the records that State owns and loads the
// counters, which Count then answers. It returns the number of accepted transactions.
func (s *State) Audit() (accepted uint64, err error) {
	genesis, _, _ := s.Ledger.Get([]byte(keyGenesis))
	if string(genesis) != string(binary.BigEndian.AppendUint64(nil, s.tag)) {
		return 0, fmt.Errorf("genesis: the record is %x, want the tag %016x", genesis, s.tag)
	}
	record, _, _ := s.Ledger.Get([]byte(keyTotals))
	if len(record) != 16+8*s.counters {
		return 0, fmt.Errorf("totals: the record has %d bytes, want %d", len(record), 16+8*s.counters)
	}
	s.readTotals()
	if err := s.auditRules(); err != nil {
		return 0, err
	}
	sum, err := s.auditWindows()
	if err == nil && sum != s.totals.accepted {
		err = fmt.Errorf("replay windows: they accepted %d operations, the total is %d", sum, s.totals.accepted)
	}
	return s.totals.accepted, err
}

// auditWindows verifies every replay window and returns how many operations they accepted.
func (s *State) auditWindows() (sum uint64, err error) {
	for e := range s.Ledger.Each([]byte(keyWindow)) {
		most := 1
		if len(e.Key) == 3 {
			most = rowDesks
		}
		if len(e.Value)%windowSize != 0 || len(e.Value) > most*windowSize || len(e.Key) != 3 && len(e.Key) != 5 {
			return 0, fmt.Errorf("replay window of %x: unsound record %x", e.Key[1:], e.Value)
		}
		for record := e.Value; len(record) > 0; record = record[windowSize:] {
			w, _ := readWindow(record[:windowSize])
			if unused := most > 1 && w == (window{}); !unused && !w.sound() {
				return 0, fmt.Errorf("replay window of %x: unsound %+v", e.Key[1:], w)
			}
			sum += w.count
		}
	}
	if s.ownOf == nil {
		return sum, nil
	}
	for e := range s.Ledger.Each([]byte{s.ownPrefix}) {
		if len(e.Value) < windowSize {
			return 0, fmt.Errorf("entry %x: it has no room for its owner's replay window: %x", e.Key, e.Value)
		}
		if w, _ := readWindow(e.Value[:windowSize]); w != (window{}) && !w.sound() {
			return 0, fmt.Errorf("replay window of the owner of entry %x: unsound %+v", e.Key, w)
		} else {
			sum += w.count
		}
	}
	return sum, nil
}
