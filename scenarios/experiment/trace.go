package experiment

import (
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/trace"
)

// TraceFile is the path of a log of requests that is replayed instead of a load; empty is none. It is read when
// the experiment is planned.
type TraceFile string

// TraceDir is the directory, beside the experiment that is written with results, in which a copy of the trace stands.
const TraceDir = "trace"

// Name is the name of the file, which stands in records.
func (t TraceFile) Name() string { return filepath.Base(string(t)) }

// UnmarshalStrict reads a path, which counts from the directory of the experiment file.
func (t *TraceFile) UnmarshalStrict(n *strict.Node) error {
	name, err := n.Scalar("a file of CSV or JSON lines")
	if err != nil {
		return err
	}
	if name == "" {
		return n.Errorf("found an empty text: allowed is a file of CSV or JSON lines")
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(n.File()), name)
	}
	*t = TraceFile(name)
	return nil
}

// MarshalYAML writes the path of the copy that stands beside the results, so that the experiment means the same
// when the original is gone.
func (t TraceFile) MarshalYAML() (any, error) {
	if t == "" {
		return "", nil
	}
	return TraceDir + "/" + t.Name(), nil
}

// JSONSchema is a text.
func (TraceFile) JSONSchema() map[string]any { return map[string]any{"type": "string"} }

// Replay makes the experiment replay a trace instead of its loads, as the flag says. The duration and the warm-up
// that the experiment states are for its loads and are not kept.
func (f *File) Replay(path, flag string) {
	f.Trace, f.TraceSpeed = TraceFile(path), 0
	f.Load, f.Clients = nil, 0
	f.Override("load", flag)
	f.Override("trace", flag)
}

// NoReplay makes the experiment offer a load again.
func (f *File) NoReplay() { f.Trace, f.TraceSpeed = "", 0 }

// states reports whether the experiment states a key of its own time: by a flag, or in the file that names the
// trace.
func (f *File) states(key string) bool {
	if _, ok := f.flags[key]; ok {
		return true
	}
	_, replaced := f.flags["trace"]
	return !replaced && f.source != nil && f.source.Get(key) != nil
}

// readTrace reads and checks the trace of the experiment, if it has one, and takes duration and warm-up from it where
// the experiment states none.
func (f *File) readTrace() (*trace.Trace, error) {
	switch {
	case f.Trace == "" && f.TraceSpeed != 0:
		return nil, f.fail("trace_speed", "found without a trace: name one, or leave it out")
	case f.Trace == "":
		return nil, nil
	case len(f.Load) > 0 || f.setsLoad() || f.Clients > 0:
		return nil, f.fail("trace", "found beside load or clients: a trace says itself when requests come, so give one of them")
	case f.TraceSpeed > traceSpeedMax || f.TraceSpeed < 0:
		return nil, f.fail("trace_speed", "found %d: allowed are 1 to %d", f.TraceSpeed, traceSpeedMax)
	}
	t, err := openTrace(string(f.Trace))
	if err != nil {
		return nil, f.at(err, "trace")
	}
	f.TraceSpeed = max(f.TraceSpeed, 1)
	last := t.Duration() / time.Duration(f.TraceSpeed)
	if !f.states("duration") {
		if f.Duration = (last + 2*time.Second - 1).Truncate(time.Second); f.Duration > durationMax {
			return nil, f.fail("trace", "the trace lasts %v: allowed are %v, so replay it %d times as fast with trace_speed, or only the duration that you say",
				last, durationMax, f.Duration*time.Duration(f.TraceSpeed)/durationMax+1)
		}
	}
	if !f.states("warmup") {
		f.Warmup = Warmup(min(warmupMost, f.Duration/6))
	}
	return t, nil
}

// Limits of a replay.
const (
	traceSpeedMax = 1_000_000
	durationMax   = 24 * time.Hour   // of any run
	warmupMost    = 10 * time.Second // where the experiment states none; Blank's
)

// openTrace reads a trace.
func openTrace(path string) (*trace.Trace, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		var wrong *os.PathError
		if errors.As(err, &wrong) {
			err = wrong.Err
		}
		return nil, fmt.Errorf("%s: %w: allowed is a file of CSV or JSON lines, as govbench trace writes", path, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: is no regular file: allowed is a file of CSV or JSON lines", path)
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t, err := trace.Read(path, in)
	return t, errors.Join(err, in.Close())
}

// traceLoad is the load of cells that replay the trace, as records name it.
func (f *File) traceLoad() Load {
	text := "trace:" + f.Trace.Name()
	if f.TraceSpeed > 1 {
		text += fmt.Sprintf(" x%d", f.TraceSpeed)
	}
	return Load{text: text}
}

// replayed resolves the workload of a cell that replays a trace.
func (b *builder) replayed(d *draft, s *Setup) error {
	w, err := b.workloadOf(d)
	if err != nil {
		return err
	}
	s.Workload, s.Scenario, s.Trace, s.TraceSpeed = w, w.Scenario, b.log, b.file.TraceSpeed
	if err := checkTrace(b.log, w); err != nil {
		return b.file.at(err, "trace")
	}
	s.Notes = append(append(s.Notes, d.notes...), s.traceNotes(b.file.Trace.Name())...)
	return nil
}

// traceNotes says what is replayed.
func (s *Setup) traceNotes(name string) []string {
	what := "when and for what somebody came are the trace's; what each request asks is made by the scenario's generator"
	if s.Trace.Exact {
		what = "every operation as it was"
	}
	pace := ""
	if s.TraceSpeed > 1 {
		pace = fmt.Sprintf(", %d times as fast", s.TraceSpeed)
	}
	notes := []string{fmt.Sprintf("replays %s, %d requests in %v%s: %s", name, len(s.Trace.Rows), s.Trace.Duration().Round(time.Millisecond), pace, what)}
	late := 0
	for i := range s.Trace.Rows {
		if s.Trace.Rows[i].At/time.Duration(s.TraceSpeed) >= s.Duration {
			late++
		}
	}
	if late > 0 {
		notes = append(notes, fmt.Sprintf("%d requests of %s come after the duration of %v and are not offered", late, name, s.Duration))
	}
	return notes
}

// traceMembers are the services of a workload as a trace names them.
func traceMembers(w *scenarios.Workload, generator func(*scenarios.Workload) workloads.Generator) []trace.Member {
	first := w.FirstAgencies()
	var out []trace.Member
	for i, m := range w.Members() {
		out = append(out, trace.Member{Name: m.Scenario.ID, Generator: generator(m), Index: uint16(i), Agencies: first[i]})
	}
	return out
}

// checkTrace refuses a trace that cannot be replayed on a workload: of another service, of an agency that does not
// take part, or with operations of a program with other parameters. It says on which line.
func checkTrace(t *trace.Trace, w *scenarios.Workload) error {
	none := func(*scenarios.Workload) workloads.Generator { return nil }
	if _, err := trace.NewSource(t, traceMembers(w, none), 1); err != nil || !t.Exact {
		return err
	}
	checks := map[string]*memberCheck{}
	for _, m := range w.Members() {
		checks[m.Scenario.ID] = &memberCheck{workload: m}
	}
	only := checks[w.Members()[0].Scenario.ID]
	for i := range t.Rows {
		row, check := &t.Rows[i], only
		if t.Named {
			check = checks[row.Scenario]
		}
		if n := check.workload.Scenario.Participants.Count; int(row.Agency) >= n {
			return &trace.Error{File: t.Name, Line: row.Line, Key: "agency",
				Problem: fmt.Sprintf("found %d, but %s has %d agencies, from 0", row.Agency, check.workload.Scenario.ID, n),
				Remedy:  "name one of them by its place in the scenario's list"}
		}
		check.count(row)
	}
	for _, m := range w.Members() {
		if err := checks[m.Scenario.ID].verdict(t.Name); err != nil {
			return err
		}
	}
	return nil
}

// memberCheck counts for which program the operations of a service are. People send wrong ones as well, which the
// rules refuse; a trace that was made with other parameters holds few others.
type memberCheck struct {
	workload       *scenarios.Workload
	right, foreign int
	first          *trace.Row // of the foreign ones
}

func (c *memberCheck) count(row *trace.Row) {
	if header, _, ok := program.ReadHeader(row.Op); ok && header.Tag == c.workload.Program.Tag {
		c.right++
		return
	}
	c.foreign++
	if c.first == nil {
		c.first = row
	}
}

func (c *memberCheck) verdict(name string) error {
	if c.foreign <= c.right {
		return nil
	}
	header, _, ok := program.ReadHeader(c.first.Op)
	if !ok {
		return &trace.Error{File: name, Line: c.first.Line, Key: "op", Problem: "found no operation of a program",
			Remedy: "write it as govbench trace does, or take the column op out to replay the times alone"}
	}
	return &trace.Error{File: name, Line: c.first.Line, Key: "op",
		Problem: fmt.Sprintf("found an operation of program %016x, but %s with its present parameters is program %016x", header.Tag, c.workload.Scenario.ID, c.workload.Program.Tag),
		Remedy:  "replay the trace on the scenario and parameters that it was made with, or take the column op out to replay the times alone"}
}

// newSource makes the requests of a cell: those of its trace, or those of its load.
func (c *Cell) newSource() (workloads.Follower, error) {
	if c.Trace == nil {
		return c.Workload.NewSource(c.seed(), c.Rate, c.Duration)
	}
	return trace.NewSource(c.Trace, traceMembers(c.Workload, func(w *scenarios.Workload) workloads.Generator { return w.NewGenerator(c.seed()) }), uint64(c.TraceSpeed))
}

// shares lists the share of each service in the requests: as its trace has it, or as the load expects it.
func (c *Cell) shares() []*big.Rat {
	if c.Trace == nil || !c.Trace.Named {
		return c.Workload.Shares()
	}
	counts := map[string]int64{}
	for i := range c.Trace.Rows {
		counts[c.Trace.Rows[i].Scenario]++
	}
	var out []*big.Rat
	for _, m := range c.Workload.Members() {
		out = append(out, big.NewRat(counts[m.Scenario.ID], int64(len(c.Trace.Rows))))
	}
	return out
}

// traceContent is what the trace adds to what decides the requests, for Hash.
func (c *Cell) traceContent() []any {
	if c.Trace == nil {
		return nil
	}
	return []any{"trace", c.Trace.Sum, c.TraceSpeed}
}
