package experiment

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/scenarios/strict"
)

// Block says when a block is cut.
type Block struct {
	MaxTxs   int           `yaml:"max_txs" json:"max_txs"`
	MaxBytes strict.Size   `yaml:"max_bytes" json:"max_bytes"`
	MaxWait  time.Duration `yaml:"max_wait" json:"max_wait"`
}

// Design is a chain design: a protocol with everything a builder decides about it.
type Design struct {
	Name      string            `yaml:"name" json:"name"`
	Title     string            `yaml:"title,omitempty" json:"title"`
	Protocol  string            `yaml:"protocol" json:"protocol"`
	Replicas  int               `yaml:"replicas" json:"replicas"`
	Placement []string          `yaml:"placement,omitempty" json:"placement"` // sites; round robin when shorter
	Block     Block             `yaml:"block" json:"block"`
	Pool      int               `yaml:"pool" json:"pool"`   // commands that may wait at one replica
	Retry     time.Duration     `yaml:"retry" json:"retry"` // until a client or entry replica sends again
	Signature string            `yaml:"signature" json:"signature"`
	Params    map[string]string `yaml:"params,omitempty" json:"params"`
}

// defaults are the settings that every design starts from.
//
// assumed: block limits of the size that permissioned chains ship with (Hyperledger Fabric v2.5's
// sample configtx.yaml cuts at 500 messages, 2 MiB preferred and 2 s; the wait here is shorter,
// because in a city, where messages take less than a millisecond, a longer one would be most of every
// latency and hide what protocols differ in).
func defaults() Design {
	return Design{
		Replicas:  4,
		Block:     Block{MaxTxs: 500, MaxBytes: 1 << 20, MaxWait: 10 * time.Millisecond},
		Pool:      20000,
		Retry:     4 * time.Second,
		Signature: "ed25519",
	}
}

// Designs lists the built-in designs.
func Designs() []Design {
	make := func(name, title, protocol string, change func(*Design)) Design {
		d := defaults()
		d.Name, d.Title, d.Protocol = name, title, protocol
		if change != nil {
			change(&d)
		}
		return d
	}
	return []Design{
		make("hashiraft", "hashicorp/raft with raft-boltdb, five replicas", "hashiraft", func(d *Design) { d.Replicas = 5 }),
		make("raft", "Raft, five replicas", "raft", func(d *Design) { d.Replicas = 5 }),
		make("pbft", "PBFT, four replicas", "pbft", nil),
		make("hotstuff", "chained HotStuff, four replicas", "hotstuff", nil),
	}
}

func designNames() []string {
	var names []string
	for _, d := range Designs() {
		names = append(names, d.Name)
	}
	return names
}

// designNamed finds a built-in design.
func designNamed(name string) (Design, bool) {
	for _, d := range Designs() {
		if d.Name == name {
			return d, true
		}
	}
	return Design{}, false
}

// UnmarshalStrict reads a design over the defaults.
func (d *Design) UnmarshalStrict(n *strict.Node) error {
	type plain Design
	p := plain(defaults())
	if err := n.Decode(&p); err != nil {
		return err
	}
	*d = Design(p)
	if d.Name == "" {
		return n.Errorf("a design needs a name")
	}
	engine, ok := engineNamed(d.Protocol)
	if !ok {
		at := n
		if p := n.Get("protocol"); p != nil {
			at = p
		}
		return at.Unknown("protocol", d.Protocol, engineNames())
	}
	if err := d.check(engine); err != nil {
		return n.Errorf("%v", err)
	}
	return nil
}

// check finds what the types of the fields do not rule out.
func (d *Design) check(e Engine) error {
	switch {
	case d.Replicas < 1 || d.Replicas > replicasMax:
		return fmt.Errorf("replicas is %d: allowed are 1 to %d", d.Replicas, replicasMax)
	case d.Block.MaxTxs < 1 || d.Block.MaxTxs > 1_000_000:
		return fmt.Errorf("block.max_txs is %d: allowed are 1 to 1000000", d.Block.MaxTxs)
	case d.Block.MaxBytes < 1 || d.Block.MaxBytes > 1<<30:
		return fmt.Errorf("block.max_bytes is %v: allowed are 1B to 1GiB", d.Block.MaxBytes)
	case d.Block.MaxWait < 0 || d.Block.MaxWait > time.Minute:
		return fmt.Errorf("block.max_wait is %v: allowed are 0s to 1m", d.Block.MaxWait)
	case d.Pool < 1 || d.Pool > 100_000_000:
		return fmt.Errorf("pool is %d: allowed are 1 to 100000000", d.Pool)
	case d.Retry < time.Millisecond:
		return fmt.Errorf("retry is %v: allowed is 1ms or more", d.Retry)
	}
	if _, err := consensus.ParseValues(e.Settings, d.Params); err != nil {
		return fmt.Errorf("params: %w", err)
	}
	return nil
}

// replicasMax bounds the size of a group.
//
// assumed: larger than any permissioned chain in use, small enough for quadratic protocols.
const replicasMax = 1000
