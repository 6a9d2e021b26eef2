package render

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// partlyGivenUp is a set of which one cell has three trials: one with figures that nobody may see, since the next was given
// up, and the last as well.
func partlyGivenUp() (Input, []result.Record) {
	in := synthetic(2, "city", "2000")
	last := &in.Records[len(in.Records)-1]
	secret := *last
	secret.Values, secret.Limit, secret.Trial = nil, result.LimitOffered, 1
	for _, v := range last.Values {
		v.Value = 77777.125
		secret.Values = append(secret.Values, v)
	}
	given := last.Bare()
	given.GivenUpSec, given.Limit, given.Trial = 3.5, result.LimitDisk, 2
	*last = secret
	in.Records = append(in.Records, given)
	return in, []result.Record{secret, given}
}

// filesOf are what a report consists of, by name, with what it prints on a terminal.
func filesOf(t *testing.T, write func(dir string) error, text func(*bytes.Buffer) error) map[string]string {
	t.Helper()
	dir := t.TempDir()
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := text(&out); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"the terminal": strings.Join(strings.Fields(out.String()), " ")}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = strings.ReplaceAll(string(data), "\u00a0", " ")
	}
	return files
}

// TestGivenUpNowhereHasFigures: whether one trial of a cell was given up or every run of the set, no report has a figure of
// that cell, each that tells of cells names it with what held it back, and no check is said to have failed.
func TestGivenUpNowhereHasFigures(t *testing.T) {
	part, cell := partlyGivenUp()
	all, _ := partlyGivenUp()
	for i := range all.Records {
		all.Records[i] = all.Records[i].Bare()
		all.Records[i].GivenUpSec, all.Records[i].Limit = 2, result.LimitDisk
	}
	for name, in := range map[string]Input{"one cell": part, "all": all, "nothing else": {Title: "t", Records: cell, Scenarios: part.Scenarios, Designs: part.Designs}} {
		sweep := Sweep{in}
		for kind, files := range map[string]map[string]string{
			"report": filesOf(t, func(dir string) error { return Write(dir, in) }, func(b *bytes.Buffer) error { return Text(b, in) }),
			"sweep":  filesOf(t, func(dir string) error { return WriteSweep(dir, sweep) }, func(b *bytes.Buffer) error { return SweepText(b, sweep) }),
		} {
			for file, text := range files {
				at := name + ", " + kind + ", " + file
				if strings.Contains(text, "77777") || strings.Contains(text, "77,777") || strings.Contains(text, "77.8 k") || strings.Contains(text, "check failed:") || strings.Contains(text, "NaN") {
					t.Errorf("%s: has a figure of what was given up, or calls it a failed check", at)
				}
				if kind == "sweep" && (strings.HasSuffix(file, ".md") || strings.HasSuffix(file, ".html") || file == "the terminal") {
					if !strings.Contains(text, "given up, held back by the disk: ") || !strings.Contains(text, "hotstuff at load 2000") {
						t.Errorf("%s: does not count and name the cell and what held it back", at)
					}
				}
				if kind == "report" && (strings.HasSuffix(file, ".md") || strings.HasSuffix(file, ".html")) {
					if !strings.Contains(text, "given up, held back by the disk: ") || !strings.Contains(text, "given up: disk") {
						t.Errorf("%s: does not count and mark the cell and what held it back", at)
					}
				}
			}
			for _, file := range []string{"summary.csv", "sweep.csv"} {
				if text := files[file]; text != "" && (!strings.Contains(text, ",given up,") || name == "one cell" && strings.Count(text, ",withheld,") != 1) {
					t.Errorf("%s, %s: no row tells of what was given up and of its other trial", name, file)
				}
			}
		}
	}
}

// TestGivenUpIsMadeAgain: the command of a run that was given up says so.
func TestGivenUpIsMadeAgain(t *testing.T) {
	_, cell := partlyGivenUp()
	if whole, given := cellCommand(cell[0]), cellCommand(cell[1]); strings.Contains(whole, "stop-early") || !strings.Contains(given, " --stop-early ") {
		t.Errorf("%s\n%s", whole, given)
	}
}
