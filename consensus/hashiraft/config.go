package hashiraft

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/sim/fault"
	simnet "github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/workloads"
)

// Mode says on which clock and disk the engine runs.
type Mode uint8

// The modes.
const (
	// Bubble is virtual time: a testing/synctest bubble, the log in memory behind a modelled disk.
	Bubble Mode = iota
	// Wall is real time: bolt files that are synced to the disk in a temporary directory.
	Wall
)

// Config describes a group and the world it runs in. Zero costs are free, a zero bandwidth is
// infinite; functions left out mean no delay.
type Config struct {
	Replicas int
	Mode     Mode
	// Delay is the one-way propagation delay between two replicas. It is asked once for each pair.
	Delay func(from, to consensus.NodeID) time.Duration
	// ClientDelay is the one-way delay between a client's site and a replica, the same both ways.
	ClientDelay func(site consensus.SiteID, node consensus.NodeID) time.Duration
	// Jitter is added to every delay, drawn from one stream for each pair and each client site.
	Jitter simnet.Jitter
	// BandwidthBitPerSec is what a node's link carries, each way.
	BandwidthBitPerSec uint64
	Fsync              time.Duration // Bubble: one write with its sync
	DiskBytesPerSec    uint64        // Bubble: what the disk writes beside; 0: infinite
	ExecuteCost        time.Duration // Bubble: CPU time to execute one command
	VerifyCost         time.Duration // Bubble: CPU time to take in one command and check its signature
	HandleCost         time.Duration // Bubble: CPU time to take in one message of the engine
	Cores              int           // Bubble: CPU cores of a node; 0: one
	Limits             mempool.Limits
	// Retry is how long a client or an entry replica waits before it sends a command again; 0: 1 s.
	Retry time.Duration
	App   func() workloads.App
	Tap   consensus.Tap // nil: nobody watches
	// Beat, when set, is called now and then while the clock of the run goes. It must not touch the group.
	Beat func(now time.Duration)
	// Dir is where Wall makes its temporary directory; empty: the system's place for such.
	Dir string
	// FirstLeader is in office when the clock of the run starts.
	FirstLeader consensus.NodeID
	// Faults strike by the run's clock. Messages travel on streams, so duplicates cannot be seen; a
	// lost one is noticed after the engine's RPCTimeout. A disk can be slowed in a Bubble only.
	Faults fault.Schedule
	Seed   uint64 // of jitter and of faults that are drawn; the engine's own randomness has no seed
	Engine Engine
	Log    io.Writer // the engine's own log; nil: discarded
}

// Engine holds the settings of hashicorp/raft and of the transport under it. Zero fields take the
// value that DefaultEngine gives.
type Engine struct {
	HeartbeatTimeout   time.Duration // silence after which a follower calls an election
	ElectionTimeout    time.Duration // after which a candidate tries again
	LeaderLeaseTimeout time.Duration // after which a leader without a quorum resigns
	CommitTimeout      time.Duration // idle time after which followers are told the commit index
	RPCTimeout         time.Duration // after which a lost request is given up
	SnapshotInterval   time.Duration // how often a replica asks itself whether a snapshot is due
	SnapshotThreshold  uint64        // log entries since the last snapshot that make one due
	TrailingLogs       uint64        // log entries kept behind a snapshot
	MaxAppendEntries   int           // blocks in one AppendEntries, and in one write of the leader
	PipelineMax        int           // AppendEntries under way to one follower
	InFlightMax        int           // blocks that a leader proposed and did not execute yet
}

// DefaultEngine returns the settings that Config.Engine falls back to.
//
//   - HeartbeatTimeout, ElectionTimeout 1 s, LeaderLeaseTimeout 500 ms, SnapshotInterval 2 min,
//     SnapshotThreshold 8192, TrailingLogs 10240, MaxAppendEntries 64: the library's own defaults.
//   - CommitTimeout 50 ms, the library's default. It does not touch what clients see: the leader
//     answers, and it learns of a commit from acknowledgements. Followers learn of it with the next
//     AppendEntries, so under load they lag by a block interval, and at rest by up to twice this value.
//   - PipelineMax 128: the library's fixed value before it became a setting. Its present default, 2,
//     stalls a pipeline whose round trip is longer than two block intervals.
//   - InFlightMax 64: one full AppendEntries, so that waiting blocks share a write (group commit).
//   - RPCTimeout 1 s. assumed: ten seconds, common with TCP, would outlast most fault schedules.
func DefaultEngine() Engine {
	return Engine{
		HeartbeatTimeout:   time.Second,
		ElectionTimeout:    time.Second,
		LeaderLeaseTimeout: 500 * time.Millisecond,
		CommitTimeout:      50 * time.Millisecond,
		RPCTimeout:         time.Second,
		SnapshotInterval:   2 * time.Minute,
		SnapshotThreshold:  8192,
		TrailingLogs:       10240,
		MaxAppendEntries:   64,
		PipelineMax:        128,
		InFlightMax:        64,
	}
}

// orDefault replaces a zero value.
func orDefault[T comparable](v *T, byDefault T) {
	var zero T
	if *v == zero {
		*v = byDefault
	}
}

func (e *Engine) fill() {
	d := DefaultEngine()
	orDefault(&e.HeartbeatTimeout, d.HeartbeatTimeout)
	orDefault(&e.ElectionTimeout, max(d.ElectionTimeout, e.HeartbeatTimeout))
	orDefault(&e.LeaderLeaseTimeout, min(d.LeaderLeaseTimeout, e.HeartbeatTimeout))
	orDefault(&e.CommitTimeout, d.CommitTimeout)
	orDefault(&e.RPCTimeout, d.RPCTimeout)
	orDefault(&e.SnapshotInterval, d.SnapshotInterval)
	orDefault(&e.SnapshotThreshold, d.SnapshotThreshold)
	orDefault(&e.TrailingLogs, d.TrailingLogs)
	orDefault(&e.MaxAppendEntries, d.MaxAppendEntries)
	orDefault(&e.PipelineMax, d.PipelineMax)
	orDefault(&e.InFlightMax, d.InFlightMax)
}

// fill replaces what was left out and checks the rest.
func (c *Config) fill() error {
	c.Engine.fill()
	orDefault(&c.Retry, time.Second)
	orDefault(&c.Cores, 1)
	if c.Delay == nil {
		c.Delay = func(consensus.NodeID, consensus.NodeID) time.Duration { return 0 }
	}
	if c.ClientDelay == nil {
		c.ClientDelay = func(consensus.SiteID, consensus.NodeID) time.Duration { return 0 }
	}
	switch {
	case c.Replicas < 1:
		return fmt.Errorf("hashiraft: %d replicas, at least 1 is needed", c.Replicas)
	case c.Mode > Wall:
		return fmt.Errorf("hashiraft: mode %d is neither Bubble nor Wall", c.Mode)
	case c.FirstLeader < 0 || int(c.FirstLeader) >= c.Replicas:
		return fmt.Errorf("hashiraft: first leader %d of %d replicas", c.FirstLeader, c.Replicas)
	case c.Limits.MaxTxs < 1 || c.Limits.MaxBytes < 1 || c.Limits.Capacity < 1 || c.Limits.MaxWait < 0:
		return errors.New("hashiraft: block and pool limits must be at least 1")
	case c.Cores < 1:
		return fmt.Errorf("hashiraft: %d cores", c.Cores)
	case c.Fsync < 0 || c.ExecuteCost < 0 || c.VerifyCost < 0 || c.HandleCost < 0 || c.Retry < 0:
		return errors.New("hashiraft: a time is negative")
	case c.Engine.PipelineMax < 1 || c.Engine.InFlightMax < 1 || c.Engine.RPCTimeout < 0:
		return errors.New("hashiraft: a limit of the engine is negative")
	case c.App == nil:
		return errors.New("hashiraft: no program to replicate")
	}
	if c.Mode == Wall && len(c.Faults.SlowDisks) > 0 {
		return errors.New("hashiraft: a real disk cannot be slowed")
	}
	if err := c.Jitter.Validate(); err != nil {
		return fmt.Errorf("hashiraft: %w", err)
	}
	if err := c.Faults.Validate(c.Replicas); err != nil {
		return fmt.Errorf("hashiraft: %w", err)
	}
	return raft.ValidateConfig(c.raftConfig(0, hclog.NewNullLogger()))
}

// raftConfig is what replica id is started with.
func (c *Config) raftConfig(id consensus.NodeID, logger hclog.Logger) *raft.Config {
	e := &c.Engine
	r := raft.DefaultConfig()
	r.LocalID = serverID(id)
	r.Logger = logger
	r.HeartbeatTimeout = e.HeartbeatTimeout
	r.ElectionTimeout = e.ElectionTimeout
	r.LeaderLeaseTimeout = e.LeaderLeaseTimeout
	r.CommitTimeout = e.CommitTimeout
	r.SnapshotInterval = e.SnapshotInterval
	r.SnapshotThreshold = e.SnapshotThreshold
	r.TrailingLogs = e.TrailingLogs
	r.MaxAppendEntries = e.MaxAppendEntries
	r.BatchApplyCh = true // without it the leader syncs its disk once for every block
	r.NoLegacyTelemetry = true
	return r
}

func (c *Config) logger() hclog.Logger {
	if c.Log == nil {
		return hclog.NewNullLogger()
	}
	return hclog.New(&hclog.LoggerOptions{Name: "raft", Level: hclog.Info, Output: c.Log})
}

// serverID is a replica's name and address in the engine.
func serverID(id consensus.NodeID) raft.ServerID { return raft.ServerID(strconv.Itoa(int(id))) }

// nodeID is the inverse of serverID; Nobody when there is no such replica.
func nodeID[T ~string](s T) consensus.NodeID {
	n, err := strconv.ParseInt(string(s), 10, 32)
	if err != nil {
		return consensus.Nobody
	}
	return consensus.NodeID(n)
}
