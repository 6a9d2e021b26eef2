package result_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

func sample() result.Record {
	return result.Record{
		Schema: result.Schema, Cell: "c0ffee", Scenario: "licence-check", Design: "pbft", Protocol: "pbft",
		Runtime: result.Virtual, Network: "metro", Machine: "reference", Faults: "none", Replicas: 4, Load: "city",
		Factors: []result.Factor{{Name: "design.block.max_txs", Value: "500"}}, Seed: 1 << 63, Trial: 2, Digest: "ab",
		WindowSec: 50,
		Values:    []result.Value{{Name: "throughput", Unit: "tx/sec", Better: result.Higher, Exact: true, Value: 1999.8}},
		Checks:    []result.Check{{Name: "agreement", OK: true}}, Warnings: []string{"a <b> & 目录"},
	}
}

const golden = `{"schema":"govbench.run/1","cell":"c0ffee","scenario":"licence-check","design":"pbft","protocol":"pbft",` +
	`"runtime":"virtual","network":"metro","machine":"reference","faults":"none","replicas":4,"load":"city",` +
	`"factors":[{"name":"design.block.max_txs","value":"500"}],"seed":9223372036854775808,"trial":2,"digest":"ab","window_sec":50,` +
	`"values":[{"name":"throughput","unit":"tx/sec","better":"higher","exact":true,"value":1999.8}],` +
	`"checks":[{"name":"agreement","ok":true}],"warnings":["a <b> & 目录"]}`

func TestEncodeIsTheContract(t *testing.T) {
	line, err := result.Encode(sample())
	if err != nil || string(line) != golden {
		t.Fatalf("got  %s\nwant %s\nerr %v", line, golden, err)
	}
	back, err := result.Decode(line)
	if err != nil || !reflect.DeepEqual(back, sample()) {
		t.Fatalf("decoded %+v, %v", back, err)
	}
	empty, err := result.Encode(result.Record{})
	for _, want := range []string{`"factors":[]`, `"values":[]`, `"checks":[]`, `"warnings":[]`, `"schema":"govbench.run/1"`} {
		if err != nil || !bytes.Contains(empty, []byte(want)) {
			t.Errorf("empty record lacks %s: %s, %v", want, empty, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	for name, tc := range map[string]struct {
		r    result.Record
		want string
	}{
		"window":  {result.Record{WindowSec: nan}, "window_sec is NaN"},
		"value":   {result.Record{Values: []result.Value{{Name: "latency-p50", Value: inf}}}, `"latency-p50" is -Inf`},
		"cdf":     {result.Record{LatencyCDF: []result.Quantile{{}, {Sec: nan}}}, "latency_cdf point 1"},
		"stage":   {result.Record{Stages: []result.Stage{{Name: "order", P99Sec: inf}}}, `stage "order"`},
		"series":  {result.Record{Series: []result.Point{{Link: nan}}}, "series point 0"},
		"version": {result.Record{Schema: "govbench.run/9"}, `this version writes "govbench.run/1"`},
	} {
		if _, err := result.Encode(tc.r); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
	}
}

func TestReadSaysWhereAndWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		text      string
		records   int
		truncated bool
		want      []string
	}{
		"empty":          {"", 0, false, nil},
		"whole":          {golden + "\n" + golden + "\n", 2, false, nil},
		"windows ends":   {golden + "\r\n", 1, false, nil},
		"truncated":      {golden + "\n" + golden[:40], 1, true, []string{"runs.jsonl:2 (byte ", "truncated after 40 bytes", "--resume"}},
		"whole, no end":  {golden, 0, true, []string{"runs.jsonl:1 (byte 0)", "truncated"}},
		"foreign end":    {golden + "\n{\"a\":1}", 1, false, []string{"runs.jsonl:2 (byte ", `has no end and is no run record: it begins with "{\"a\":1}"`, "name another output directory"}},
		"newer end":      {strings.Replace(golden, "run/1", "run/2", 1), 0, false, []string{"no run record", "govbench.run/2"}},
		"zeros at end":   {golden + "\n\x00\x00\x00", 1, true, []string{"truncated"}},
		"garbage":        {golden + "\nxyz\n" + golden + "\n", 1, false, []string{"runs.jsonl:2 (byte ", "not a JSON object", "take the line out"}},
		"blank line":     {"\n", 0, false, []string{"runs.jsonl:1 (byte 0)", "not a JSON object"}},
		"newer schema":   {strings.Replace(golden, "run/1", "run/2", 1) + "\n", 0, false, []string{`"govbench.run/2"`, `allowed is "govbench.run/1"`}},
		"no schema":      {"{}\n", 0, false, []string{"no schema"}},
		"wrong type":     {`{"schema":"govbench.run/1","replicas":"four"}` + "\n", 0, false, []string{"not a run record", "replicas"}},
		"endless a line": {strings.Repeat("a", 17<<20), 0, false, []string{"longer than 16 MiB"}},
	} {
		records, err := result.Read("runs.jsonl", strings.NewReader(tc.text))
		if len(records) != tc.records || (err != nil) != (tc.want != nil) || errors.Is(err, result.ErrTruncated) != tc.truncated {
			t.Errorf("%s: %d records, %v", name, len(records), err)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q lacks %q", name, err, want)
			}
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "runs.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCreateAppendResume(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.jsonl")
	w, err := result.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Append(sample()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Append(result.Record{WindowSec: math.Inf(1)}); err == nil {
		t.Fatal("an infinite figure was written")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := result.Create(path); !errors.Is(err, result.ErrExists) || !strings.Contains(err.Error(), "2 runs") {
		t.Fatalf("Create over results: %v", err)
	}
	w, finished, truncated, err := result.Resume(path, nil)
	if err != nil || truncated != nil || len(finished) != 2 {
		t.Fatalf("Resume: %d, %v, %v", len(finished), truncated, err)
	}
	if err := errors.Join(w.Append(sample()), w.Close()); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	if string(text) != strings.Repeat(golden+"\n", 3) {
		t.Fatalf("file holds\n%s", text)
	}
}

// Cut the file anywhere, at every byte around the ends of lines: no finished run may be lost, and the file must be whole again after.
func TestResumeAfterACutAnywhere(t *testing.T) {
	whole := golden + "\n" + golden + "\n"
	for cut := 0; cut <= len(whole); cut++ {
		if inLine := cut % len(golden); inLine > 4 && inLine < len(golden)-2 && inLine%61 != 0 {
			continue // every cut costs three syncs of the disk
		}
		path := write(t, whole[:cut])
		finishedWant := strings.Count(whole[:cut], "\n")
		clean := cut == 0 || whole[cut-1] == '\n'
		if !clean {
			if _, err := result.Create(path); !errors.Is(err, result.ErrTruncated) {
				t.Fatalf("cut at %d: Create gave %v", cut, err)
			}
		}
		w, finished, truncated, err := result.Resume(path, nil)
		if err != nil || len(finished) != finishedWant || (truncated == nil) != clean {
			t.Fatalf("cut at %d: %d finished, truncated %v, %v", cut, len(finished), truncated, err)
		}
		if truncated != nil && truncated.Line != finishedWant+1 {
			t.Fatalf("cut at %d: reported line %d", cut, truncated.Line)
		}
		if err := errors.Join(w.Append(sample()), w.Close()); err != nil {
			t.Fatal(err)
		}
		if again, err := result.ReadFile(path); err != nil || len(again) != finishedWant+1 {
			t.Fatalf("cut at %d: after resume %d records, %v", cut, len(again), err)
		}
	}
}

func TestResumeRefusesDamage(t *testing.T) {
	foreign := errors.New("of another experiment")
	for _, tc := range []struct {
		text string
		mine func([]result.Record) error
	}{
		{"xyz\n" + golden + "\n" + golden[:9], nil},
		{"a letter to my aunt", nil},
		{golden + "\n" + strings.Replace(golden, "run/1", "run/2", 1), nil},
		{golden + "\n" + golden[:60], func([]result.Record) error { return foreign }},
	} {
		path := write(t, tc.text)
		if _, _, _, err := result.Resume(path, tc.mine); err == nil || errors.Is(err, result.ErrTruncated) || errors.Is(err, foreign) != (tc.mine != nil) {
			t.Fatalf("got %v", err)
		}
		if after, _ := os.ReadFile(path); string(after) != tc.text {
			t.Fatal("a refused file was changed")
		}
	}
	if _, err := result.Create(filepath.Join(t.TempDir(), "no", "dir")); err == nil {
		t.Fatal("created a file in no directory")
	}
}

func TestReadPassesOnReadErrors(t *testing.T) {
	broken := io.MultiReader(strings.NewReader(golden+"\n"), iotestErr{})
	records, err := result.Read("x", broken)
	if len(records) != 1 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d, %v", len(records), err)
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, os.ErrDeadlineExceeded }

func TestMetricsHoldTheContractsNames(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range result.Metrics() {
		if seen[m.Name] || m.Unit == "" || m.Doc == "" || m.Better == "" {
			t.Errorf("metric %+v is incomplete or there twice", m)
		}
		seen[m.Name] = true
	}
	names := "offered throughput goodput dropped failed block-interval block-txs messages-per-block bytes-per-tx " +
		"cpu-utilisation-max disk-utilisation-max link-utilisation-max view-changes"
	for _, prefix := range []string{"latency", "case-latency", "read-latency", "ordering-latency"} {
		for _, s := range []string{"mean", "p50", "p90", "p95", "p99", "p999", "max"} {
			names += " " + prefix + "-" + s
		}
	}
	for _, name := range strings.Fields(names) {
		if _, ok := result.MetricNamed(name); !ok {
			t.Errorf("metric %q is missing", name)
		}
	}
}

func TestWithheld(t *testing.T) {
	r := sample()
	if got := r.Withheld(); !reflect.DeepEqual(got, r) {
		t.Error("a good record was changed")
	}
	r.Checks = append(r.Checks, result.Check{Name: "integrity", Detail: "command 7 twice"})
	if got := r.Withheld(); got.Values != nil || len(got.Failed()) != 1 {
		t.Errorf("a broken run still shows %v", got.Values)
	}
}

func TestLimitOf(t *testing.T) {
	run := func(offered, throughput, outstanding, cpu, disk, link float64) result.Record {
		r := result.Record{WindowSec: 50}
		for name, v := range map[string]float64{"offered": offered, "throughput": throughput, "outstanding": outstanding,
			"cpu-utilisation-max": cpu, "disk-utilisation-max": disk, "link-utilisation-max": link} {
			r.Values = append(r.Values, result.Value{Name: name, Value: v})
		}
		return r
	}
	for _, tc := range []struct {
		r    result.Record
		want string
	}{
		{run(2000, 1999, 200, 0.9, 0, 0), result.LimitOffered},
		{run(5, 4.9, 1, 0, 0, 0), result.LimitOffered},
		{run(2000, 1500, 9000, 0.97, 0.9, 0.2), result.LimitCPU},
		{run(2000, 1500, 9000, 0.5, 0.99, 0.2), result.LimitDisk},
		{run(2000, 1500, 9000, 0.5, 0.9, 0.98), result.LimitLink},
		{run(2000, 1500, 9000, 0.5, 0.4, 0.2), result.LimitRounds},
		{run(100, 0, 100, 0, 0, 0), result.LimitRounds},
		{result.Record{Values: []result.Value{{Name: "offered", Value: 9}}}, ""},
	} {
		if got := result.LimitOf(tc.r); got != tc.want {
			t.Errorf("%v: got %s, want %s", tc.r.Values, got, tc.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(golden))
	f.Add([]byte(`{"schema":"govbench.run/1","seed":-1}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := result.Decode(line)
		if err != nil {
			return
		}
		once, err := result.Encode(r)
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		again, err := result.Decode(once)
		if err != nil {
			t.Fatalf("own encoding refused: %v", err)
		}
		if twice, err := result.Encode(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("encodings differ (%v):\n%s\n%s", err, once, twice)
		}
	})
}
