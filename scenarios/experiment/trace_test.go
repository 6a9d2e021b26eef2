package experiment

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/trace"
)

// exported plays the requests of a cell and writes them as a trace.
func exported(t *testing.T, c *Cell) (path string, played []workloads.Request) {
	t.Helper()
	var text bytes.Buffer
	w, err := trace.NewWriter(&text, trace.CSV)
	if err != nil {
		t.Fatal(err)
	}
	first := c.Workload.FirstAgencies()
	err = c.Workload.Play(c.Seed, c.Rate, c.Duration, func(r workloads.Request) {
		played = append(played, r)
		err := w.Write(trace.Row{At: r.At, Scenario: c.Workload.Members()[r.Member].Scenario.ID, Agency: r.Agency - first[r.Member],
			Client: r.Client, Read: r.Read, Logged: r.Logged, Case: r.Case, Last: r.Last, Op: r.Op})
		if err != nil {
			t.Fatal(err)
		}
	})
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "played.csv")
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, played
}

// answerAll plays a source as fast as its answers allow, each after the same delay, and lists the requests in order of time.
func answerAll(t *testing.T, c *Cell, source workloads.Follower) []workloads.Request {
	t.Helper()
	const delay = 3 * time.Millisecond // sooner than the 50 ms of Play
	app := c.Workload.Program.App()
	var out, open []workloads.Request
	next, more := source.Next()
	for more || len(open) > 0 {
		at := -1
		for i := range open {
			if at < 0 || open[i].At < open[at].At {
				at = i
			}
		}
		var r workloads.Request
		if at >= 0 && (!more || open[at].At < next.At) {
			r, open = open[at], append(open[:at:at], open[at+1:]...)
		} else {
			r = next
			next, more = source.Next()
		}
		out = append(out, r)
		var result []byte
		if r.Read {
			result = app.Query(r.Op)
		} else {
			result = app.Apply(r.Op)
		}
		if r.Case != 0 && !r.Last {
			if follow, ok := source.Follow(r, result, r.At+delay); ok {
				open = append(open, follow)
			}
		}
	}
	return out
}

// TestReplayGivesTheSameRequests: a trace of a mix with cases, replayed, has the operations, times, people and members of
// the play that it was written from.
func TestReplayGivesTheSameRequests(t *testing.T) {
	source := plan(t, several).Cells[0]
	path, played := exported(t, source)
	text := strings.Replace(several, "load: [300]\nduration: 6s", "trace: "+path+"\nduration: 6s", 1)
	cells := plan(t, text).Cells
	follower, err := cells[0].newSource()
	if err != nil {
		t.Fatal(err)
	}
	got := answerAll(t, cells[0], follower)
	if len(got) != len(played) || len(got) < 1000 {
		t.Fatalf("%d of %d requests", len(got), len(played))
	}
	byOp := map[string]workloads.Request{}
	for _, r := range played {
		byOp[string(r.Op)] = r
	}
	for i, r := range got {
		want := byOp[string(r.Op)]
		if r.At != want.At || r.Member != want.Member || r.Agency != want.Agency || r.Client != want.Client || r.Read != want.Read || r.Logged != want.Logged || r.Last != want.Last || r.Case != want.Case {
			t.Fatalf("request %d is %+v, was %+v", i, r, want)
		}
		if r.At < got[max(i-1, 0)].At {
			t.Fatalf("request %d comes at %v, after one at %v", i, r.At, got[i-1].At)
		}
	}
	for _, c := range cells { // and on every design the state is what the committed order makes it
		ops, root := committed(t, c)
		writes := 0
		for _, r := range played {
			if !r.Read {
				writes++
			}
		}
		if len(ops) != writes {
			t.Errorf("%s: %d of %d operations were committed", c.Design.Name, len(ops), writes)
		}
		if want := rootAfter(source.Workload.Program.App(), ops, 11); root != want {
			t.Errorf("%s: the root is %s, that of the same order %s", c.Design.Name, root, want)
		}
	}
}

// TestTraceDecidesTheCell: the text of the trace and its speed are in the hash of the cell; its name and place are not.
func TestTraceDecidesTheCell(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "at\n0\n30\n60\n", "b.csv": "at\n0\n30\n61\n", "c.csv": "at\n0\n30\n60\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const x = "designs: [raft]\nscenarios: [court-evidence-deposit]\nduration: 70s\n"
	hash := func(text string) string {
		f, err := Parse(filepath.Join(dir, "x.yaml"), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p, err := f.Plan()
		if err != nil {
			t.Fatal(err)
		}
		return p.Cells[0].Key().Cell
	}
	a := hash(x + "trace: a.csv\n")
	if hash(x+"trace: c.csv\ntrace_speed: 1\n") != a {
		t.Error("the name of the trace is in the hash")
	}
	for _, other := range []string{"trace: b.csv\n", "trace: a.csv\ntrace_speed: 2\n", "load: [1]\n"} {
		if hash(x+other) == a {
			t.Errorf("%s has the same hash", other)
		}
	}
}

// TestTraceTimes: duration and warm-up come from the trace, unless the experiment states them.
func TestTraceTimes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte("at\n0\n90\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for extra, want := range map[string][2]time.Duration{
		"": {91 * time.Second, 10 * time.Second}, "trace_speed: 4\n": {24 * time.Second, 4 * time.Second},
		"duration: 30s\n": {30 * time.Second, 5 * time.Second}, "warmup: 0s\n": {91 * time.Second, 0},
	} {
		p := plan(t, "designs: [raft]\nscenarios: [court-evidence-deposit]\ntrace: "+path+"\n"+extra)
		if c := p.Cells[0]; c.Duration != want[0] || c.Warmup != want[1] || p.File.Duration != want[0] {
			t.Errorf("%q: %v with a warm-up of %v, want %v", extra, c.Duration, c.Warmup, want)
		}
	}
}
