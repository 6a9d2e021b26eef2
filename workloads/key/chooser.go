package key

import (
	"fmt"
	"slices"

	"github.com/govbench/govbench/workloads"
)

// Ways to choose, as in scenario files.
const (
	None    = "none"    // uniform over all entities
	Zipf    = "zipf"    // the entity of rank r is chosen in proportion to 1/r
	Entity  = "entity"  // half of the choices return to an entity chosen lately
	Quota   = "quota"   // everybody wants one of few pools
	Seq     = "seq"     // one after the other, from the first again after the last
	Catalog = "catalog" // a few rows take most choices
)

// Numbers behind the ways to choose.
const (
	entityRecent   = 64 // assumed: entities that a service is working on at one time
	quotaPools     = 16 // assumed: one pool a district, Beijing has 16
	catalogRows    = 53 // departments on the directory chain in January 2020 (blocking.net/30995)
	catalogPercent = 90 // assumed: share of choices that fall on the hot rows
)

// Names lists the ways to choose.
func Names() []string { return []string{None, Zipf, Entity, Quota, Seq, Catalog} }

// Known reports whether the name is one of Names; the empty name means None.
func Known(name string) bool { return name == "" || slices.Contains(Names(), name) }

// Chooser picks one of a fixed number of entities.
type Chooser interface {
	// Next is an entity from 0 ... n-1.
	Next() uint64
}

// New makes a chooser over n entities, n at least 1. The error names an unknown way.
func New(name string, n uint64, rand workloads.Rand) (Chooser, error) {
	if n == 0 {
		return nil, fmt.Errorf("key: 0 entities to choose from, allowed: 1 or more")
	}
	switch name {
	case None, "":
		return &uniform{rand, n}, nil
	case Zipf:
		return newZipf(n, rand), nil
	case Entity:
		return &recent{rand: rand, n: n}, nil
	case Quota:
		return &uniform{rand, min(n, quotaPools)}, nil
	case Seq:
		return &sequence{n: n}, nil
	case Catalog:
		return &catalog{rand: rand, n: n, rows: min(n, catalogRows)}, nil
	}
	return nil, fmt.Errorf("key: %q is no way to choose, allowed: %v", name, Names())
}

type uniform struct {
	rand workloads.Rand
	n    uint64
}

func (u *uniform) Next() uint64 { return u.rand.Below(u.n) }

type sequence struct{ n, next uint64 }

func (s *sequence) Next() uint64 {
	chosen := s.next
	s.next++
	if s.next == s.n {
		s.next = 0
	}
	return chosen
}

type catalog struct {
	rand    workloads.Rand
	n, rows uint64
}

func (c *catalog) Next() uint64 {
	if c.rand.Below(100) < catalogPercent {
		return c.rand.Below(c.rows)
	}
	return c.rand.Below(c.n)
}

// recent keeps the last choices in a ring and returns to them half of the time.
type recent struct {
	rand workloads.Rand
	n    uint64
	ring [entityRecent]uint64
	fill uint64
}

func (r *recent) Next() uint64 {
	if r.fill > 0 && r.rand.Uint64()>>63 == 0 {
		return r.ring[r.rand.Below(min(r.fill, entityRecent))]
	}
	chosen := r.rand.Below(r.n)
	r.ring[r.fill%entityRecent] = chosen
	r.fill++
	return chosen
}
