package fund

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Numbers of the generator.
const (
	tries      = 8   // how often it looks for a project with somebody to pay
	donationTo = 100 // a donation is up to so many times the benefit's cap
	baseParts  = 4   // a base is up to so many times the benefit's tier
	topUp      = 16  // what is allocated and appropriated, as a part of the start
	retriesMax = 2   // times that money is found for one application
)

// generator makes the requests of the service: applications that go their way from signature to payment, donations,
// and the movements of the budget.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser // over projects
	docket   docket
	cursors  []cursor
	closed   []uint64 // by programme: the year that is open
	projects uint64
	last     uint64 // newest application that is known
	donated  uint64 // newest donation that is known
	rule     numbers
}

// numbers are rules, read once.
type numbers struct {
	programmes, period, year, price                     uint64
	share, start, programmeStart, tier, cap, wage       int64
	payroll, milestone, donate, finance                 int64
	reject, withdraw, returned, clawback, refused, open int64
}

// plan is what the generator knows of one case.
type plan struct {
	application uint64
	project     uint64
	subject     uint64
	amount      uint64 // fen, for allocations
	class       byte
	signed      int  // signers that have signed
	retries     int  // times that money was looked for
	resume      byte // kind of the step that lacked money
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	rule := settings.Rule
	projects := uint64(rule("projects"))
	chooser, err := key.New(settings.KeyChoice, projects, rand)
	if err != nil {
		panic(err) // Build has checked it
	}
	return &generator{
		settings: settings, rand: rand, chooser: chooser, projects: projects,
		author:  program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:     program.NewMix(settings.ReadPercent, rand),
		cursors: make([]cursor, projects), closed: make([]uint64, rule("programmes")),
		rule: numbers{
			programmes: uint64(rule("programmes")), period: uint64(rule("period")), year: uint64(rule("year")),
			price: uint64(rule("contract-price")), share: rule("milestone-share"), programmeStart: rule("programme-start"),
			start: rule("project-start"), tier: rule("benefit-tier"), cap: rule("benefit-cap"), wage: rule("wage-max"),
			payroll: rule("payroll-percent"), milestone: rule("milestone-percent"), donate: rule("donate-percent"),
			finance: rule("finance-percent"), reject: rule("reject-percent"), withdraw: rule("withdraw-percent"),
			returned: rule("return-percent"), clawback: rule("clawback-percent"), refused: rule("refused-percent"),
			open: rule("milestones-open"),
		},
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	wrong := g.author.Percent(g.rule.refused)
	if g.mix.Read() {
		g.mix.Count(true)
		return g.read(at, wrong)
	}
	g.mix.Count(false)
	if wrong {
		return g.wrong(at)
	}
	project := g.chooser.Next()
	draw := int64(g.rand.Below(100))
	r := &g.rule
	switch {
	case draw < r.payroll:
		return g.payroll(project, at)
	case draw < r.payroll+r.milestone:
		return g.milestone(project, at)
	case draw < r.payroll+r.milestone+r.donate:
		return g.donate(project, at)
	case draw < r.payroll+r.milestone+r.donate+r.finance:
		return g.finance(project, at)
	}
	return g.benefit(project, at)
}

func (g *generator) open(project uint64, class byte) (p *plan, id uint64) {
	id = g.author.NewCase()
	p = g.docket.open(id)
	p.project, p.class = project, class
	return p, id
}

// benefit is the application of a subject that has not had the period; where everybody has, a donation, or a movement
// of the budget where nobody donates.
func (g *generator) benefit(project uint64, at time.Duration) workloads.Request {
	period := program.Milliseconds(at) / g.rule.period
	place, ok := g.takeSubject(project, period)
	for try := 1; try < tries && !ok; try++ {
		project = g.chooser.Next()
		place, ok = g.takeSubject(project, period)
	}
	switch {
	case !ok && g.rule.donate > 0:
		return g.donate(project, at)
	case !ok:
		return g.finance(project, at)
	}
	p, id := g.open(project, ClassBenefit)
	p.subject = project + g.projects*place
	client := program.Subject(p.subject)
	op := g.author.Begin(KindBenefit, client, at, 40)
	op = binary.BigEndian.AppendUint64(op, g.base())
	return g.request(at, client, g.manager(project), id, appendDocs(op, id))
}

// base is an amount around the first tier.
func (g *generator) base() uint64 {
	return 1_000 + g.rand.Below(uint64(max(g.rule.tier, 1))*baseParts)
}

// appendDocs adds the hash of a case's documents.
func appendDocs(op []byte, id uint64) []byte {
	docs := program.Fill(id, 3)
	return append(op, docs[:]...)
}

func (g *generator) contractor(project uint64) uint64 { return uint64(g.settings.Population) + project }

func (g *generator) manager(project uint64) int {
	return int(project % g.rule.programmes % uint64(g.settings.Agencies))
}

// payroll is a wage list for a group of whom nobody has had the period, or a benefit where there is none.
func (g *generator) payroll(project uint64, at time.Duration) workloads.Request {
	group, ok := g.takeGroup(project, program.Milliseconds(at)/g.rule.period)
	if !ok {
		return g.benefit(project, at)
	}
	p, id := g.open(project, ClassPayroll)
	p.subject = g.contractor(project)
	client := program.Subject(p.subject)
	op := g.author.Begin(KindPayroll, client, at, 48+4*groupSize)
	op = binary.BigEndian.AppendUint64(op, project)
	op = binary.BigEndian.AppendUint64(op, group)
	op = appendDocs(op, id)
	there := min(g.subjects(project)-group*groupSize, groupSize)
	draw := g.rand.Uint64()
	for slot := range uint64(groupSize) {
		wage := uint64(0)
		if slot < there {
			wage = max(1, uint64(g.rule.wage)/32*(1+(draw>>(4*slot))%16))
		}
		op = binary.BigEndian.AppendUint32(op, uint32(wage))
	}
	return g.request(at, client, g.manager(project), id, op)
}

// milestone bills a part of the contract, or is a benefit where all is billed.
func (g *generator) milestone(project uint64, at time.Duration) workloads.Request {
	c := &g.cursors[project]
	amount := max(share(g.rule.price, g.rule.share)*(1+g.rand.Below(4))/4, 1)
	if c.atWork >= g.rule.open || c.billed+amount > g.rule.price {
		return g.benefit(project, at)
	}
	c.atWork++
	c.billed += amount
	p, id := g.open(project, ClassMilestone)
	p.subject, p.amount = g.contractor(project), amount
	client := program.Subject(p.subject)
	op := g.author.Begin(KindMilestone, client, at, 48)
	op = binary.BigEndian.AppendUint64(op, project)
	op = binary.BigEndian.AppendUint64(op, amount)
	return g.request(at, client, g.manager(project), id, appendDocs(op, id))
}

func (g *generator) donate(project uint64, at time.Duration) workloads.Request {
	p, id := g.open(project, 0)
	p.subject = g.rand.Below(uint64(g.settings.Population))
	amount := 1 + g.rand.Below(uint64(g.rule.cap)*donationTo)
	client := program.Subject(p.subject)
	return g.request(at, client, g.manager(project), id, g.shift(KindDonate, client, at, project, min(amount, amountMax)))
}

// shift is an amount that goes to or from a project.
func (g *generator) shift(kind byte, client uint32, at time.Duration, project, amount uint64) []byte {
	op := binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 16), project)
	return binary.BigEndian.AppendUint64(op, amount)
}

// finance is a movement of the budget: money is appropriated and allocated, some recalled, a project frozen for a
// while. The first one of a programme in a new year closes the old one.
func (g *generator) finance(project uint64, at time.Duration) workloads.Request {
	p, id := g.open(project, 0)
	p.amount = max(1, uint64(g.rule.start)/topUp)
	programme := project % g.rule.programmes
	if year := program.Milliseconds(at) / g.rule.year; year > g.closed[programme] {
		g.closed[programme] = year
		client := g.author.AnyDesk(0)
		op := binary.BigEndian.AppendUint16(g.author.Begin(KindClose, client, at, 2), uint16(programme))
		return g.request(at, client, 0, id, op)
	}
	switch draw := g.rand.Below(20); {
	case draw < 8:
		return g.appropriate(p, id, at)
	case draw < 13:
		return g.allocate(p, id, at)
	case draw < 19:
		agency := g.manager(project)
		client := g.author.AnyDesk(agency)
		request := g.request(at, client, agency, id, g.shift(KindRecall, client, at, project, 1+p.amount/4))
		g.docket.close(id)
		request.Last = true
		return request
	}
	return g.freeze(p, id, at, 1)
}

func (g *generator) appropriate(p *plan, id uint64, at time.Duration) workloads.Request {
	client := g.author.AnyDesk(0)
	op := g.author.Begin(KindAppropriate, client, at, 10)
	op = binary.BigEndian.AppendUint16(op, uint16(p.project%g.rule.programmes))
	amount := max(p.amount, uint64(g.rule.programmeStart)/(topUp*topUp))
	return g.request(at, client, 0, id, binary.BigEndian.AppendUint64(op, amount))
}

func (g *generator) allocate(p *plan, id uint64, at time.Duration) workloads.Request {
	agency := g.manager(p.project)
	client := g.author.AnyDesk(agency)
	return g.request(at, client, agency, id, g.shift(KindAllocate, client, at, p.project, p.amount))
}

func (g *generator) freeze(p *plan, id uint64, at time.Duration, frozen byte) workloads.Request {
	client := g.author.AnyDesk(0)
	op := binary.BigEndian.AppendUint64(g.author.Begin(KindFreeze, client, at, 9), p.project)
	p.class = frozen
	return g.request(at, client, 0, id, append(op, frozen))
}

func (g *generator) request(at time.Duration, client uint32, agency int, id uint64, op []byte) workloads.Request {
	request := program.Request(at, client, agency, g.author.End(op))
	request.Case, request.Last = id, false
	return request
}
