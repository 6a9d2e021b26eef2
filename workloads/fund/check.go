package fund

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
)

// paidFor says that an application stands for a subject's period.
type paidFor struct {
	subject uint64
	period  uint32
	id      uint64
}

// tally is what the applications of a project sum to.
type tally struct {
	bucket [buckets]uint64
	billed uint64
	atWork uint64
	stages uint32
}

// event is the beginning or the end of a milestone's work.
type event struct {
	project, order uint64
	begins         bool
}

// audit is what Check collects on its way through the ledger.
type audit struct {
	accepted uint64
	steps    uint64 // transactions that the records tell of
	states   [10]uint64
	made     uint64
	postings []posting                   // in their order
	books    map[uint64]*[buckets]uint64 // by project, as the postings make them
	treasury books
	tallies  map[uint64]*tally // by project, as the applications make them
	periods  []paidFor
	events   []event
}

// books are the accounts that no project has, as the postings make them.
type books struct {
	appropriated, returned, donated uint64
	free                            []uint64 // by programme
	year                            []uint64 // appropriated in the open year
}

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	s := &audit{
		accepted: accepted, books: make(map[uint64]*[buckets]uint64), tallies: make(map[uint64]*tally),
	}
	for _, part := range []func(s *audit) error{
		a.checkPostings, a.checkApplications, a.checkMilestones, a.checkPeriods, a.checkMarks,
		a.checkProjects, a.checkProgrammes, a.checkDonations,
	} {
		if err := part(s); err != nil {
			return err
		}
	}
	return a.checkTotals(s)
}

func (a *app) checkApplications(s *audit) error {
	for e := range a.Ledger.Each([]byte{keyApplication}) {
		x, ok := readApplication(e.Value)
		if !ok || len(e.Key) != 9 || x.state < StateOpen || x.state > StateRefunded || x.class < ClassBenefit ||
			x.class > ClassMilestone || x.project >= a.projects || x.made == 0 || x.made > s.accepted || x.source > sourceDonations {
			return fmt.Errorf("application %x: unsound record", e.Key[1:])
		}
		id := binary.BigEndian.Uint64(e.Key[1:])
		s.states[x.state]++
		s.made++
		s.steps += 1 + uint64(x.steps)
		for _, law := range []func(s *audit, id uint64, x *application) error{a.checkDemand, a.checkSigned, a.checkPaid} {
			if err := law(s, id, &x); err != nil {
				return fmt.Errorf("application %d of project %d: %w", id, x.project, err)
			}
		}
		a.count(s, &x)
	}
	return nil
}

// count adds an application to its project's tally.
func (a *app) count(s *audit, x *application) {
	t := s.tallies[x.project]
	if t == nil {
		t = &tally{}
		s.tallies[x.project] = t
	}
	switch x.state {
	case StateReady:
		t.bucket[bucketReserved+int(x.source)] += x.amount
	case StateTransit:
		t.bucket[bucketTransit+int(x.source)] += x.amount
	case StatePaid, StateClawed:
		t.bucket[bucketPaid+int(x.source)] += x.amount
	}
	if x.class != ClassMilestone {
		return
	}
	t.stages++
	s.events = append(s.events, event{x.project, x.made, true})
	if left := max(x.paid, x.ended); left != 0 {
		s.events = append(s.events, event{x.project, left, false})
	}
	switch x.state {
	case StateRejected, StateWithdrawn, StateRefunded:
		return
	case StateOpen, StateReady, StateTransit, StateReturned:
		t.atWork++
	}
	t.billed += x.amount
}

// checkDemand verifies an amount by the rules in force when it was applied for, and notes for whom it stands.
func (a *app) checkDemand(s *audit, id uint64, x *application) error {
	live := x.state != StateRejected && x.state != StateWithdrawn
	switch x.class {
	case ClassBenefit:
		tier := min(x.base, uint64(a.RuleAt("benefit-tier", x.made)))
		want := share(tier, a.RuleAt("benefit-share", x.made)) + share(x.base-tier, a.RuleAt("benefit-upper-share", x.made))
		want = min(want, uint64(a.RuleAt("benefit-cap", x.made)))
		if x.amount != want || x.amount == 0 || x.subject >= uint64(a.settings.Population) || x.subject%a.projects != x.project {
			return fmt.Errorf("%d fen to subject %d for a base of %d, the rules made it %d", x.amount, x.subject, x.base, want)
		}
		if live {
			s.periods = append(s.periods, paidFor{x.subject, x.period, id})
		}
		return nil
	case ClassPayroll:
		return a.checkWages(s, id, x, live)
	}
	most := share(a.price, a.RuleAt("milestone-share", x.made))
	if x.amount == 0 || x.amount > most || x.subject != a.contractor(x.project) || x.base == 0 {
		return fmt.Errorf("milestone %d of %d fen, the most was %d", x.base, x.amount, most)
	}
	return nil
}

func (a *app) checkWages(s *audit, id uint64, x *application, live bool) error {
	wages, _, _ := a.Ledger.Get(a.keyFor(keyWages, id))
	if len(wages) != groupSize*4 || x.subject != a.contractor(x.project) {
		return fmt.Errorf("its list has %d bytes, subject %d filed it", len(wages), x.subject)
	}
	most, sum := uint64(a.RuleAt("wage-max", x.made)), uint64(0)
	for slot := range uint64(groupSize) {
		wage := uint64(binary.BigEndian.Uint32(wages[4*slot:]))
		if wage == 0 {
			continue
		}
		sum += wage
		worker := x.project + a.projects*(x.base*groupSize+slot)
		if wage > most || worker >= uint64(a.settings.Population) {
			return fmt.Errorf("a wage of %d fen to subject %d, the most was %d", wage, worker, most)
		}
		if live {
			s.periods = append(s.periods, paidFor{worker, x.period, id})
		}
	}
	if sum != x.amount || sum == 0 {
		return fmt.Errorf("wages sum to %d fen, it is for %d", sum, x.amount)
	}
	return nil
}

// checkSigned verifies that money was set aside only with all signatures that the rules asked for.
func (a *app) checkSigned(_ *audit, _ uint64, x *application) error {
	needed := uint32(1)<<a.settings.Approvals - 1
	if x.amount >= uint64(a.RuleAt("large", x.made)) && a.place(0, x.project) >= a.settings.Approvals {
		needed |= 1 << a.settings.Approvals
	}
	complete := x.signed == x.needed
	switch {
	case x.needed != needed:
		return fmt.Errorf("it needs the signatures %b, the rules made it %b", x.needed, needed)
	case x.signed&^x.needed != 0 || complete != (x.reserved != 0):
		return fmt.Errorf("in state %d with the signatures %b of %b", x.state, x.signed, x.needed)
	case !complete && x.state != StateOpen && x.state != StateRejected && x.state != StateWithdrawn, complete && x.state == StateOpen:
		return fmt.Errorf("in state %d with the signatures %b of %b", x.state, x.signed, x.needed)
	}
	return nil
}

// checkPaid verifies that an application went its way and that each movement was posted.
func (a *app) checkPaid(s *audit, _ uint64, x *application) error {
	account := func(bucket int, source byte) uint64 { return accountOf(x.project, bucket+int(source)) }
	transit, paid := account(bucketTransit, x.source), account(bucketPaid, x.source)
	either := func(order uint64, bucket int) bool {
		return s.moved(order, account(bucket, sourceBudget), x.amount) || s.moved(order, account(bucket, sourceDonations), x.amount)
	}
	wasPaid := x.state == StatePaid || x.state == StateClawed || x.state == StateRefunded
	switch {
	case x.reserved != 0 && (x.reserved < x.made || !either(x.reserved, bucketReserved)):
		return fmt.Errorf("reserved by transaction %d, which posted nothing of it", x.reserved)
	case x.ordered != 0 && (x.ordered <= x.reserved || x.reserved == 0 || !s.moved(x.ordered, transit, x.amount)):
		return fmt.Errorf("ordered by transaction %d after %d, which posted nothing of it", x.ordered, x.reserved)
	case wasPaid != (x.paid != 0), (wasPaid || x.state == StateTransit || x.state == StateReturned) && x.ordered == 0:
		return fmt.Errorf("in state %d, ordered by transaction %d, paid by %d", x.state, x.ordered, x.paid)
	case wasPaid && (x.paid <= x.ordered || !s.moved(x.paid, paid, x.amount)):
		return fmt.Errorf("paid by transaction %d after %d, which posted nothing of it", x.paid, x.ordered)
	case x.state == StateClawed && x.clawed <= x.paid, x.clawed != 0 && !wasPaid:
		return fmt.Errorf("in state %d, demanded back by transaction %d", x.state, x.clawed)
	case x.clawed != 0 && x.clawedAt > x.paidAt+uint64(a.RuleAt("clawback-life", x.clawed)):
		return fmt.Errorf("paid at %d ms, demanded back at %d ms, the rule was %d ms",
			x.paidAt, x.clawedAt, a.RuleAt("clawback-life", x.clawed))
	case (x.returns != 0) != (x.refused != 0), x.refused != 0 && !either(x.refused, bucketFree):
		return fmt.Errorf("returned %d times, the last by transaction %d", x.returns, x.refused)
	case (x.state == StateRejected || x.state == StateWithdrawn) != (x.ended > x.made), x.ended > s.accepted:
		return fmt.Errorf("in state %d, ended by transaction %d", x.state, x.ended)
	case x.refused != 0 && x.state != StateRejected && int64(x.returns) > a.RuleAt("returns-max", x.refused):
		return fmt.Errorf("returned %d times, the most was %d", x.returns, a.RuleAt("returns-max", x.refused))
	}
	return nil
}

// checkMilestones verifies that no contract ever had more milestones at work than the rule in force.
func (a *app) checkMilestones(s *audit) error {
	slices.SortFunc(s.events, func(x, y event) int {
		return cmp.Or(cmp.Compare(x.project, y.project), cmp.Compare(x.order, y.order))
	})
	atWork := int64(0)
	for i, e := range s.events {
		if i == 0 || s.events[i-1].project != e.project {
			atWork = 0
		}
		if !e.begins {
			atWork--
			continue
		}
		atWork++
		if most := a.RuleAt("milestones-open", e.order); atWork > most {
			return fmt.Errorf("project %d: %d milestones at work after transaction %d, the most was %d", e.project, atWork, e.order, most)
		}
	}
	return nil
}

// checkPeriods verifies that no two applications stand for one subject's period.
func (a *app) checkPeriods(s *audit) error {
	slices.SortFunc(s.periods, comparePaid)
	for i := 1; i < len(s.periods); i++ {
		if one, other := s.periods[i-1], s.periods[i]; one.subject == other.subject && one.period == other.period {
			return fmt.Errorf("subject %d, period %d: applications %d and %d", one.subject, one.period, one.id, other.id)
		}
	}
	for _, p := range s.periods {
		place := p.subject / a.projects
		page, _, _ := a.Ledger.Get(a.marksKey(p.subject%a.projects, place/groupSize))
		// A later application that was rejected leaves a mark without an application.
		m := readMark(page, int(place%groupSize))
		if m.next <= p.period || m.next == p.period+1 && m.application != p.id && m.application != 0 {
			return fmt.Errorf("subject %d, period %d: application %d is not marked", p.subject, p.period, p.id)
		}
	}
	return nil
}

func comparePaid(x, y paidFor) int {
	return cmp.Or(cmp.Compare(x.subject, y.subject), cmp.Compare(x.period, y.period))
}
