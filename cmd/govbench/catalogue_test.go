package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/experiment"
)

// TestList: every kind is an array of objects with the fields that scripts rely on, and a table.
func TestList(t *testing.T) {
	for kind, fields := range map[string][]string{
		"scenarios": {"id", "name", "name_zh", "category", "lead_agency", "participants", "provenance", "family", "sources"},
		"designs":   {"name", "protocol", "fault_model", "min_replicas", "settings"},
		"networks":  {"name", "title", "source"},
		"machines":  {"name", "title", "source"},
		"workloads": {"name", "title", "laws", "rules", "scenarios"},
		"metrics":   {"name", "unit", "better", "doc"},
		"faults":    {"name", "title"},
	} {
		o := govbench(t, "list", kind, "--json")
		o.want(t, exitOK)
		var objects []map[string]any
		if err := json.Unmarshal([]byte(o.stdout), &objects); err != nil || len(objects) == 0 {
			t.Fatalf("%s: %d objects, %v", kind, len(objects), err)
		}
		table := govbench(t, "list", kind).stdout
		if got := strings.Count(table, "\n"); got != len(objects)+1 {
			t.Errorf("%s: a table of %d lines for %d objects", kind, got, len(objects))
		}
		for i, object := range objects {
			for _, f := range fields {
				if v, ok := object[f]; !ok || v == "" || v == nil {
					t.Errorf("%s %d: %s is %v", kind, i, f, v)
				}
			}
			if name, _ := object[fields[0]].(string); !strings.Contains(table, name) {
				t.Errorf("the table of %s lacks %s", kind, name)
			}
		}
	}
}

// TestShow: every entry of the catalogue has a page, whose lines are readable.
func TestShow(t *testing.T) {
	t.Parallel()
	for _, kind := range kindNames() {
		o := govbench(t, "show", kind)
		o.want(t, exitOK)
		singular := govbench(t, "show", strings.TrimSuffix(kind, "s"))
		if singular.stdout != o.stdout || o.stdout == "" {
			t.Errorf("show %s differs in the singular", kind)
		}
		if strings.Contains(o.stdout, " 0 MB/s") || strings.Contains(o.stdout, " 0bit") || strings.Contains(o.stdout, "%!") {
			t.Errorf("show %s:\n%s", kind, o.stdout)
		}
		if i := slices.IndexFunc(strings.Split(o.stdout, "\n"), func(line string) bool {
			return tooWide(line) && kind != "networks" && kind != "metrics" && kind != "prices"
		}); i >= 0 {
			t.Errorf("show %s: line %d is longer than 100 columns", kind, i+1)
		}
	}
	text, err := scenarios.File("court-evidence-deposit")
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, "own.yaml", strings.Replace(string(text), "id: court-evidence-deposit", "id: my-own", 1))
	for _, c := range []struct{ kind, name, want string }{
		{"scenario", file, "my-own: "},
		{"machine", "ideal", "disk                takes no time"},
		{"machine", "reference", "sign                24µs of a core"},
		{"network", "metro", "bandwidth           1Gbit/s a node, each way"},
		{"network", "constant:10ms", "clients at the leader's"},
		{"fault", "crash-leader", "replica 0 is down from 20s to 40s"},
		{"design", "pbft", "view_timeout (duration, default "},
		{"design", "hashiraft", "params              none"},
		{"scenario", "real-estate-registration", "A case needs 4 signatures."},
		{"scenario", "elicence-*", "elicence-business-licence"},
	} {
		if o := govbench(t, "show", c.kind, c.name); o.status != exitOK || !strings.Contains(o.stdout, c.want) {
			t.Errorf("show %s %s lacks %q:\n%s", c.kind, c.name, c.want, o.stdout)
		}
	}
}

// TestInit: the starter can be run as it is, and is never written over another file.
func TestInit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	o := govbench(t, "init", dir)
	path := filepath.Join(dir, experimentFile)
	if o.want(t, exitOK); !strings.Contains(o.stdout, "govbench run "+path) || read(t, path) != string(experiment.Starter()) {
		t.Errorf("stdout: %s", o.stdout)
	}
	if o := govbench(t, "run", "--dry-run", path); o.status != exitOK || !strings.Contains(o.stdout, "pbft-small-blocks") {
		t.Errorf("the starter cannot be planned: %s%s", o.stdout, o.stderr)
	}
	govbench(t, "init", dir).want(t, exitInput, path+" exists already and was left as it is")
	govbench(t, "init", filepath.Join(path, "below")).want(t, exitInput, "not a directory")
}

// TestHelp: every command says what it does, and every flag what its value is.
func TestHelp(t *testing.T) {
	o := govbench(t)
	if o.want(t, exitOK); !strings.Contains(o.stdout, "run ") {
		t.Errorf("help:\n%s", o.stdout)
	}
	for _, command := range []string{"run", "report", "list", "show", "init", "trace", "serve"} {
		o := govbench(t, command, "--help")
		o.want(t, exitOK)
		for _, typed := range []string{" strings ", " stringArray ", " int  ", " uint "} {
			if strings.Contains(o.stdout, typed) {
				t.Errorf("%s --help names a Go type,%s:\n%s", command, typed, o.stdout)
			}
		}
	}
	if o := govbench(t, "run", "--help"); !strings.Contains(o.stdout, "Exit status: 0 done; 1 ") {
		t.Error("run --help does not explain the exit status")
	}
}
