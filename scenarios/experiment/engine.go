package experiment

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/check"
	"github.com/govbench/govbench/consensus/hashiraft"
	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/load"
)

// runHashiraft runs a cell of hashicorp/raft: in a bubble of virtual time, or on the wall clock with
// real files.
func (c *Cell) runHashiraft(ctx context.Context) (result.Record, error) {
	hash, err := c.Hash()
	if err != nil {
		return result.Record{}, err
	}
	sites, err := placeReplicas(&c.Design, &c.Network)
	if err != nil {
		return result.Record{}, err
	}
	var apps []*countedApp
	checker := check.New(c.Design.Replicas)
	rec := c.newRecorder(false)
	scales := c.newScales(c.Workload.Program.App())
	cfg := c.engineConfig(sites, func() workloads.App {
		apps = append(apps, &countedApp{App: c.Workload.Program.App()})
		return apps[len(apps)-1]
	}, scales.beside(checker, rec))
	var driver *load.Driver
	cfg.Beat = c.beat(&driver)
	group, err := hashiraft.New(cfg)
	if err != nil {
		return result.Record{}, err
	}
	var notes []string
	driver, notes, err = c.drive(group, sites, rec)
	if err != nil {
		return result.Record{}, err
	}
	for _, at := range rec.SampleTimes() {
		group.At(at, func() { rec.Sample(at, group.Usage(), c.Machine.Cores) })
	}
	c.watch(group, driver)
	c.endWhenAnswered(group, driver)
	if err := group.Run(ctx, c.Duration+drain); err != nil {
		return result.Record{}, err
	}
	driver.Finish()
	out := c.record(hash, c.engineRuntime())
	out.Digest = sampleDigest(driver.Stats())
	out.Warnings = append(out.Warnings, notes...)
	out.StateRoot = rootOf(apps)
	c.amendments(&out, furthest(apps).App)
	scales.read(&out, furthest(apps).App)
	c.conclude(&out, rec, checker.Verdicts(appliedBy(apps, checker)), lawsOf(apps), driver)
	out.Warnings = append(out.Warnings, c.engineWarning())
	return out, nil
}

// A run in real time goes on for settle after the last answer, so that every replica learns of the last
// commit, and looks every settlePoll whether that has come.
//
// assumed: the engine's CommitTimeout, after twice which at most a leader at rest tells, and the way besides; and
// a share of it.
const (
	settle     = 150 * time.Millisecond
	settlePoll = 10 * time.Millisecond
)

// endWhenAnswered ends a run in real time soon after its load has ended and everything is answered: nothing
// but the schedule of faults could happen any more. Virtual time costs nothing and runs to its end.
func (c *Cell) endWhenAnswered(group *hashiraft.Cluster, driver *load.Driver) {
	if c.Clock != WallClock || !c.Faults.Empty() {
		return
	}
	var look func()
	look = func() {
		next, then := group.Now()+settlePoll, look
		if driver.Stats().Outstanding == 0 {
			next, then = group.Now()+settle, group.End
		}
		group.At(next, then)
	}
	group.At(c.Duration, look)
}

// engineWarning says what kind of number this is.
func (c *Cell) engineWarning() string {
	if c.Clock == WallClock {
		return "wall clock: a sample of this machine at this moment"
	}
	return "bubble: the order of goroutines varies, so figures are samples, not exact values"
}

// engineConfig translates a cell for hashicorp/raft: the same delays, disk and block cutter as the
// simulator's.
func (c *Cell) engineConfig(sites []consensus.SiteID, app func() workloads.App, tap consensus.Tap) hashiraft.Config {
	t, m := &c.Network, &c.Machine
	cfg := hashiraft.Config{
		Replicas: c.Design.Replicas,
		Delay: func(from, to consensus.NodeID) time.Duration {
			return t.Delay(sites[from], sites[to])
		},
		ClientDelay: func(site consensus.SiteID, node consensus.NodeID) time.Duration {
			return t.Delay(site, sites[node])
		},
		Jitter:             t.Jitter,
		BandwidthBitPerSec: t.BandwidthBitPerSec,
		Fsync:              m.Fsync,
		DiskBytesPerSec:    m.DiskBytesPerSec,
		ExecuteCost:        m.Cost(consensus.OpExecute, 1),
		VerifyCost:         m.Cost(consensus.OpHandle, 1) + m.Cost(consensus.OpVerify, 1),
		HandleCost:         m.Cost(consensus.OpHandle, 1),
		Cores:              m.Cores,
		Limits:             c.Design.limits(),
		Retry:              c.Design.Retry,
		App:                app,
		Tap:                tap,
		Faults:             c.Faults,
		Seed:               c.seed(),
	}
	if c.Clock == WallClock {
		cfg.Mode = hashiraft.Wall
	}
	return cfg
}

// appliedBy is how many operations the replica that executed most of them executed. Every replica
// applies for itself; one that restarts from a snapshot or late applies fewer.
func appliedBy(apps []*countedApp, checker *check.Checker) uint64 {
	most := uint64(0)
	for _, a := range apps {
		if a.applied > checker.Ordered() {
			return a.applied
		}
		most = max(most, a.applied)
	}
	return most
}

// rootOf is the root of the state of the replica that executed most operations.
func rootOf(apps []*countedApp) string {
	if len(apps) == 0 {
		return ""
	}
	root := slices.MaxFunc(apps, func(a, b *countedApp) int { return cmp.Compare(a.applied, b.applied) }).Digest()
	return hex.EncodeToString(root[:])
}

// furthest is the replica's program that executed most.
func furthest(apps []*countedApp) *countedApp {
	return slices.MaxFunc(apps, func(a, b *countedApp) int { return cmp.Compare(a.applied, b.applied) })
}

// lawsOf checks the program's laws at every replica.
func lawsOf(apps []*countedApp) error {
	for i, a := range apps {
		if err := a.Check(); err != nil {
			return fmt.Errorf("replica %d: %w", i, err)
		}
	}
	return nil
}

// sampleDigest condenses what the load driver counted: enough to tell two samples apart, and no
// promise of repetition.
func sampleDigest(s load.Stats) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%+v", s))
	return hex.EncodeToString(sum[:])
}

var _ load.Sink = (*record.Recorder)(nil)
