package trace

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Columns lists the columns in the order in which they are written.
func Columns() []string {
	return []string{"id", "at", "scenario", "agency", "client", "read", "logged", "case", "last", "op"}
}

// lineMax bounds a line in bytes: an operation of a mebibyte in hexadecimal, and more.
const lineMax = 4 << 20

// csv reads the rows of a CSV file.
func (p *parser) csv(r io.Reader) error {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return p.csvError(err)
	}
	names := slices.Clone(header)
	names[0] = strings.TrimPrefix(names[0], "\ufeff") // a spreadsheet's mark
	p.line = 1
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if err := p.checkColumn(names[i], names[:i]); err != nil {
			return err
		}
	}
	if !slices.Contains(names, "at") {
		return p.fail("at", "name the columns in the first line and have one named at", "the column is missing; found %s", strings.Join(names, ", "))
	}
	fields := make(map[string]string, len(names))
	for {
		record, err := in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return p.csvError(err)
		}
		p.line, _ = in.FieldPos(0)
		for i, name := range names {
			fields[name] = record[i]
		}
		if err := p.row(fields); err != nil {
			return err
		}
	}
}

func (p *parser) csvError(err error) error {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		p.line = wrong.Line
		return p.fail("", "give every line as many columns as the first, and quote what holds a comma", "it is no line of CSV: %v", wrong.Err)
	}
	return err
}

func (p *parser) checkColumn(name string, before []string) error {
	allowed := strings.Join(Columns(), ", ")
	switch {
	case !slices.Contains(Columns(), name):
		return p.fail(name, "allowed are "+allowed, "unknown column")
	case slices.Contains(before, name):
		return p.fail(name, "name it once", "the column is there twice")
	}
	return nil
}

// jsonLines reads the rows of a file of JSON objects.
func (p *parser) jsonLines(r io.Reader) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 1<<16), lineMax)
	for in.Scan() {
		p.line++
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			return p.fail("", "remove it, or put the request back", "the line is empty")
		}
		fields, err := p.object(in.Bytes())
		if err != nil {
			return err
		}
		if err := p.row(fields); err != nil {
			return err
		}
	}
	if errors.Is(in.Err(), bufio.ErrTooLong) {
		p.line++
		return p.fail("", "cut the trace into requests, a line each", "the line is longer than %d bytes", lineMax)
	}
	return in.Err()
}

// object reads one JSON object of texts, numbers and booleans.
func (p *parser) object(line []byte) (map[string]string, error) {
	var values map[string]any
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&values); err != nil || decoder.More() {
		return nil, p.fail("", "write one object such as {\"at\":12.5} a line", "it is no JSON object")
	}
	fields := make(map[string]string, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if err := p.checkColumn(key, nil); err != nil {
			return nil, err
		}
		switch v := values[key].(type) {
		case string:
			fields[key] = v
		case json.Number:
			fields[key] = v.String()
		case bool:
			fields[key] = strconv.FormatBool(v)
		default:
			return nil, p.fail(key, "write a number, a text or true and false", "found %v", v)
		}
	}
	return fields, nil
}

// row checks one request and keeps it.
func (p *parser) row(fields map[string]string) error {
	if err := p.columns(fields); err != nil {
		return err
	}
	if len(p.trace.Rows) == RowsMax {
		return p.fail("", "split it and replay the parts", "a trace has at most %d requests", RowsMax)
	}
	r := Row{Line: p.line}
	for _, read := range []func(*Row, map[string]string) error{p.readTime, p.readNumbers, p.readFlags, p.readOp} {
		if err := read(&r, fields); err != nil {
			return err
		}
	}
	if err := p.order(&r); err != nil {
		return err
	}
	p.trace.Rows = append(p.trace.Rows, r)
	return nil
}

// columns makes sure that every row has the columns of the first one.
func (p *parser) columns(fields map[string]string) error {
	if p.has == nil {
		p.has = make(map[string]bool)
		for _, name := range Columns() {
			p.has[name] = fields[name] != ""
		}
		p.cases = make(map[uint64]openCase)
	}
	for _, name := range Columns() {
		switch there := fields[name] != ""; {
		case name == "at" && !there:
			return p.fail(name, "give every request its time", "found nothing")
		case there && !p.has[name]:
			return p.fail(name, "give every request one, or none", "found %.40q, but the first request has none", fields[name])
		case !there && p.has[name]:
			return p.fail(name, "give every request one, or none", "found nothing: the trace has a hole")
		}
	}
	return nil
}

func (p *parser) readTime(r *Row, fields map[string]string) error {
	text := fields["at"]
	if strings.ContainsAny(text, "T:") {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return p.fail("at", "write it as 2024-05-06T08:30:00.25+08:00, or in seconds as 12.5", "%q is no time", text)
		}
		if len(p.trace.Rows) == 0 {
			p.origin = at
		}
		if p.origin.IsZero() {
			return p.fail("at", "write all of them in one way", "found a time with a date, but the first request's is in seconds")
		}
		r.At = at.Sub(p.origin)
		return nil
	}
	at, ok := parseSeconds(text)
	switch {
	case !ok:
		return p.fail("at", "write seconds such as 12.5, or a time such as 2024-05-06T08:30:00+08:00", "%q is no time", text)
	case !p.origin.IsZero():
		return p.fail("at", "write all of them in one way", "found seconds, but the first request's has a date")
	}
	r.At = at
	return nil
}

// parseSeconds reads decimal seconds exactly, to the nanosecond.
func parseSeconds(text string) (time.Duration, bool) {
	whole, part, _ := strings.Cut(text, ".")
	const most = 1000 * 365 * 86_400
	seconds, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || seconds > most/10 || len(part) > 9 {
		return 0, false
	}
	nanos := uint64(0)
	if part != "" {
		if nanos, err = strconv.ParseUint(part+strings.Repeat("0", 9-len(part)), 10, 63); err != nil {
			return 0, false
		}
	}
	return time.Duration(seconds)*time.Second + time.Duration(nanos), true
}

func (p *parser) readNumbers(r *Row, fields map[string]string) error {
	for _, n := range []struct {
		key  string
		bits int
		set  func(uint64)
	}{
		{"id", 64, func(v uint64) { r.ID = v }}, {"agency", 16, func(v uint64) { r.Agency = uint16(v) }},
		{"client", 32, func(v uint64) { r.Client = uint32(v) }}, {"case", 64, func(v uint64) { r.Case = v }},
	} {
		if !p.has[n.key] {
			continue
		}
		v, err := strconv.ParseUint(fields[n.key], 10, n.bits)
		if err != nil {
			return p.fail(n.key, "write a whole number", "%.40q is no number of at most %d bits", fields[n.key], n.bits)
		}
		n.set(v)
	}
	r.Scenario = fields["scenario"]
	return nil
}

func (p *parser) readFlags(r *Row, fields map[string]string) error {
	for _, flag := range []struct {
		key string
		set *bool
	}{{"read", &r.Read}, {"logged", &r.Logged}, {"last", &r.Last}} {
		switch text := fields[flag.key]; text {
		case "true", "1":
			*flag.set = true
		case "", "false", "0":
		default:
			return p.fail(flag.key, "write true or false", "found %.40q", text)
		}
	}
	return nil
}

func (p *parser) readOp(r *Row, fields map[string]string) error {
	if !p.has["op"] {
		return nil
	}
	op, err := hex.DecodeString(fields["op"])
	if err != nil {
		return p.fail("op", "write it in hexadecimal, as govbench trace does", "%.40q is no operation: %v", fields["op"], err)
	}
	r.Op = op
	return nil
}

// order checks a row against those before it.
func (p *parser) order(r *Row) error {
	rows := p.trace.Rows
	if p.has["id"] {
		if want := uint64(len(rows)) + 1; r.ID != want {
			return p.fail("id", "put the missing request back, or leave the column id out", "found %d, want %d: the trace has a hole", r.ID, want)
		}
	}
	if r.At < 0 || len(rows) > 0 && r.At < rows[len(rows)-1].At {
		before := "the start"
		if len(rows) > 0 {
			before = rows[len(rows)-1].At.String() + " of the request before"
		}
		return p.fail("at", "sort the trace by at", "%v is before %s: times are out of order", r.At, before)
	}
	if r.Case == 0 {
		return nil
	}
	if p.cases[r.Case].closed {
		return p.fail("case", "give the new case another number, or mark only its last request as last", "case %d has ended before", r.Case)
	}
	p.cases[r.Case] = openCase{closed: r.Last}
	return nil
}
