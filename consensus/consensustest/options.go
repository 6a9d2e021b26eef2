package consensustest

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// Options describes a Group. The zero value of each field means the default named beside it.
type Options struct {
	N    int    // replicas; default: the protocol's MinReplicas
	Seed uint64 // of every random draw of the group

	DelayMin, DelayMax time.Duration // one-way delay of a message; default: 10 ms and DelayMin
	LossPerMille       int           // messages lost
	DuplicatePerMille  int           // messages delivered twice
	Fsync              time.Duration // one disk write; zero: durable at once

	MaxTxs  int           // commands in a block; default 10
	MaxWait time.Duration // longest an incomplete block waits for company; zero: none
	Retry   time.Duration // before an entry replica forwards again; default 1s

	Values         map[string]string // protocol settings
	SignatureBytes int               // size of a signature on the wire; default 64

	// Conflict says whether one replica contradicts itself by signing both statements. It is asked
	// for pairs of equal Kind and View. Default: equal Height and different Digest.
	Conflict func(a, b consensus.Statement) bool
	// Promise names the statement that an unsigned message makes (a vote of a crash-fault protocol),
	// so that it is held to it like to a signature. Optional.
	Promise func(from, to consensus.NodeID, msg consensus.Message) (consensus.Statement, bool)

	Transcript bool // keep what Trace returns
	StrictOnce bool // a command in two committed blocks is a failure, not only a wasted place
}

func (o Options) withDefaults(p consensus.Protocol) Options {
	if o.N == 0 {
		o.N = p.MinReplicas
	}
	if o.DelayMin == 0 && o.DelayMax == 0 {
		o.DelayMin = 10 * time.Millisecond
	}
	o.DelayMax = max(o.DelayMin, o.DelayMax)
	if o.MaxTxs == 0 {
		o.MaxTxs = 10
	}
	if o.Retry == 0 {
		o.Retry = time.Second
	}
	if o.SignatureBytes == 0 {
		o.SignatureBytes = 64
	}
	return o
}
