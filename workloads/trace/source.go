package trace

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/workloads"
)

// Member is a scenario of a run that replays a trace.
type Member struct {
	Name      string              // of the scenario, as in the trace
	Generator workloads.Generator // makes the requests that the trace only times; not used of an exact one
	Index     uint16              // of the scenario in a mixed workload
	Agencies  uint16              // what is added to its agencies in a mixed workload
}

// Source replays a trace. It is a workloads.Follower.
type Source struct {
	trace   *Trace
	members []Member // a row's, or one for all
	of      map[string]int
	speed   time.Duration
	next    int
	lastID  uint64
	first   map[uint64]int    // by case of the trace: its first row, which Next yields
	later   map[uint64][]int  // of an exact trace, by case: the other rows, which Follow yields
	cases   map[caseOf]uint64 // numbers of generated cases in the run
	owner   map[uint64]caseOf // and back
}

// caseOf tells the cases of different generators apart.
type caseOf struct {
	member int
	number uint64
}

// NewSource makes the requests of a trace, speed times as fast. A trace that names scenarios takes each
// request's member from members by that name; one that names none has the only member. The error says which
// scenario has no member.
func NewSource(t *Trace, members []Member, speed uint64) (*Source, error) {
	s := &Source{trace: t, members: members, speed: time.Duration(max(speed, 1)), of: make(map[string]int),
		first: make(map[uint64]int), later: make(map[uint64][]int), cases: make(map[caseOf]uint64), owner: make(map[uint64]caseOf)}
	if !t.Named && len(members) != 1 {
		return nil, &Error{t.Name, 1, "scenario", "it is not there", fmt.Sprintf("the run has %d scenarios: name each request's", len(members))}
	}
	for i, m := range members {
		if t.Named {
			s.of[m.Name] = i
		} else {
			s.of[""] = i
		}
	}
	for _, name := range t.Scenarios() {
		if _, ok := s.of[name]; !ok {
			return nil, s.unknown(name)
		}
	}
	for i := len(t.Rows) - 1; i >= 0; i-- {
		if t.Rows[i].Case != 0 {
			s.first[t.Rows[i].Case] = i
		}
	}
	if t.Exact {
		s.index()
	}
	return s, nil
}

func (s *Source) unknown(name string) error {
	for i := range s.trace.Rows {
		if s.trace.Rows[i].Scenario == name {
			return &Error{s.trace.Name, s.trace.Rows[i].Line, "scenario", fmt.Sprintf("found %.60q, which the run does not have", name),
				"replay the trace on a mix that has it, such as category:all, or take it out of the trace"}
		}
	}
	return fmt.Errorf("trace: no request is for %q", name)
}

// index finds the rows of each case after its first.
func (s *Source) index() {
	for i := range s.trace.Rows {
		if number := s.trace.Rows[i].Case; number != 0 && s.first[number] != i {
			s.later[number] = append(s.later[number], i)
		}
	}
}

// Next implements workloads.Source.
func (s *Source) Next() (workloads.Request, bool) {
	for s.next < len(s.trace.Rows) {
		at := s.next
		s.next++
		row := &s.trace.Rows[at]
		if row.Case == 0 || s.first[row.Case] == at {
			return s.request(row), true
		}
	}
	return workloads.Request{}, false
}

// request makes the request of a row.
func (s *Source) request(row *Row) workloads.Request {
	at := row.At / s.speed
	index := s.of[row.Scenario]
	member := &s.members[index]
	if !s.trace.Exact {
		return s.number(member, index, member.Generator.Begin(at))
	}
	s.lastID++
	return workloads.Request{ID: s.lastID, At: at, Client: row.Client, Agency: row.Agency + member.Agencies, Member: member.Index,
		Read: row.Read, Logged: row.Logged, Case: row.Case, Last: row.Case == 0 || row.Last, Op: row.Op}
}

// number gives a generated request its id, its member and a case number of its own.
func (s *Source) number(member *Member, index int, r workloads.Request) workloads.Request {
	s.lastID++
	r.ID, r.Member, r.Agency = s.lastID, member.Index, r.Agency+member.Agencies
	if r.Case != 0 {
		key := caseOf{index, r.Case}
		if s.cases[key] == 0 {
			s.cases[key] = uint64(len(s.cases)) + 1
			s.owner[s.cases[key]] = key
		}
		r.Case = s.cases[key]
	}
	return r
}

// Follow implements workloads.Follower.
func (s *Source) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if s.trace.Exact {
		rest := s.later[answered.Case]
		if len(rest) == 0 {
			return workloads.Request{}, false
		}
		s.later[answered.Case] = rest[1:]
		r := s.request(&s.trace.Rows[rest[0]])
		r.At = max(r.At, now)
		return r, true
	}
	key, known := s.owner[answered.Case]
	if !known {
		return workloads.Request{}, false
	}
	member := &s.members[key.member]
	own := answered
	own.Case, own.Agency = key.number, answered.Agency-member.Agencies
	r, more := member.Generator.Follow(own, result, now)
	if !more {
		return workloads.Request{}, false
	}
	return s.number(member, key.member, r), true
}

var _ workloads.Follower = (*Source)(nil)
