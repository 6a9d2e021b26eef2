package experiment

import (
	"fmt"
	"slices"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/resource"
)

// Block says when a block is cut: at whichever limit is reached first.
type Block struct {
	MaxTxs   int           `yaml:"max_txs" doc:"commands"`
	MaxBytes strict.Size   `yaml:"max_bytes" doc:"bytes of commands"`
	MaxWait  time.Duration `yaml:"max_wait" doc:"time since the oldest command came"`
}

// Design is a chain design: a protocol with everything a builder decides about it.
type Design struct {
	Name      string            `yaml:"name,required" doc:"as in reports"`
	Title     string            `yaml:"title,omitempty" doc:"for people"`
	Protocol  string            `yaml:"protocol,required" doc:"govbench list designs names them"`
	Replicas  int               `yaml:"replicas" doc:"members of the group"`
	Placement []string          `yaml:"placement,omitempty" doc:"sites of the replicas, round robin when shorter; the network's own order when left out"`
	Block     Block             `yaml:"block" doc:"when a block is cut"`
	Pool      int               `yaml:"pool" doc:"commands that may wait at one replica"`
	Retry     time.Duration     `yaml:"retry" doc:"until a client or an entry replica sends again"`
	Signature string            `yaml:"signature" doc:"signature scheme of the replicas"`
	Params    map[string]string `yaml:"params,omitempty" doc:"settings of the protocol: govbench show designs"`

	source *strict.Node // what was read, for the places of errors; nil for a built-in design
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
	builtin := func(name, title string, replicas int) Design {
		d := defaults()
		d.Name, d.Title, d.Protocol, d.Replicas = name, title, name, replicas
		return d
	}
	return []Design{
		builtin("hashiraft", "hashicorp/raft with raft-boltdb, five replicas", 5),
		builtin("raft", "Raft, five replicas", 5),
		builtin("pbft", "PBFT, four replicas", 4),
		builtin("hotstuff", "chained HotStuff, four replicas", 4),
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

// UnmarshalStrict reads a built-in design's name, a file's path, or a design over the defaults.
func (d *Design) UnmarshalStrict(n *strict.Node) error {
	return readReference(d, "design", designNames(), n)
}

// Set takes a built-in design's name or a file.
func (d *Design) Set(name string) error { return setReference(d, "design", designNames(), ".", name) }

func (d *Design) named(name string) (ok bool, err error) {
	found, ok := designNamed(name)
	if ok {
		*d = found
	}
	return ok, nil
}

func (d *Design) define(n *strict.Node) error {
	body := designBody(defaults())
	if err := n.Decode(&body); err != nil {
		return err
	}
	*d = Design(body)
	d.source = n
	if d.Name == "" {
		return below(n, "name").Errorf("found an empty text: a design needs a name")
	}
	engine, ok := engineNamed(d.Protocol)
	if !ok {
		return below(n, "protocol").Unknown("protocol", d.Protocol, engineNames())
	}
	if err := d.check(engine); err != nil {
		return located(below(n, err.key), err.problem)
	}
	return nil
}

// designBody is a design as a mapping, and nothing else.
type designBody Design

// designError is a value of a design that is not allowed.
type designError struct {
	key     string // path within the design
	problem error
}

// check finds what the types of the fields do not rule out.
func (d *Design) check(e Engine) *designError {
	wrong := func(key string, found any, allowed string) *designError {
		return &designError{key, fmt.Errorf("found %v: allowed %s", found, allowed)}
	}
	switch {
	case d.Replicas < 1 || d.Replicas > replicasMax:
		return wrong("replicas", d.Replicas, fmt.Sprintf("are 1 to %d", replicasMax))
	case d.Block.MaxTxs < 1 || d.Block.MaxTxs > 1_000_000:
		return wrong("block.max_txs", d.Block.MaxTxs, "are 1 to 1000000")
	case d.Block.MaxBytes < 1 || d.Block.MaxBytes > 1<<30:
		return wrong("block.max_bytes", d.Block.MaxBytes, "are 1B to 1GiB")
	case d.Block.MaxWait < 0 || d.Block.MaxWait > time.Minute:
		return wrong("block.max_wait", d.Block.MaxWait, "are 0s to 1m")
	case d.Pool < 1 || d.Pool > 100_000_000:
		return wrong("pool", d.Pool, "are 1 to 100000000")
	case d.Retry < time.Millisecond || d.Retry > time.Hour:
		return wrong("retry", d.Retry, "are 1ms to 1h")
	}
	if _, err := resource.LookupScheme(d.Signature); err != nil {
		return &designError{"signature", strict.UnknownName("signature scheme", d.Signature, schemeNames())}
	}
	return d.checkParams(e)
}

// checkParams finds the first setting that the protocol does not know or allow.
func (d *Design) checkParams(e Engine) *designError {
	var known []string
	for _, s := range e.Settings {
		known = append(known, s.Name)
	}
	for _, name := range sortedKeys(d.Params) {
		if !slices.Contains(known, name) {
			if len(known) == 0 {
				return &designError{"params." + name, fmt.Errorf("protocol %s has no settings", e.Name)}
			}
			return &designError{"params." + name, strict.UnknownName("setting of "+e.Name, name, known)}
		}
		if _, err := consensus.ParseValues(e.Settings, map[string]string{name: d.Params[name]}); err != nil {
			return &designError{"params." + name, err}
		}
	}
	return nil
}

// checkReplicas refuses groups in which a protocol's promise is empty: those that survive no fault at
// all, unless there is nobody to fail but the one replica.
func (d *Design) checkReplicas(e Engine) *designError {
	if d.Replicas == 1 || d.Replicas >= e.MinReplicas {
		return nil
	}
	return &designError{"replicas", fmt.Errorf("%s with %d replicas survives no fault: allowed are 1, or %d and more", e.Name, d.Replicas, e.MinReplicas)}
}

func schemeNames() []string {
	var names []string
	for _, s := range resource.Schemes() {
		names = append(names, s.Name)
	}
	return names
}

// replicasMax bounds the size of a group.
//
// assumed: larger than any permissioned chain in use, small enough for quadratic protocols.
const replicasMax = 1000
