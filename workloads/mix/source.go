package mix

import (
	"fmt"
	"math"
	"sort"
	"time"

	"github.com/govbench/govbench/workloads"
)

// Process yields intended times in ascending order (arrival.Process).
type Process interface {
	Next() (time.Duration, bool)
}

// Feed is the load of one member.
type Feed struct {
	Name      string // of the service, in errors
	Agencies  int    // of the service
	Arrivals  Process
	Lone      time.Duration // when it has one arrival if Arrivals yields none, so that it is exercised in every run
	Generator workloads.Generator
}

// crew is what sources and generators of mixed workloads share: the members' generators and where each one's
// agencies begin in the list of all.
type crew struct {
	generators []workloads.Generator
	firstAt    []uint16
}

func newCrew(feeds []Feed) (crew, error) {
	if len(feeds) == 0 || len(feeds) > workloads.MembersMax {
		return crew{}, fmt.Errorf("mix: %d members: allowed are 1 to %d", len(feeds), workloads.MembersMax)
	}
	c := crew{}
	agencies := 0
	for _, f := range feeds {
		if f.Agencies < 1 || agencies+f.Agencies > math.MaxUint16+1 {
			return crew{}, fmt.Errorf("mix: %s: agency %d of the mix: allowed are at least one agency a service and %d in all",
				f.Name, agencies+f.Agencies, math.MaxUint16+1)
		}
		c.generators = append(c.generators, f.Generator)
		c.firstAt = append(c.firstAt, uint16(agencies))
		agencies += f.Agencies
	}
	return c, nil
}

// begin makes the first request of a member's transaction or case.
func (c *crew) begin(member uint16, at time.Duration) workloads.Request {
	r := c.generators[member].Begin(at)
	c.lift(member, &r)
	return r
}

// follow names the next request of a case.
func (c *crew) follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	member := answered.Member
	answered.Agency -= c.firstAt[member]
	answered.Member = 0
	_, answered.Case = workloads.CaseOf(answered.Case)
	r, ok := c.generators[member].Follow(answered, result, now)
	if ok {
		c.lift(member, &r)
	}
	return r, ok
}

// lift turns a member's request into one of the mix.
func (c *crew) lift(member uint16, r *workloads.Request) {
	r.Member = member
	r.Agency += c.firstAt[member]
	if r.Case != 0 {
		r.Case = workloads.CaseIn(member, r.Case)
	}
}

// Source is the superposition of its members' arrivals. It is a workloads.Follower.
type Source struct {
	crew
	arrivals []Process
	race     race
	lastID   uint64
	lone     int
}

// NewSource makes a source. It fails without members, and with more members or agencies than requests can
// name.
func NewSource(feeds []Feed) (*Source, error) {
	c, err := newCrew(feeds)
	if err != nil {
		return nil, err
	}
	s := &Source{crew: c, race: newRace(len(feeds))}
	for i, f := range feeds {
		s.arrivals = append(s.arrivals, f.Arrivals)
		at, ok := f.Arrivals.Next()
		if !ok {
			at = f.Lone
			s.lone++
		}
		s.race.at[i] = at
	}
	s.race.begin()
	return s, nil
}

// Lone is how many members had no arrival of their own and got one at the time of their Feed's Lone.
func (s *Source) Lone() int { return s.lone }

// Next yields the request of the next arrival.
func (s *Source) Next() (workloads.Request, bool) {
	winner := s.race.winner()
	at := s.race.at[winner]
	if at == never {
		return workloads.Request{}, false
	}
	next, ok := s.arrivals[winner].Next()
	if !ok {
		next = never
	}
	s.race.advance(winner, next)
	r := s.begin(winner, at)
	s.lastID++
	r.ID = s.lastID
	return r, true
}

// Follow names the next request of a case. Its id is dense with those of Next, in the order in which
// the two were called.
func (s *Source) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	r, ok := s.follow(answered, result, now)
	if !ok {
		return workloads.Request{}, false
	}
	s.lastID++
	r.ID = s.lastID
	return r, true
}

// never is the time of a member that has no more arrivals.
const never = time.Duration(math.MaxInt64)

// race is a tournament tree (Knuth, The Art of Computer Programming 3, section 5.4.1): the earliest of all
// members' next times, the lowest member among equals. Replacing the winner's time costs one comparison a
// level.
type race struct {
	at   []time.Duration // by member: its next time, or never; as many as half of won
	won  []uint16        // won[1] is the winner; the members' own places are the second half
	half int
}

func newRace(members int) race {
	half := 1
	for half < members {
		half *= 2
	}
	r := race{at: make([]time.Duration, half), won: make([]uint16, 2*half), half: half}
	for i := range half {
		r.at[i], r.won[half+i] = never, uint16(i)
	}
	return r
}

func (r *race) begin() {
	for i := r.half - 1; i > 0; i-- {
		r.won[i] = r.earlier(r.won[2*i], r.won[2*i+1])
	}
}

// earlier tells which of two members comes first; left is the lower one.
func (r *race) earlier(left, right uint16) uint16 {
	if r.at[right] < r.at[left] {
		return right
	}
	return left
}

func (r *race) winner() uint16 { return r.won[1] }

// advance gives the winner its next time.
func (r *race) advance(winner uint16, next time.Duration) {
	r.at[winner] = next
	for i := (r.half + int(winner)) / 2; i > 0; i /= 2 {
		r.won[i] = r.earlier(r.won[2*i], r.won[2*i+1])
	}
}

// Generator draws the member of every new request by its share. It is a workloads.Generator.
type Generator struct {
	crew
	rand   workloads.Rand
	totals []uint64 // sums of the shares up to and with each member
	tour   []uint16 // members that have not begun anything
}

// NewGenerator makes a generator of members with those relative shares of the transactions and cases begun;
// a feed's Arrivals are not used. Each member begins one before any is drawn by its share, in random order,
// so that every program is exercised. It fails as NewSource does, and unless there is a share for each member and
// they add up to more than zero and no more than 64 bits hold.
func NewGenerator(feeds []Feed, shares []uint64, rand workloads.Rand) (*Generator, error) {
	c, err := newCrew(feeds)
	if err != nil {
		return nil, err
	}
	if len(shares) != len(feeds) {
		return nil, fmt.Errorf("mix: %d shares of %d members", len(shares), len(feeds))
	}
	g := &Generator{crew: c, rand: rand}
	total := uint64(0)
	for i, share := range shares {
		if total+share < total {
			return nil, fmt.Errorf("mix: the shares add up to more than 64 bits hold")
		}
		total += share
		g.totals = append(g.totals, total)
		g.tour = append(g.tour, uint16(i))
	}
	if total == 0 {
		return nil, fmt.Errorf("mix: the shares add up to zero")
	}
	return g, nil
}

// Begin makes the first request of a new transaction or case.
func (g *Generator) Begin(at time.Duration) workloads.Request { return g.begin(g.draw(), at) }

func (g *Generator) draw() uint16 {
	if n := len(g.tour); n > 0 {
		i := g.rand.Below(uint64(n))
		member := g.tour[i]
		g.tour[i] = g.tour[n-1]
		g.tour = g.tour[:n-1]
		return member
	}
	x := g.rand.Below(g.totals[len(g.totals)-1])
	return uint16(sort.Search(len(g.totals), func(i int) bool { return g.totals[i] > x }))
}

// Follow names the next request of a case.
func (g *Generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	return g.follow(answered, result, now)
}
