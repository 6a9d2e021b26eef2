package raft

import (
	"fmt"

	"github.com/govbench/govbench/consensus"
)

// Protocol describes Raft.
func Protocol() consensus.Protocol {
	return consensus.Protocol{
		Name:        "raft",
		Title:       "Raft",
		Source:      "Ongaro, Ousterhout: In Search of an Understandable Consensus Algorithm (Extended Version), 2014",
		FaultModel:  consensus.CrashFaults,
		MinReplicas: 3,
		Answers:     func(int) int { return 1 },
		Settings:    settings(),
		New: func(cfg consensus.Config, values consensus.Values) (consensus.Machine, error) {
			return New(cfg, values)
		},
	}
}

func settings() []consensus.Setting {
	return []consensus.Setting{
		{Name: "election_timeout", Kind: consensus.SettingDuration, Default: "1s", Min: "1ms",
			Doc: "a follower that hears nothing for one to two times this long campaigns (§5.2). The default is etcd's for heartbeats of 100ms, and ten times the wide-area broadcast time (§5.6 asks for an order of magnitude)"},
		{Name: "heartbeat", Kind: consensus.SettingDuration, Default: "100ms", Min: "1ms",
			Doc: "interval of the leader's heartbeats (§5.2), by which lost messages are found too; etcd's default"},
		{Name: "max_inflight", Kind: consensus.SettingInt, Default: "256", Min: "1",
			Doc: "blocks that the leader proposes ahead of its commit index, and sends one follower ahead of its answers (pipelining, thesis §10.2.1); the value of etcd's raftexample, which counts messages"},
		{Name: "max_append_bytes", Kind: consensus.SettingInt, Default: "1048576", Min: "1",
			Doc: "bytes of blocks in one message to a follower that catches up; a larger block travels alone. etcd's raftexample"},
		{Name: "window", Kind: consensus.SettingInt, Default: "1024", Min: "1",
			Doc: "committed entries kept in memory, and in the write-ahead log before it is replaced by a checkpoint (§7). assumed: a few seconds of small blocks"},
		{Name: "prevote", Kind: consensus.SettingBool, Default: "true",
			Doc: "ask whether a campaign could succeed before starting a term (thesis §9.6)"},
		{Name: "check_quorum", Kind: consensus.SettingBool, Default: "true",
			Doc: "a leader that hears no majority for an election timeout steps down (thesis §6.2), and replicas that hear a leader refuse to elect another (thesis §4.2.3)"},
		{Name: "eager_commit", Kind: consensus.SettingBool, Default: "true",
			Doc: "an idle leader tells its commit index at once; otherwise the next entry or heartbeat does"},
		{Name: "first_leader", Kind: consensus.SettingInt, Default: "0", Min: "-1",
			Doc: "replica that campaigns at the very first start without waiting for its timeout, -1 for none. assumed: so that a run starts with a known leader"},
	}
}

// New makes the machine of replica cfg.Self. It fails when the settings contradict each other.
func New(cfg consensus.Config, values consensus.Values) (*Machine, error) {
	m := &Machine{
		self:            cfg.Self,
		n:               cfg.N,
		quorum:          consensus.MajorityQuorum(cfg.N),
		rand:            cfg.Rand,
		electionTimeout: values.Duration("election_timeout"),
		heartbeat:       values.Duration("heartbeat"),
		maxInflight:     uint64(values.Int("max_inflight")),
		maxAppendBytes:  values.Int("max_append_bytes"),
		window:          uint64(values.Int("window")),
		prevote:         values.Bool("prevote"),
		checkQuorum:     values.Bool("check_quorum"),
		eagerCommit:     values.Bool("eager_commit"),
		firstLeader:     consensus.NodeID(values.Int("first_leader")),
		vote:            consensus.Nobody,
		leader:          consensus.Nobody,
	}
	if cfg.N < 1 || cfg.Self < 0 || int(cfg.Self) >= cfg.N {
		return nil, fmt.Errorf("replica %d does not exist in a group of %d", cfg.Self, cfg.N)
	}
	if m.heartbeat >= m.electionTimeout {
		return nil, fmt.Errorf("heartbeat %v must be shorter than election_timeout %v", m.heartbeat, m.electionTimeout)
	}
	return m, nil
}
