package consensustest

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Suite runs one protocol through every case of the kit.
type Suite struct {
	Protocol consensus.Protocol
	// Options is the base of every group; N, Seed and the faults are the cases' own. Delays are 5 to
	// 20 ms unless DelayMax is set.
	Options Options
	// Sizes are the groups' sizes; default: 1 where the protocol can be built so, MinReplicas and 7.
	Sizes []int
	// Seeds is how many seeds each case runs with; default 5, with -short 2.
	Seeds int
	// Blocks is how many single-command blocks a replica misses in the case of the long absence;
	// default 400.
	Blocks int
	// Bound is how long after the last fault everything must be committed; default 2 minutes.
	Bound time.Duration
}

// Run takes p, with its default settings, through every case of the kit as subtests.
func Run(t *testing.T, p consensus.Protocol) {
	t.Helper()
	Suite{Protocol: p}.Run(t)
}

// Run runs every case as a subtest.
func (s Suite) Run(t *testing.T) {
	t.Helper()
	for _, c := range s.Cases() {
		t.Run(c.Name, func(t *testing.T) { c.Run(t) })
	}
}

// Case is one property under one kind of fault, for one group size.
type Case struct {
	Name string
	Run  func(tb testing.TB)
}

// Cases lists what Run runs.
func (s Suite) Cases() []Case {
	s = s.withDefaults()
	var cases []Case
	for _, n := range s.Sizes {
		for _, k := range kinds {
			if n < k.atLeast {
				continue
			}
			cases = append(cases, Case{
				Name: fmt.Sprintf("%s/n=%d", k.name, n),
				Run: func(tb testing.TB) {
					tb.Helper()
					for seed := range s.Seeds {
						k.run(s.group(tb, n, uint64(seed+1), k.options))
					}
				},
			})
		}
	}
	return cases
}

// Failures runs every case and returns one message for each that failed: what a test of the tester
// asks about a protocol with a planted bug.
func (s Suite) Failures() []string {
	var out []string
	for _, c := range s.Cases() {
		if msg := Attempt(c.Run); msg != "" {
			out = append(out, c.Name+": "+msg)
		}
	}
	return out
}

func (s Suite) withDefaults() Suite {
	if s.Sizes == nil {
		s.Sizes = []int{s.Protocol.MinReplicas, 7}
		if s.buildable(1) {
			s.Sizes = append([]int{1}, s.Sizes...)
		}
		slices.Sort(s.Sizes)
		s.Sizes = slices.Compact(s.Sizes)
	}
	if s.Seeds == 0 {
		s.Seeds = 5
		if testing.Testing() && testing.Short() {
			s.Seeds = 2
		}
	}
	if s.Blocks == 0 {
		s.Blocks = 400
	}
	if s.Bound == 0 {
		s.Bound = 2 * time.Minute
	}
	return s
}

// buildable reports whether the protocol builds machines for groups of n.
func (s Suite) buildable(n int) bool {
	values, err := consensus.ParseValues(s.Protocol.Settings, s.Options.Values)
	if err != nil {
		return false
	}
	keys := consensus.NewModelKeys(n, 64, 0)
	_, err = s.Protocol.New(consensus.Config{N: n, Auth: keys.For(0), Rand: zeroes{}}, values)
	return err == nil
}

type zeroes struct{}

func (zeroes) Uint64() uint64 { return 0 }

// trial is one case with one seed.
type trial struct {
	*Group
	suite Suite
}

func (s Suite) group(tb testing.TB, n int, seed uint64, change func(*Options)) trial {
	tb.Helper()
	o := s.Options
	o.N, o.Seed = n, seed
	if o.DelayMax == 0 {
		o.DelayMin, o.DelayMax = 5*time.Millisecond, 20*time.Millisecond
	}
	if change != nil {
		change(&o)
	}
	return trial{NewGroup(tb, s.Protocol, o), s}
}

// faulty is the number of replicas of a group of n that p survives.
func faulty(p consensus.Protocol, n int) int {
	if p.FaultModel == consensus.ByzantineFaults {
		return consensus.MaxFaulty(n)
	}
	return consensus.MaxCrashed(n)
}

// Attempt runs fn with a testing.TB of its own and returns the message it failed with, or "".
func Attempt(fn func(tb testing.TB)) string {
	tb := &attempt{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				tb.message = fmt.Sprintf("panic: %v", r)
			}
		}()
		fn(tb)
	}()
	<-done
	return tb.message
}

// attempt is a testing.TB that only remembers the first failure.
type attempt struct {
	testing.TB
	message string
}

func (a *attempt) Helper() {}

// Errorf remembers and goes on.
func (a *attempt) Errorf(format string, args ...any) {
	if a.message == "" {
		a.message = fmt.Sprintf(format, args...)
	}
}

// Fatalf remembers and ends the attempt.
func (a *attempt) Fatalf(format string, args ...any) {
	a.Errorf(format, args...)
	runtime.Goexit()
}

func (a *attempt) Logf(string, ...any) {}
func (a *attempt) Failed() bool        { return a.message != "" }
