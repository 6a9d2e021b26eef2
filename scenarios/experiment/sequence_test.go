package experiment

import (
	"errors"
	"fmt"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// sparse has so few requests that none shares its time with another.
const sparse = `name: sparse
designs: [raft, pbft, hotstuff, hashiraft]
scenarios: [court-evidence-deposit]
load: [2]
duration: 20s
warmup: 1s
`

// pattern counts messages by kind, sender and receiver.
func pattern(s result.Sequence) (kinds map[string]int, pairs map[string]int) {
	kinds, pairs = map[string]int{}, map[string]int{}
	for _, m := range s.Messages {
		kinds[m.Kind]++
		pairs[fmt.Sprintf("%s %d-%d", m.Kind, m.From, m.To)]++
	}
	return kinds, pairs
}

// The messages of one transaction are those of the papers, and tracing leaves the run as it is.
func TestSequence(t *testing.T) {
	cells := plan(t, sparse).Sequenced()
	if len(cells) != 3 {
		t.Fatalf("%d cells can be traced, want those of the pure designs", len(cells))
	}
	want := map[string]map[string]int{
		"pbft":     {"PrePrepare": 3, "Prepare": 9, "Commit": 12, "answer": 4, "request": 1}, // Castro and Liskov 1999, figure 1, n = 4
		"raft":     {"Append": 4, "request": 1, "answer": 1},                                 // one leader, four followers, one trusted answer
		"hotstuff": {"Proposal": 12, "request": 1, "answer": 4},                              // a block and its three successors
	}
	for _, c := range cells {
		s, err := c.Sequence(t.Context(), "p50")
		if err != nil {
			t.Fatal(err)
		}
		if plain := runOne(t, c); plain.Digest != s.Digest || plain.Cell != s.Cell {
			t.Errorf("%s: tracing changes the digest from %s to %s", s.Design, plain.Digest, s.Digest)
		}
		kinds, pairs := pattern(s)
		for kind, n := range want[s.Design] {
			if kinds[kind] != n {
				t.Errorf("%s: %d %s, want %d", s.Design, kinds[kind], kind, n)
			}
		}
		if s.Design == "pbft" {
			checkQuadratic(t, s, pairs)
		}
		checkSpans(t, s)
		for _, m := range s.Messages {
			if m.SentSec < 0 || m.SentSec > s.TookSec || m.ArrivedSec < m.SentSec || m.Bytes <= 0 {
				t.Errorf("%s: message %+v", s.Design, m)
			}
		}
	}
}

// checkSpans holds the CPU and disk time to what every protocol does: each replica that executes the block in time
// executes it once, and whoever promises something has written it.
func checkSpans(t *testing.T, s result.Sequence) {
	t.Helper()
	executed, written, checked := map[int]int{}, map[int]int{}, 0
	for _, p := range s.Spans {
		if p.AskedSec < 0 || p.BeganSec < p.AskedSec || p.DoneSec <= p.BeganSec {
			t.Errorf("%s: span %+v", s.Design, p)
		}
		if p.Resource == result.SequenceDisk {
			written[p.Replica] += p.Bytes
		}
		for _, w := range p.Work {
			switch w.Op {
			case "execute":
				executed[p.Replica]++
			case "check":
				checked++
			}
		}
	}
	for r, n := range executed {
		if n != 1 {
			t.Errorf("%s: replica %d executes the block %d times", s.Design, r, n)
		}
	}
	if quorum := s.Replicas/2 + 1; executed[s.Proposer] != 1 || len(written) < quorum || checked == 0 {
		t.Errorf("%s: %d replicas execute and %d write the block, %d checks of signatures", s.Design, len(executed), len(written), checked)
	}
}

// In a busy run, the block's own messages are told from those of the others.
func TestSequenceOfOneBlock(t *testing.T) {
	cells := plan(t, "name: busy\ndesigns: [pbft, raft, hotstuff]\nscenarios: [court-evidence-deposit]\nload: [5000]\nduration: 2s\nwarmup: 1s\nseed: 3\n").Sequenced()
	for _, c := range cells {
		s, err := c.Sequence(t.Context(), "p50")
		if err != nil {
			t.Fatal(err)
		}
		plain := runOne(t, c)
		if plain.Digest != s.Digest {
			t.Errorf("%s: tracing changes the digest", s.Design)
		}
		own, others := map[string]int{}, 0
		for _, m := range s.Messages {
			if m.Own {
				own[m.Kind]++
			} else {
				others++
			}
		}
		if s.Design == "pbft" && (own["PrePrepare"] != 3 || own["Prepare"] != 9 || own["Commit"] != 12) {
			t.Errorf("own messages %v: want 3, 9 and 12 of PBFT's phases", own)
		}
		if s.Design == "raft" && (own["Append"] != 4) {
			t.Errorf("own messages %v: want an Append to each of four followers", own)
		}
		if s.Design == "hotstuff" && (others == 0 || own["Proposal"] != 12) {
			t.Errorf("own messages %v and %d others: want four proposals to three replicas, and the chain before them", own, others)
		}
		checkSpans(t, s)
	}
}

// checkQuadratic holds PBFT's messages against its paper: the primary sends the pre-prepare, every backup a prepare
// to all, every replica a commit to all.
func checkQuadratic(t *testing.T, s result.Sequence, pairs map[string]int) {
	t.Helper()
	primary := -1
	for _, m := range s.Messages {
		if m.Kind == "PrePrepare" {
			primary = m.From
		}
	}
	for from := range s.Replicas {
		for to := range s.Replicas {
			pre, prepare, commit := 0, 0, 0
			if from != to {
				commit = 1
				if pre = 0; from == primary {
					pre = 1
				} else {
					prepare = 1
				}
			}
			for kind, n := range map[string]int{"PrePrepare": pre, "Prepare": prepare, "Commit": commit} {
				if got := pairs[fmt.Sprintf("%s %d-%d", kind, from, to)]; got != n {
					t.Errorf("%d %s from %d to %d, want %d", got, kind, from, to, n)
				}
			}
		}
	}
}

func TestSequenceChoice(t *testing.T) {
	c := plan(t, sparse).Sequenced()[1]
	p50, err := c.Sequence(t.Context(), "p50")
	if err != nil {
		t.Fatal(err)
	}
	p99, err := c.Sequence(t.Context(), "p99")
	if err != nil || p99.TookSec < p50.TookSec {
		t.Errorf("p99 took %v s, p50 %v s, %v", p99.TookSec, p50.TookSec, err)
	}
	if own, err := c.Sequence(t.Context(), fmt.Sprint(p99.Request)); err != nil || own.AtSec != p99.AtSec {
		t.Errorf("request %d is another one: %v", p99.Request, err)
	}
	if _, err := c.Sequence(t.Context(), "999999"); !errors.Is(err, ErrNoSequence) {
		t.Errorf("a request that never was: %v", err)
	}
	for _, bad := range []string{"", "0", "p42", "-1"} {
		if SequenceChoice(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	data, err := result.EncodeSequences([]result.Sequence{p50, p99})
	if err != nil {
		t.Fatal(err)
	}
	if back, err := result.DecodeSequences(data); err != nil || len(back) != 2 || back[1].Request != p99.Request {
		t.Errorf("a sequence does not survive its file: %v", err)
	}
	if _, err := result.DecodeSequences(append(data[:40:40], data[60:]...)); err == nil {
		t.Error("a damaged file is read")
	}
}
