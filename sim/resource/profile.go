package resource

import (
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

// Profile is a machine: how many cores, what operations cost on one of them, and its disk.
type Profile struct {
	Name  string
	Title string
	Cores int
	Costs [consensus.OpCount]Cost
	Scheme

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

// With returns the machine with the costs of another signature scheme. A machine on which
// signatures cost nothing keeps costing nothing; only the size changes.
func (p Profile) With(s Scheme) Profile {
	ideal := p.Costs[consensus.OpSign].Picos == 0 && p.Costs[consensus.OpVerify].Picos == 0
	p.Scheme = s
	if ideal {
		return p
	}
	p.Costs[consensus.OpSign] = s.Sign
	p.Costs[consensus.OpVerify] = s.Verify
	p.Costs[consensus.OpAggregate] = s.Aggregate
	p.Costs[consensus.OpVerifyAggregate] = s.VerifyAggregate
	p.Costs[consensus.OpCheckPayload] = s.Verify
	return p
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
