package gallery

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/render"
)

func TestFiles(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record("s", "raft", 0, 1)))
	h.put(t, "a/plots/x.svg", "<svg><script>alert(1)</script></svg>")
	for name, kind := range map[string]string{"report.md": "text/plain; charset=utf-8", "summary.csv": "text/csv; charset=utf-8", "environment.json": "application/json", "plots/p.png": "image/png"} {
		h.put(t, "a/"+name, "content")
		w := h.get(t, "/set/a/"+name)
		if want(t, w, http.StatusOK, "content"); w.Header().Get("Content-Type") != kind {
			t.Errorf("%s is %q", name, w.Header().Get("Content-Type"))
		}
	}
	if policy := h.get(t, "/set/a/plots/x.svg").Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.HasSuffix(policy, "sandbox") {
		t.Errorf("a figure may %q", policy)
	}
	for _, name := range []string{"a/page.html", "a/page.htm", "a/script.js", "a/style.css", "a/program", "a/page.xhtml", "a/doc.pdf"} {
		h.put(t, name, "content")
		want(t, h.get(t, "/set/"+name), http.StatusNotFound)
	}
}

func TestHeadRangeAndCache(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/summary.csv", "0123456789")
	r := httptest.NewRequest(http.MethodHead, "/set/a/summary.csv", nil)
	r.Host = at
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "10" {
		t.Errorf("HEAD: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	if body := want(t, h.get(t, "/set/a/summary.csv", "Range", "bytes=2-4"), http.StatusPartialContent); body != "234" {
		t.Errorf("a range is %q", body)
	}
	want(t, h.get(t, "/set/a/summary.csv", "Range", "bytes=20-30"), http.StatusRequestedRangeNotSatisfiable)
	tag := h.get(t, "/set/a/summary.csv").Header().Get("ETag")
	want(t, h.get(t, "/set/a/summary.csv", "If-None-Match", tag), http.StatusNotModified)
	h.put(t, "a/summary.csv", "abcdefghij") // as long, and perhaps within a second
	h.age(t, "a/summary.csv", time.Millisecond)
	want(t, h.get(t, "/set/a/summary.csv", "If-None-Match", tag), http.StatusOK, "abc")
}

// A report's script runs because the report's own policy names it by its hash; no other does, and no report gets more
// than an origin of its own.
func TestReportPolicy(t *testing.T) {
	const baseline = "default-src 'none'; style-src 'unsafe-inline'; script-src %; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
	hash := "'sha256-" + base64.StdEncoding.EncodeToString(make([]byte, sha256.Size)) + "'"
	meta := func(policy string) string {
		return `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="` + policy + `">`
	}
	for page, script := range map[string]string{
		"": "'none'", "<p>no policy": "'none'",
		meta("default-src 'none'; script-src " + hash + "; base-uri 'none'"):                       hash,
		meta(strings.ReplaceAll("script-src "+hash, "'", "&#39;")):                                 hash,
		meta("script-src 'unsafe-inline' 'unsafe-eval' https://evil.example * data: 'self'"):       "'none'",
		meta("script-src 'unsafe-inline' " + hash):                                                 hash,
		meta("script-src 'sha256-short='"):                                                         "'none'",
		meta("style-src " + hash):                                                                  "'none'",
		meta("script-src 'none'; script-src " + hash):                                              "'none'",
		meta("script-src 'sha256-x'; connect-src *; sandbox allow-same-origin\r\nSet-Cookie: a=b"): "'none'",
		strings.Repeat(" ", headBytesMax) + meta("script-src "+hash):                               "'none'",
	} {
		if got, want := reportPolicy([]byte(page)), strings.Replace(baseline, "%", script, 1); got != want {
			t.Errorf("%.80q may %q, want %q", page, got, want)
		}
	}
}

// A report that govbench writes keeps its script, whether it is read from the disk or made on the way.
func TestWrittenReportKeepsItsScript(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	made := h.get(t, "/set/a/report.html")
	want(t, made, http.StatusOK, "<script>")
	h.put(t, "b/report.html", made.Body.String())
	for _, target := range []string{"/set/a/report.html", "/set/b/report.html"} {
		w := h.get(t, target)
		_, script, _ := strings.Cut(w.Body.String(), "<script>")
		script, _, _ = strings.Cut(script, "</script>")
		sum := sha256.Sum256([]byte(script))
		if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';") {
			t.Errorf("%s may not run its script: %q", target, policy)
		}
	}
}

// A report that is missing or older than the runs is made from them, and nothing is written.
func TestReportIsMadeFromRuns(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1)))
	h.put(t, "a/environment.json", `{"go":"go1.26-planted"}`)
	h.put(t, "a/experiment.yaml", "name: spring\ndesigns: [raft]\nscenarios: [court-evidence-deposit]\n")
	before := tree(t, h.dir)
	want(t, h.get(t, "/set/a/report.html"), http.StatusOK, "spring, so far", "go1.26-planted", "Which design")
	if after := tree(t, h.dir); !slices.Equal(before, after) {
		t.Errorf("something was written: %q", after)
	}
	h.put(t, "a/report.html", "<p>as written</p>")
	if body := want(t, h.get(t, "/set/a/report.html"), http.StatusOK); body != "<p>as written</p>" {
		t.Errorf("a fresh report is not handed out as it is: %.200s", body)
	}
	h.put(t, "a/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1), record("court-evidence-deposit", "pbft", 0, 1)))
	h.age(t, "a/report.html", time.Hour)
	want(t, h.get(t, "/set/a/report.html"), http.StatusOK, "so far", "pbft")
}

// An experiment that comes with results is not followed to files elsewhere.
func TestExperimentNamesNoFile(t *testing.T) {
	h := newHall(t)
	design := "name: outside\nprotocol: pbft\nreplicas: 4\n"
	if err := os.WriteFile(filepath.Join(filepath.Dir(h.dir), "outside.yaml"), []byte(design), 0o644); err != nil {
		t.Fatal(err)
	}
	h.put(t, "a/runs.jsonl", lines(t, record("court-evidence-deposit", "outside", 0, 1)))
	const planted = "name: planted\nscenarios: [court-evidence-deposit]\n"
	h.put(t, "a/experiment.yaml", planted+"designs: [../../outside.yaml]\n")
	if body := want(t, h.get(t, "/set/a/report.html"), http.StatusOK); strings.Contains(body, "planted") {
		t.Error("a file outside was read")
	}
	h.put(t, "a/experiment.yaml", planted+"designs: [raft]\n")
	h.put(t, "a/runs.jsonl", lines(t, record("court-evidence-deposit", "outside", 0, 2)))
	want(t, h.get(t, "/set/a/report.html"), http.StatusOK, "planted")
}

// Figures for which a page has no room are files beside it; those of a report that was made are in memory.
func TestFiguresOfMadeReports(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record("court-evidence-deposit", "raft", 0, 1), record("court-evidence-deposit", "pbft", 0, 2)))
	root, err := os.OpenRoot(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	g, err := New(root, h.dir)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := g.one("a")
	if !ok {
		t.Fatal("no set")
	}
	d, err := g.draw(t.Context(), s)
	if err != nil || len(d.figures) == 0 {
		t.Fatalf("%d figures, %v", len(d.figures), err)
	}
	made := hall{Guard(g, at), h.dir}
	for name := range d.figures {
		want(t, made.get(t, "/set/"+name), http.StatusOK, "<svg")
	}
	if again, _ := g.draw(t.Context(), s); again != d {
		t.Error("the report was made twice")
	}
}

// tree lists the files below a directory with what they hold.
func tree(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			out = append(out, path+" "+string(data))
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The pages' inline style and script are those that the policy names.
func TestOwnPolicy(t *testing.T) {
	h := newHall(t)
	h.put(t, "a/runs.jsonl", lines(t, record("s", "raft", 0, 1)))
	w := h.get(t, "/")
	policy := w.Header().Get("Content-Security-Policy")
	for element, text := range map[string]string{"style": render.Style(), "script": scriptText} {
		if !strings.Contains(w.Body.String(), "<"+element+">"+text+"</"+element+">") || !strings.Contains(policy, element+"-src "+hashOf(text)+";") {
			t.Errorf("the %s is not what %q names", element, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(w.Body.String(), "style=") {
		t.Errorf("inline code without a hash: %q", policy)
	}
}
