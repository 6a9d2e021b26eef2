package draw

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var benchParams = workloads.Params{Agencies: 11, PayloadBytes: 512, Approvals: 3, Population: 1_000_000}

// clocked is the family with a generator whose time goes on where the kit begins anew at zero: rounds follow time.
func clocked() workloads.Family {
	family := Family()
	family.New = func(params workloads.Params) (workloads.Program, error) {
		built, err := newProgram(params)
		inner := built.Generator
		built.Generator = func(rand workloads.Rand) workloads.Generator { return &clock{Generator: inner(rand)} }
		return built, err
	}
	return family
}

type clock struct {
	workloads.Generator
	last, offset time.Duration
}

func (c *clock) Begin(at time.Duration) workloads.Request {
	if at < c.last {
		c.offset += c.last
	}
	c.last = at
	return c.shifted(c.Generator.Begin(at + c.offset))
}

func (c *clock) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	answered.At += c.offset
	next, more := c.Generator.Follow(answered, result, now+c.offset)
	return c.shifted(next), more
}

// shifted hides the offset from the kit's scheduler; the operation keeps it.
func (c *clock) shifted(r workloads.Request) workloads.Request {
	r.At = max(r.At-c.offset, 0)
	return r
}

func BenchmarkApply(b *testing.B) {
	for _, mode := range []struct {
		name string
		rule map[string]int64
	}{
		{"lottery", map[string]int64{"quota": 1000}},
		{"points", map[string]int64{"mode": 1, "quota": 1000}},
		{"bids", map[string]int64{"mode": 2, "quota": 1, "pools": 200}},
		{"first", map[string]int64{"mode": 3, "quota": 100_000}},
	} {
		b.Run(mode.name, func(b *testing.B) {
			params := benchParams
			params.Rule = mode.rule
			programtest.BenchApply(b, clocked(), params)
		})
	}
}

func BenchmarkGenerator(b *testing.B) { programtest.BenchGenerator(b, Family(), benchParams) }

func BenchmarkCheck(b *testing.B) { programtest.BenchCheck(b, clocked(), benchParams) }
