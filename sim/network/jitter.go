package network

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/sim"
)

// JitterKind names a distribution of extra delay.
type JitterKind string

// The kinds of jitter and the fields of Jitter that each uses.
const (
	JitterNone        JitterKind = "none"
	JitterUniform     JitterKind = "uniform"     // Min, Max
	JitterNormal      JitterKind = "normal"      // Mean, Dev; negative draws count as zero
	JitterLogNormal   JitterKind = "lognormal"   // Median, SigmaPermille
	JitterExponential JitterKind = "exponential" // Mean
)

// Jitter is the random part of a message's delay, added to the propagation delay and never negative.
// Messages are drawn independently, so they can overtake each other, as datagrams do and as
// streams over several connections do.
type Jitter struct {
	Kind          JitterKind // empty: none
	Min, Max      time.Duration
	Mean, Dev     time.Duration
	Median        time.Duration
	SigmaPermille uint32 // sigma of the logarithm in thousandths
}

// IsNone reports whether there is no jitter, so that Sample draws nothing.
func (j *Jitter) IsNone() bool { return j.Kind == "" || j.Kind == JitterNone }

// Sample draws an extra delay, at least zero. Without jitter it leaves the stream alone.
func (j *Jitter) Sample(s *sim.Stream) time.Duration {
	switch j.Kind {
	case JitterUniform:
		return s.Uniform(j.Min, j.Max)
	case JitterNormal:
		return max(0, s.Normal(j.Mean, j.Dev))
	case JitterLogNormal:
		return s.LogNormal(j.Median, j.SigmaPermille)
	case JitterExponential:
		return s.Exp(j.Mean)
	}
	return 0
}

// Validate reports what is wrong with the parameters.
func (j *Jitter) Validate() error {
	bad := func(d time.Duration) bool { return d < 0 || d > delayMax }
	switch j.Kind {
	case "", JitterNone:
		return nil
	case JitterUniform:
		if bad(j.Min) || bad(j.Max) || j.Max < j.Min {
			return fmt.Errorf("uniform jitter from %v to %v: want 0s <= min <= max <= %v", j.Min, j.Max, delayMax)
		}
	case JitterNormal:
		if bad(j.Mean) || bad(j.Dev) {
			return fmt.Errorf("normal jitter of mean %v and deviation %v: want 0s to %v", j.Mean, j.Dev, delayMax)
		}
	case JitterLogNormal:
		if bad(j.Median) || j.SigmaPermille > sim.MaxSigmaPermille {
			return fmt.Errorf("lognormal jitter of median %v and sigma %d permille: want 0s to %v and at most %d",
				j.Median, j.SigmaPermille, delayMax, sim.MaxSigmaPermille)
		}
	case JitterExponential:
		if bad(j.Mean) {
			return fmt.Errorf("exponential jitter of mean %v: want 0s to %v", j.Mean, delayMax)
		}
	default:
		return fmt.Errorf("unknown jitter %q: have none, uniform, normal, lognormal, exponential", j.Kind)
	}
	return nil
}
