package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBombs: what is meant to exhaust a reader is refused at once.
func TestBombs(t *testing.T) {
	laughs := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		laughs += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+", ", 9) + "]\n"
	}
	deepBlock := &strings.Builder{}
	for i := range 200 {
		deepBlock.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for name, in := range map[string]string{
		"billion laughs": laughs,
		"flow lists":     "a: " + strings.Repeat("[", 100_000),
		"flow maps":      strings.Repeat("{a: ", 100_000),
		"block lists":    strings.Repeat("- ", 100_000) + "x",
		"question marks": strings.Repeat("? ", 100_000),
		"block maps":     deepBlock.String(),
		"too large":      "a: " + strings.Repeat("x", FileBytesMax),
		"nul":            "a: \x00",
	} {
		if n, err := Parse("bomb.yaml", []byte(in)); err == nil {
			t.Errorf("%s was accepted: %v", name, n.Kind)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: the message has %d bytes", name, len(err.Error()))
		}
	}
}

// TestBigButHonest: a file just below the limit is read.
func TestBigButHonest(t *testing.T) {
	line := "  - \"a line of an honest file that is only long\"\n"
	in := "name: a\nlist:\n" + strings.Repeat(line, (FileBytesMax-100)/len(line))
	var s sample
	if err := Decode("big.yaml", []byte(in), &s); err != nil {
		t.Fatal(err)
	}
	if len(s.List) != (FileBytesMax-100)/len(line) {
		t.Errorf("%d items", len(s.List))
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, bytes.Repeat([]byte("#"), FileBytesMax+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(big); err == nil || !strings.Contains(err.Error(), "big.yaml:1:1: the file has 1048577 bytes: allowed are at most 1048576") {
		t.Errorf("%v", err)
	}
	if _, err := ReadFile(dir); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("%v", err)
	}
	if _, err := ReadFile(filepath.Join(dir, "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestDefaultsStay: a key that is absent leaves what was there.
func TestDefaultsStay(t *testing.T) {
	s := sample{Replicas: 4, List: []string{"raft"}}
	if err := Decode("a.yaml", []byte("name: x\n"), &s); err != nil || s.Replicas != 4 || len(s.List) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

// either is a name or a whole definition.
type either struct {
	name string
	full inner
}

func (e *either) UnmarshalStrict(n *Node) error {
	if n.Kind == Mapping {
		return n.Decode(&e.full)
	}
	text, err := n.Scalar("a name or a definition")
	if text != "shallow" && err == nil {
		return n.Unknown("depth", text, []string{"shallow"})
	}
	e.name = text
	return err
}

func TestUnmarshaler(t *testing.T) {
	var v struct {
		List []either `yaml:"list"`
	}
	if err := Decode("a.yaml", []byte("list: [shallow, {depth: 3}]\n"), &v); err != nil || v.List[0].name != "shallow" || v.List[1].full.Depth != 3 {
		t.Errorf("%+v, %v", v, err)
	}
	err := Decode("a.yaml", []byte("list:\n  - shalow\n"), &v)
	if want := `a.yaml:2:5: list[0]: unknown depth "shalow": allowed are shallow; did you mean shallow?`; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestSchema(t *testing.T) {
	text, err := Schema("https://example.org/a", "a sample", sample{})
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Properties           map[string]any
		Required             []string
		AdditionalProperties bool
	}
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Properties) != 11 || len(s.Required) != 1 || s.AdditionalProperties {
		t.Errorf("%s", text)
	}
}

// FuzzDecode: nothing a file can hold makes the decoder panic, and what it refuses it refuses with a
// place inside the file.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"name: a\nreplicas: 4\n", "name: &x a\nlist: [*x]\n", "name: a\n---\nname: b\n", "? a\n: b\n", "name: |\n  text\n", "name: >-\n  text\n", "- - - a\n",
		"{a: {b: [c, {d: e}]}}", "name: 'x''y'\n", "name: \"\\u00e9\"\n", "inner: {depth: 1,}\n", "matrix: [[0s], [1ms]]", "a: b: c", "\t", "%YAML 1.2\n---\na: b", "!!binary a", "<<: *a", "name:\n\n\n", "list:\n- a\n-\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s sample
		err := Decode("fuzz.yaml", data, &s)
		if err == nil {
			if s.Name == "" && !bytes.Contains(data, []byte("name")) {
				t.Errorf("accepted without the required key: %q", data)
			}
			return
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%q: %T is no *Error", data, err)
		}
		if lines := bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + 2; e.Line < 1 || e.Line > lines || e.Column < 1 {
			t.Errorf("%q: %v", data, err)
		}
	})
}
