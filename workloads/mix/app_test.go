package mix

import (
	"errors"
	"strings"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// tape is a program that keeps its operations; it refuses those of kind 9.
type tape struct {
	ops     []string
	digests int
	broken  error
}

func (p *tape) Apply(op []byte) []byte {
	if op[1] == 9 {
		return program.Refusal("kind 9")
	}
	p.ops = append(p.ops, string(op))
	return program.Answer(byte(len(p.ops)))
}

func (p *tape) Query([]byte) []byte { return program.Answer(byte(len(p.ops))) }
func (p *tape) Digest() (d [32]byte) {
	p.digests++
	d[0] = byte(len(p.ops))
	return d
}
func (p *tape) Check() error { return p.broken }

func trio(t *testing.T) (*App, []*tape) {
	t.Helper()
	tapes := []*tape{{}, {}, {}}
	app, err := New([]Part{{"a", 10, tapes[0]}, {"b", 1 << 40, tapes[1]}, {"c", 18, tapes[2]}}) // 10 and 18 share a slot
	if err != nil {
		t.Fatal(err)
	}
	return app, tapes
}

func op(tag uint64, kind byte) []byte {
	return program.Header{Kind: kind, Tag: tag, Client: 1, Sequence: 1}.Append(nil)
}

// TestOperationsGoToTheirMember: by the tag, and to no other; what no member knows is refused and changes
// nothing.
func TestOperationsGoToTheirMember(t *testing.T) {
	app, tapes := trio(t)
	before := app.Digest()
	for _, c := range []struct {
		op     []byte
		reason string
	}{
		{op(11, 1), "operation of another program"}, {op(26, 1), "operation of another program"}, {nil, "malformed envelope"},
		{op(10, 1)[:20], "malformed envelope"}, {append([]byte{7}, op(10, 1)[1:]...), "malformed envelope"}, {op(18, 9), "kind 9"},
	} {
		if reason, no := workloads.Refused(app.Apply(c.op)); !no || reason != c.reason {
			t.Errorf("%x: %q, %v, want %q", c.op, reason, no, c.reason)
		}
	}
	if reason, no := workloads.Refused(app.Query(op(11, 1))); !no || reason != "operation of another program" {
		t.Errorf("query: %q", reason)
	}
	if app.Digest() != before {
		t.Error("refused operations changed the root")
	}
	for _, tag := range []uint64{18, 10, 18, 1 << 40} {
		if _, no := workloads.Refused(app.Apply(op(tag, 1))); no {
			t.Errorf("tag %d refused", tag)
		}
	}
	if len(tapes[0].ops) != 1 || len(tapes[1].ops) != 1 || len(tapes[2].ops) != 2 {
		t.Errorf("%d, %d and %d operations", len(tapes[0].ops), len(tapes[1].ops), len(tapes[2].ops))
	}
	if got := app.Query(op(18, 1)); got[1] != 2 {
		t.Errorf("query of c: %v", got)
	}
}

// TestDigestAsksWhoExecuted: a root costs only the members that executed something since the last one.
func TestDigestAsksWhoExecuted(t *testing.T) {
	app, tapes := trio(t)
	first := app.Digest()
	app.Apply(op(10, 1))
	second := app.Digest()
	if tapes[0].digests != 2 || tapes[1].digests != 1 || tapes[2].digests != 1 {
		t.Errorf("%d, %d and %d digests", tapes[0].digests, tapes[1].digests, tapes[2].digests)
	}
	if first == second || app.Digest() != second {
		t.Error("the root does not follow the state")
	}
	for i, tag := range []uint64{10, 1 << 40, 18} {
		member, path := app.Path(i)
		if root, ok := Root(3, i, tag, member, path); !ok || root != second {
			t.Errorf("member %d: its path leads to %x, %v", i, root, ok)
		}
		if root, _ := Root(3, i, tag+1, member, path); root == second {
			t.Errorf("member %d: another tag leads to the root", i)
		}
	}
}

// TestBrokenLawsAreNamed: with the member and its error.
func TestBrokenLawsAreNamed(t *testing.T) {
	app, tapes := trio(t)
	if err := app.Check(); err != nil {
		t.Fatal(err)
	}
	planted := errors.New("two invoices have the number 7")
	tapes[1].broken, tapes[2].broken = planted, errors.New("money appeared")
	err := app.Check()
	var broken *BrokenLaws
	if !errors.Is(err, planted) || !errors.As(err, &broken) || len(*broken) != 2 || (*broken)[0].Member != 1 {
		t.Fatalf("%v", err)
	}
	if text := err.Error(); !strings.Contains(text, "b: two invoices have the number 7") || !strings.Contains(text, "c: money appeared") {
		t.Errorf("%s", text)
	}
}

// TestEqualTags: two members of one tag cannot be told apart and are refused.
func TestEqualTags(t *testing.T) {
	for _, parts := range [][]Part{
		nil,
		{{"a", 1, nil}},
		{{"a", 1, &tape{}}, {"b", 2, &tape{}}, {"c", 1, &tape{}}},
	} {
		_, err := New(parts)
		if err == nil || len(parts) == 3 && !strings.Contains(err.Error(), "a and c have programs of one tag") {
			t.Errorf("%d parts: %v", len(parts), err)
		}
	}
}
