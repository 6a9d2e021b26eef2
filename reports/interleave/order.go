package interleave

import "github.com/govbench/govbench/sim"

// Arm is one side of a session.
type Arm int

// The arms.
const (
	Old   Arm = iota // the version that is compared with
	New              // the version in question
	Again            // the old version as if it were another: the machine's noise
)

// String names an arm.
func (a Arm) String() string {
	return [...]string{"old", "new", "old again"}[a]
}

// MarshalText writes the name.
func (a Arm) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Order is the order of a session's runs: trials blocks in each of which every arm runs once. Equal seeds
// give equal orders.
func Order(seed uint64, trials int, arms ...Arm) []Arm {
	stream := sim.NewStream(seed, "interleave/order")
	out := make([]Arm, 0, trials*len(arms))
	for range trials {
		block := append([]Arm(nil), arms...)
		for i := len(block) - 1; i > 0; i-- {
			j := stream.Below(uint64(i) + 1)
			block[i], block[j] = block[j], block[i]
		}
		out = append(out, block...)
	}
	return out
}
