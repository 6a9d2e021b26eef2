package attest

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// TestPurgedTokensAreNowhere: a token that was purged stands in no entry of the ledger, and the check-ins that are
// left are those that were recorded without those that were purged.
func TestPurgedTokensAreNowhere(t *testing.T) {
	params := venueParams
	params.Rule = map[string]int64{"venues": 20, "checkin-percent": 85, "issue-percent": 0, "register-percent": 0,
		"recognise-percent": 0, "retention": 1_000}
	for seed := range uint64(3) {
		built := programtest.Build(t, Family(), params)
		a := built.App().(*app)
		recorded := map[uint64][]string{}
		purged := map[string]bool{}
		programtest.Drive(programtest.New(seed), built.Generator(programtest.New(seed)), 8000, func(r workloads.Request) []byte {
			answer := programtest.Apply(a, r.Op, r.Read)
			if _, no := workloads.Refused(answer); no || r.Read {
				return answer
			}
			body := r.Op[program.HeaderSize:]
			venue := uint64(0)
			if len(body) >= 8 {
				venue = binary.BigEndian.Uint64(body)
			}
			switch r.Op[1] {
			case KindCheckIn:
				recorded[venue] = append(recorded[venue], string(body[8:40]))
			case KindPurge:
				n := binary.BigEndian.Uint64(answer[1:])
				for _, token := range recorded[venue][:n] {
					purged[token] = true
				}
				recorded[venue] = recorded[venue][n:]
			}
			return answer
		})
		live := map[string]bool{}
		held := 0
		for _, tokens := range recorded {
			held += len(tokens)
			for _, token := range tokens {
				live[token] = true
			}
		}
		if len(purged) < 1000 || held == 0 {
			t.Fatalf("seed %d: %d purged, %d held: the run says nothing", seed, len(purged), held)
		}
		for e := range a.Ledger.Each(nil) {
			for from := 0; from+32 <= len(e.Value); from++ {
				token := e.Value[from : from+32]
				if purged[string(token)] && !live[string(token)] {
					t.Fatalf("seed %d: entry %x still holds a purged token", seed, e.Key)
				} else if live[string(token)] {
					held--
				}
			}
		}
		if held != 0 {
			t.Errorf("seed %d: %d check-ins are missing", seed, held)
		}
	}
}

// TestExpiryBoundaries: a test is valid at the last millisecond of its life and not at the next, and neither before
// it was taken.
func TestExpiryBoundaries(t *testing.T) {
	s := slot{state: slotHeld, taken: 1000}
	for at, want := range map[uint64]bool{999: false, 1000: true, 1500: true, 1501: false} {
		if got := s.valid(at, 500); got != want {
			t.Errorf("valid at %d: %v", at, got)
		}
	}
	s.state = slotRevoked
	if s.valid(1200, 500) {
		t.Error("valid after its revocation")
	}
}

// TestImpliedShares: the shares of the start are those of the rules, and overlap as if independent.
func TestImpliedShares(t *testing.T) {
	tested, dosed, both := 0, 0, 0
	for subject := range uint64(10_000) {
		r := implied(subject, 5, 90, 50)
		test, dose := r.test.state == slotHeld, r.dose.state == slotHeld
		if test {
			tested++
		}
		if dose {
			dosed++
		}
		if test && dose {
			both++
		}
	}
	if tested != 9000 || dosed != 5000 || both < 4300 || both > 4700 {
		t.Errorf("%d tested, %d with a dose, %d with both", tested, dosed, both)
	}
}
