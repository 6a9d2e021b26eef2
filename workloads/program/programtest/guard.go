package programtest

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Guard is the reference model of the envelope's rules and of governance: plain maps, no ledger. A family's model
// embeds it. Agree and Fuzz play operations of governance against the Guard alone, so the model does not see them.
type Guard struct {
	Params   workloads.Params
	Skew     uint64 // ms
	Leap     uint64 // ms
	Accepted uint64
	Live     bool // the model asks Rule about every rule that is Governed, so that storms may amend them all

	rules     []workloads.Rule // of the family
	proposals []*proposal      // of amendments

	tag     uint64
	clock   uint64
	highest map[uint32]uint64
	seen    map[uint32]map[uint64]bool
}

// NewGuard makes the model of a program whose skew-max and leap-max are the defaults; it learns the program's
// tag from an operation of its generator.
func NewGuard(built workloads.Program, params workloads.Params) *Guard {
	return &Guard{
		Params: params, tag: tagOf(built),
		Skew: uint64(program.SkewRule().Default), Leap: uint64(program.LeapRule().Default),
		highest: make(map[uint32]uint64), seen: make(map[uint32]map[uint64]bool),
	}
}

// tagOf is the tag that most operations of the generator carry: a few are spoilt on purpose.
func tagOf(built workloads.Program) uint64 {
	votes := make(map[uint64]int)
	generator := built.Generator(New(1))
	best := uint64(0)
	for range 100 {
		op := generator.Begin(0).Op
		tag := binary.BigEndian.Uint64(op[2:])
		votes[tag]++
		if votes[tag] > votes[best] {
			best = tag
		}
	}
	return best
}

// Op is an operation as a model sees it.
type Op struct {
	Kind   byte
	Client uint32
	At     uint64
	Desk   bool   // the client is a desk
	Agency int    // of the desk
	Who    uint64 // number of the subject, when the client is none
	Body   []byte // without the payload

	sequence uint64
}

// Open judges the envelope. The body must have the length that size names for the kind; size tells false for
// a kind that is no such operation.
func (g *Guard) Open(op []byte, query bool, size func(kind byte, query bool) (int, bool)) (o Op, ok bool) {
	g.refresh()
	if len(op) < 30 || op[0] != 1 || binary.BigEndian.Uint64(op[2:]) != g.tag {
		return o, false
	}
	o = Op{
		Kind: op[1], Client: binary.BigEndian.Uint32(op[10:]), sequence: binary.BigEndian.Uint64(op[14:]),
		At: binary.BigEndian.Uint64(op[22:]), Body: op[30:],
	}
	o.Desk = int64(o.Client) < int64(g.Params.Agencies*32)
	o.Agency = int(o.Client / 32 % 1024)
	if !o.Desk && o.Client < 1<<31 {
		return o, false
	}
	o.Who = uint64(o.Client) - 1<<31
	want, known := size(o.Kind, query)
	if !known {
		return o, false
	}
	if query {
		return o, o.sequence == 0 && len(o.Body) == want
	}
	if len(o.Body) != want+g.Params.PayloadBytes {
		return o, false
	}
	o.Body = o.Body[:want]
	inTime := o.At <= g.clock+g.Leap && o.At <= program.TimeMax && o.At+g.Skew >= g.clock
	fresh := o.sequence > 0 && !g.seen[o.Client][o.sequence] && o.sequence+256 > g.highest[o.Client]
	return o, inTime && fresh
}

// Accept records a transaction that was accepted.
func (g *Guard) Accept(o Op) {
	g.Accepted++
	g.clock = max(g.clock, o.At)
	g.highest[o.Client] = max(g.highest[o.Client], o.sequence)
	if g.seen[o.Client] == nil {
		g.seen[o.Client] = make(map[uint64]bool)
	}
	g.seen[o.Client][o.sequence] = true
}

// Model is a reference model of a family: simple, slow and obviously right.
type Model interface {
	// Do is the data of the answer, or false when the rules refuse the operation.
	Do(op []byte, query bool) (data []byte, accepted bool)
}

// Agree plays a storm against an App and a model and compares every answer; afterwards the App's laws must
// hold. A refused operation and a query must leave the root as it was. It fails when too little was accepted
// or refused to say anything.
func Agree(t *testing.T, family workloads.Family, params workloads.Params, seed uint64, n int,
	model func(built workloads.Program) Model) workloads.App {
	t.Helper()
	built := Build(t, family, params)
	d := &duel{t: t, name: fmt.Sprintf("seed %d", seed), app: built.App(), twin: meet(family, model(built))}
	d.root = d.app.Digest()
	weather := newSquall(seed, family, built, params, d.twin)
	Storm(New(seed), built, params, n, func(op []byte, query bool) []byte {
		if op, query := weather.next(); op != nil {
			d.play(op, query)
		}
		if answer := d.play(op, query); answer != nil {
			return answer
		}
		return program.Refusal("not played")
	})
	app, accepted, refused := d.app, d.accepted, d.refused
	if g, has := d.twin.(guarded); has && n >= 1000 && !g.guard().amended() {
		t.Fatalf("seed %d: no amendment took effect: the storm says nothing about governance", seed)
	}
	if accepted < n/10 || refused < n/10 {
		t.Fatalf("seed %d: only %d accepted, %d refused of %d: the storm says nothing", seed, accepted, refused, n)
	}
	if err := app.Check(); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return app
}

// meet is the model, whose guard learns the family's rules.
func meet(family workloads.Family, twin Model) Model {
	if g, has := twin.(guarded); has {
		g.guard().attach(family)
	}
	return twin
}

// duel plays operations against a program and its model at once.
type duel struct {
	t                 *testing.T
	name              string
	app               workloads.App
	twin              Model
	root              [32]byte
	accepted, refused int
}

// play compares the answers to an operation and what it does to the root. It returns nothing for one that the model
// cannot judge, which is left out.
func (d *duel) play(op []byte, query bool) []byte {
	d.t.Helper()
	answer, data, ok, skip := both(d.app, d.twin, op, query)
	if skip {
		return nil
	}
	reason, no := workloads.Refused(answer)
	if no == ok || ok && string(answer[1:]) != string(data) {
		d.t.Fatalf("%s, op %x (query %v): program answers %x %q, model %v %x", d.name, op, query, answer, reason, ok, data)
	}
	now := d.app.Digest()
	if (no || query) && now != d.root {
		d.t.Fatalf("%s, op %x (query %v): it changed the state and the answer is %q", d.name, op, query, reason)
	}
	if ok && !query && now == d.root {
		d.t.Fatalf("%s, op %x: accepted without a trace", d.name, op)
	}
	d.root = now
	if ok {
		d.accepted++
	} else {
		d.refused++
	}
	return answer
}
