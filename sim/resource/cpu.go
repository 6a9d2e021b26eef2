package resource

import (
	"math"
	"time"
)

// Server is one first-come-first-served server. The zero value is idle and ready to use.
type Server struct {
	free time.Duration // when it has finished all that it was given
	busy time.Duration
}

// Use serves one customer who arrives now and returns when it leaves. A customer without demand
// waits for those before it and delays nobody.
func (s *Server) Use(now, service time.Duration) (done time.Duration) {
	start := max(now, s.free)
	if service <= 0 {
		return start
	}
	s.free = start + service
	s.busy += service
	return s.free
}

// Busy is the service given so far, including what lies in the future of the last call.
func (s *Server) Busy() time.Duration { return s.busy }

// CPU is a node's processor: identical cores with one first-come-first-served queue.
type CPU struct {
	free []time.Duration // when each core has finished all that it was given
	busy time.Duration
}

// NewCPU returns an idle processor of at least one core.
func NewCPU(cores int) *CPU { return &CPU{free: make([]time.Duration, max(1, cores))} }

// Cores is the number of cores.
func (c *CPU) Cores() int { return len(c.free) }

// Use runs one task on the core that is free first and returns when it is done.
func (c *CPU) Use(now, service time.Duration) (done time.Duration) {
	i := c.earliest()
	start := max(now, c.free[i])
	if service <= 0 {
		return start
	}
	c.free[i] = start + service
	c.busy += service
	return c.free[i]
}

// earliest is the core that is free first, the lowest of several.
func (c *CPU) earliest() int {
	first := 0
	for i, t := range c.free {
		if t < c.free[first] {
			first = i
		}
	}
	return first
}

// UseParallel runs n independent tasks of the same length, which arrive together, and returns when
// the last is done. The result is exactly that of n calls of Use, in time that depends on the
// number of cores only.
//
// A core free at f takes a task at f, f+each, f+2 each ...; the tasks of all cores together take the n
// earliest of these moments. If the work were a fluid, every core used would finish at one level L;
// each core that is free before L takes floor((L-f)/each) tasks, which are certainly among the
// earliest, and the fewer than k tasks that remain go one by one.
func (c *CPU) UseParallel(now time.Duration, n int, each time.Duration) (done time.Duration) {
	if n <= 0 || each <= 0 {
		return c.Use(now, 0)
	}
	if n == 1 {
		return c.Use(now, each)
	}
	left := int64(n)
	if left >= int64(len(c.free)) {
		level := c.level(now, int64(n)*int64(each))
		for i, t := range c.free {
			t = max(now, t)
			if tasks := int64(level-t) / int64(each); tasks > 0 {
				c.free[i] = t + time.Duration(tasks)*each
				left -= tasks
				done = max(done, c.free[i])
			}
		}
	}
	for ; left > 0; left-- {
		i := c.earliest()
		c.free[i] = max(now, c.free[i]) + each
		done = max(done, c.free[i])
	}
	c.busy += time.Duration(n) * each
	return done
}

// level is the time at which all cores that help with work nanoseconds of fluid, which begins to
// flow now, are done, rounded down. Cores that are free only later do not help.
func (c *CPU) level(now time.Duration, work int64) time.Duration {
	for limit := time.Duration(math.MaxInt64); ; {
		sum, cores, latest := work, int64(0), now
		for _, t := range c.free {
			if t < limit {
				t = max(now, t)
				sum += int64(t - now)
				cores++
				latest = max(latest, t)
			}
		}
		level := now + time.Duration(sum/cores)
		if latest <= level {
			return level
		}
		limit = latest // the latest of them would have to give work back
	}
}

// Busy is the work done so far, summed over the cores, including what lies in the future of the last
// call.
func (c *CPU) Busy() time.Duration { return c.busy }
