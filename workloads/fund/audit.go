package fund

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// checkMarks verifies that every mark stands for an application.
func (a *app) checkMarks(s *audit) error {
	for e := range a.Ledger.Each([]byte{keyMarks}) {
		if len(e.Key) != 9 || len(e.Value)%markSize != 0 || len(e.Value) > groupSize*markSize {
			return fmt.Errorf("marks %x: unsound record", e.Key[1:])
		}
		number := binary.BigEndian.Uint64(e.Key[1:])
		for slot := range len(e.Value) / markSize {
			m := readMark(e.Value, slot)
			if m.application == 0 {
				continue
			}
			subject := number>>32 + a.projects*(number&(1<<32-1)*groupSize+uint64(slot))
			at, found := slices.BinarySearchFunc(s.periods, paidFor{subject: subject, period: m.next - 1}, comparePaid)
			if m.next == 0 || !found || s.periods[at].id != m.application {
				return fmt.Errorf("subject %d: marked up to period %d by application %d, which does not stand for it",
					subject, m.next, m.application)
			}
		}
	}
	return nil
}

// checkProjects verifies every project's balances against the postings and against its applications.
func (a *app) checkProjects(s *audit) error {
	found := 0
	for e := range a.Ledger.Each([]byte{keyProject}) {
		p, ok := readProject(e.Value)
		if !ok || len(e.Key) != 9 || p.frozen > 1 {
			return fmt.Errorf("project %x: unsound record", e.Key[1:])
		}
		number := binary.BigEndian.Uint64(e.Key[1:])
		found++
		s.steps += uint64(p.steps)
		if book := a.book(s, number); *book != p.bucket {
			return fmt.Errorf("project %d: it has %d, the postings make it %d", number, p.bucket, *book)
		}
		t := s.tallies[number]
		if t == nil {
			t = &tally{}
		}
		for bucket := bucketReserved; bucket < buckets; bucket++ {
			if t.bucket[bucket] != p.bucket[bucket] {
				return fmt.Errorf("project %d: bucket %d holds %d, its applications sum to %d",
					number, bucket, p.bucket[bucket], t.bucket[bucket])
			}
		}
		if t.billed != p.billed || p.billed > a.price || t.atWork != p.atWork || t.stages != p.stages {
			return fmt.Errorf("project %d: milestones billed %d of %d in %d stages with %d at work, they sum to %+v",
				number, p.billed, a.price, p.stages, p.atWork, *t)
		}
	}
	for number := range a.projects {
		book, posted := s.books[number]
		_, _, written := a.Ledger.Get(a.keyFor(keyProject, number))
		if start := [buckets]uint64{uint64(a.projectStart)}; !written && posted && *book != start {
			return fmt.Errorf("project %d: the postings make it %d, it has no record", number, *book)
		}
	}
	return nil
}

func (a *app) checkProgrammes(s *audit) error {
	written := make([]bool, a.programmes)
	for e := range a.Ledger.Each([]byte{keyProgramme}) {
		p, ok := readProgramme(e.Value)
		number := uint64(0)
		if ok && len(e.Key) == 9 {
			number = binary.BigEndian.Uint64(e.Key[1:])
		}
		if !ok || len(e.Key) != 9 || number >= a.programmes {
			return fmt.Errorf("programme %x: unsound record", e.Key[1:])
		}
		written[number] = true
		s.steps += uint64(p.steps)
		if p.free != s.treasury.free[number] || p.appropriated != s.treasury.year[number] {
			return fmt.Errorf("programme %d: it has %d and was appropriated %d this year, the postings make it %d and %d",
				number, p.free, p.appropriated, s.treasury.free[number], s.treasury.year[number])
		}
		if (p.appropriated == 0) != (p.raised == 0) || p.raised != 0 && !s.appropriates(p.raised, number) {
			return fmt.Errorf("programme %d: transaction %d did not appropriate to it", number, p.raised)
		}
	}
	start := uint64(a.settings.Rule("programme-start"))
	for number, ok := range written {
		if !ok && (s.treasury.free[number] != start || s.treasury.year[number] != 0) {
			return fmt.Errorf("programme %d: the postings make it %d, it has no record", number, s.treasury.free[number])
		}
	}
	return nil
}

func (s *audit) appropriates(order, programme uint64) bool {
	p, found := s.posted(order)
	return found && p.from == accountTreasury && p.to == accountProgramme+programme
}

// checkDonations verifies that every donation was posted.
func (a *app) checkDonations(s *audit) error {
	sum, last := uint64(0), uint64(0)
	count, err := a.lines(keyDonations, donationSize, func(line []byte) error {
		d := readDonation(line)
		p, found := s.posted(d.order)
		account := accountOf(d.project, bucketFree+int(sourceDonations))
		if d.order <= last || !found || p.from != accountDonors || p.to != account || p.amount != d.amount ||
			d.donor >= uint64(a.settings.Population) {
			return fmt.Errorf("%d fen by subject %d to project %d: transaction %d posted nothing of it",
				d.amount, d.donor, d.project, d.order)
		}
		last = d.order
		sum += d.amount
		return nil
	})
	if err != nil {
		return err
	}
	if count != a.Count(countDonations) || sum != a.Count(countDonated) || sum != s.treasury.donated {
		return fmt.Errorf("donations: %d of %d fen, the counters say %d and %d, the postings %d",
			count, sum, a.Count(countDonations), a.Count(countDonated), s.treasury.donated)
	}
	s.steps += count
	return nil
}

func (a *app) checkTotals(s *audit) error {
	for state := StateOpen; state <= StateRefunded; state++ {
		if s.states[state] != a.Count(int(state)) {
			return fmt.Errorf("applications in state %d: %d, the counter says %d", state, s.states[state], a.Count(int(state)))
		}
	}
	if s.made != a.Count(countApplications) {
		return fmt.Errorf("applications: %d found, the counter says %d", s.made, a.Count(countApplications))
	}
	for e := range a.Ledger.Each([]byte{keyWages}) {
		value, _, _ := a.Ledger.Get(append([]byte{keyApplication}, e.Key[1:]...))
		if x, ok := readApplication(value); !ok || x.class != ClassPayroll || e.Version != 1 {
			return fmt.Errorf("wage list %x: no application has it, or it was changed", e.Key[1:])
		}
	}
	start := a.programmes*uint64(a.settings.Rule("programme-start")) + a.projects*uint64(a.projectStart)
	t := &s.treasury
	if start+t.appropriated != a.Count(countAppropriated) || t.returned != a.Count(countReturned) {
		return fmt.Errorf("budget: %d appropriated and %d returned, the counters say %d and %d",
			start+t.appropriated, t.returned, a.Count(countAppropriated), a.Count(countReturned))
	}
	held, paid := a.held()
	want := a.Count(countAppropriated) + a.Count(countDonated) - a.Count(countReturned)
	if held+paid != want || paid != a.Count(countPaid) {
		return fmt.Errorf("money: %d is held and %d paid, of %d; the counter of payments says %d",
			held, paid, want, a.Count(countPaid))
	}
	if sum := s.steps + a.Governance(); sum != s.accepted {
		return fmt.Errorf("transactions: the records tell of %d, %d were accepted", sum, s.accepted)
	}
	return nil
}

// held sums what all accounts hold, from the records alone.
func (a *app) held() (held, paid uint64) {
	projects, programmes := a.projects, a.programmes
	for e := range a.Ledger.Each([]byte{keyProject}) {
		p, _ := readProject(e.Value)
		projects--
		for bucket, amount := range p.bucket {
			if bucket < bucketPaid {
				held += amount
			} else {
				paid += amount
			}
		}
	}
	for e := range a.Ledger.Each([]byte{keyProgramme}) {
		p, _ := readProgramme(e.Value)
		programmes--
		held += p.free
	}
	return held + projects*uint64(a.projectStart) + programmes*uint64(a.settings.Rule("programme-start")), paid
}
