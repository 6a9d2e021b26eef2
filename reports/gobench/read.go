package gobench

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"golang.org/x/perf/benchfmt"

	"github.com/govbench/govbench/reports/result"
)

// ErrNoResults is the cause of an error for a text without a single benchmark line.
var ErrNoResults = errors.New("no benchmark results")

// Read reads a whole output of benchmarks. name stands in errors, which are *result.Error: a test or a
// build that failed, a figure that is not finite, a line that is damaged, or no results at all. Nothing is
// returned beside an error, since a part of a benchmark's trials is not its result.
func Read(name string, data []byte) ([]result.Record, error) {
	r := reader{name: name, trials: map[string]int{}}
	if err := r.broken(data); err != nil {
		return nil, err
	}
	in := benchfmt.NewReader(bytes.NewReader(data), name)
	for in.Scan() {
		switch rec := in.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, r.fail(rec.Line, rec.Msg, "run the benchmark again, or take the line out", rec)
		case *benchfmt.Result:
			if err := r.take(rec); err != nil {
				return nil, err
			}
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%w: it is no output of go test -bench", err)
	}
	if len(r.records) == 0 {
		return nil, r.fail(1, "no benchmark results", "allowed is the output of go test -bench; does its pattern match a benchmark?", ErrNoResults)
	}
	r.resolve(in.Units())
	return r.records, nil
}

// ReadFile is Read on a file.
func ReadFile(path string) ([]result.Record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Read(path, data)
}

// ReadAny reads run records as JSON lines, or the Go benchmark format when the text does not begin with
// a brace.
func ReadAny(name string, data []byte) ([]result.Record, error) {
	head := bytes.TrimLeft(data, " \t\r\n")
	if !bytes.HasPrefix(head, []byte("{")) {
		return Read(name, data)
	}
	if line, _, _ := bytes.Cut(head, []byte("\n")); bytes.Contains(line, []byte(`"Action":`)) {
		return nil, &result.Error{File: name, Line: 1, Problem: "this is the output of go test -json",
			Remedy: "run go test -bench without -json"}
	}
	return result.Read(name, bytes.NewReader(data))
}

// ReadAnyFile is ReadAny on a file.
func ReadAnyFile(path string) ([]result.Record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ReadAny(path, data)
}

// reader holds what has been read.
type reader struct {
	name    string
	records []result.Record
	trials  map[string]int // lines so far, by cell
}

func (r *reader) fail(line int, problem, remedy string, cause error) error {
	return &result.Error{File: r.name, Line: line, Problem: problem, Remedy: remedy, Err: cause}
}

// broken looks for the lines with which go test says that something failed. benchfmt passes them over.
func (r *reader) broken(data []byte) error {
	for n, line := range bytes.Split(data, []byte("\n")) {
		text := strings.TrimRight(string(line), "\r")
		word, _, _ := strings.Cut(text, "\t")
		if word == "FAIL" || strings.HasPrefix(text, "--- FAIL:") || strings.HasPrefix(text, "panic: ") {
			return r.fail(n+1, fmt.Sprintf("a test or a build failed: %q", text), "its figures count for nothing: repair it and run it again", nil)
		}
	}
	return nil
}

// take makes a record of one line. Units are resolved at the end, because their metadata may follow.
func (r *reader) take(b *benchfmt.Result) error {
	_, line := b.Pos()
	rec := describe(b)
	for _, v := range b.Values {
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
			return r.fail(line, fmt.Sprintf("%s of %s is %v", v.Unit, rec.Scenario, v.Value), "allowed are finite figures", nil)
		}
		if _, twice := rec.Value(v.Unit); twice {
			return r.fail(line, fmt.Sprintf("%s has %s twice", rec.Scenario, v.Unit), "allowed is one figure of each unit a line", nil)
		}
		rec.Values = append(rec.Values, result.Value{Name: v.Unit, Value: v.Value})
	}
	rec.Trial = r.trials[rec.Cell]
	r.trials[rec.Cell]++
	r.records = append(r.records, rec)
	return nil
}

// describe says what was run. Two lines are of one cell when everything but their figures is equal.
func describe(b *benchfmt.Result) result.Record {
	rec := result.Record{
		Schema: result.Schema, Design: b.GetConfig("pkg"), Protocol: "go", Runtime: result.Wall,
		Machine: words(b.GetConfig("goos"), b.GetConfig("goarch"), b.GetConfig("cpu")),
	}
	rec.Scenario = string(b.Name.Full())
	if _, parts := b.Name.Parts(); len(parts) > 0 {
		if procs, ok := strings.CutPrefix(string(parts[len(parts)-1]), "-"); ok {
			rec.Scenario = strings.TrimSuffix(rec.Scenario, "-"+procs)
			rec.Factors = []result.Factor{{Name: "gomaxprocs", Value: procs}}
		}
	}
	identity := []string{rec.Design, rec.Machine, string(b.Name.Full())}
	sum := sha256.Sum256([]byte(strings.Join(identity, "\x00")))
	rec.Cell = hex.EncodeToString(sum[:8])
	return rec
}

// words joins what is known.
func words(parts ...string) string {
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}

// resolve fills in what the units mean.
func (r *reader) resolve(meta benchfmt.UnitMetadataMap) {
	for i := range r.records {
		values := r.records[i].Values
		for j := range values {
			u := unitOf(values[j].Name, meta)
			values[j].Unit, values[j].Better, values[j].Exact = u.base, u.better, u.exact
		}
	}
}
