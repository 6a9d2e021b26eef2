package programtest

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
)

// Fuzz plays the fuzzer's bytes as operations, each with a length of two bytes before it and the top bit for a
// query, against an App and its model. The corpus begins with an amendment and a generator's operations.
func Fuzz(f *testing.F, family workloads.Family, params workloads.Params, model func(built workloads.Program) Model) {
	built := Build(f, family, params)
	for seed := range uint64(4) {
		var script []byte
		add := func(op []byte, query bool) {
			size := uint16(len(op))
			if query {
				size |= 1 << 15
			}
			script = append(binary.BigEndian.AppendUint16(script, size), op...)
		}
		governor := NewGovernor(family, built, params)
		add(governor.Propose(0, 0, "skew-max", 1000, uint64(governor.Quorum())+seed), false)
		for agency := 1; agency < governor.Quorum(); agency++ {
			add(governor.Endorse(agency, 0, 1), false)
		}
		add(governor.Ask("skew-max"), true)
		Drive(New(seed), built.Generator(New(seed)), 20, func(r workloads.Request) []byte {
			add(r.Op, r.Read)
			return []byte{workloads.AnswerRefused}
		})
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		d := &duel{t: t, name: "script", app: built.App(), twin: meet(family, model(built))}
		d.root = d.app.Digest()
		for len(script) >= 2 {
			size := binary.BigEndian.Uint16(script)
			end := min(2+int(size&0x7fff), len(script))
			d.play(script[2:end], size>>15 == 1)
			script = script[end:]
		}
		if err := d.app.Check(); err != nil {
			t.Fatal(err)
		}
	})
}
