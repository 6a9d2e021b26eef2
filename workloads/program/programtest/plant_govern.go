package programtest

import (
	"bytes"
	"slices"
)

// GovernPlants are violations of the laws of governance for [Planted], made from the ledger of a healthy program in
// which at least one amendment took effect.
func GovernPlants(state Ledger) []Plant {
	plants := []Plant{
		{Law: "amendments proposed", Prefix: "R", Flip: 7},
		{Law: "amendments decided", Prefix: "R", Flip: 15},
		{Law: "amendments in force", Prefix: "R", Flip: 23},
		{Law: "value of a rule", Prefix: "R", Flip: 24 + 7},
		{Law: "rules deleted", Prefix: "R", Delete: true},
		{Law: "amendment deleted", Prefix: "A", Delete: true},
		{Law: "an amendment waits that nobody proposed", Key: []byte("S"), Value: make([]byte, 16)},
	}
	inForce := slices.Collect(func(yield func(Plant) bool) {
		for e := range state.Prefix([]byte("A")) {
			if e.Value[34] == 2 && !yield(Plant{Key: bytes.Clone(e.Key), Value: bytes.Clone(e.Value)}) {
				return
			}
		}
	})
	if len(inForce) == 0 {
		return append(plants, Plant{Law: "no amendment took effect in the healthy program", Prefix: "A\xff"})
	}
	enacted := inForce[len(inForce)-1]
	for law, change := range map[string]func(record []byte){
		"another rule":              func(r []byte) { r[1] ^= 1 },
		"another value":             func(r []byte) { r[9] ^= 1 },
		"a value out of bounds":     func(r []byte) { r[2] ^= 0x80 },
		"another height":            func(r []byte) { r[10] ^= 1 },
		"proposed by nobody":        func(r []byte) { copy(r[18:26], make([]byte, 8)) },
		"decided after its height":  func(r []byte) { copy(r[26:34], r[10:18]) },
		"not in force":              func(r []byte) { r[34] = 1 },
		"no such state":             func(r []byte) { r[34] = 3 },
		"without its quorum":        func(r []byte) { clear(r[35:]) },
		"one endorsement more":      func(r []byte) { r[len(r)-9] ^= r[len(r)-9] + 1 },
		"cut short":                 func(r []byte) { r[0] = 0xff },
		"an agency that is no more": func(r []byte) { r[len(r)-9] |= 0x80 },
		"in force in the future":    func(r []byte) { r[len(r)-8] = 0x7f },
	} {
		record := bytes.Clone(enacted.Value)
		change(record)
		plants = append(plants, Plant{Law: law, Key: enacted.Key, Value: record, Keep: true})
	}
	return append(plants, Plant{Law: "amendment written once more", Key: enacted.Key, Value: enacted.Value})
}
