package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// outcome is what one run of the experiment wrote.
type outcome struct {
	leg     string
	setting setting
	command []string
	data    []byte // runs.jsonl
	took    time.Duration
}

// digest is enough of the data's SHA-256 to tell outcomes apart by eye.
func (o outcome) digest() string {
	sum := sha256.Sum256(o.data)
	return hex.EncodeToString(sum[:8])
}

// run runs the experiment with a binary and returns its records.
func (b *bench) run(command []string, s setting) (outcome, error) {
	b.runs++
	out := filepath.Join(b.dir, "out-"+strconv.Itoa(b.runs))
	args := slices.Concat(command[1:], []string{"run", b.experiment, "--quiet", "--jobs", s.jobs, "--out", out})
	if s.seed != "" {
		args = append(args, "--seed", s.seed)
	}
	started := time.Now()
	cmd := exec.CommandContext(b.ctx, command[0], args...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+s.procs)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return outcome{}, fmt.Errorf("%w\n%s", err, text)
	}
	data, err := os.ReadFile(filepath.Join(out, "runs.jsonl"))
	if err != nil {
		return outcome{}, err
	}
	if len(data) == 0 {
		return outcome{}, fmt.Errorf("%s is empty", filepath.Join(out, "runs.jsonl"))
	}
	return outcome{setting: s, command: command, data: data, took: time.Since(started)}, nil
}

// equalDigests counts the lines of the two that have the same run digest.
func equalDigests(a, b []byte) int {
	same := 0
	x, y := records(a), records(b)
	for i := range min(len(x), len(y)) {
		if x[i]["digest"] == y[i]["digest"] {
			same++
		}
	}
	return same
}

func records(data []byte) []map[string]any {
	var out []map[string]any
	for line := range bytes.Lines(data) {
		var r map[string]any
		if json.Unmarshal(line, &r) == nil {
			out = append(out, r)
		}
	}
	return out
}

// difference names the first record and field in which two outcomes differ.
func difference(a, b []byte) string {
	x, y := records(a), records(b)
	if len(x) != len(y) {
		return fmt.Sprintf("%d runs and %d", len(x), len(y))
	}
	for i := range x {
		if where := differs("", x[i], y[i]); where != "" {
			return fmt.Sprintf("run %d (%v on %v, faults %v): %s", i+1, x[i]["design"], x[i]["scenario"], x[i]["faults"], where)
		}
	}
	return "the same records, written differently"
}

// differs returns the path of the first difference of two JSON values, with both, or nothing.
func differs(path string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			if where := differs(path+"."+key, x[key], y[key]); where != "" {
				return where
			}
		}
		return ""
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			break
		}
		for i := range x {
			if where := differs(fmt.Sprintf("%s[%d]", path, i), x[i], y[i]); where != "" {
				return where
			}
		}
		return ""
	}
	if one, two := fmt.Sprint(a), fmt.Sprint(b); one != two {
		return fmt.Sprintf("%s is %.60s and %.60s", path, one, two)
	}
	return ""
}
