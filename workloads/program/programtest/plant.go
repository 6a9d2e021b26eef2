package programtest

import (
	"bytes"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/ledger"
)

// Ledger is the state that a violation is planted in.
type Ledger = *ledger.Ledger

// Plant is a violation: of the first entry whose key begins with the prefix, one bit is flipped in the byte
// at Flip, or the entry is deleted, or Value is put in its place.
type Plant struct {
	Law    string
	Prefix string
	Flip   int
	Delete bool
	Key    []byte // put Value under this key instead
	Value  []byte
	Keep   bool // the entry at Key keeps its version, so that only the value can give it away
}

// Planted plants each violation in a healthy program; Check must find every one, and the root must change.
func Planted(t *testing.T, healthy func() (workloads.App, Ledger), plants []Plant) {
	t.Helper()
	for _, plant := range plants {
		app, state := healthy()
		root := app.Digest()
		if !sow(state, plant) {
			t.Errorf("%s: no entry begins with %q", plant.Law, plant.Prefix)
			continue
		}
		err := app.Check()
		if err == nil {
			t.Errorf("%s: Check does not see it", plant.Law)
		}
		if app.Digest() == root {
			t.Errorf("%s: the root does not show it", plant.Law)
		}
		t.Logf("%s: %v", plant.Law, err)
	}
}

func sow(state Ledger, plant Plant) bool {
	if plant.Key != nil {
		_, version, _ := state.Get(plant.Key)
		if plant.Keep {
			replace(state, plant.Key, plant.Value, version)
		} else {
			state.Put(plant.Key, plant.Value)
		}
		return true
	}
	for e := range state.Prefix([]byte(plant.Prefix)) {
		if plant.Delete {
			return state.Delete(e.Key)
		}
		value := bytes.Clone(e.Value)
		value[plant.Flip] ^= 1
		replace(state, e.Key, value, e.Version)
		return true
	}
	return false
}

// replace puts another value under a key and keeps its version, so that only the value can give it away.
func replace(state Ledger, key, value []byte, version uint64) {
	state.Delete(key)
	for range version {
		state.Put(key, value)
	}
}
