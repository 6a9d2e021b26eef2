package fault

import (
	"errors"
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
)

// extraMax bounds the added delay of one fault; see the like bound of networks.
const extraMax = time.Hour

// checker gathers what is wrong with a schedule for a group of n.
type checker struct {
	n    int
	errs []error
}

func (c *checker) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

func (c *checker) interval(what string, from, to time.Duration) {
	if from < 0 || to < 0 || (to != 0 && to <= from) {
		c.fail("%s from %v to %v: want 0s <= from < to, or to = 0s for a fault without end", what, from, to)
	}
}

func (c *checker) node(what string, id consensus.NodeID, everyone bool) {
	if everyone && id == consensus.Everyone {
		return
	}
	if id < 0 || int(id) >= c.n {
		c.fail("%s names node %d: want 0 to %d", what, id, c.n-1)
	}
}

func (c *checker) link(what string, from, to consensus.NodeID, start, end time.Duration) {
	c.interval(what, start, end)
	c.node(what, from, true)
	c.node(what, to, true)
}

func (c *checker) probability(what string, perMillion uint32) {
	if perMillion > Million {
		c.fail("%s has a probability of %d per million", what, perMillion)
	}
}

// Validate reports everything that is wrong with the schedule for a group of n nodes.
func (s *Schedule) Validate(n int) error {
	c := &checker{n: n}
	for i, f := range s.Crashes {
		what := fmt.Sprintf("crash %d", i)
		c.interval(what, f.From, f.To)
		c.node(what, f.Node, false)
	}
	for i, f := range s.Partitions {
		c.partition(fmt.Sprintf("partition %d", i), f)
	}
	for i, f := range s.Loss {
		what := fmt.Sprintf("loss %d", i)
		c.link(what, f.LinkFrom, f.LinkTo, f.From, f.To)
		c.probability(what, f.PerMillion)
	}
	for i, f := range s.Duplicates {
		what := fmt.Sprintf("duplicate %d", i)
		c.link(what, f.LinkFrom, f.LinkTo, f.From, f.To)
		c.probability(what, f.PerMillion)
	}
	for i, f := range s.Delays {
		what := fmt.Sprintf("delay %d", i)
		c.link(what, f.LinkFrom, f.LinkTo, f.From, f.To)
		if f.Extra < 0 || f.Extra > extraMax {
			c.fail("%s adds %v: want 0s to %v", what, f.Extra, extraMax)
		}
	}
	for i, f := range s.SlowDisks {
		what := fmt.Sprintf("slow disk %d", i)
		c.interval(what, f.From, f.To)
		c.node(what, f.Node, true)
		if f.Percent < 100 || f.Percent > Million {
			c.fail("%s takes %d percent of the normal time: want 100 to %d", what, f.Percent, Million)
		}
	}
	return errors.Join(c.errs...)
}

func (c *checker) partition(what string, p Partition) {
	c.interval(what, p.From, p.To)
	if len(p.Groups) == 0 {
		c.fail("%s has no groups", what)
	}
	var seen consensus.NodeSet
	for _, group := range p.Groups {
		for _, id := range group {
			c.node(what, id, false)
			if id >= 0 && int(id) < c.n && !seen.Add(id) {
				c.fail("%s names node %d twice", what, id)
			}
		}
	}
}
