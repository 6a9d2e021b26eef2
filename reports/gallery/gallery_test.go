package gallery

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// at is where the server of these tests listens.
const at = "127.0.0.1:8080"

// hall is a gallery over a directory of its own, behind its guard.
type hall struct {
	http.Handler
	dir string
}

func newHall(t *testing.T) hall {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "served")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	g, err := New(root, dir)
	if err != nil {
		t.Fatal(err)
	}
	return hall{Guard(g, at), dir}
}

// put writes a file below the directory.
func (h hall) put(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// get asks for a path, as a browser that was given the address does.
func (h hall) get(t *testing.T, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Host = at
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// want fails unless an answer has a status and holds every text.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) string {
	t.Helper()
	body := w.Body.String()
	if _, told, ok := strings.Cut(body, "<body>"); ok && w.Header().Get("Cache-Control") == "no-store" {
		body = told // of our own pages, without the style
	}
	if w.Code != status {
		t.Errorf("status %d, want %d: %.300s", w.Code, status, body)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("no %q in the answer:\n%.3000s", text, body)
		}
	}
	return body
}

// record is a sound run in virtual time.
func record(scenario, design string, trial int, latency float64) result.Record {
	return result.Record{Cell: "c-" + scenario + design, Scenario: scenario, Design: design, Protocol: design, Runtime: result.Virtual,
		Network: "metro", Machine: "reference", Faults: "none", Replicas: 4, Load: "100", Seed: uint64(trial + 1), Trial: trial, WindowSec: 10,
		Values: []result.Value{{Name: "offered", Unit: "tx/sec", Better: result.Neither, Exact: true, Value: 100},
			{Name: "throughput", Unit: "tx/sec", Better: result.Higher, Exact: true, Value: 100},
			{Name: "latency-p50", Unit: "sec", Better: result.Lower, Exact: true, Value: latency / 2},
			{Name: "latency-p99", Unit: "sec", Better: result.Lower, Exact: true, Value: latency}},
		Checks: []result.Check{{Name: "agreement", OK: true}}}
}

// lines are records as runs.jsonl holds them.
func lines(t *testing.T, records ...result.Record) string {
	t.Helper()
	var out bytes.Buffer
	for _, r := range records {
		line, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	return out.String()
}

// age makes a file older.
func (h hall) age(t *testing.T, name string, by time.Duration) {
	t.Helper()
	then := time.Now().Add(-by)
	if err := os.Chtimes(filepath.Join(h.dir, name), then, then); err != nil {
		t.Fatal(err)
	}
}
