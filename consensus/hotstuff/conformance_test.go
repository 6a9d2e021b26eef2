package hotstuff_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/hotstuff"
)

func TestConformance(t *testing.T) {
	for _, leader := range []string{"rotating", "stable"} {
		t.Run(leader, func(t *testing.T) {
			consensustest.Suite{
				Protocol: hotstuff.Protocol(),
				Bound:    10 * time.Minute, // a dead replica costs a timeout in each rotation
				Options:  consensustest.Options{Values: map[string]string{"leader": leader}},
			}.Run(t)
		})
	}
}
