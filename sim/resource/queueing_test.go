package resource_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/resource"
)

// The customers of one run, and how many runs of other seeds are averaged. One run of a million is
// too noisy by itself: its mean waiting time has a standard deviation of 0.5 % at half load and
// 0.8 % at 0.7 (Whitt, "Planning queueing simulations", Management Science 35(11), 1989, table 1).
const (
	customers = 1_000_000
	runs      = 24
)

const meanService = 100 * time.Microsecond

// meanWait is the mean time between arrival and service, in mean service times, when customers
// arrive as a Poisson stream that keeps each of the servers busy for rho of the time.
func meanWait(t *testing.T, name string, rhoPercent, servers int64, service func(*sim.Stream) time.Duration, use func() func(now, service time.Duration) time.Duration) float64 {
	t.Helper()
	between := meanService * 100 / time.Duration(rhoPercent*servers)
	total := 0.0
	for run := range runs {
		arrivals := sim.NewStream(uint64(run), name+"/arrivals")
		services := sim.NewStream(uint64(run), name+"/services")
		serve := use()
		now, sum := time.Duration(0), time.Duration(0)
		for range customers {
			now += arrivals.Exp(between)
			s := service(services)
			sum += serve(now, s) - now - s
		}
		total += float64(sum) / customers
	}
	return total / runs / float64(meanService)
}

func within(t *testing.T, name string, got, want float64) {
	t.Helper()
	err := got/want - 1
	t.Logf("%s: mean wait %.5f service times, formula %.5f (%+.3f %%)", name, got, want, 100*err)
	if math.Abs(err) > 0.005 {
		t.Errorf("%s is %+.2f %% off", name, 100*err)
	}
}

func exponential(s *sim.Stream) time.Duration { return s.Exp(meanService) }
func deterministic(*sim.Stream) time.Duration { return meanService }
func oneServer() func(now, s time.Duration) time.Duration {
	return new(resource.Server).Use
}

// TestMM1 checks W = rho/(mu-lambda).
func TestMM1(t *testing.T) {
	for _, rho := range []int64{50, 70} {
		name := fmt.Sprintf("M/M/1 at %d %%", rho)
		r := float64(rho) / 100
		within(t, name, meanWait(t, name, rho, 1, exponential, oneServer), r/(1-r))
	}
}

// TestMD1 checks the Pollaczek-Khinchine formula with constant service: W = rho/(2 mu (1-rho)).
func TestMD1(t *testing.T) {
	for _, rho := range []int64{50, 70} {
		name := fmt.Sprintf("M/D/1 at %d %%", rho)
		r := float64(rho) / 100
		within(t, name, meanWait(t, name, rho, 1, deterministic, oneServer), r/(2*(1-r)))
	}
}

// TestMMk checks the CPU against Erlang's C formula: W = C(k, k rho)/(k mu (1-rho)).
func TestMMk(t *testing.T) {
	for _, k := range []int64{2, 4} {
		const rho = 70
		name := fmt.Sprintf("M/M/%d at %d %%", k, rho)
		a := float64(k) * rho / 100
		sum, term := 0.0, 1.0
		for i := range k {
			sum += term
			term *= a / float64(i+1)
		}
		tail := term / (1 - rho/100.)
		c := tail / (sum + tail)
		got := meanWait(t, name, rho, k, exponential, func() func(now, s time.Duration) time.Duration {
			return resource.NewCPU(int(k)).Use
		})
		within(t, name, got, c/(float64(k)*(1-rho/100.)))
	}
}
