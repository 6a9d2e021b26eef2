package gobench_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/gobench"
	"github.com/govbench/govbench/reports/result"
)

const sample = `goos: linux
goarch: amd64
pkg: example.com/kernel
cpu: AMD EPYC
BenchmarkQueue/exponential/1k-8         	28541200	        41.86 ns/op	  23.9 MB/s	       0 B/op	       0 allocs/op
BenchmarkQueue/exponential/1k-8         	28541201	        42.86 ns/op	  22.9 MB/s	       0 B/op	       0 allocs/op
BenchmarkQueue/constant                 	      10	        7 events/s	 3 widgets
PASS
ok  	example.com/kernel	2.1s
pkg: example.com/other
BenchmarkQueue/constant                 	      10	        9 events/s	 4 widgets
Unit widgets better=lower assume=exact
`

func read(t *testing.T, text string) []result.Record {
	t.Helper()
	records, err := gobench.Read("bench.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestRead(t *testing.T) {
	records := read(t, sample)
	if len(records) != 4 {
		t.Fatalf("%d records: want 4", len(records))
	}
	first, second := records[0], records[1]
	if first.Scenario != "Queue/exponential/1k" || first.Design != "example.com/kernel" || first.Machine != "linux amd64 AMD EPYC" ||
		first.Runtime != result.Wall || len(first.Factors) != 1 || first.Factors[0].Value != "8" {
		t.Errorf("the first line is read as %+v", first)
	}
	if first.Cell != second.Cell || first.Trial != 0 || second.Trial != 1 {
		t.Errorf("the second line is trial %d of cell %s: want trial 1 of %s", second.Trial, second.Cell, first.Cell)
	}
	if records[2].Cell == records[3].Cell {
		t.Error("benchmarks of one name in two packages are one cell")
	}
	want := []result.Value{
		{Name: "sec/op", Unit: "sec", Better: result.Lower, Value: 41.86e-9},
		{Name: "B/s", Unit: "B/sec", Better: result.Higher, Value: 23.9e6},
		{Name: "B/op", Unit: "B", Better: result.Lower},
		{Name: "allocs/op", Unit: "allocs", Better: result.Lower},
	}
	for i, w := range want {
		got := first.Values[i]
		if near := got.Value - w.Value; near > 1e-12 || near < -1e-12 {
			t.Errorf("%s is %v: want %v", w.Name, got.Value, w.Value)
		}
		got.Value = w.Value
		if got != w {
			t.Errorf("read %+v: want %+v", got, w)
		}
	}
	if v, _ := records[2].Value("events/s"); v.Better != result.Higher || v.Exact {
		t.Errorf("events/s is %+v: want a sample, higher better", v)
	}
	if v, _ := records[2].Value("widgets"); v.Better != result.Lower || !v.Exact {
		t.Errorf("widgets are %+v: want what the Unit line says", v)
	}
	for _, r := range records {
		if _, err := result.Encode(r); err != nil {
			t.Errorf("no run record: %v", err)
		}
	}
}

// A unit of unknown meaning has no direction, and neither has one with a name before it.
func TestUnknownUnits(t *testing.T) {
	r := read(t, "BenchmarkX 1 5 widgets 100 offered-tx/sec 3 block-interval-sec 0.7 hit-ratio\n")[0]
	for _, v := range r.Values {
		if v.Better != result.Neither {
			t.Errorf("%s is %s: want neither", v.Name, v.Better)
		}
	}
	if v, _ := r.Value("offered-tx/sec"); v.Unit != "tx/sec" {
		t.Errorf("offered-tx/sec is in %q", v.Unit)
	}
}

func TestWrong(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "no benchmark results"},
		{"no match", "PASS\nok  \tx\t0.1s\n", "does its pattern match"},
		{"build failed", "FAIL\tx [build failed]\nFAIL\n", `bench.txt:1`},
		{"test failed", sample + "--- FAIL: BenchmarkY\n", "count for nothing"},
		{"panic", sample + "panic: runtime error\n", "count for nothing"},
		{"not a number", "BenchmarkX 1 NaN ns/op\n", "finite"},
		{"infinite", "BenchmarkX 1 5 ns/op\nBenchmarkX 1 +Inf ns/op\n", "bench.txt:2"},
		{"cut off", "BenchmarkX 1 5\n", "missing units"},
		{"no count", "BenchmarkX fast\n", "iteration count"},
		{"twice", "BenchmarkX 1 5 ns/op 6 ns/op\n", "twice"},
		{"two meanings", "Unit w better=lower\nUnit w better=higher\nBenchmarkX 1 5 w\n", "already set"},
		{"test2json", `{"Time":"2024-01-01T00:00:00Z","Action":"start","Package":"x"}` + "\n", "without -json"},
		{"another schema", `{"schema":"govbench.run/9"}` + "\n", "unknown schema"},
	} {
		records, err := gobench.ReadAny("bench.txt", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v: want %q", c.name, err, c.want)
		}
		if len(records) > 0 {
			t.Errorf("%s: %d records beside the error", c.name, len(records))
		}
	}
	if _, err := gobench.Read("x", nil); !errors.Is(err, gobench.ErrNoResults) {
		t.Errorf("no results gives %v: want ErrNoResults", err)
	}
}

// Run records and benchmarks are told apart by what they hold, not by their names.
func TestReadAny(t *testing.T) {
	line, err := result.Encode(result.Record{Scenario: "s", Design: "raft", Runtime: result.Virtual})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bench.txt")
	if err := os.WriteFile(path, append(line, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	records, err := gobench.ReadAnyFile(path)
	if err != nil || len(records) != 1 || records[0].Design != "raft" {
		t.Errorf("read %v, %v", records, err)
	}
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	if records, err = gobench.ReadAnyFile(path); err != nil || len(records) != 4 {
		t.Errorf("read %d records, %v: want 4", len(records), err)
	}
	if _, err := gobench.ReadFile(path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there gives %v", err)
	}
}
