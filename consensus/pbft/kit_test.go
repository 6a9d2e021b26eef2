package pbft_test

import (
	"testing"

	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/pbft"
)

func TestConformance(t *testing.T) {
	consensustest.Suite{Protocol: pbft.Protocol(), Seeds: seeds(8)}.Run(t)
}

// TestConformanceNarrowWindow takes checkpoints so often that the watermarks, garbage collection and
// state transfer take part in every case.
func TestConformanceNarrowWindow(t *testing.T) {
	values := map[string]string{"checkpoint_interval": "4", "window": "8", "pipeline": "3", "fetch_batch": "5"}
	consensustest.Suite{Protocol: pbft.Protocol(), Seeds: seeds(8), Options: consensustest.Options{Values: values}}.Run(t)
}

func TestSilentReplicas(t *testing.T) {
	consensustest.RunByzantine(t, pbft.Protocol(), "silent", consensustest.Silent)
}

func TestDeafReplicas(t *testing.T) {
	consensustest.RunByzantine(t, pbft.Protocol(), "deaf", consensustest.DeafTo(2))
}

func seeds(n int) int {
	if testing.Short() {
		return 2
	}
	return n
}
