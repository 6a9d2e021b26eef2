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
	var pending []workloads.Request
	now := time.Duration(0)
	for range n {
		now += time.Millisecond
		var request workloads.Request
		if len(pending) > 0 && (len(pending) > 100 || rand.Below(2) == 0) {
			at := rand.Below(uint64(len(pending)))
			request = pending[at]
			pending[at] = pending[len(pending)-1]
			pending = pending[:len(pending)-1]
			now = max(now, request.At)
		} else {
			request = generator.Begin(now)
		}
		result := answer(request)
		if request.Case != 0 && !request.Last {
			if next, more := generator.Follow(request, result, now); more {
				pending = append(pending, next)
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
