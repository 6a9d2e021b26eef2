package cluster_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/check"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads"
)

// tape is a program that remembers everything it was told, in order.
type tape struct {
	root    [32]byte
	applied uint64
}

func (t *tape) Apply(op []byte) []byte {
	t.root = sha256.Sum256(append(t.root[:], op...))
	t.applied++
	return []byte{workloads.AnswerOK}
}
func (t *tape) Query([]byte) []byte { return t.root[:8] }
func (t *tape) Digest() [32]byte    { return t.root }
func (t *tape) Check() error        { return nil }

// bench is a group under test with its load.
type bench struct {
	*cluster.Cluster
	t        testing.TB
	app      *tape
	checker  *check.Checker
	outcomes []consensus.Outcome // by CommandID-1
	sentAt   []time.Duration
	sites    []consensus.SiteID
	next     consensus.CommandID
}

func values(t testing.TB, p consensus.Protocol, given map[string]string) consensus.Values {
	t.Helper()
	v, err := consensus.ParseValues(p.Settings, given)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// tweaked is a configuration in the making.
type tweaked struct{ cluster.Config }

type tweak func(*tweaked)

// with applies changes to a configuration.
func (c tweaked) with(changes ...tweak) tweaked {
	for _, change := range changes {
		change(&c)
	}
	return c
}

// base is a group of n on ideal machines, every two of them the same delay apart.
func base(t testing.TB, p consensus.Protocol, n int, delay time.Duration) tweaked {
	t.Helper()
	ideal, err := resource.LookupProfile("ideal")
	if err != nil {
		t.Fatal(err)
	}
	cfg := cluster.Config{
		Protocol: p, Values: values(t, p, nil), Replicas: n,
		Topology: network.Constant(delay, n), Profile: ideal,
		Limits:   mempool.Limits{MaxTxs: 1, MaxBytes: 1 << 20, MaxWait: 0, Capacity: 10000},
		SigBytes: 64, Retry: 4 * time.Second, Seed: 1,
	}
	for i := range n {
		cfg.Placement = append(cfg.Placement, consensus.SiteID(i))
	}
	return tweaked{cfg}
}

func start(t testing.TB, given tweaked) *bench {
	cfg := given.Config
	t.Helper()
	b := &bench{t: t, app: &tape{}, checker: check.New(cfg.Replicas)}
	cfg.App = func() workloads.App { return b.app }
	if cfg.Tap == nil {
		cfg.Tap = b.checker
	}
	c, err := cluster.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.Cluster = c
	return b
}

// submitAt plans a command from a client at a site to a replica.
func (b *bench) submitAt(at time.Duration, site consensus.SiteID, to consensus.NodeID, read bool) {
	b.outcomes = append(b.outcomes, consensus.Outcome{Status: 99})
	b.sentAt = append(b.sentAt, at)
	b.sites = append(b.sites, site)
	b.At(at, func() {
		b.next++
		id := b.next
		cmd := &consensus.Command{ID: id, Site: site, Read: read, Op: []byte{byte(id), byte(id >> 8)}}
		b.Submit(to, cmd, func(o consensus.Outcome) {
			if b.outcomes[id-1].Status != 99 {
				b.t.Errorf("command %d ended twice", id)
			}
			b.outcomes[id-1] = o
		})
	})
}

func (b *bench) run(until time.Duration) {
	b.t.Helper()
	if err := b.Run(context.Background(), until); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range b.checker.Verdicts(b.app.applied) {
		if !v.OK {
			b.t.Errorf("%s: %s", v.Name, v.Detail)
		}
	}
}
