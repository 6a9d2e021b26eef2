package raft_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/raft"
)

// promise names what a Raft message promises: at most one vote a term (§5.2), and one entry of a
// leader's own term at an index (§5.3, Leader Append-Only).
func promise(from, to consensus.NodeID, msg consensus.Message) (consensus.Statement, bool) {
	switch m := msg.(type) {
	case *raft.VoteRequest:
		return vote(m.Term, from), !m.Pre
	case *raft.VoteReply:
		return vote(m.Term, to), m.Granted && !m.Pre
	case *raft.Append:
		if k := len(m.Entries); k > 0 && m.Entries[k-1].View == m.Term {
			b := m.Entries[k-1]
			return consensus.Statement{Kind: 2, View: m.Term, Height: b.Height, Digest: b.ID}, true
		}
	}
	return consensus.Statement{}, false
}

func vote(term uint64, candidate consensus.NodeID) consensus.Statement {
	return consensus.Statement{Kind: 1, View: term, Digest: consensus.Digest{byte(candidate)}}
}

func suite(values map[string]string) consensustest.Suite {
	return consensustest.Suite{
		Protocol: raft.Protocol(),
		Options:  consensustest.Options{Values: values, Promise: promise},
	}
}

func TestConformance(t *testing.T) {
	suite(nil).Run(t)
}

func TestConformanceOfSettings(t *testing.T) {
	for name, values := range map[string]map[string]string{
		"small-window":     {"window": "8", "max_inflight": "4", "max_append_bytes": "300"},
		"no-first-leader":  {"first_leader": "-1"},
		"plain":            {"prevote": "false", "check_quorum": "false", "eager_commit": "false"},
		"one-in-flight":    {"max_inflight": "1", "window": "1"},
		"prevote-only":     {"check_quorum": "false"},
		"checkquorum-only": {"prevote": "false"},
	} {
		t.Run(name, func(t *testing.T) { suite(values).Run(t) })
	}
}

// The defaults hold on a wide-area network too, with 200 to 300 ms for a round trip.
func TestConformanceWideArea(t *testing.T) {
	s := suite(nil)
	s.Options.DelayMin, s.Options.DelayMax = 100*time.Millisecond, 150*time.Millisecond
	s.Options.Retry = 3 * time.Second
	s.Seeds = 2
	s.Run(t)
}

func FuzzFaults(f *testing.F) {
	suite(map[string]string{"window": "4", "max_inflight": "3", "first_leader": "-1"}).Fuzz(f)
}
