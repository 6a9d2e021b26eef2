package trace

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"time"
)

// RowsMax bounds the lines of a trace, which is held in memory.
const RowsMax = 20_000_000

// Row is a request of a trace.
type Row struct {
	ID       uint64        // 0 where the trace has none
	At       time.Duration // since the start
	Scenario string        // empty where the trace names none
	Agency   uint16
	Client   uint32
	Read     bool
	Logged   bool
	Case     uint64
	Last     bool
	Op       []byte // nil where the trace has none
	Line     int    // of the file
}

// Trace is a log of requests that was checked.
type Trace struct {
	Name  string
	Rows  []Row
	Exact bool     // every row has its operation
	Named bool     // every row has its scenario
	Sum   [32]byte // SHA-256 of the text: tells traces apart
}

// Duration is the time of the last request.
func (t *Trace) Duration() time.Duration { return t.Rows[len(t.Rows)-1].At }

// Scenarios lists the scenarios that the trace names, in order of their first request.
func (t *Trace) Scenarios() []string {
	var names []string
	seen := make(map[string]bool)
	for i := range t.Rows {
		if name := t.Rows[i].Scenario; name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// Error says what is wrong with a trace, where, and what to do about it.
type Error struct {
	File    string
	Line    int    // from 1; 0: the file as a whole
	Key     string // the column, empty for the whole line
	Problem string
	Remedy  string
}

// Error formats as file:line: key: problem; remedy.
func (e *Error) Error() string {
	text := e.File + ":"
	if e.Line > 0 {
		text += fmt.Sprintf("%d:", e.Line)
	}
	if e.Key != "" {
		text += " " + e.Key + ":"
	}
	return text + " " + e.Problem + "; " + e.Remedy
}

// Read reads a trace, whose format it sees from the first character: an opening brace begins JSON lines. The
// name is the file's in errors.
func Read(name string, r io.Reader) (*Trace, error) {
	in := bufio.NewReaderSize(r, 1<<20)
	first, err := firstByte(in)
	if err != nil {
		return nil, &Error{name, 0, "", "it is empty", "a trace has a line a request, see govbench trace --help"}
	}
	sum := sha256.New()
	p := parser{trace: &Trace{Name: name}, sum: sum}
	rows := p.csv
	if first == '{' {
		rows = p.jsonLines
	}
	if err := rows(io.TeeReader(in, sum)); err != nil {
		return nil, err
	}
	t := p.trace
	if len(t.Rows) == 0 {
		return nil, &Error{name, 0, "", "it has no request", "a trace has a line a request, see govbench trace --help"}
	}
	t.Exact, t.Named = p.has["op"], p.has["scenario"]
	sum.Sum(t.Sum[:0])
	return t, nil
}

// firstByte looks at the first character that is no space.
func firstByte(in *bufio.Reader) (byte, error) {
	for n := 1; ; n++ {
		b, err := in.Peek(n)
		if err != nil {
			return 0, err
		}
		if last := b[n-1]; !bytes.ContainsRune([]byte(" \t\r\n\ufeff"), rune(last)) || n == in.Size() {
			return last, nil
		}
	}
}

// parser turns lines into rows and checks their order.
type parser struct {
	trace  *Trace
	sum    hash.Hash
	line   int
	has    map[string]bool // columns that the first row has
	origin time.Time       // of times with a date
	cases  map[uint64]openCase
}

// openCase is a case whose last request has not come yet.
type openCase struct{ closed bool }

func (p *parser) fail(key, remedy, format string, args ...any) error {
	return &Error{p.trace.Name, p.line, key, fmt.Sprintf(format, args...), remedy}
}
