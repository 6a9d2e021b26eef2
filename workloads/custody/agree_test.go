package custody

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var stormParams = []workloads.Params{
	{Agencies: 4, PayloadBytes: 10, ReadPercent: 30, Approvals: 2, Population: 6, Rule: map[string]int64{"firms": 3, "breach-percent": 20}},
	{Agencies: 5, PayloadBytes: 0, ReadPercent: 40, LogReads: true, Population: 5,
		Rule: map[string]int64{"firms": 2, "recall-weight": 10, "quantity": 8, "lineage-max": 5, "transit-max": 1000}},
	{Agencies: 2, PayloadBytes: 7, ReadPercent: 20, Approvals: 2, Population: 4,
		Rule: map[string]int64{"firms": 1, "clearances-waived": 1, "breaches-max": 2, "split-percent": 80, "merge-percent": 80, "loss-bp": 2000, "lineage-max": 3}},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(4) {
			programtest.Agree(t, Family(), params, seed, 3000, newModel(params))
		}
	}
}

// clerk is the family's generator with one for company who takes any step on any consignment, more often than not by
// whom it belongs to.
type clerk struct {
	workloads.Generator
	rand     workloads.Rand
	author   *program.Author
	settings *program.Settings
	owners   map[uint64]uint32 // holder of a consignment, as far as the clerk has seen
	numbers  []uint64          // consignments that it has seen
	sent     uint64
}

func (c *clerk) small(n int) uint64 { return c.rand.Below(uint64(n)) }

// renumber gives a transaction a number above all that storms make up, which would else put honest clients out of
// their windows.
func (c *clerk) renumber(r workloads.Request) workloads.Request {
	if len(r.Op) >= program.HeaderSize && !r.Read {
		c.sent++
		binary.BigEndian.PutUint64(r.Op[14:], 5000+c.sent)
	}
	return r
}

// Begin implements workloads.Generator.
func (c *clerk) Begin(at time.Duration) workloads.Request {
	if c.small(5) == 0 {
		return c.renumber(c.Generator.Begin(at))
	}
	return c.renumber(c.anything(at))
}

// Follow implements workloads.Generator: who holds what is remembered.
func (c *clerk) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if answered.Case != 1<<62 {
		next, more := c.Generator.Follow(answered, result, now)
		return c.renumber(next), more
	}
	if _, refused := workloads.Refused(result); refused || len(result) != 10 {
		return workloads.Request{}, false
	}
	number := binary.BigEndian.Uint64(result[1:])
	body := answered.Op[program.HeaderSize:]
	switch answered.Op[1] {
	case KindDeclare:
		c.owners[number] = c.first(answered.Client)
		c.numbers = append(c.numbers, number)
	case KindSplit, KindMerge:
		c.owners[number] = c.owners[binary.BigEndian.Uint64(body)]
		c.numbers = append(c.numbers, number)
	case KindTakeOver:
		c.owners[number] = c.first(answered.Client)
		if agency, desk := program.AgencyOf(answered.Client, c.settings.Agencies); desk {
			c.owners[number] = uint32(agency)
		}
	}
	return workloads.Request{}, false
}

// first is the first client of the firm that a client acts for.
func (c *clerk) first(client uint32) uint32 {
	number, _ := program.SubjectOf(client)
	return program.Subject(number % uint64(c.settings.Rule("firms")))
}

// any is a consignment: mostly one of the latest.
func (c *clerk) any() uint64 {
	if len(c.numbers) == 0 || c.small(3) == 0 {
		return c.small(c.settings.Population)
	}
	return c.numbers[max(0, len(c.numbers)-1-int(c.small(6)))]
}

func (c *clerk) anything(at time.Duration) workloads.Request {
	kinds := []byte{1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 6, 7, 7, 8, 9, 9, 9, 10, 10, 11, 11, 11, 12, 13, 14, 14, 15, 16}
	kind, number := kinds[c.small(len(kinds))], c.any()
	agencies := c.settings.Agencies
	if c.small(10) == 0 {
		return c.question(at, number)
	}
	holder, seen := c.owners[number]
	if !seen && number < uint64(c.settings.Population) {
		holder = uint32(number % uint64(agencies))
	}
	switch {
	case c.small(6) == 0:
		holder = uint32(c.small(agencies))
	case kind == 1 || kind == 15 || kind == 5 && c.small(2) == 0:
		holder = program.Subject(c.small(int(c.settings.Rule("firms")) + int(c.small(8)/7)))
	case kind == 3 || kind == 13 || kind == 14:
		holder = 0
	case kind == 2 || kind == 5 || kind == 8 || kind == 9:
		holder = uint32(c.small(agencies))
	}
	client := holder
	if client < program.SubjectBase {
		client = program.Desk(int(client), int(c.small(3)))
	} else {
		client += uint32(c.small(3)) * uint32(c.settings.Rule("firms"))
	}
	if c.small(40) == 0 {
		at += 1200 * time.Millisecond
	}
	op := c.author.Begin(kind, client, at, 60)
	if kind != 1 {
		op = binary.BigEndian.AppendUint64(op, number)
	}
	manifest := program.Fill(0, c.small(3))
	switch kind {
	case 1:
		op = append(binary.BigEndian.AppendUint64(op, 1+c.small(30)), manifest[:]...)
	case 2:
		op = append(op, []byte{1, 1, 1, 1, 0, 2}[c.small(6)])
	case 4:
		to := uint32(c.small(agencies))
		if c.small(2) == 0 {
			to = program.Subject(c.small(3))
		}
		op = binary.BigEndian.AppendUint32(op, to)
	case 5, 10:
		op = binary.BigEndian.AppendUint64(op, c.small(31))
	case 7:
		op = append(op, byte(c.small(3)))
		op = binary.BigEndian.AppendUint64(op, uint64(int64(c.small(40))-200))
	case 8, 13:
		op = append(op, 0, 7)
	case 11:
		op = binary.BigEndian.AppendUint64(op, c.any())
	case 12:
		op = append(binary.BigEndian.AppendUint64(op, c.small(20)), byte(c.small(6)))
	case 15:
		op = append(op, manifest[:]...)
	}
	request := program.Request(at, client, 0, c.author.End(op))
	request.Case, request.Last = 1<<62, false
	return request
}

// question is a scan or a trace by anybody.
func (c *clerk) question(at time.Duration, number uint64) workloads.Request {
	client := program.Desk(int(c.small(c.settings.Agencies)), 0)
	if c.small(2) == 0 {
		client = program.Subject(c.small(4))
	}
	op := binary.BigEndian.AppendUint64(c.author.Query(KindTrace, client, at, 9), number)
	if c.small(3) == 0 {
		op[1] = KindScan
	} else {
		op = append(op, byte(c.small(5)/2))
	}
	request := program.Request(at, client, 0, op)
	request.Read = true
	return request
}

func TestAgreesWithModelAtRandom(t *testing.T) {
	family := Family()
	build := family.New
	family.New = func(params workloads.Params) (workloads.Program, error) {
		built, err := build(params)
		settings, err2 := program.NewSettings(Name, rules(), params)
		if err2 != nil {
			return built, err2
		}
		inner := built.Generator
		built.Generator = func(rand workloads.Rand) workloads.Generator {
			author := program.NewAuthor(settings, settings.Tag(Name, rules()), rand)
			return &clerk{inner(rand), rand, author, settings, map[uint64]uint32{}, nil, 0}
		}
		return built, err
	}
	for _, params := range stormParams {
		for seed := range uint64(4) {
			programtest.Agree(t, family, params, 100+seed, 4000, newModel(params))
		}
	}
}

func FuzzProgram(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 30, LogReads: true, Approvals: 1, Population: 4,
		Rule: map[string]int64{"firms": 2}}
	programtest.Fuzz(f, Family(), params, newModel(params))
}
