package programtest

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
)

// Fuzz plays the fuzzer's bytes as operations, each with a length of two bytes before it and the top bit for a
// query, against an App and its model. The corpus begins with a generator's operations.
func Fuzz(f *testing.F, family workloads.Family, params workloads.Params, model func(built workloads.Program) Model) {
	built := Build(f, family, params)
	for seed := range uint64(4) {
		var script []byte
		Drive(New(seed), built.Generator(New(seed)), 20, func(r workloads.Request) []byte {
			size := uint16(len(r.Op))
			if r.Read {
				size |= 1 << 15
			}
			script = append(binary.BigEndian.AppendUint16(script, size), r.Op...)
			return []byte{workloads.AnswerRefused}
		})
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		app, twin := built.App(), model(built)
		root := app.Digest()
		for len(script) >= 2 {
			size := binary.BigEndian.Uint16(script)
			query := size>>15 == 1
			end := min(2+int(size&0x7fff), len(script))
			op := script[2:end]
			script = script[end:]
			answer := Apply(app, op, query)
			data, ok := twin.Do(op, query)
			if reason, no := workloads.Refused(answer); no == ok || ok && string(answer[1:]) != string(data) {
				t.Fatalf("op %x (query %v): program answers %x %q, model %v %x", op, query, answer, reason, ok, data)
			} else if (no || query) && app.Digest() != root {
				t.Fatalf("op %x (query %v): it changed the state", op, query)
			}
			root = app.Digest()
		}
		if err := app.Check(); err != nil {
			t.Fatal(err)
		}
	})
}
