package scenarios

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/mix"
)

// mixture is what a workload of many scenarios has besides that of one.
type mixture struct {
	mixed   *Mixed
	members []*Workload
	group   []int      // by member: its group
	weights []*big.Rat // by member: requests per ns, or any multiple of that
}

// Workload puts the workloads of the mix's scenarios, in the order of Scenarios, together to one. The load of its
// members is in proportion to their city rates, or as the mix's shares say; see ForLoad.
func (m *Mixed) Workload(members []*Workload) (*Workload, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	mixed := &mixture{mixed: m, members: members}
	for i, g := range m.Groups {
		for range g.Scenarios {
			mixed.group = append(mixed.group, i)
		}
	}
	if len(members) != len(mixed.group) {
		return nil, fmt.Errorf("mix %s: %d workloads for %d services", m.ID, len(members), len(mixed.group))
	}
	if _, err := mix.New(mixed.parts()); err != nil {
		return nil, err
	}
	city, err := mixed.presetRates(PresetCity)
	if err != nil {
		return nil, err
	}
	mixed.weights = mixed.shared(city.rates)
	w := &Workload{mixture: mixed, Program: workloads.Program{App: mixed.app, Generator: mixed.drawn}}
	for _, member := range members {
		w.Mix.add(member.Mix)
	}
	w.Scenario = mixed.standIn()
	if _, err := mix.NewGenerator(mixed.feeds(func(int) mix.Feed { return mix.Feed{} }), mixed.drawShares(), nil); err != nil {
		return nil, err
	}
	return w, nil
}

func (m *Mix) add(other Mix) {
	m.Arrivals += other.Arrivals
	m.Requests += other.Requests
	m.Reads += other.Reads
	m.Cases += other.Cases
	m.Refused += other.Refused
}

// standIn is the scenario that stands for the mix where one scenario is expected: its names, and the mean
// think time of its members' people, each weighted with the share of the requests.
func (m *mixture) standIn() *Scenario {
	s := &Scenario{ID: m.mixed.ID, Name: m.mixed.Name, NameZH: m.mixed.NameZH, Summary: m.mixed.Summary()}
	think := new(big.Rat)
	for i, w := range m.members {
		part := new(big.Rat).Mul(m.weights[i], new(big.Rat).SetInt64(int64(w.Scenario.Params.Think)))
		think.Add(think, part)
	}
	think.Quo(think, sum(m.weights))
	s.Params.Think = time.Duration(new(big.Int).Quo(think.Num(), think.Denom()).Int64())
	return s
}

// app makes the program of the mix.
func (m *mixture) app() workloads.App {
	app, err := mix.New(m.parts())
	if err != nil {
		panic("scenarios: " + err.Error()) // Workload refuses it
	}
	return app
}

func (m *mixture) parts() []mix.Part {
	parts := make([]mix.Part, len(m.members))
	for i, w := range m.members {
		parts[i] = mix.Part{Name: w.Scenario.ID, Tag: w.Program.Tag, App: w.Program.App()}
	}
	return parts
}

// Members lists the workloads of a mix, or the workload itself. A request's Member is an index in the
// list.
func (w *Workload) Members() []*Workload {
	if w.mixture == nil {
		return []*Workload{w}
	}
	return w.mixture.members
}

// Mixed is the mix that the workload is of, or nil.
func (w *Workload) Mixed() *Mixed {
	if w.mixture == nil {
		return nil
	}
	return w.mixture.mixed
}

// Shares lists the share of each member in the requests offered, as its expected value.
func (w *Workload) Shares() []*big.Rat {
	if w.mixture == nil {
		return []*big.Rat{big.NewRat(1, 1)}
	}
	total := sum(w.mixture.weights)
	out := make([]*big.Rat, len(w.mixture.weights))
	for i, weight := range w.mixture.weights {
		out[i] = new(big.Rat).Quo(weight, total)
	}
	return out
}

// Offer is a workload with the load that a preset gives it.
type Offer struct {
	Workload *Workload    // its members share the load as the preset says
	Rate     arrival.Rate // of all requests
	// Unpublished lists the members of a mix, by index, for which nothing was published: at the preset
	// "documented" they are offered at their city rates, which nobody may call documented.
	Unpublished []int
}

// Notes says, in sentences, what part of the load rests on no publication.
func (o Offer) Notes() []string {
	if len(o.Unpublished) == 0 {
		return nil
	}
	shares := o.Workload.Shares()
	part := new(big.Rat)
	for _, i := range o.Unpublished {
		part.Add(part, shares[i])
	}
	part.Mul(part, big.NewRat(100, 1))
	note := fmt.Sprintf("no volume was published for %d of %d services, %s%% of the offered load: they are offered at their city rates, which are not documented",
		len(o.Unpublished), len(shares), part.FloatString(1))
	if o.Workload.Mixed().Stated() {
		note += "; the mix's own shares divide the sum"
	}
	return []string{note}
}

// ForLoad gives a workload the load of a preset. In a mix every member has its own rate, which its people
// would bring to a chain of its own: the whole is their sum. Where the mix states shares, they divide that
// sum.
func (w *Workload) ForLoad(preset string) (Offer, error) {
	if w.mixture == nil {
		rate, err := w.Rate(preset)
		return Offer{Workload: w, Rate: rate}, err
	}
	rates, err := w.mixture.presetRates(preset)
	if err != nil {
		return Offer{}, err
	}
	changed := *w.mixture
	changed.weights = changed.shared(rates.rates)
	other := *w
	other.mixture = &changed
	other.Scenario = changed.standIn()
	return Offer{Workload: &other, Rate: nearest(sum(rates.rates)), Unpublished: rates.unpublished}, nil
}

type presetRates struct {
	rates       []*big.Rat // by member: requests per ns
	unpublished []int
}

// presetRates finds each member's own rate of a preset; documented falls back to city.
func (m *mixture) presetRates(preset string) (presetRates, error) {
	var out presetRates
	for i, w := range m.members {
		rate, err := w.Rate(preset)
		if _, published := w.Scenario.Load[PresetDocumented]; preset == PresetDocumented && !published {
			out.unpublished = append(out.unpublished, i)
			rate, err = w.Rate(PresetCity)
		}
		if err != nil {
			return out, fmt.Errorf("mix %s: %w", m.mixed.ID, err)
		}
		out.rates = append(out.rates, ratOf(rate))
	}
	if len(out.unpublished) == len(m.members) {
		return out, fmt.Errorf("mix %s: no volume was published for any of its services: allowed are city, surge or a rate such as 2000", m.mixed.ID)
	}
	return out, nil
}

// shared weights the members: by their rates, and where the mix states shares, within each group only.
func (m *mixture) shared(rates []*big.Rat) []*big.Rat {
	if !m.mixed.Stated() {
		return rates
	}
	groups := make([]*big.Rat, len(m.mixed.Groups))
	for i, rate := range rates {
		g := &groups[m.group[i]]
		if *g == nil {
			*g = new(big.Rat)
		}
		(*g).Add(*g, rate)
	}
	out := make([]*big.Rat, len(rates))
	for i, rate := range rates {
		g := m.group[i]
		share := new(big.Rat).SetFrac(new(big.Int).SetUint64(uint64(m.mixed.Groups[g].Share)), big.NewInt(1))
		out[i] = share.Mul(share, new(big.Rat).Quo(rate, groups[g]))
	}
	return out
}

// begins is a member's weight in transactions and cases begun instead of requests.
func (m *mixture) begins(i int) *big.Rat {
	return new(big.Rat).Mul(m.members[i].beginsPerRequest(), m.weights[i])
}

// newSource lays the members' arrivals over one another. A member whose rate gives it no arrival at all
// gets one, at a random moment, so that every program and its laws are exercised in every run.
func (m *mixture) newSource(seed uint64, mean arrival.Rate, duration time.Duration) (workloads.Follower, error) {
	scale := new(big.Rat).Quo(ratOf(mean), sum(m.weights))
	arrivals := make([]*arrival.Process, len(m.members))
	for i, w := range m.members {
		begins := nearest(new(big.Rat).Mul(m.begins(i), scale))
		process, err := arrival.New(w.shape, begins, duration, sim.NewStream(seed, "arrival/"+w.Scenario.ID))
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", w.Scenario.ID, err)
		}
		arrivals[i] = process
	}
	return mix.NewSource(m.feeds(func(i int) mix.Feed {
		w := m.members[i]
		lone := sim.NewStream(seed, "lone/"+w.Scenario.ID).Below(uint64(duration))
		return mix.Feed{Arrivals: arrivals[i], Lone: time.Duration(lone), Generator: w.NewGenerator(seed)}
	}))
}

// feeds names the members' feeds and their agencies.
func (m *mixture) feeds(load func(member int) mix.Feed) []mix.Feed {
	feeds := make([]mix.Feed, len(m.members))
	for i, w := range m.members {
		feeds[i] = load(i)
		feeds[i].Name, feeds[i].Agencies = w.Scenario.ID, w.Scenario.Participants.Count
	}
	return feeds
}

// newGenerator draws members by their shares. Each member's requests come from its own stream.
func (m *mixture) newGenerator(seed uint64) workloads.Generator {
	feeds := m.feeds(func(i int) mix.Feed { return mix.Feed{Generator: m.members[i].NewGenerator(seed)} })
	g, err := mix.NewGenerator(feeds, m.drawShares(), sim.NewStream(seed, "members/"+m.mixed.ID))
	if err != nil {
		panic("scenarios: " + err.Error()) // Mixed.Workload refuses it
	}
	return g
}

// drawn is a generator whose members all draw from one stream.
func (m *mixture) drawn(rand workloads.Rand) workloads.Generator {
	feeds := m.feeds(func(i int) mix.Feed { return mix.Feed{Generator: m.members[i].Program.Generator(rand)} })
	g, err := mix.NewGenerator(feeds, m.drawShares(), rand)
	if err != nil {
		panic("scenarios: " + err.Error()) // Mixed.Workload refuses it
	}
	return g
}

// shareBits is the precision of the shares that members of a closed loop are drawn by.
const shareBits = 48

// drawShares lists the members' shares of what is begun.
func (m *mixture) drawShares() []uint64 {
	total := new(big.Rat)
	for i := range m.members {
		total.Add(total, m.begins(i))
	}
	shares := make([]uint64, len(m.members))
	for i := range m.members {
		part := new(big.Rat).Quo(m.begins(i), total)
		scaled := new(big.Int).Lsh(part.Num(), shareBits)
		shares[i] = max(scaled.Quo(scaled, part.Denom()).Uint64(), 1)
	}
	return shares
}

// mixedWithArrival gives every member another shape of arrivals.
func (w *Workload) mixedWithArrival(a Arrival) (*Workload, error) {
	changed := *w.mixture
	changed.members = make([]*Workload, len(w.mixture.members))
	for i, member := range w.mixture.members {
		var err error
		if changed.members[i], err = member.WithArrival(a); err != nil {
			return nil, err
		}
	}
	other := *w
	other.mixture = &changed
	return &other, nil
}

func sum(list []*big.Rat) *big.Rat {
	total := new(big.Rat)
	for _, x := range list {
		total.Add(total, x)
	}
	return total
}

// ratOf is a rate in requests per ns.
func ratOf(r arrival.Rate) *big.Rat {
	if r.IsZero() {
		return new(big.Rat)
	}
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(r.Count), big.NewInt(int64(r.Per)))
}

// Limits of a rate that is rounded: what arrival.Rate holds, less room for what is computed from it.
const (
	countMax = 100_000_000_000 // requests
	perMax   = 1_000_000_000_000 * time.Millisecond
)

// nearest is the rate nearest to one in requests per ns: itself where a Rate can hold it, otherwise within one
// part in 10^10, or within one request in 31 years.
func nearest(r *big.Rat) arrival.Rate {
	if r.Sign() == 0 {
		return arrival.Rate{}
	}
	if num, den := r.Num(), r.Denom(); num.IsUint64() && num.Uint64() <= countMax && den.IsInt64() {
		return arrival.Rate{Count: num.Uint64(), Per: time.Duration(den.Int64())}
	}
	per := new(big.Int).Quo(new(big.Int).Mul(big.NewInt(countMax), r.Denom()), r.Num())
	if per.Cmp(big.NewInt(int64(perMax))) > 0 {
		per.SetInt64(int64(perMax))
	}
	if per.Sign() == 0 {
		per.SetInt64(1)
	}
	count := new(big.Int).Mul(r.Num(), per)
	count.Add(count, new(big.Int).Rsh(r.Denom(), 1)).Quo(count, r.Denom())
	if count.Sign() == 0 {
		count.SetInt64(1)
	}
	rate, err := arrival.Rate{Count: count.Uint64(), Per: time.Duration(per.Int64())}.Times(1, 1) // reduces
	if err != nil {
		panic(errors.New("scenarios: a rounded rate cannot be held: " + err.Error()))
	}
	return rate
}
