package result

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// ErrTruncated is the cause of an *Error for a file whose last line has no end: a run was being
// written when the program or the machine stopped.
var ErrTruncated = errors.New("the last line is truncated")

// ErrExists is the cause of an *Error for a file that already holds runs where a new one was asked for.
var ErrExists = errors.New("the file already holds runs")

// Read reads a whole runs.jsonl. name stands in errors. On an error it returns the records before it:
// with ErrTruncated as the cause those are all the runs that finished.
func Read(name string, in io.Reader) ([]Record, error) {
	records, _, err := read(name, in)
	return records, err
}

// ReadFile is Read on a regular file: reading a pipe could wait for ever.
func ReadFile(path string) ([]Record, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &Error{File: path, Line: 1, Problem: "is no regular file", Remedy: "name the output directory of a run"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(path, f)
}

// read also returns the offset behind the last good line.
func read(name string, in io.Reader) (records []Record, good int64, err error) {
	br := bufio.NewReaderSize(in, 1<<16)
	for n := 1; ; n++ {
		line, err := readLine(br)
		fail := func(problem, remedy string, cause error) ([]Record, int64, error) {
			return records, good, &Error{File: name, Line: n, Offset: good, Problem: problem, Remedy: remedy, Err: cause}
		}
		switch {
		case err == io.EOF && len(line) == 0:
			return records, good, nil
		case err == io.EOF && !begun(line):
			return fail(fmt.Sprintf("the last line has no end and is no run record: it begins with %.40q", line),
				fmt.Sprintf("allowed is a record, which begins with %s: name another output directory, or take the line out", recordHead), nil)
		case err == io.EOF:
			return fail(fmt.Sprintf("the last line is truncated after %d bytes", len(line)),
				runsBefore(len(records), "whole")+": --resume cuts the line off and runs its cell again", ErrTruncated)
		case errors.Is(err, bufio.ErrTooLong):
			return fail(fmt.Sprintf("the line is longer than %d MiB", lineMax>>20), "this is not a runs.jsonl", err)
		case err != nil:
			return fail("cannot be read: "+err.Error(), "", err)
		}
		r, err := Decode(bytes.TrimRight(line, "\r\n"))
		if err != nil {
			return fail(err.Error(), "take the line out, or name the runs.jsonl of another output directory", err)
		}
		records = append(records, r)
		good += int64(len(line))
	}
}

// recordHead begins every record.
const recordHead = `{"schema":"` + Schema + `"`

// begun reports whether a line without an end can be a record that was being written: it begins as one, as far as it goes,
// or nothing of it reached the disk before the power failed.
func begun(line []byte) bool {
	n := min(len(line), len(recordHead))
	return string(line[:n]) == recordHead[:n] || len(bytes.Trim(line, "\x00")) == 0
}

// runsBefore says what the runs before a truncated line are.
func runsBefore(n int, are string) string {
	switch n {
	case 0:
		return "no run stands before it"
	case 1:
		return "the run before it is " + are
	}
	return fmt.Sprintf("the %d runs before it are %s", n, are)
}

// readLine returns a line with its end, io.EOF with the rest of the file when there is no end, or
// bufio.ErrTooLong.
func readLine(br *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		if len(line)+len(part) > lineMax {
			return nil, bufio.ErrTooLong
		}
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

// Writer appends records to a runs.jsonl and syncs after each, so that a finished run survives
// whatever happens next.
type Writer struct {
	f     *os.File
	end   int64 // behind the last whole line
	lines int
	out   line  // the last one, whose room the next one takes
	err   error // the first failure that left the file in doubt; all later appends fail with it
}

// Create opens path for a new set of runs. It refuses a file that holds anything: an *Error with
// ErrExists or, where its last line has no end, ErrTruncated as the cause.
func Create(path string) (*Writer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	w, err := create(path, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return w, nil
}

func create(path string, f *os.File) (*Writer, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > 0 {
		records, _, err := read(path, f)
		if err != nil {
			return nil, err
		}
		return nil, &Error{File: path, Line: len(records) + 1, Offset: info.Size(), Err: ErrExists,
			Problem: fmt.Sprintf("the file already holds %d runs", len(records)),
			Remedy:  "name another output directory, or --resume to continue"}
	}
	return &Writer{f: f}, syncDir(filepath.Dir(path))
}

// Resume opens path to add to the runs it holds, and returns those. The rule of repair: a last line
// without an end that begins as a record is a run that did not finish, so it is cut off, and said in the returned *Error
// (truncated); any other damage, and a line of something else, is an error and changes nothing. So is what mine, unless it is nil, says
// of the runs. A file that does not exist is created.
func Resume(path string, mine func([]Record) error) (w *Writer, finished []Record, truncated *Error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, nil, err
	}
	finished, good, err := read(path, f)
	if mine != nil && (err == nil || errors.Is(err, ErrTruncated)) {
		if foreign := mine(finished); foreign != nil {
			return nil, finished, nil, errors.Join(foreign, f.Close())
		}
	}
	if errors.Is(err, ErrTruncated) {
		errors.As(err, &truncated)
		truncated.Remedy = "it was cut off; " + runsBefore(len(finished), "kept")
		if err = f.Truncate(good); err == nil {
			err = f.Sync()
		}
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return nil, finished, truncated, errors.Join(err, f.Close())
	}
	return &Writer{f: f, end: good, lines: len(finished)}, finished, truncated, nil
}

// Append writes r as the next line and returns once it is durable. After a failed write the file is
// cut back to its last whole line; when that fails too, the Writer refuses every further record.
func (w *Writer) Append(r Record) error {
	if err := w.Write(r); err != nil {
		return err
	}
	return w.Sync()
}

// Write writes r as the next line, as Append does, but it is durable only after the next Sync, which makes any number
// of lines durable at the price of one.
func (w *Writer) Write(r Record) error {
	if w.err != nil {
		return w.err
	}
	if w.out.seen == nil {
		w.out.seen = new(seen)
	}
	line, err := w.out.encode(r)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	w.out.buf = line
	if len(line) > lineMax {
		return fmt.Errorf("%s: a record of %d bytes is over the limit of %d", w.f.Name(), len(line), lineMax)
	}
	if _, err := w.f.WriteAt(line, w.end); err != nil {
		w.err = w.f.Truncate(w.end)
		return fmt.Errorf("append run %d: %w", w.lines+1, errors.Join(err, w.err))
	}
	w.end += int64(len(line))
	w.lines++
	return nil
}

// Sync returns once every line written is durable.
func (w *Writer) Sync() error {
	if w.err != nil {
		return w.err
	}
	if err := w.f.Sync(); err != nil {
		// After a failed fsync nobody knows what is on the disk: trust the file no further.
		w.err = fmt.Errorf("sync run %d: %w", w.lines, err)
	}
	return w.err
}

// Close closes the file. Every record appended is durable already; one written only is so after Sync.
func (w *Writer) Close() error { return w.f.Close() }

// syncDir makes a new file's name durable. Systems that cannot sync a directory keep their own promise.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
