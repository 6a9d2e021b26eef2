package main

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestVersion(t *testing.T) {
	o := govbench(t, "--version")
	if o.want(t, exitOK); !strings.HasPrefix(o.stdout, "govbench ") || !strings.Contains(o.stdout, runtime.Version()) || strings.Count(o.stdout, "\n") != 1 {
		t.Errorf("%q", o.stdout)
	}
	info := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}}}
	if module, revision, modified := versionOf(info); module != "(devel)" || revision != "abc" || !modified {
		t.Error(module, revision, modified)
	}
	info.Main.Version = "v1.2.3"
	if module, _, _ := versionOf(info); module != "v1.2.3" {
		t.Error(module)
	}
}

// TestPanic: a bug ends the program with status 1 and says what to do.
func TestPanic(t *testing.T) {
	var out strings.Builder
	status := guarded(&out, func() int {
		(&cobra.Command{RunE: func(*cobra.Command, []string) error { panic("planted\x1b[2J") }}).Execute()
		return exitOK
	})
	if status != exitFailed || !strings.Contains(out.String(), "govbench: a bug: planted\\u001b[2J\n") || !strings.Contains(out.String(), "version_test.go") || !strings.Contains(out.String(), "Please report") {
		t.Errorf("status %d:\n%s", status, out.String())
	}
}
