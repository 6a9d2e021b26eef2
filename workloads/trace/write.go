package trace

import (
	"bufio"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Formats of a trace.
const (
	CSV       = "csv"
	JSONLines = "jsonl"
)

// Formats lists the formats.
func Formats() []string { return []string{CSV, JSONLines} }

// Writer writes a trace with all columns. Call Close at the end.
type Writer struct {
	out     *bufio.Writer
	csv     *csv.Writer // nil: JSON lines
	written uint64
}

// NewWriter makes a writer of one of the Formats.
func NewWriter(w io.Writer, format string) (*Writer, error) {
	out := &Writer{out: bufio.NewWriterSize(w, 1<<16)}
	switch format {
	case JSONLines:
		return out, nil
	case CSV:
		out.csv = csv.NewWriter(out.out)
		return out, out.csv.Write(Columns())
	}
	return nil, fmt.Errorf("unknown format %q: allowed are %v", format, Formats())
}

// line is a row as a JSON object.
type line struct {
	ID       uint64      `json:"id"`
	At       json.Number `json:"at"`
	Scenario string      `json:"scenario"`
	Agency   uint16      `json:"agency"`
	Client   uint32      `json:"client"`
	Read     bool        `json:"read"`
	Logged   bool        `json:"logged"`
	Case     uint64      `json:"case"`
	Last     bool        `json:"last"`
	Op       string      `json:"op"`
}

// Write writes a request and numbers it. Rows must come in order of time.
func (w *Writer) Write(r Row) error {
	w.written++
	at, op := seconds(r.At), hex.EncodeToString(r.Op)
	if w.csv == nil {
		text, err := json.Marshal(line{w.written, json.Number(at), r.Scenario, r.Agency, r.Client, r.Read, r.Logged, r.Case, r.Last, op})
		if err != nil {
			return err
		}
		_, err = w.out.Write(append(text, '\n'))
		return err
	}
	return w.csv.Write([]string{
		strconv.FormatUint(w.written, 10), at, r.Scenario, strconv.Itoa(int(r.Agency)), strconv.FormatUint(uint64(r.Client), 10),
		strconv.FormatBool(r.Read), strconv.FormatBool(r.Logged), strconv.FormatUint(r.Case, 10), strconv.FormatBool(r.Last), op,
	})
}

// Written is how many requests were written.
func (w *Writer) Written() uint64 { return w.written }

// Close writes what is buffered.
func (w *Writer) Close() error {
	if w.csv != nil {
		w.csv.Flush()
		if err := w.csv.Error(); err != nil {
			return err
		}
	}
	return w.out.Flush()
}

// seconds writes a time exactly.
func seconds(at time.Duration) string {
	return fmt.Sprintf("%d.%09d", at/time.Second, at%time.Second)
}
