package trace_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/trace"
)

func rows() []trace.Row {
	return []trace.Row{
		{At: 0, Scenario: "a", Agency: 3, Client: 1 << 31, Op: []byte{1, 2, 3}, Last: true},
		{At: 1, Scenario: "b", Client: 9, Read: true, Logged: true, Op: []byte{0xff}, Last: true},
		{At: 1500 * time.Millisecond, Scenario: "a", Case: 1, Op: []byte{4}},
		{At: 1500 * time.Millisecond, Scenario: "a", Case: 2, Op: []byte{5}},
		{At: 2*time.Second + 7, Scenario: "a", Case: 1, Last: true, Op: []byte{6}},
	}
}

func write(t *testing.T, format string, rows []trace.Row) string {
	t.Helper()
	var text bytes.Buffer
	w, err := trace.NewWriter(&text, format)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || w.Written() != uint64(len(rows)) {
		t.Fatal(err, w.Written())
	}
	return text.String()
}

// TestRoundTrip: what was written is read as it was, in both formats.
func TestRoundTrip(t *testing.T) {
	for _, format := range trace.Formats() {
		read, err := trace.Read("t", strings.NewReader(write(t, format, rows())))
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		want := rows()
		for i := range want {
			want[i].ID = uint64(i) + 1
			want[i].Line = read.Rows[i].Line
		}
		if !reflect.DeepEqual(read.Rows, want) || !read.Exact || !read.Named || read.Duration() != 2*time.Second+7 {
			t.Errorf("%s:\n got %+v\nwant %+v", format, read.Rows, want)
		}
	}
	if _, err := trace.NewWriter(nil, "xml"); err == nil {
		t.Error("a format that does not exist")
	}
}

// TestOfficeLog: the log of an office has dates and little else.
func TestOfficeLog(t *testing.T) {
	read, err := trace.Read("log.csv", strings.NewReader("\ufeffscenario,at\nx,2024-05-06T08:30:00+08:00\ny,2024-05-06T00:30:01.25Z\n"))
	if err != nil || read.Exact || !read.Named || read.Rows[1].At != 1250*time.Millisecond || read.Rows[1].Line != 3 {
		t.Errorf("%+v, %v", read, err)
	}
	if names := read.Scenarios(); !reflect.DeepEqual(names, []string{"x", "y"}) {
		t.Errorf("%v", names)
	}
}

func TestBadTraces(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "t: it is empty; ",
		"  \n":                                  "t: it is empty; ",
		"at\n":                                  "t: it has no request; ",
		"id,at\n1,0\n3,1\n":                     "t:3: id: found 3, want 2: the trace has a hole; put the missing request back",
		"at\n1\n0.5\n":                          "t:3: at: 500ms is before 1s of the request before: times are out of order; sort",
		"at\n1\n\"\"\n":                         "t:3: at: found nothing; give every request its time",
		"at,op\n1,00\n2,\n":                     "t:3: op: found nothing: the trace has a hole; give every request one, or none",
		"at,op\n1,\n2,00\n":                     "t:3: op: found \"00\", but the first request has none; ",
		"at,op\n1,0g\n":                         "t:2: op: \"0g\" is no operation",
		"at,size\n1,2\n":                        "t:1: size: unknown column; allowed are id, at, ",
		"at,at\n1,2\n":                          "t:1: at: the column is there twice; ",
		"id,op\n1,2\n":                          "t:1: at: the column is missing; found id, op; ",
		"at\n-1\n":                              "t:2: at: \"-1\" is no time; ",
		"at\n1e3\n":                             "t:2: at: \"1e3\" is no time; ",
		"at\n99999999999999\n":                  "t:2: at: \"99999999999999\" is no time; ",
		"at\n2024-05-06\n":                      "t:2: at: \"2024-05-06\" is no time; ",
		"at\n2024-05-06T00:00:00Z\n5\n":         "t:3: at: found seconds, but the first request's has a date; ",
		"at\n5\n2024-05-06T00:00:00Z\n":         "t:3: at: found a time with a date, but the first request's is in seconds; ",
		"at,agency\n1,70000\n":                  "t:2: agency: \"70000\" is no number of at most 16 bits; ",
		"at,read\n1,maybe\n":                    "t:2: read: found \"maybe\"; write true or false",
		"at,op\n1,00,3\n":                       "t:2: it is no line of CSV",
		"at,case,last\n1,7,true\n2,7,true\n":    "t:3: case: case 7 has ended before; ",
		"{\"at\":1}\n\n{\"at\":2}":              "t:2: the line is empty; ",
		"{\"at\":1}\n[]":                        "t:2: it is no JSON object; ",
		"{\"at\":1}{}":                          "t:1: it is no JSON object; ",
		"{\"at\":1}\n{\"at\":[]}":               "t:2: at: found []; ",
		"{\"at\":1}\n{\"at\":2,\"opp\":\"00\"}": "t:2: opp: unknown column; ",
	} {
		_, err := trace.Read("t", strings.NewReader(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// counting makes requests of cases with two steps.
type counting struct{ cases uint64 }

func (c *counting) Begin(at time.Duration) workloads.Request {
	c.cases++
	return workloads.Request{At: at, Agency: 1, Case: c.cases, Op: fmt.Append(nil, c.cases)}
}

func (c *counting) Follow(answered workloads.Request, _ []byte, now time.Duration) (workloads.Request, bool) {
	return workloads.Request{At: now, Agency: 1, Case: answered.Case, Last: true, Op: append(answered.Op, '+')}, true
}

func source(t *testing.T, text string, members []trace.Member, speed uint64) *trace.Source {
	t.Helper()
	read, err := trace.Read("t", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := trace.NewSource(read, members, speed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestExactReplay: operations as they were, and the later steps of a case after the answer.
func TestExactReplay(t *testing.T) {
	members := []trace.Member{{Name: "b", Index: 5}, {Name: "a", Index: 4, Agencies: 7}}
	s := source(t, write(t, trace.CSV, rows()), members, 1)
	var got []workloads.Request
	for r, ok := s.Next(); ok; r, ok = s.Next() {
		got = append(got, r)
	}
	if len(got) != 4 || got[0].Op[0] != 1 || got[1].Member != 5 || got[1].Agency != 0 || !got[1].Logged || got[0].Logged || got[0].Agency != 3+7 || got[2].Case != 1 || got[3].Case != 2 || got[3].ID != 4 || got[2].Last {
		t.Fatalf("%+v", got)
	}
	next, more := s.Follow(got[2], nil, 5*time.Second)
	if !more || next.At != 5*time.Second || !next.Last || next.Op[0] != 6 || next.ID != 5 {
		t.Errorf("%+v", next)
	}
	if _, more := s.Follow(next, nil, 6*time.Second); more {
		t.Error("a case goes on after its last request")
	}
	if _, more := s.Follow(got[3], nil, 6*time.Second); more {
		t.Error("a case of one request goes on")
	}
}

// TestTimedReplay: the log says when, the generators say what; two of them may number their cases alike.
func TestTimedReplay(t *testing.T) {
	members := []trace.Member{{Name: "a", Generator: &counting{}, Index: 0}, {Name: "b", Generator: &counting{}, Index: 1, Agencies: 10}}
	s := source(t, "at,scenario\n6,a\n12,b\n18,a\n", members, 6)
	var got []workloads.Request
	for r, ok := s.Next(); ok; r, ok = s.Next() {
		got = append(got, r)
	}
	if len(got) != 3 || got[1].At != 2*time.Second || got[1].Case == got[0].Case || got[1].Agency != 11 || got[1].Member != 1 || got[2].At != 3*time.Second {
		t.Fatalf("%+v", got)
	}
	next, more := s.Follow(got[1], nil, 9*time.Second)
	if !more || string(next.Op) != "1+" || next.Case != got[1].Case || next.Agency != 11 || next.Member != 1 {
		t.Errorf("%+v", next)
	}
}

func TestMembers(t *testing.T) {
	one := []trace.Member{{Name: "a", Generator: &counting{}}}
	s := source(t, "at\n1\n", one, 0)
	if r, ok := s.Next(); !ok || r.At != time.Second {
		t.Errorf("%+v", r)
	}
	for text, members := range map[string][]trace.Member{
		"at,scenario\n1,a\n2,c\n": one,
		"at\n1\n":                 {{Name: "a"}, {Name: "b"}},
	} {
		read, err := trace.Read("t", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trace.NewSource(read, members, 1); err == nil || !strings.Contains(err.Error(), "scenario:") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzRead: whatever the bytes, a trace that is accepted is sorted and can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add("id,at,op\n1,0.5,00\n2,0.75,01\n")
	f.Add("{\"at\":1,\"case\":3}\n{\"at\":2,\"case\":3,\"last\":true}")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := trace.Read("f", strings.NewReader(text))
		if err != nil {
			return
		}
		last := time.Duration(0)
		for _, r := range read.Rows {
			if r.At < last {
				t.Fatalf("out of order: %v", read.Rows)
			}
			last = r.At
		}
		if read.Exact && read.Named {
			if _, err := trace.Read("again", strings.NewReader(write(t, trace.CSV, read.Rows))); err != nil {
				t.Fatal(err)
			}
		}
	})
}
