package strict

import (
	"testing"
	"time"
)

type sample struct {
	Name     string            `yaml:"name,required"`
	Replicas int               `yaml:"replicas"`
	Small    uint8             `yaml:"small"`
	Wait     time.Duration     `yaml:"wait"`
	Size     Size              `yaml:"size"`
	Link     BitRate           `yaml:"link"`
	On       bool              `yaml:"on_chain"`
	List     []string          `yaml:"list"`
	Params   map[string]string `yaml:"params"`
	Inner    *inner            `yaml:"inner"`
	Matrix   [][]time.Duration `yaml:"matrix"`
	Ignored  int
}

type inner struct {
	Depth int64 `yaml:"depth"`
}

func TestDecodeFillsEveryKind(t *testing.T) {
	var s sample
	err := Decode("a.yaml", []byte(`
# a comment
name: "010"      # quoted: a text
replicas: 4
small: 255
wait: 1.5s
size: 1MiB
link: 1Gbit
on_chain: true
list: [a, 2000, b c]
params: {rounds: 7, fast: true}
inner:
  depth: -3
matrix: [[0s, 1ms], [1ms, 0s]]
`), &s)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "010" || s.Replicas != 4 || s.Small != 255 || s.Wait != 1500*time.Millisecond || s.Size != 1<<20 ||
		s.Link != 1e9 || !s.On || len(s.List) != 3 || s.List[1] != "2000" || s.Params["rounds"] != "7" ||
		s.Params["fast"] != "true" || s.Inner.Depth != -3 || s.Matrix[1][0] != time.Millisecond {
		t.Fatalf("%+v %+v", s, s.Inner)
	}
}

// TestBadInput holds the whole text of each error: place, key, what was found, what is allowed.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"unknown", "name: a\nreplicsa: 4\n", `a.yaml:2:1: replicsa: unknown key: allowed are inner, link, list, matrix, name, on_chain, params, replicas, size, small, wait; did you mean replicas?`},
		{"second key", "name: a\nwait: 1s\nname: b\n", `a.yaml:3:1: name: found the key a second time: it is on line 1 already`},
		{"second document", "name: a\n---\nname: b\n", `a.yaml:2:1: found a second document: allowed is one in each file`},
		{"alias", "name: &x a\nlist: [*x]\n", `a.yaml:1:7: found "&": anchors and aliases are not allowed, write the value out`},
		{"merge", "name: a\ninner:\n  <<: {depth: 1}\n", `a.yaml:3:3: found <<: merge keys are not allowed, write the keys out`},
		{"tag", "name: !!str a\n", `a.yaml:1:7: found !!str: tags are not allowed`},
		{"octal", "name: a\nreplicas: 010\n", `a.yaml:2:11: replicas: found 010, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"octal text", "name: 010\n", `a.yaml:1:7: name: found 010, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"hex", "name: a\nreplicas: 0x10\n", `a.yaml:2:11: replicas: found 0x10, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"underscore", "name: a\nreplicas: 1_000\n", `a.yaml:2:11: replicas: found 1_000, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"base 60", "name: 12:30\n", `a.yaml:1:7: name: found 12:30, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"yes", "name: a\non_chain: yes\n", `a.yaml:2:11: on_chain: found yes, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"exponent", "name: a\nreplicas: 1e3\n", `a.yaml:2:11: replicas: found 1e3, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"fraction", "name: a\nreplicas: 1.5\n", `a.yaml:2:11: replicas: found "1.5": allowed is a whole number`},
		{"range", "name: a\nsmall: 256\n", `a.yaml:2:8: small: found 256: allowed is a whole number from 0 to 255`},
		{"null", "name: a\nreplicas:\nwait: 1s\n", `a.yaml:2:1: replicas: found nothing: allowed is a whole number; leave the key out to keep the default`},
		{"tilde", "name: ~\n", `a.yaml:1:7: name: found ~, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes`},
		{"missing", "replicas: 4\n", `a.yaml:1:1: the key name is missing`},
		{"scalar for list", "name: a\nlist: b\n", `a.yaml:2:7: list: found "b": allowed is a list such as [a, b]`},
		{"list for scalar", "name: [a]\n", `a.yaml:1:7: name: found a list: allowed is a text`},
		{"list for struct", "- a\n", `a.yaml:1:1: found a list: allowed is a mapping with the keys inner, link, list, matrix, name, on_chain, params, replicas, size, small, wait`},
		{"no unit", "name: a\nwait: 50\n", `a.yaml:2:7: wait: "50" has no unit: allowed is a duration such as 500us, 50ms, 10s or 2m30s`},
		{"negative", "name: a\nwait: -5s\n", `a.yaml:2:7: wait: "-5s" is negative: allowed is a duration such as 500us, 50ms, 10s or 2m30s`},
		{"negative size", "name: a\nsize: -1MiB\n", `a.yaml:2:7: size: "-1MiB" is negative: allowed is a size such as 512, 64KiB or 1MiB`},
		{"bad size", "name: a\nsize: 1mb\n", `a.yaml:2:7: size: "1mb" is not understood: allowed is a size such as 512, 64KiB or 1MiB`},
		{"bare bits", "name: a\nlink: 1000\n", `a.yaml:2:7: link: "1000" has no unit: allowed is a bit rate such as 100Mbit or 1Gbit`},
		{"nested", "name: a\ninner: {depht: 1}\n", `a.yaml:2:9: inner.depht: unknown key: allowed are depth; did you mean depth?`},
		{"in a list", "name: a\nmatrix: [[0s, 1]]\n", `a.yaml:2:15: matrix[0][1]: "1" has no unit: allowed is a duration such as 500us, 50ms, 10s or 2m30s`},
		{"tab", "name: a\n\treplicas: 4\n", `a.yaml:2:1: found a tab at the beginning of a line: allowed are spaces`},
		{"unclosed", "name: [a, b\n", `a.yaml:1:7: sequence end token ']' not found`},
		{"utf8", "name: \xff\n", `a.yaml:1:7: found byte 0xff: allowed is text in UTF-8 without control characters`},
		{"empty", "", `a.yaml:1:1: the file is empty: allowed is a mapping of keys to values`},
		{"comment only", "# nothing\n", `a.yaml:1:1: the file is empty: allowed is a mapping of keys to values`},
		{"explicit key", "? name\n: a\n", `a.yaml:1:1: found a key that is not a plain word: allowed are names`},
		{"duplicate in flow", "name: a\ninner: {depth: 1, depth: 2}\n", `a.yaml:2:19: inner.depth: found the key a second time: it is on line 2 already`},
		{"indent", "name: a\n  replicas: 4\n", `a.yaml:1:7: mapping value is not allowed in this context`},
		{"quoted number", "name: a\nreplicas: \"4\"\n", `a.yaml:2:11: replicas: found "4": allowed is a whole number`},
	} {
		var s sample
		err := Decode("a.yaml", []byte(c.in), &s)
		if err == nil {
			t.Errorf("%s: accepted as %+v", c.name, s)
		} else if err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %v", c.name, err, c.want)
		}
	}
}
