package program

import (
	"testing"
)

// naive is the window that remembers everything.
type naive struct {
	highest uint64
	seen    map[uint64]bool
}

func (n *naive) accept(sequence uint64) bool {
	if sequence == 0 || n.seen[sequence] || sequence+windowBits <= n.highest {
		return false
	}
	n.seen[sequence] = true
	n.highest = max(n.highest, sequence)
	return true
}

func TestWindowAgreesWithNaive(t *testing.T) {
	for seed := range uint64(50) {
		state := seed
		next := func(n uint64) uint64 {
			state = state*6364136223846793005 + 1442695040888963407
			return state >> 33 % n
		}
		w, twin, base := window{}, naive{seen: map[uint64]bool{}}, uint64(0)
		for range 2000 {
			base += next(4)
			if next(200) == 0 {
				base += next(600)
			}
			sequence := base + next(20)
			if next(10) == 0 {
				sequence = max(base, 300) - next(300)
			}
			if got, want := w.accept(sequence), twin.accept(sequence); got != want {
				t.Fatalf("seed %d: number %d after %d: %v, want %v", seed, sequence, twin.highest, got, want)
			}
			if w.highest > 0 && (!w.sound() || w.count != uint64(len(twin.seen))) {
				t.Fatalf("seed %d: the window %+v is not sound", seed, w)
			}
			if again, ok := readWindow(w.append(nil)); !ok || again != w {
				t.Fatalf("seed %d: the window does not survive its encoding", seed)
			}
		}
	}
}

func TestWindowNearTheTop(t *testing.T) {
	var w window
	if !w.accept(1<<64-1) || w.accept(1<<64-1) || !w.accept(1<<64-2) || w.accept(5) {
		t.Errorf("window %+v", w)
	}
}

func TestReader(t *testing.T) {
	header := Header{Kind: 7, Tag: 1 << 60, Client: 1<<31 + 5, Sequence: 9, At: 1234}
	op := append(header.Append(nil), 1, 0, 2, 0, 0, 0, 3, 9, 9)
	got, body, ok := ReadHeader(op)
	if !ok || got != header || len(op) != HeaderSize+9 {
		t.Fatalf("header %+v %v", got, ok)
	}
	if body.Uint8() != 1 || body.Uint16() != 2 || body.Uint32() != 3 || body.Done() {
		t.Error("the body reads wrong or is done too early")
	}
	if body.Uint64() != 0 || body.Done() {
		t.Error("reading past the end goes unnoticed")
	}
	if body.Bytes(2) != nil || body.Done() {
		t.Error("a short reader recovers")
	}
	for size := range HeaderSize {
		if _, _, ok := ReadHeader(op[:size]); ok {
			t.Errorf("a header of %d bytes is accepted", size)
		}
	}
	op[0] = 2
	if _, _, ok := ReadHeader(op); ok {
		t.Error("another format is accepted")
	}
}

func TestIdentities(t *testing.T) {
	if agency, ok := AgencyOf(Desk(4, 31), 5); !ok || agency != 4 {
		t.Errorf("desk 31 of agency 4 is of agency %d %v", agency, ok)
	}
	if _, ok := AgencyOf(Desk(5, 0), 5); ok {
		t.Error("a sixth agency of five")
	}
	if _, ok := AgencyOf(Subject(0), 5); ok {
		t.Error("a subject is a desk")
	}
	if number, ok := SubjectOf(Subject(1<<31 - 1)); !ok || number != 1<<31-1 {
		t.Errorf("the last subject is %d %v", number, ok)
	}
	if _, ok := SubjectOf(Desk(0, 0)); ok {
		t.Error("a desk is a subject")
	}
}
