package gate

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
)

// hostile is a name that tries to end whatever it stands in.
const hostile = "a\"/><testcase name='x'/>\x00\xff%\r\n::error title=b,c:d::e"

func hostileReport(cases int) Report {
	var list []Case
	for range cases {
		list = append(list, Case{Scenario: hostile, Series: "raft", Load: "1", Seed: 1, Term: "digest", Status: Fail, Detail: hostile})
	}
	return New(append(list, Case{Term: "throughput", Status: Warn}, Case{Term: "offered", Status: Pass}), false)
}

// TestJUnit: what is written is XML with one test case a case, whatever the names are.
func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	if err := JUnit(&b, hostileReport(1)); err != nil {
		t.Fatal(err)
	}
	var s junitSuite
	if err := xml.Unmarshal(b.Bytes(), &s); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if len(s.Cases) != 3 || s.Tests != 3 || s.Failures != 1 || s.Skipped != 1 || s.Cases[0].Failure == nil || s.Cases[1].Skipped == nil || s.Cases[2].Failure != nil ||
		!strings.Contains(s.Cases[0].Class, "<testcase name='x'/>") {
		t.Errorf("%+v", s)
	}
}

// TestAnnotations: a failed case is one line, whatever the names are, and no more lines than are shown.
func TestAnnotations(t *testing.T) {
	for cases, lines := range map[int]int{0: 0, 1: 1, 10: 10, 25: 10} {
		var b bytes.Buffer
		if err := Annotations(&b, hostileReport(cases)); err != nil {
			t.Fatal(err)
		}
		s := b.String()
		if strings.Count(s, "\n") != lines || strings.Contains(s, "\r") || strings.Contains(s, "title=b,c") && !strings.Contains(s, "title=b%2Cc%3Ad") {
			t.Errorf("%d cases:\n%s", cases, s)
		}
		if cases == 25 && !strings.Contains(s, "16 more cases failed") {
			t.Error(s)
		}
	}
}
