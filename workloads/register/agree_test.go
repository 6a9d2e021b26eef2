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

// clerk is the family's generator with one who does everything at random for company.
type clerk struct {
	workloads.Generator
	rand     workloads.Rand
	author   *program.Author
	settings *program.Settings
	cases    []uint64
}

// Begin implements workloads.Generator.
func (c *clerk) Begin(at time.Duration) workloads.Request {
	if c.rand.Below(4) == 0 {
		return c.keep(c.Generator.Begin(at))
	}
	kinds := []byte{1, 2, 2, 3, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12, 20, 21, 22, 22, 23, 23, 24, 25, 26, 27, 28, 29}
	kind := kinds[c.rand.Below(uint64(len(kinds)))]
	small := func(n uint64) uint64 { return c.rand.Below(n) }
	client := program.Desk(int(small(uint64(c.settings.Agencies))), int(small(3)))
	if small(2) == 0 {
		client = program.Subject(small(uint64(c.settings.Population)))
	}
	number := small(uint64(c.settings.Population))
	if kind > 1 && kind <= 12 && len(c.cases) > 0 {
		number = c.cases[max(0, len(c.cases)-1-int(small(8)))]
	}
	if kind == 1 {
		number = uint64(1000 + len(c.cases))
		c.cases = append(c.cases, number)
	}
	op := binary.BigEndian.AppendUint64(c.author.Begin(kind, client, at, 60), number)
	docs := program.Fill(0, small(2))
	switch kind {
	case 1:
		op = binary.BigEndian.AppendUint64(op, small(uint64(c.settings.Population)))
		op = binary.BigEndian.AppendUint32(op, uint32(small(uint64(c.settings.Population))))
		op = binary.BigEndian.AppendUint64(op, 1+small(uint64(c.settings.Rule("parts"))))
		op = append(binary.BigEndian.AppendUint64(op, 100*(1+small(2))), docs[:]...)
	case 2, 21, 26:
		op = append(op, docs[:]...)
	case 3:
		op = binary.BigEndian.AppendUint64(op, 100*(1+small(2)))
	case 5:
		op = binary.BigEndian.AppendUint64(op, 1+small(3))
	case 6:
		op = append(append(op, byte(small(10)/9^1)), docs[:]...)
	case 8:
		op = append(op, 0, 1)
	case 11:
		op = append(binary.BigEndian.AppendUint64(op, 100*(1+small(2))), docs[:]...)
	case 12, 23, 24, 25:
		op = binary.BigEndian.AppendUint32(op, uint32(small(6)))
	case 20:
		op = append(op, byte(small(2)))
	case 22, 28:
		op = binary.BigEndian.AppendUint16(op, uint16(small(uint64(c.settings.Agencies))))
		op = binary.BigEndian.AppendUint64(op, 1+small(100))
	}
	request := program.Request(at, client, 0, c.author.End(op))
	return request
}

func (c *clerk) keep(r workloads.Request) workloads.Request {
	if r.Case != 0 && len(r.Op) > 1 && r.Op[1] == KindOffer {
		c.cases = append(c.cases, r.Case)
	}
	return r
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
			return &clerk{inner(rand), rand, program.NewAuthor(settings, settings.Tag(Name, rules()), rand), settings, nil}
		}
		return built, err
	}
	for _, params := range stormParams {
		params.Population = 3
		for seed := range uint64(4) {
			programtest.Agree(t, family, params, 100+seed, 3000, newModel(params))
		}
	}
}

func FuzzProgram(f *testing.F) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 4, ReadPercent: 30, LogReads: true, Approvals: 1, Population: 4}
	programtest.Fuzz(f, Family(), params, newModel(params))
}
