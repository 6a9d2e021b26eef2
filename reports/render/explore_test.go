package render

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// withoutScripts is a page less the two elements that we put there: the data and the script.
func withoutScripts(t *testing.T, page string) string {
	t.Helper()
	_, data, found := strings.Cut(page, `<script type="application/json" id="data">`)
	data, _, closed := strings.Cut(data, "</script>")
	if !found || !closed || !json.Valid([]byte(data)) {
		t.Fatal("the page's data is no JSON")
	}
	page = strings.Replace(page, `<script type="application/json" id="data">`+data+"</script>", "", 1)
	page, _, _ = strings.Cut(page, "<script>"+scriptText+"</script>")
	return page
}

// chromiumDOM opens a page in headless Chromium and gives the document as it stands afterwards and what the
// browser said.
func chromiumDOM(t *testing.T, page string) (dom, said string) {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--enable-logging=stderr", "--window-size=390,900", "--dump-dom", "file://"+path)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// The script runs under the page's own policy, says nothing on the console, and draws a point for every run.
func TestScriptInChromium(t *testing.T) {
	in := synthetic(3, "city", "2000")
	evil := "<script>alert(1)</script></script><script>document.title=\"taken\"</script>'\"&\x00\u202e\u200f"
	s := in.Scenarios[in.Records[0].Scenario]
	s.Name = evil
	in.Scenarios[in.Records[0].Scenario] = s
	dom, said := chromiumDOM(t, render(t, writeHTML, in))
	if strings.Contains(said, "CONSOLE") {
		t.Errorf("the console has\n%s", said)
	}
	if n := strings.Count(dom, `class="point"`); n != len(in.Records)+3 { // and the three designs of the legend
		t.Errorf("%d points for %d runs", n, len(in.Records))
	}
	if strings.Contains(dom, "<title>taken") || strings.Contains(dom, `<section id="explore" hidden`) {
		t.Error("a scenario's name ran as a script, or ours did not")
	}
}

// Every control of the page has words, and what has to be reached by keyboard is.
func TestControlsHaveWords(t *testing.T) {
	page := render(t, writeHTML, small())
	labelled := regexp.MustCompile(`<label>[^<]*<(select|input)[^>]*>`).FindAllString(page, -1)
	if all := regexp.MustCompile(`<(select|input)\b`).FindAllString(withoutScripts(t, page), -1); len(labelled) == 0 {
		t.Errorf("%d controls, none has a label", len(all))
	}
	if !strings.Contains(page, `id="chart" viewBox="0 0 860 440" tabindex="0"`) || !strings.Contains(page, `role="status"`) {
		t.Error("the chart is out of the keyboard's reach or silent")
	}
}

// nodesMax is how many elements a page of a thousand runs may have: a browser lays out as many in well under a second.
const nodesMax = 60_000

// thousand is a set of a thousand runs: trials of a few cells, or as many cells as a sweep has.
func thousand(sweep bool) Input {
	in := synthetic(12, "city", "2000")
	one := in.Records
	in.Records = nil
	for trial := range 14 {
		for _, r := range one {
			if sweep {
				r.Factors = []result.Factor{{Name: "design.block.max_wait", Value: fmt.Sprintf("%d.%dms", trial+1, len(in.Records))}}
				r.Cell = fmt.Sprint(len(in.Records))
			} else {
				r.Trial, r.Seed = trial, uint64(trial+1)
			}
			in.Records = append(in.Records, r)
		}
	}
	for i := range 100 {
		in.Figures = append(in.Figures, result.Figure{Name: fmt.Sprintf("f%d", i), SVG: []byte("<svg><desc>" + strings.Repeat("x", 100_000) + "</desc></svg>")})
	}
	return in
}

// A report of 1,000 runs stays under 5 MB and within what a browser lays out at once: figures beyond the page's
// room are links to their files.
func TestThousandRuns(t *testing.T) {
	for _, sweep := range []bool{false, true} {
		in := thousand(sweep)
		page := render(t, writeHTML, in)
		nodes := len(regexp.MustCompile(`<[a-z]`).FindAllString(page, -1))
		if len(in.Records) < 1000 || len(page) >= 5_000_000 || nodes > nodesMax {
			t.Errorf("sweep %v: %d runs are %d bytes and %d elements", sweep, len(in.Records), len(page), nodes)
		}
		if !strings.Contains(page, `<a href="plots/f99.svg">`) || strings.Contains(page, `plots/f0.svg`) {
			t.Error("the figures of the page are not its first ones")
		}
		if (strings.Count(page, "<tr data-s=") >= len(in.Records)) != sweep {
			t.Errorf("sweep %v: the table has other rows than one a cell", sweep)
		}
	}
}

// Every figure of the tables leads to the command of its own run.
func TestFiguresLeadToTheirCommand(t *testing.T) {
	for _, in := range []Input{small(), thousand(true)} {
		page := render(t, writeHTML, in)
		links := regexp.MustCompile(`href="#(run-\d+)"`).FindAllStringSubmatch(page, -1)
		if len(links) < 2*len(judge(in).cells)-1 && !judge(in).wide() || len(links) < len(judge(in).cells) {
			t.Errorf("%d links for %d cells", len(links), len(judge(in).cells))
		}
		for _, l := range links {
			if strings.Count(page, `id="`+l[1]+`"`) != 1 {
				t.Fatalf("%s leads nowhere", l[0])
			}
		}
	}
	j := judge(small())
	for i, c := range j.cells {
		if r := j.in.Records[j.runOf(c)-1]; r.Scenario != c.Scenario || r.Design != c.Design || r.Load != c.Load {
			t.Errorf("cell %d leads to %s, %s at %s", i, r.Scenario, r.Design, r.Load)
		}
	}
}

func TestCellCommand(t *testing.T) {
	r := synthetic(1, "city").Records[0]
	r.Design = "it's mine"
	want := `govbench run experiment.yaml --design 'it'\''s mine' --scenario data-catalog-registration --load city --out again`
	if got := cellCommand(r); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	r.Load = "64 clients"
	if got := cellCommand(r); !strings.Contains(got, " --clients 64 ") {
		t.Error(got)
	}
}
