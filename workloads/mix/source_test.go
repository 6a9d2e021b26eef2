package mix

import (
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// list is a process of given times.
type list []time.Duration

func (l *list) Next() (time.Duration, bool) {
	if len(*l) == 0 {
		return 0, false
	}
	at := (*l)[0]
	*l = (*l)[1:]
	return at, true
}

// clerk numbers its cases from 1 and remembers what was answered.
type clerk struct {
	begun    uint64
	agency   uint16
	answered []workloads.Request
}

func (c *clerk) Begin(at time.Duration) workloads.Request {
	c.begun++
	return workloads.Request{At: at, Agency: c.agency, Case: c.begun}
}

func (c *clerk) Follow(answered workloads.Request, _ []byte, now time.Duration) (workloads.Request, bool) {
	c.answered = append(c.answered, answered)
	answered.At, answered.Last = now+time.Second, true
	return answered, true
}

// TestSuperposition: whatever the members' arrivals, the source yields all of them in order of time and then of
// member, as sorting all at once does, with dense ids.
func TestSuperposition(t *testing.T) {
	rand := programtest.New(7)
	for members := 1; members <= 40; members++ {
		type arrival struct {
			at     time.Duration
			member int
		}
		var want []arrival
		feeds := make([]Feed, members)
		lone := 0
		for m := range feeds {
			var l list
			for range rand.Below(20) {
				l = append(l, time.Duration(rand.Below(50))) // many equal times
			}
			slices.Sort(l)
			feeds[m] = Feed{Name: "x", Agencies: 3, Generator: &clerk{agency: 2}, Lone: 33}
			if len(l) == 0 {
				lone++
				want = append(want, arrival{33, m})
			}
			for _, at := range l {
				want = append(want, arrival{at, m})
			}
			feeds[m].Arrivals = &l
		}
		slices.SortStableFunc(want, func(a, b arrival) int { return int(a.at - b.at) })
		src, err := NewSource(feeds)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want {
			r, ok := src.Next()
			if !ok || r.At != w.at || int(r.Member) != w.member || r.ID != uint64(i+1) || int(r.Agency) != 3*w.member+2 {
				t.Fatalf("%d members: request %d is %+v, want member %d at %v", members, i, r, w.member, w.at)
			}
		}
		if r, ok := src.Next(); ok || src.Lone() != lone {
			t.Fatalf("%d members: one more, %+v; %d of %d lone", members, r, src.Lone(), lone)
		}
	}
}

// TestFollowGoesToWhoBegan: a member sees its own numbers of cases and agencies, whatever those of the mix are.
func TestFollowGoesToWhoBegan(t *testing.T) {
	clerks := []*clerk{{agency: 1}, {agency: 0}}
	src, err := NewSource([]Feed{
		{Agencies: 5, Generator: clerks[0], Arrivals: &list{1, 2}},
		{Agencies: 5, Generator: clerks[1], Arrivals: &list{3}},
	})
	if err != nil {
		t.Fatal(err)
	}
	cases := map[uint64]bool{}
	for range 3 {
		r, _ := src.Next()
		cases[r.Case] = true
		next, ok := src.Follow(r, nil, 9)
		if !ok || next.Case != r.Case || next.Agency != r.Agency || next.Member != r.Member {
			t.Errorf("%+v after %+v", next, r)
		}
	}
	if len(cases) != 3 {
		t.Errorf("%d cases have different numbers, want 3", len(cases))
	}
	if got := clerks[1].answered; len(got) != 1 || got[0].Case != 1 || got[0].Agency != 0 || got[0].Member != 0 {
		t.Errorf("the second member saw %+v", got)
	}
}

// TestCaseNumbers: the numbers of cases that programs make survive, governing ones with bit 63 included.
func TestCaseNumbers(t *testing.T) {
	for _, number := range []uint64{1, 1<<48 - 1, 1<<63 | 3, 1<<63 | 65535<<32 | 7} {
		for _, member := range []uint16{0, 1, 139, workloads.MembersMax - 1} {
			mixed := workloads.CaseIn(member, number)
			if m, n := workloads.CaseOf(mixed); m != member || n != number || member == 0 && mixed != number {
				t.Errorf("case %x of member %d: %x, %x", number, member, m, n)
			}
		}
	}
}

// TestDraws: the first draws take each member once; after that members come by their shares.
func TestDraws(t *testing.T) {
	shares := []uint64{700, 200, 99, 1}
	feeds := make([]Feed, len(shares))
	for i := range feeds {
		feeds[i] = Feed{Agencies: 1, Generator: &clerk{}}
	}
	g, err := NewGenerator(feeds, shares, programtest.New(3))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint16]bool{}
	for range shares {
		seen[g.Begin(0).Member] = true
	}
	if len(seen) != len(shares) {
		t.Errorf("the first %d requests are of %d members", len(shares), len(seen))
	}
	const n = 400_000
	got := make([]uint64, len(shares))
	for range n {
		got[g.Begin(0).Member]++
	}
	for i, share := range shares {
		want := n * share / 1000
		sigmas := 5 * intSqrt(want)
		if got[i] > want+sigmas || got[i]+sigmas < want {
			t.Errorf("member %d: %d of %d requests, want about %d", i, got[i], n, want)
		}
	}
}

func intSqrt(n uint64) (root uint64) {
	for root*root < n {
		root++
	}
	return root
}

// TestRefusedFeeds: what requests cannot name is refused.
func TestRefusedFeeds(t *testing.T) {
	for name, feeds := range map[string][]Feed{
		"none":              nil,
		"no agency":         {{Name: "x"}},
		"too many agencies": {{Name: "x", Agencies: 60_000}, {Name: "y", Agencies: 6_000}},
	} {
		if _, err := NewSource(feeds); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	one := []Feed{{Name: "x", Agencies: 1, Generator: &clerk{}}}
	for _, shares := range [][]uint64{nil, {0}, {1, 2}} {
		if _, err := NewGenerator(one, shares, programtest.New(1)); err == nil {
			t.Errorf("shares %v: accepted", shares)
		}
	}
}
