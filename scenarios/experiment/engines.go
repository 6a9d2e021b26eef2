package experiment

import (
	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hotstuff"
	"github.com/govbench/govbench/consensus/pbft"
	"github.com/govbench/govbench/consensus/raft"
)

// Engine is what can stand under a design: a protocol of ours as a pure machine, or a third-party
// implementation that runs by itself.
type Engine struct {
	consensus.Protocol
	Pure bool // New makes machines for the simulator; otherwise the engine has its own runtime
}

// Engines lists every protocol that a design may name.
func Engines() []Engine {
	return []Engine{
		{Protocol: hashiraftProtocol()},
		{Protocol: raft.Protocol(), Pure: true},
		{Protocol: pbft.Protocol(), Pure: true},
		{Protocol: hotstuff.Protocol(), Pure: true},
	}
}

// hashiraftProtocol describes hashicorp/raft, which brings its own settings and machines.
func hashiraftProtocol() consensus.Protocol {
	return consensus.Protocol{
		Name:        "hashiraft",
		Title:       "hashicorp/raft v1.8.0 with raft-boltdb v2.3.0, unmodified",
		Source:      "https://github.com/hashicorp/raft, after D. Ongaro, J. Ousterhout, In Search of an Understandable Consensus Algorithm, USENIX ATC 2014",
		FaultModel:  consensus.CrashFaults,
		MinReplicas: 3,
		Answers:     func(int) int { return 1 },
	}
}

func engineNamed(name string) (Engine, bool) {
	for _, e := range Engines() {
		if e.Name == name {
			return e, true
		}
	}
	return Engine{}, false
}

func engineNames() []string {
	var names []string
	for _, e := range Engines() {
		names = append(names, e.Name)
	}
	return names
}
