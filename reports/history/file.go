package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/govbench/govbench/reports/result"
)

// ErrVersion is the cause of an error for a version that the file holds already.
var ErrVersion = errors.New("the version is there already")

// Read reads a whole file. Errors about its content are *result.Error; of a last line without an end
// the cause is result.ErrTruncated, and the entries before it are returned.
func Read(path string) ([]Entry, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	entries, _, err := parse(path, data)
	return entries, err
}

// parse also returns the offset behind the last whole line.
func parse(path string, data []byte) (entries []Entry, good int, err error) {
	for n := 1; good < len(data); n++ {
		fail := func(problem, remedy string, cause error) ([]Entry, int, error) {
			return entries, good, &result.Error{File: path, Line: n, Offset: int64(good), Problem: problem, Remedy: remedy, Err: cause}
		}
		line, _, whole := bytes.Cut(data[good:], []byte("\n"))
		if !whole {
			return fail(fmt.Sprintf("the last line is truncated after %d bytes", len(line)), "the next addition cuts it off", result.ErrTruncated)
		}
		e, err := decode(bytes.TrimRight(line, "\r"))
		if err != nil {
			return fail(err.Error(), "take the line out, or name another file", err)
		}
		entries = append(entries, e)
		good += len(line) + 1
	}
	return entries, good, nil
}

// Append adds entries behind those that the file at path holds, and returns once they are durable. A file
// that does not exist is created; a last line without an end, of an addition that was cut short, is cut off and
// reported as cut; any other damage is an error and changes nothing, and so is a version that is there
// already, unless again says that it was measured once more.
func Append(path string, entries []Entry, again bool) (cut *result.Error, err error) {
	old, good, err := held(path)
	if errors.Is(err, result.ErrTruncated) {
		errors.As(err, &cut)
		cut.Remedy = fmt.Sprintf("it was cut off; the %d lines before it are kept", len(old))
	} else if err != nil {
		return nil, err
	}
	var lines bytes.Buffer
	for _, e := range entries {
		for _, o := range old {
			if o.Version == e.Version && !again {
				return nil, fmt.Errorf("%s: %w: %q, added for %s", path, ErrVersion, e.Version, o.At.Format("2006-01-02 15:04"))
			}
		}
	}
	if err := Write(&lines, entries); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if cut != nil {
		err = f.Truncate(int64(good))
	}
	if err == nil {
		_, err = f.WriteAt(lines.Bytes(), int64(good))
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return cut, fmt.Errorf("append to %s: %w", path, err)
	}
	return cut, syncDir(filepath.Dir(path))
}

// Write writes entries as lines.
func Write(w io.Writer, entries []Entry) error {
	for _, e := range entries {
		line, err := encode(e)
		if err != nil {
			return err
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// held is what a file holds: nothing where there is none.
func held(path string) ([]Entry, int, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	return parse(path, data)
}

// syncDir makes a new file's name durable. Systems that cannot sync a directory keep their own promise.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}
