package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/render"
)

// engineModules are the libraries whose version decides what was measured.
var engineModules = []string{
	"github.com/hashicorp/raft", "github.com/hashicorp/raft-boltdb/v2", "go.etcd.io/bbolt",
}

// environment describes this machine and program.
func environment(started, ended time.Time) render.Environment {
	e := render.Environment{
		Govbench: "(devel)", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPU: cpuModel(), Cores: runtime.NumCPU(), Started: started.UTC(), Ended: ended.UTC(),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return e
	}
	module, revision, _ := versionOf(info)
	e.Govbench = strings.TrimSpace(module + " " + revision)
	for _, m := range info.Deps {
		if slices.Contains(engineModules, m.Path) {
			e.Modules = append(e.Modules, m.Path+" "+m.Version)
		}
	}
	return e
}

// cpuModel is the processor's name where the system tells it.
func cpuModel() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// commandLine is the command that was typed, quoted for a shell.
func commandLine() string {
	words := []string{"govbench"}
	for _, a := range os.Args[1:] {
		words = append(words, shellQuote(a))
	}
	return strings.Join(words, " ")
}

// shellQuote quotes a word for a shell, when it needs it.
func shellQuote(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n\"'\\$&|;<>()*?[]{}#~`!") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
