package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// plant is nondeterminism put into one source file on the simulated path.
type plant struct {
	name, what string
	pkg, file  string
	edits      [][2]string // what stands there once, and what takes its place
}

// plants lists what the check must find.
func plants() []plant {
	return []plant{
		{
			name: "map", what: "a range over a map that decides the order of a broadcast",
			pkg: "github.com/govbench/govbench/sim/cluster", file: "transmit.go",
			edits: [][2]string{{
				"for r := range c.nodes {\n",
				"planted := map[int]bool{}\n\t\tfor r := range c.nodes {\n\t\t\tplanted[r] = true\n\t\t}\n\t\tfor r := range planted {\n",
			}},
		},
		{
			name: "clock", what: "time.Now in the seed of a random stream",
			pkg: "github.com/govbench/govbench/sim", file: "stream.go",
			edits: [][2]string{{
				"binary.BigEndian.PutUint64(buf, seed)\n",
				"binary.BigEndian.PutUint64(buf, seed^uint64(time.Now().UnixNano()))\n",
			}},
		},
	}
}

// overlay writes the planted file and the overlay that puts it in place, and returns the overlay's path.
func (p plant) overlay(dir string) (string, error) {
	at, err := exec.Command("go", "list", "-f", "{{.Dir}}", p.pkg).Output()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", p.pkg, err)
	}
	original := filepath.Join(strings.TrimSpace(string(at)), p.file)
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	text := string(source)
	for _, e := range p.edits {
		if n := strings.Count(text, e[0]); n != 1 {
			return "", fmt.Errorf("%q stands %d times in %s: choose another place for the plant", e[0], n, p.file)
		}
		text = strings.Replace(text, e[0], e[1], 1)
	}
	planted := filepath.Join(dir, p.name+".go")
	if err := os.WriteFile(planted, []byte(text), 0o644); err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {original: planted}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, p.name+".json")
	return path, os.WriteFile(path, data, 0o644)
}
