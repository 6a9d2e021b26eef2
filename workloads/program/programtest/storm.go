package programtest

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Build makes a program or fails the test.
func Build(t testing.TB, family workloads.Family, params workloads.Params) workloads.Program {
	t.Helper()
	built, err := family.New(params)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// Drive plays n requests of a generator, cases included, against answer, in the order of a random
// scheduler: follow-up requests overtake each other. Time goes on by a millisecond a request.
func Drive(rand *Rand, generator workloads.Generator, n int, answer func(workloads.Request) []byte) {
	(&scheduler{rand: rand, generator: generator, pendingMax: 100}).drive(n, answer)
}

// scheduler plays a generator's requests; what it has begun it goes on with when driven again.
type scheduler struct {
	rand       *Rand
	generator  workloads.Generator
	pending    []workloads.Request
	pendingMax int // with more, it begins nothing new
	now        time.Duration
}

func (s *scheduler) drive(n int, answer func(workloads.Request) []byte) {
	for range n {
		s.now += time.Millisecond
		var request workloads.Request
		if len(s.pending) > 0 && (len(s.pending) > s.pendingMax || s.rand.Below(2) == 0) {
			at := s.rand.Below(uint64(len(s.pending)))
			request = s.pending[at]
			s.pending[at] = s.pending[len(s.pending)-1]
			s.pending = s.pending[:len(s.pending)-1]
			s.now = max(s.now, request.At)
		} else {
			request = s.generator.Begin(s.now)
		}
		result := answer(request)
		if request.Case != 0 && !request.Last {
			if next, more := s.generator.Follow(request, result, s.now); more {
				s.pending = append(s.pending, next)
			}
		}
	}
}

// Storm is Drive with hostile company: operations are replayed, held back, cut, changed in one byte, given to
// another client or another time, in transactions and queries alike.
func Storm(rand *Rand, built workloads.Program, params workloads.Params, n int, apply func(op []byte, query bool) []byte) {
	var history [][]byte
	Drive(rand, built.Generator(rand), n, func(request workloads.Request) []byte {
		for rand.Below(2) == 0 {
			op := request.Op
			if len(history) > 0 && rand.Below(2) == 0 {
				op = history[rand.Below(uint64(len(history)))]
			}
			apply(mutate(rand, params, op), rand.Below(5) == 0)
		}
		history = append(history, request.Op)
		return apply(request.Op, request.Read)
	})
}

// mutate makes a hostile variant of an operation.
func mutate(rand *Rand, params workloads.Params, op []byte) []byte {
	op = append([]byte(nil), op...)
	if len(op) < program.HeaderSize {
		return op
	}
	client := func() uint32 {
		if rand.Below(2) == 0 {
			return program.Subject(rand.Below(uint64(params.Population) + 1))
		}
		return program.Desk(int(rand.Below(uint64(params.Agencies)+1)), int(rand.Below(2)))
	}
	switch rand.Below(8) {
	case 0: // as it is: a replay
	case 1:
		op = op[:rand.Below(uint64(len(op)))]
	case 2:
		at := rand.Below(uint64(len(op)))
		if at >= 22 && at < 28 {
			at += 6 // a far future moves the program's clock, and everything after it would be too old
		}
		op[min(at, uint64(len(op)-1))] ^= 1 << rand.Below(8)
	case 3:
		op = append(op, byte(rand.Uint64()))
	default: // somebody else, another kind or time, under a new number
		binary.BigEndian.PutUint32(op[10:], client())
		fallthrough
	case 4, 5:
		binary.BigEndian.PutUint64(op[14:], rand.Below(1<<12))
		if rand.Below(2) == 0 {
			at := binary.BigEndian.Uint64(op[22:]) + rand.Below(2000)
			binary.BigEndian.PutUint64(op[22:], max(at, 1000)-1000)
		}
		if rand.Below(3) == 0 {
			op[1] = byte(rand.Below(10))
		}
	}
	return op
}

// Apply plays one operation against an App.
func Apply(app workloads.App, op []byte, query bool) []byte {
	if query {
		return app.Query(op)
	}
	return app.Apply(op)
}
