package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// childVariable makes the test binary be the program, for tests that have to end it from outside.
const childVariable = "GOVBENCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// outcome is what a command line left behind.
type outcome struct {
	stdout, stderr string
	status         int
}

// govbench runs a command line in this process.
func govbench(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := execute(t.Context(), args, &stdout, &stderr)
	return outcome{stdout.String(), stderr.String(), status}
}

// want fails the test unless the command line ended with a status and its stderr holds every text.
func (o outcome) want(t *testing.T, status int, texts ...string) {
	t.Helper()
	if o.status != status {
		t.Errorf("status %d, want %d; stderr:\n%s", o.status, status, o.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(o.stderr, text) {
			t.Errorf("stderr lacks %q:\n%s", text, o.stderr)
		}
	}
}

// small is an experiment of a few quick runs: two designs, two loads.
const small = `name: small
designs: [raft, pbft]
scenarios: [court-evidence-deposit]
load: [40, 80]
duration: 2s
warmup: 500ms
`

// write puts a file into the test's own directory.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
