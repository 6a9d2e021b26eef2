package hashiraft_test

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// A bubble must work outside go test too: testing/synctest promises that for tests only. The program
// is built and run as users do, so that a new Go release cannot break it silently.
func TestBubbleInOrdinaryProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "bubble.exe")
	if out, err := exec.Command("go", "build", "-o", program, "./testdata/bubble").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := "answered 60, latency 12ms\n"; string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
}
