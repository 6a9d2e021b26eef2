package term

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files anew")

// sample is a table with everything in it that makes columns crooked.
func sample() Table {
	return Table{
		Head:    []string{"id", "name", "highest load, requests/s", "tx/s", "p99", "held back by"},
		Columns: []Column{{Whole: true}, {}, {Right: true}, {Right: true, Drop: 1}, {Right: true, Drop: 2}, {}},
		Rows: [][]string{
			{"real-estate", "不动产登记协同与电子证照", "12,345", "12,001", "31 ms", "the link of the leader"},
			{"court-evidence", "Court evidence deposit e\u0301 👨\u200d👩\u200d👧", "88", "86.9", "1.25 s", "nothing"},
			{"red", "\x1b[31mnot red\r", "–", "", "9 ms"},
		},
		Rule: true,
	}
}

// TestTableGolden: the table at several widths.
func TestTableGolden(t *testing.T) {
	var all strings.Builder
	for _, columns := range []int{0, 120, 80, 60, 40} {
		fmt.Fprintf(&all, "== %d columns\n", columns)
		p := New(&all, Look{})
		if columns > 0 {
			p.Look = Look{Terminal: true, Size: func() (int, int) { return columns, 24 }}
		}
		sample().Write(p)
	}
	path := filepath.Join("testdata", "table.txt")
	if *update {
		if err := os.WriteFile(path, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || all.String() != string(want) {
		t.Errorf("%v; -update writes it anew:\n%s", err, all.String())
	}
}

// TestTableFits: at every width no line is longer than it, columns of figures end in line, and no text is lost.
func TestTableFits(t *testing.T) {
	for columns := 36; columns <= 130; columns++ {
		p, out := sized(columns, false)
		sample().Write(p)
		for _, line := range strings.Split(out.String(), "\n") {
			if Width(line) > columns {
				t.Errorf("%d columns in one of %d: %s", Width(line), columns, line)
			}
		}
		for _, word := range []string{"real-estate", "court-evidence", "12,345", `\u000d`, "leader", "👨\u200d👩\u200d👧", "nothing"} {
			if !strings.Contains(out.String(), word) {
				t.Errorf("%d columns: %s is lost:\n%s", columns, word, out)
			}
		}
	}
}

// TestTableParts: a table of many figures is cut into several, each with the names.
func TestTableParts(t *testing.T) {
	table := Table{Head: []string{"name"}, Rows: [][]string{{"scenario"}}, Columns: []Column{{}}, Indent: 2}
	for i := range 12 {
		table.Head = append(table.Head, fmt.Sprintf("design-%d", i))
		table.Rows[0] = append(table.Rows[0], fmt.Sprintf("%d ms", i))
		table.Columns = append(table.Columns, Column{Right: true})
	}
	p, out := sized(60, false)
	table.Write(p)
	if n := strings.Count(out.String(), "  scenario"); n != 3 || table.Parts(58) != 3 || table.Parts(400) != 1 {
		t.Errorf("%d parts, foreseen %d:\n%s", n, table.Parts(58), out)
	}
	for i := range 12 {
		if strings.Count(out.String(), fmt.Sprintf(" %d ms", i)) != 1 {
			t.Errorf("figure %d is not there once", i)
		}
	}
}

// TestTableTooWideBesideKeys: where a table is cut anyway, a column that may be left out and is wider than a line beside the
// keys is left out and named; one that fits stays.
func TestTableTooWideBesideKeys(t *testing.T) {
	table := Table{
		Head:    []string{"scenario", "metric", "interval", "old", "verdict"},
		Rows:    [][]string{{"排队/指数分布的队列长度", "sec/op", "+19.3 to +20.4 %", "202 ns", "a verdict of many words"}},
		Columns: []Column{{Whole: true}, {Whole: true}, {Right: true, Drop: 2}, {Right: true, Drop: 1}, {}},
		Keys:    2,
	}
	p, out := sized(46, false)
	table.Write(p)
	for _, line := range strings.Split(out.String(), "\n") {
		if Width(line) > 46 {
			t.Errorf("%d columns: %s", Width(line), line)
		}
	}
	if s := out.String(); !strings.Contains(s, "not shown for want of room: interval\n") || !strings.Contains(s, "202 ns") {
		t.Error(s)
	}
}
