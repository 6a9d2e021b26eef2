package consensustest

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Fuzz lets the fuzzer write schedules of faults for groups of the smallest size; see Replay.
func (s Suite) Fuzz(f *testing.F) {
	f.Helper()
	f.Add(uint64(1), []byte("quiet"))
	f.Add(uint64(2), []byte{0, 8, 1, 9, 16, 2, 24, 3, 40, 4, 5, 0x81, 0x22, 0x13, 0x44})
	f.Fuzz(func(t *testing.T, seed uint64, script []byte) {
		s.Replay(t, s.Protocol.MinReplicas, seed, script)
	})
}

// Replay runs a group of n under a schedule of faults written as bytes, an action each: the low three
// bits say what happens, the others to whom, or for how long. More than f replicas may be down, and
// for any time: only safety is demanded meanwhile. In the end everything is repaired and
// everything must be committed.
func (s Suite) Replay(tb testing.TB, n int, seed uint64, script []byte) {
	tb.Helper()
	s = s.withDefaults()
	t := s.group(tb, n, seed, slowDisk)
	const actionsMax = 200
	for _, b := range script[:min(len(script), actionsMax)] {
		arg := int(b >> 3)
		id := consensus.NodeID(arg % n)
		switch b & 7 {
		case 0:
			t.Submit(id)
		case 1:
			t.Crash(id)
		case 2:
			t.Restart(id)
		case 3:
			t.Partition([]consensus.NodeID{id, consensus.NodeID(arg / n % n)})
		case 4:
			t.Heal()
		case 5:
			t.SetNetwork(arg*8, arg*4)
		case 6:
			t.RunFor(time.Duration(arg+1) * time.Millisecond)
		case 7:
			t.RunFor(time.Duration(arg+1) * 100 * time.Millisecond)
		}
	}
	t.finish()
}
