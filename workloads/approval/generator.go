package approval

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// matterTries is how often the generator looks for a matter without an open case before it lets the
// application be refused.
const matterTries = 8

// generator keeps a plan for every open case and learns from the answers how it goes on.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	docket   *docket
	width    int
}

// plan is what the generator knows of one case.
type plan struct {
	matter        uint64
	handed        uint64             // documents handed in so far
	resubmissions int64              // of them after a return
	signed        int                // signatures on these documents
	places        [ApprovalsMax]byte // the signers' places in the order in which the chain visits them
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(settings.Population), rand)
	if err != nil {
		panic(err) // NewSettings and New have checked both
	}
	return &generator{
		settings: settings, rand: rand, chooser: chooser,
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		docket: newDocket(uint64(settings.Population)),
		width:  int(settings.Rule("stage-width")),
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	if g.mix.Read() {
		g.mix.Count(true)
		return g.status(at, g.chooser.Next())
	}
	g.mix.Count(false)
	matter := g.chooser.Next()
	for try := 1; try < matterTries && g.docket.holds(matter); try++ {
		matter = g.chooser.Next()
	}
	id := g.author.NewCase()
	if g.author.Percent(g.settings.Rule("refused-percent")) {
		return g.wrong(at, id, matter)
	}
	p := g.docket.open(id, matter)
	g.shuffle(p)
	client := program.Subject(matter)
	op := g.step(KindSubmit, client, at, id, 8+32)
	op = binary.BigEndian.AppendUint64(op, matter)
	return g.request(at, client, g.lead(p), id, p.appendDocs(op, id))
}

// Follow implements workloads.Generator: the next step of the case.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	id := answered.Case
	p, known := g.docket.find(id)
	reason, refused := workloads.Refused(result)
	if known && reason == reasonLate {
		g.mix.Count(false)
		return g.expire(p, id, now), true
	}
	if !known || refused || len(result) < 2 || len(answered.Op) < program.HeaderSize || result[1] > StateReturned {
		g.docket.close(id)
		return workloads.Request{}, false
	}
	g.mix.Count(false)
	if result[1] == StateReturned {
		return g.returned(p, id, now), true
	}
	if answered.Op[1] == KindSign {
		p.signed++
	}
	if p.signed < g.needed() {
		return g.examine(p, id, now), true
	}
	return g.decide(p, id, now), true
}

// needed is how many signatures a grant takes, as far as people know.
func (g *generator) needed() int {
	if rule := g.settings.Rule(ruleNeeded); rule > 0 {
		return int(min(rule, int64(g.settings.Approvals)))
	}
	return g.settings.Approvals
}

func (g *generator) lead(p *plan) int { return int(p.matter % uint64(g.settings.Agencies)) }

// shuffle draws the order in which the signers of each stage are visited (R. Fisher, F. Yates 1938).
func (g *generator) shuffle(p *plan) {
	places := p.places[:g.settings.Approvals]
	for place := range places {
		places[place] = byte(place)
	}
	for from := 0; from < len(places); from += g.width {
		stage := places[from:min(from+g.width, len(places))]
		for i := len(stage) - 1; i > 0; i-- {
			j := g.rand.Below(uint64(i) + 1)
			stage[i], stage[j] = stage[j], stage[i]
		}
	}
}

// examine is the visit to the next signer.
func (g *generator) examine(p *plan, id uint64, now time.Duration) workloads.Request {
	stageEnd := min((p.signed/g.width+1)*g.width, g.settings.Approvals)
	at := now + key.Exponential(g.rand, g.settings.ThinkMean/time.Duration(stageEnd-p.signed))
	agency := (g.lead(p) + 1 + int(p.places[p.signed])) % g.settings.Agencies
	client := g.author.AnyDesk(agency)
	if !g.author.Percent(g.settings.Rule("return-percent")) {
		return g.request(at, client, agency, id, p.appendDocs(g.step(KindSign, client, at, id, 32), id))
	}
	op := g.step(KindReturn, client, at, id, 2)
	request := g.request(at, client, agency, id, binary.BigEndian.AppendUint16(op, uint16(1+g.rand.Below(20))))
	if p.resubmissions >= g.settings.Rule("resubmissions-max") {
		request.Last = true
		g.docket.close(id)
	}
	return request
}

// returned is the applicant's answer to a return.
func (g *generator) returned(p *plan, id uint64, now time.Duration) workloads.Request {
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	client := program.Subject(p.matter)
	if g.author.Percent(g.settings.Rule("withdraw-percent")) {
		request := g.request(at, client, g.lead(p), id, g.step(KindWithdraw, client, at, id, 0))
		request.Last = true
		g.docket.close(id)
		return request
	}
	p.handed++
	p.resubmissions++
	p.signed = 0
	g.shuffle(p)
	return g.request(at, client, g.lead(p), id, p.appendDocs(g.step(KindResubmit, client, at, id, 32), id))
}

func (g *generator) decide(p *plan, id uint64, now time.Duration) workloads.Request {
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	client := g.author.AnyDesk(g.lead(p))
	verdict := byte(1)
	if g.author.Percent(g.settings.Rule("reject-percent")) {
		verdict = 0
	}
	op := append(g.step(KindDecide, client, at, id, 1), verdict)
	request := g.request(at, client, g.lead(p), id, op)
	request.Last = true
	g.docket.close(id)
	return request
}

// expire closes a case whose deadline has passed.
func (g *generator) expire(p *plan, id uint64, now time.Duration) workloads.Request {
	client := g.author.AnyDesk(g.lead(p))
	request := g.request(now, client, g.lead(p), id, g.step(KindExpire, client, now, id, 0))
	request.Last = true
	g.docket.close(id)
	return request
}

// appendDocs adds the hash of the documents that the case has now.
func (p *plan) appendDocs(op []byte, id uint64) []byte {
	docs := program.Fill(id, p.handed)
	return append(op, docs[:]...)
}

func (g *generator) step(kind byte, client uint32, at time.Duration, id uint64, size int) []byte {
	return binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8+size), id)
}

func (g *generator) request(at time.Duration, client uint32, agency int, id uint64, op []byte) workloads.Request {
	request := program.Request(at, client, agency, g.author.End(op))
	request.Case, request.Last = id, false
	return request
}

func (g *generator) status(at time.Duration, matter uint64) workloads.Request {
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	client := g.author.AnyDesk(agency)
	if g.rand.Below(2) == 0 {
		client = program.Subject(matter)
	}
	op := binary.BigEndian.AppendUint64(g.author.Query(KindStatus, client, at, 8), matter)
	request := program.Request(at, client, agency, op)
	request.Read = true
	return request
}

// wrong is a step that is refused: a stranger's application, a decision about no case, or a spoilt one.
func (g *generator) wrong(at time.Duration, id, matter uint64) workloads.Request {
	agency := int(matter % uint64(g.settings.Agencies))
	if g.rand.Below(2) == 0 {
		client := g.author.AnyDesk(agency)
		op := append(g.step(KindDecide, client, at, id, 1), 1)
		return program.Request(at, client, agency, g.author.End(op))
	}
	client := g.author.AnyDesk(agency)
	op := binary.BigEndian.AppendUint64(g.step(KindSubmit, client, at, id, 8+32), matter)
	docs := program.Fill(id, 0)
	op = g.author.End(append(op, docs[:]...))
	if g.rand.Below(2) == 0 {
		op = g.author.Spoil(op)
	}
	return program.Request(at, client, agency, op)
}
