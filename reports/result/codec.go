package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// lineMax bounds one encoded record in bytes, so that a file that is no runs.jsonl is refused instead
// of read into memory whole.
const lineMax = 16 << 20

// Error says what is wrong with a results file, where, and what to do about it.
type Error struct {
	File    string
	Line    int   // from 1
	Offset  int64 // of the line's first byte
	Problem string
	Remedy  string
	Err     error // the cause, if any
}

// Error formats the place, the problem and the remedy on one line.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s:%d (byte %d): %s", e.File, e.Line, e.Offset, e.Problem)
	if e.Remedy != "" {
		text += "; " + e.Remedy
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Encode writes r as one line of JSON without the line's end. Equal records give equal bytes on every
// machine. It fails on a figure that is not finite, naming it.
func Encode(r Record) ([]byte, error) {
	out := line{buf: make([]byte, 0, lineHint)}
	return out.encode(r)
}

// encode is Encode in the room of the record before.
func (l *line) encode(r Record) ([]byte, error) {
	if r.Schema == "" {
		r.Schema = Schema
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("record has schema %q: this version writes %q", r.Schema, Schema)
	}
	// A list that is empty is written as [], whether it was nil or not: scripts need not tell.
	l.buf, l.err = l.buf[:0], nil
	l.record(&r)
	if l.err != nil {
		if err := finite(r); err != nil {
			return nil, err // which says where
		}
		return nil, fmt.Errorf("encode record of %s on %s: %w", r.Design, r.Scenario, l.err)
	}
	return l.buf, nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Decode reads one line. The error says what is wrong with it, not where it stands.
func Decode(line []byte) (Record, error) {
	if bytes.HasPrefix(line, []byte(recordHead)) { // what we wrote is read once, and only what is wrong twice
		var r Record
		if err := json.Unmarshal(line, &r); err == nil && r.Schema == Schema {
			return r, nil
		}
	}
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return Record{}, fmt.Errorf("not a JSON object: %w", err)
	}
	if head.Schema == nil {
		return Record{}, fmt.Errorf("no schema: a run record begins with \"schema\":%q", Schema)
	}
	if *head.Schema != Schema {
		return Record{}, fmt.Errorf("unknown schema version %q: allowed is %q", *head.Schema, Schema)
	}
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return Record{}, fmt.Errorf("not a run record: %w", err)
	}
	return r, nil
}

// finite refuses NaN and infinities, which JSON cannot carry and no measurement yields.
func finite(r Record) error {
	var at string
	bad := func(where string, values ...float64) bool {
		for _, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				at = where + " is " + strconv.FormatFloat(v, 'g', -1, 64)
				return true
			}
		}
		return false
	}
	if bad("window_sec", r.WindowSec) {
		return fmt.Errorf("%s: a record holds finite figures only", at)
	}
	for _, v := range r.Values {
		if bad("value "+strconv.Quote(v.Name), v.Value) {
			return fmt.Errorf("%s: a record holds finite figures only", at)
		}
	}
	for _, m := range r.Members {
		if bad("share of "+strconv.Quote(m.Scenario), m.Share) {
			return fmt.Errorf("%s: a record holds finite figures only", at)
		}
		for _, v := range m.Values {
			if bad("value "+strconv.Quote(v.Name)+" of "+strconv.Quote(m.Scenario), v.Value) {
				return fmt.Errorf("%s: a record holds finite figures only", at)
			}
		}
	}
	for i, q := range r.LatencyCDF {
		if bad("latency_cdf point "+strconv.Itoa(i), q.Share, q.Sec) {
			return fmt.Errorf("%s: a record holds finite figures only", at)
		}
	}
	for _, s := range r.Stages {
		if bad("stage "+strconv.Quote(s.Name), s.MeanSec, s.P99Sec) {
			return fmt.Errorf("%s: a record holds finite figures only", at)
		}
	}
	for i, p := range r.Series {
		if bad("series point "+strconv.Itoa(i), p.AtSec, p.Throughput, p.LatencyP50, p.LatencyP99, p.CPU, p.Disk, p.Link) {
			return fmt.Errorf("%s: a record holds finite figures only", at)
		}
	}
	return nil
}
