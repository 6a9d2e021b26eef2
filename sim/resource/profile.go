package resource

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Cost is what one operation takes of one core; for consensus.OpHash, one byte.
type Cost struct {
	Picos  uint64 // picoseconds
	Source string // where the figure comes from
}

// scaled is the cost on a core that takes percent of the time.
func (c Cost) scaled(percent uint64) Cost {
	c.Picos = c.Picos * percent / 100
	return c
}

// Scheme is a signature scheme: its sizes on the wire and its costs on a core of the reference
// machine.
type Scheme struct {
	Name            string
	Title           string
	SignatureBytes  int
	PublicKeyBytes  int
	Aggregates      bool // many signatures of one statement combine into one of the same size
	SizeSource      string
	Sign            Cost
	Verify          Cost
	Aggregate       Cost // adding one share to an aggregate
	VerifyAggregate Cost // checking one aggregate
}

// Profile is a machine: how many cores, what operations cost on one of them, and its disk.
type Profile struct {
	Name  string
	Title string
	Cores int
	// CorePercent is the time that a core takes in percent of the reference machine's; 0 for a
	// machine that takes no time. With scales a scheme's costs by it.
	CorePercent uint64
	Costs       [consensus.OpCount]Cost
	Scheme      // what replicas sign with; see With. Name and Title are the machine's

	Fsync           time.Duration
	FsyncSource     string
	DiskBytesPerSec uint64 // 0: infinitely fast
	DiskSource      string
}

// Cost is the time that n operations take on one core, rounded up to a nanosecond.
func (p *Profile) Cost(op consensus.Op, n int) time.Duration {
	picos := p.Costs[op].Picos
	if picos == 0 || n <= 0 {
		return 0
	}
	return mulDiv(picos, uint64(n), 1000)
}

// With returns the machine with replicas that sign with another scheme. Clients keep signing with
// ed25519, so OpCheckPayload does not change.
func (p Profile) With(s Scheme) Profile {
	p.Scheme = s
	p.Costs[consensus.OpSign] = s.Sign.scaled(p.CorePercent)
	p.Costs[consensus.OpVerify] = s.Verify.scaled(p.CorePercent)
	p.Costs[consensus.OpAggregate] = s.Aggregate.scaled(p.CorePercent)
	p.Costs[consensus.OpVerifyAggregate] = s.VerifyAggregate.scaled(p.CorePercent)
	return p
}

// Bounds of a machine: a second for an operation and for an fsync is more than any takes and keeps
// sums far from overflow.
const (
	coresMax  = 4096
	picosMax  = 1_000_000_000_000
	fsyncMax  = time.Second
	scalesMax = 100_000 // percent
)

// Validate reports everything that is wrong with a machine.
func (p *Profile) Validate() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if p.Name == "" {
		fail("a machine needs a name")
	}
	if p.Cores < 1 || p.Cores > coresMax {
		fail("%d cores: want 1 to %d", p.Cores, coresMax)
	}
	if p.CorePercent > scalesMax {
		fail("cores that take %d percent of the reference's time: want at most %d", p.CorePercent, scalesMax)
	}
	for op, c := range p.Costs {
		if c.Picos > picosMax {
			fail("operation %d takes %d ps: want at most %d", op, c.Picos, uint64(picosMax))
		}
	}
	if p.Fsync < 0 || p.Fsync > fsyncMax {
		fail("an fsync takes %v: want 0s to %v", p.Fsync, fsyncMax)
	}
	if p.SignatureBytes <= 0 {
		fail("signature scheme %q has signatures of %d bytes", p.Scheme.Name, p.SignatureBytes)
	}
	return errors.Join(errs...)
}

// LookupProfile finds a machine by name; the error lists the names.
func LookupProfile(name string) (Profile, error) {
	var names []string
	for _, p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("unknown machine %q: have %s", name, strings.Join(names, ", "))
}

// LookupScheme finds a signature scheme by name; the error lists the names.
func LookupScheme(name string) (Scheme, error) {
	var names []string
	for _, s := range Schemes() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scheme{}, fmt.Errorf("unknown signature scheme %q: have %s", name, strings.Join(names, ", "))
}
