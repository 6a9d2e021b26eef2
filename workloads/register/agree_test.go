package register

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var stormParams = []workloads.Params{
	{Agencies: 5, PayloadBytes: 10, ReadPercent: 30, Approvals: 2, Population: 6},
	{Agencies: 7, PayloadBytes: 0, ReadPercent: 50, LogReads: true, Approvals: 1, Population: 5,
		Rule: map[string]int64{"parts": 100, "holders": 3, "whole-percent": 30, "disposal-bp": 3000, "holders-max": 4}},
	{Agencies: 2, PayloadBytes: 7, ReadPercent: 20, Population: 8,
		Rule: map[string]int64{"deadline": 1000, "mortgage-weight": 60, "freeze-weight": 10, "accounts": 3, "tax-threshold": 500_000_000}},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(4) {
			programtest.Agree(t, Family(), params, seed, 3000, newModel(params))
		}
	}
}

// clerk is the family's generator with one for company who takes any step on any case or object, more often than not by
// whom it belongs to.
type clerk struct {
	workloads.Generator
	rand     workloads.Rand
	author   *program.Author
	settings *program.Settings
	offers   [][]byte // bodies of the accepted offers so far
	serial   uint64
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
	if c.small(6) == 0 {
		return c.renumber(c.Generator.Begin(at))
	}
	return c.renumber(c.anything(at))
}

func (c *clerk) anything(at time.Duration) workloads.Request {
	kinds := []byte{1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 8, 9, 10, 11,
		12, 12, 12, 12, 20, 21, 22, 22, 23, 23, 24, 25, 26, 27, 27, 28, 29}
	kind := kinds[c.small(len(kinds))]
	if kind >= 2 && kind <= 12 && len(c.offers) > 0 {
		back := 3
		if kind == 10 || c.small(40) == 0 {
			at += 1200 * time.Millisecond
		}
		return c.step(at, kind, c.offers[max(0, len(c.offers)-1-int(c.small(back)))])
	}
	parties, agencies := c.settings.Population, c.settings.Agencies
	client := program.Desk(int(c.small(agencies)), int(c.small(3)))
	if c.small(2) == 0 || kind == 1 || kind == 22 || kind == 28 {
		client = program.Subject(c.small(parties))
	}
	if role, has := map[byte]int{20: 3, 21: 0, 26: 4, 27: 4}[kind]; has && c.small(4) > 0 {
		client = program.Desk(role%agencies, 0)
	}
	number := c.small(parties)
	if kind == 1 {
		c.serial++
		number = c.serial - 1
	}
	op := binary.BigEndian.AppendUint64(c.author.Begin(kind, client, at, 60), number)
	docs := program.Fill(0, c.small(2))
	switch kind {
	case 1:
		op = binary.BigEndian.AppendUint64(op, c.small(parties))
		op = binary.BigEndian.AppendUint32(op, uint32(c.small(parties)))
		parts := uint64(c.settings.Rule("parts"))
		op = binary.BigEndian.AppendUint64(op, parts/(1+c.small(4)))
		op = append(binary.BigEndian.AppendUint64(op, 100*(1+c.small(2))), docs[:]...)
	case 21, 26:
		op = append(op, docs[:]...)
	case 23, 24, 25:
		op = binary.BigEndian.AppendUint32(op, uint32(c.small(6)))
	case 20:
		op = append(op, byte(c.small(2)))
	case 22, 28:
		op = binary.BigEndian.AppendUint16(op, uint16(c.small(agencies+1)))
		op = binary.BigEndian.AppendUint64(op, 1+c.small(100))
	}
	request := program.Request(at, client, 0, c.author.End(op))
	if kind == 1 {
		request.Case, request.Last = 1<<62, false
	}
	return request
}

// Follow implements workloads.Generator: offers that were accepted are remembered.
func (c *clerk) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if answered.Case != 1<<62 {
		next, more := c.Generator.Follow(answered, result, now)
		return c.renumber(next), more
	}
	if _, refused := workloads.Refused(result); !refused {
		c.offers = append(c.offers, answered.Op[program.HeaderSize:])
	}
	return workloads.Request{}, false
}

// step is any step of the case that was opened with the offer.
func (c *clerk) step(at time.Duration, kind byte, offer []byte) workloads.Request {
	price, docs := binary.BigEndian.Uint64(offer[28:]), [32]byte(offer[36:])
	roles := map[byte]int{3: 2, 4: 1, 6: 1 + int(c.small(max(1, c.settings.Approvals))), 7: 0, 8: 0, 10: 0, 12: int(c.small(c.settings.Agencies))}
	role, desk := roles[kind]
	client := program.Desk(role%c.settings.Agencies, 0)
	if !desk || c.small(8) == 0 {
		client = program.Subject(uint64(binary.BigEndian.Uint32(offer[16:])))
	}
	if kind == 11 || kind == 9 && c.small(2) == 0 {
		client = program.Subject(c.small(c.settings.Population))
	}
	if c.small(10) == 0 {
		docs[0] ^= 1
	}
	op := append(c.author.Begin(kind, client, at, 60), offer[:8]...)
	switch kind {
	case 2:
		op = append(op, docs[:]...)
	case 3:
		op = binary.BigEndian.AppendUint64(op, price-c.small(8)/7)
	case 5:
		op = binary.BigEndian.AppendUint64(op, price/100*(1+2*c.small(2)))
	case 6:
		op = append(append(op, byte([]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 2}[c.small(16)])), docs[:]...)
	case 8:
		op = append(op, 0, 1)
	case 11:
		docs[0] ^= byte(c.small(2))
		op = append(binary.BigEndian.AppendUint64(op, 100*c.small(3)), docs[:]...)
	case 12:
		op = binary.BigEndian.AppendUint32(op, uint32(1+c.small(4)))
	}
	return program.Request(at, client, 0, c.author.End(op))
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
			return &clerk{inner(rand), rand, program.NewAuthor(settings, settings.Tag(Name, rules()), rand), settings, nil, 0, 0}
		}
		return built, err
	}
	for _, params := range stormParams {
		params.Population = 4
		for seed := range uint64(4) {
			programtest.Agree(t, family, params, 100+seed, 4000, newModel(params))
		}
	}
}

func FuzzProgram(f *testing.F) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 4, ReadPercent: 30, LogReads: true, Approvals: 1, Population: 4}
	programtest.Fuzz(f, Family(), params, newModel(params))
}
