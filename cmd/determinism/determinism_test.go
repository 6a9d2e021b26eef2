package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestPlantsFit finds out that a planted line moved before a whole check does.
func TestPlantsFit(t *testing.T) {
	for _, p := range plants() {
		path, err := p.overlay(t.TempDir())
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var overlay struct{ Replace map[string]string }
		if err := json.Unmarshal(data, &overlay); err != nil {
			t.Fatal(err)
		}
		for original, planted := range overlay.Replace {
			was, err := os.ReadFile(original)
			if err != nil {
				t.Fatal(err)
			}
			is, err := os.ReadFile(planted)
			if err != nil {
				t.Fatal(err)
			}
			if string(was) == string(is) {
				t.Errorf("%s: nothing was planted", p.name)
			}
		}
	}
	gone := plant{name: "gone", pkg: plants()[0].pkg, file: plants()[0].file, edits: [][2]string{{"no such line\n", ""}}}
	if _, err := gone.overlay(t.TempDir()); err == nil || !strings.Contains(err.Error(), "0 times") {
		t.Errorf("a plant that does not fit gives %v", err)
	}
}

func TestDifference(t *testing.T) {
	const a = `{"design":"raft","scenario":"s","faults":"none","digest":"1","values":[{"value":1},{"value":2}]}` + "\n"
	for _, c := range []struct{ other, want string }{
		{strings.Replace(a, `"value":2`, `"value":3`, 1), "run 1 (raft on s, faults none): .values[1].value is 2 and 3"},
		{strings.Replace(a, `"digest":"1"`, `"digest":"2"`, 1), ".digest is 1 and 2"},
		{strings.Replace(a, `,{"value":2}`, "", 1), ".values is"},
		{a + a, "1 runs and 2"},
		{strings.Replace(a, `,"digest":"1"`, "", 1), ".digest is 1 and <nil>"},
		{strings.Replace(a, "{", "{ ", 1), "written differently"},
	} {
		if got := difference([]byte(a), []byte(c.other)); !strings.Contains(got, c.want) {
			t.Errorf("%q instead of %q", got, c.want)
		}
	}
	if n := equalDigests([]byte(a+a), []byte(a+strings.Replace(a, `"1"`, `"2"`, 1))); n != 1 {
		t.Errorf("%d equal digests instead of 1", n)
	}
}

func TestLegs(t *testing.T) {
	ran := 0
	for _, l := range legs() {
		if _, reason := l.runner(); reason == "" {
			ran++
		}
		if len(l.settings) < 2 || l.settings[0] == l.settings[len(l.settings)-1] {
			t.Errorf("%s compares nothing with itself", l.name)
		}
	}
	if ran == 0 {
		t.Error("no leg runs on this machine")
	}
}
