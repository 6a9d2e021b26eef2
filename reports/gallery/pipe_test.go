//go:build unix

package gallery

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a named pipe for reading waits until somebody writes, so it must not be opened, and neither where it takes
// the place of results nor where it has come in after a look.
func TestPipesDoNotBlock(t *testing.T) {
	h := newHall(t)
	h.put(t, "set/runs.jsonl", lines(t, record("s", "raft", 0, 1)))
	for _, name := range []string{"pipe.txt", "runs/runs.jsonl", "report/report.html", "set/report.html", "set/experiment.yaml", "set/environment.json", "set/saturation.jsonl"} {
		path := filepath.Join(h.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []string{"/set/pipe.txt", "/set/runs/runs.jsonl", "/set/runs/report.html", "/set/report/report.html", "/set/set/experiment.yaml"} {
		want(t, h.get(t, target), http.StatusNotFound)
	}
	want(t, h.get(t, "/set/set/report.html"), http.StatusOK, "govbench")
	want(t, h.get(t, "/"), http.StatusOK, "1 result set below", "/set/set/report.html")
}
