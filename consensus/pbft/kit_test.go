package pbft_test

import (
	"testing"

	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/pbft"
)

func TestConformance(t *testing.T) {
	consensustest.Run(t, pbft.Protocol())
}

func TestSilentReplicas(t *testing.T) {
	consensustest.RunByzantine(t, pbft.Protocol(), "silent", consensustest.Silent)
}
