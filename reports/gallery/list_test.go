package gallery

import (
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/result"
)

func TestList(t *testing.T) {
	h := newHall(t)
	broken := record("court-evidence-deposit", "raft", 1, 1)
	broken.Checks[0] = result.Check{Name: "agreement", Detail: "two blocks at one height"}
	h.put(t, "first/runs.jsonl", lines(t, record("court-evidence-deposit", "pbft", 0, 0.5), broken))
	h.put(t, "first/experiment.yaml", "name: spring\ndesigns: [pbft, raft]\nscenarios: [court-evidence-deposit]\n")
	h.put(t, "first/summary.csv", "x")
	h.put(t, "first/report.html", "<p>written</p>")
	h.put(t, "deep/er/second/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	h.put(t, "joint/report.html", "<p>joint</p>")
	h.put(t, "swept/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	h.put(t, "swept/sweep.csv", "x")
	h.put(t, "first/plots/runs.jsonl", "not a set")
	h.put(t, ".hidden/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	h.age(t, "deep/er/second/runs.jsonl", time.Hour)
	body := want(t, h.get(t, "/"), http.StatusOK, "4 result sets below", "spring", "1 failed check", "pbft, raft", "court-evidence-deposit",
		"if a replica may lie: pbft", "/set/deep/er/second/report.html", "stopped before its report", "1 hour ago", "/set/first/summary.csv", ">sweep<", ">report<")
	for _, not := range []string{".hidden", "first/plots", "being written"} {
		if strings.Contains(body, not) {
			t.Errorf("the list says %q", not)
		}
	}
	names := func(target string) (out []string) {
		for _, part := range strings.Split(want(t, h.get(t, target), http.StatusOK), `data-set="`)[1:] {
			name, _, _ := strings.Cut(part, `"`)
			out = append(out, name)
		}
		return out
	}
	for target, want := range map[string][]string{
		"/?by=name": {"deep/er/second", "first", "joint", "swept"}, "/?by=size": {"first", "deep/er/second", "swept", "joint"},
		"/?find=ER%2FSE": {"deep/er/second"}, "/?find=nothing": nil, "/?find=%3Cb%3E": nil, "/?page=99&by=name": {"deep/er/second", "first", "joint", "swept"},
		"/?page=-1&by=name&find=i": {"first", "joint"},
	} {
		if got := names(target); !slices.Equal(got, want) {
			t.Errorf("%s lists %q, want %q", target, got, want)
		}
	}
	want(t, h.get(t, "/?find=%22%3E%3Cscript%3E"), http.StatusOK, "&#34;&gt;&lt;script&gt;")
}

// The directory itself may be a result set.
func TestDirectoryIsASet(t *testing.T) {
	h := newHall(t)
	h.put(t, "runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	want(t, h.get(t, "/"), http.StatusOK, `href="/set/report.html"`)
	want(t, h.get(t, "/set/report.html"), http.StatusOK, "Which design")
	want(t, h.get(t, "/set/runs.jsonl"), http.StatusOK, `"raft"`)
}

// A set without its report is being written as long as its runs are new.
func TestLive(t *testing.T) {
	h := newHall(t)
	whole := lines(t, record("court-evidence-deposit", "raft", 0, 1), record("court-evidence-deposit", "raft", 1, 1))
	h.put(t, "a/runs.jsonl", whole[:len(whole)-20]) // the second is just being written
	want(t, h.get(t, "/"), http.StatusOK, "being written", `id="pause"`, "<script>", `data-label="Runs">1<`)
	h.put(t, "a/runs.jsonl", whole)
	want(t, h.get(t, "/"), http.StatusOK, `data-label="Runs">2<`)
	h.put(t, "a/report.html", "<p>done</p>")
	if body := want(t, h.get(t, "/"), http.StatusOK); strings.Contains(body, "being written") || strings.Contains(body, "<script>") {
		t.Error("a set with its report is still called unfinished")
	}
}

// Names are data: they can neither become markup nor look like something else.
func TestNamesAreEscaped(t *testing.T) {
	h := newHall(t)
	hostile := record("</title><script>alert(1)</script>", `"><img src=x onerror=alert(2)>`, 0, 1)
	hostile.Load = "<u>load</u>"
	for _, name := range []string{"<b>bold", `"quoted' & more`, "line\nbreak", "turned\u202etxt.exe", "tab\tname", "100%2e", "#fragment?x=1", "服务"} {
		if err := os.Mkdir(filepath.Join(h.dir, name), 0o755); err != nil {
			t.Skip(err) // a system that allows no such name
		}
		h.put(t, name+"/runs.jsonl", lines(t, hostile))
		h.put(t, name+"/experiment.yaml", "name: \"<i>\\u202e\"\ndesigns: [raft]\nscenarios: [court-evidence-deposit]\n")
	}
	body := want(t, h.get(t, "/"), http.StatusOK, "&lt;b&gt;bold", `line\nbreak`, `turned\u202etxt.exe`, "服务", "&lt;i&gt;")
	page, _, _ := strings.Cut(body, "<script>"+scriptText[:9]) // our own
	for _, not := range []string{"<b>", "<script", "<img", "<i>", "<u>load", "onerror=alert(2)>"} {
		if strings.Contains(page, not) {
			t.Errorf("the list holds %s", not)
		}
	}
	links := 0
	for _, part := range strings.Split(body, `href="`)[1:] {
		target, _, _ := strings.Cut(part, `"`)
		if strings.HasSuffix(target, reportFile) {
			links++
			want(t, h.get(t, html.UnescapeString(target)), http.StatusOK, "Which design")
		}
	}
	if links != 8 {
		t.Errorf("%d links to reports", links)
	}
}

// Results that cannot be read are told, and the others are listed all the same.
func TestBadResults(t *testing.T) {
	h := newHall(t)
	good := lines(t, record("court-evidence-deposit", "raft", 0, 1))
	h.put(t, "good/runs.jsonl", good)
	h.put(t, "other/runs.jsonl", strings.Replace(good, "govbench.run/1", "govbench.run/99", 1))
	h.put(t, "junk/runs.jsonl", good+"{]\n")
	h.put(t, "empty/runs.jsonl", "")
	h.put(t, "cut/runs.jsonl", good[:len(good)-9])
	h.put(t, "array/runs.jsonl", "[1]\n")
	body := want(t, h.get(t, "/"), http.StatusOK, "6 result sets", "unknown schema version", "govbench.run/99", "junk/runs.jsonl:2")
	if strings.Contains(body, "/set/empty/report.html") {
		t.Error("a report of nothing is offered")
	}
	want(t, h.get(t, "/set/good/report.html"), http.StatusOK)
	want(t, h.get(t, "/set/other/report.html"), http.StatusUnprocessableEntity, "unknown schema version")
	want(t, h.get(t, "/set/junk/report.html"), http.StatusUnprocessableEntity, "not a JSON object")
	want(t, h.get(t, "/set/cut/report.html"), http.StatusUnprocessableEntity, "no run has finished yet")
	want(t, h.get(t, "/set/empty/report.html"), http.StatusNotFound)
}

// Many sets are listed a page at a time, and only those of the page are read.
func TestManySets(t *testing.T) {
	h := newHall(t)
	for i := range 1_000 {
		dir := filepath.Join(h.dir, fmt.Sprintf("set-%03d", i))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, runsFile), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h.put(t, "set-051/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	body := want(t, h.get(t, "/?by=name"), http.StatusOK, "1,000 result sets", "1 to 50 of 1,000 sets", `href="/?by=name&amp;page=2"`)
	if n := strings.Count(body, "data-set="); n != pageSets || len(body) > 200_000 {
		t.Errorf("%d rows, %d bytes", n, len(body))
	}
	want(t, h.get(t, "/?by=name&page=2"), http.StatusOK, "51 to 100", "court-evidence-deposit", `rel="prev"`, `rel="next"`)
	want(t, h.get(t, "/?by=name&page=20"), http.StatusOK, "951 to 1000", "set-999")
	want(t, h.get(t, "/?find=set-77"), http.StatusOK, "1 to 10 of 10 sets")
}

// What is too large to read is listed and says so.
func TestHugeFiles(t *testing.T) {
	h := newHall(t)
	h.put(t, "huge/runs.jsonl", "")
	h.put(t, "huge/experiment.yaml", "")
	h.put(t, "huge/environment.json", "")
	h.put(t, "huge/saturation.jsonl", "")
	h.put(t, "small/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	for _, name := range []string{"runs.jsonl", "experiment.yaml", "environment.json", "saturation.jsonl"} {
		if err := os.Truncate(filepath.Join(h.dir, "huge", name), 1<<40); err != nil { // without taking the room
			t.Skip(err)
		}
	}
	want(t, h.get(t, "/"), http.StatusOK, "1099.5 GB", "up to 67.1 MB are read here", "court-evidence-deposit")
	want(t, h.get(t, "/set/huge/report.html"), http.StatusUnprocessableEntity, "1099.5 GB")
	w := h.get(t, "/set/huge/runs.jsonl", "Range", "bytes=5-14") // streamed, not read
	if want(t, w, http.StatusPartialContent); w.Body.Len() != 10 || w.Header().Get("Content-Range") != "bytes 5-14/1099511627776" {
		t.Errorf("%d bytes, %v", w.Body.Len(), w.Header())
	}
}
