package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// leg is one instruction set under several settings.
type leg struct {
	name     string
	env      []string
	arch     string // GOARCH
	emulator string // runs it on another architecture, with no arguments of its own
	settings []setting
}

// setting is what must not matter, and the seed, which must.
type setting struct {
	procs, jobs, seed string
	again             bool
}

func (s setting) String() string {
	out := "GOMAXPROCS=" + s.procs + " --jobs " + s.jobs
	if s.seed != "" {
		out += " --seed " + s.seed
	}
	if s.again {
		out += " again"
	}
	return out
}

// legs lists what is compared. The first leg that this machine runs is the reference.
func legs() []leg {
	all := []setting{
		{procs: "1", jobs: "1"}, {procs: "1", jobs: "2"}, {procs: "2", jobs: "1"}, {procs: "2", jobs: "2"},
		{procs: "2", jobs: "2", again: true},
	}
	ends := []setting{all[0], all[3]}
	return []leg{
		{name: "amd64-v1", env: []string{"GOARCH=amd64", "GOAMD64=v1"}, arch: "amd64", emulator: "qemu-x86_64", settings: all},
		{name: "amd64-v3", env: []string{"GOARCH=amd64", "GOAMD64=v3"}, arch: "amd64", settings: ends},
		{name: "386", env: []string{"GOARCH=386"}, arch: "386", emulator: "qemu-i386", settings: ends},
		{name: "arm64", env: []string{"GOARCH=arm64"}, arch: "arm64", emulator: "qemu-aarch64", settings: ends},
	}
}

func legNames() []string {
	var names []string
	for _, l := range legs() {
		names = append(names, l.name)
	}
	return names
}

func contains(names []string, name string) bool { return slices.Contains(names, name) }

// runner is the command before the binary, and why there is none.
func (l leg) runner() (command []string, reason string) {
	if runtime.GOOS != "linux" && l.arch != runtime.GOARCH {
		return nil, "only Linux runs another architecture's binaries"
	}
	if l.arch == runtime.GOARCH || l.arch == "386" && runtime.GOARCH == "amd64" {
		if l.name == "amd64-v3" && !hasV3() {
			return nil, "this processor lacks AVX2, BMI2 or FMA"
		}
		return nil, ""
	}
	if l.emulator == "" {
		return nil, "no emulator of it is used"
	}
	path, err := exec.LookPath(l.emulator)
	if err != nil {
		return nil, l.emulator + " is not installed (Debian's package qemu-user)"
	}
	return []string{path}, ""
}

// hasV3 tells whether the processor has what GOAMD64=v3 asks for, where the system tells; elsewhere it is
// taken to have it, and the binary itself refuses to start.
func hasV3() bool {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return true
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "flags" {
			flags := strings.Fields(value)
			return contains(flags, "avx2") && contains(flags, "bmi2") && contains(flags, "fma")
		}
	}
	return true
}

// build builds govbench and returns the binary's path.
func (b *bench) build(name string, env []string, overlay string) (string, error) {
	path := filepath.Join(b.dir, "govbench-"+name)
	args := []string{"build", "-trimpath", "-o", path}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(b.ctx, "go", append(args, "github.com/govbench/govbench/cmd/govbench")...)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, &stderr)
	}
	return path, nil
}
