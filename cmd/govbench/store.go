package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// Files of an output directory that the commands themselves write or read.
const (
	runsFile       = "runs.jsonl"
	experimentFile = "experiment.yaml"
	lockName       = ".lock"
)

// errLocked is the cause of an error for a directory that another process writes.
var errLocked = errors.New("another govbench is writing to it")

// store is an output directory while an experiment runs. Every run is durable as soon as it has ended;
// finish puts them into the order of the plan.
type store struct {
	dir     string
	plan    *experiment.Plan
	runs    *result.Writer
	records []result.Record // those that were there first
	missing []*experiment.Cell
	lock    *os.File
}

// opening says what becomes of the runs that an output directory holds.
type opening struct {
	resume bool // they stay and are not made again; otherwise there may be none
	retry  bool // those with a failed check are made again nevertheless
}

// openStore prepares an output directory and keeps it from every other process until close.
func openStore(dir string, how opening, p *experiment.Plan, warn io.Writer) (*store, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("--out: %s is a file: allowed is a directory", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("--out: cannot make the output directory: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, lockName))
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("--out: %s: %w: wait for it, or name another directory", dir, errLocked)
	}
	if err != nil {
		return nil, fmt.Errorf("--out: cannot lock the output directory: %w", err)
	}
	s, err := fillStore(&store{dir: dir, plan: p, lock: lock}, how, warn)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return s, nil
}

// fillStore reads what a locked output directory holds and writes the experiment into it.
func fillStore(s *store, how opening, warn io.Writer) (*store, error) {
	dir, p := s.dir, s.plan
	path := filepath.Join(dir, runsFile)
	err := s.openRuns(path, how, warn)
	if detail := (*result.Error)(nil); err != nil && !errors.As(err, &detail) {
		err = fmt.Errorf("--out: cannot write the results: %w", err)
	}
	if err != nil {
		return nil, err
	}
	missing, foreign := p.Missing(s.records)
	s.missing = missing
	if foreign > 0 {
		return nil, errors.Join(fmt.Errorf("%s: %d of its %d runs are not of this experiment: resume with the experiment that made them, or name another directory with --out",
			path, foreign, len(s.records)), s.runs.Close())
	}
	if how.retry {
		if err := s.dropFailed(); err != nil {
			return nil, fmt.Errorf("--out: cannot take the failed runs out: %w", err)
		}
	}
	data, err := p.File.Marshal()
	if err == nil {
		err = keepTrace(dir, p)
	}
	if err == nil {
		err = replaceFile(filepath.Join(dir, experimentFile), data)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--out: cannot write the experiment: %w", err), s.runs.Close())
	}
	return s, nil
}

func (s *store) openRuns(path string, how opening, warn io.Writer) (err error) {
	if !how.resume {
		s.runs, err = result.Create(path)
		return err
	}
	var truncated *result.Error
	s.runs, s.records, truncated, err = result.Resume(path)
	if truncated != nil && err == nil {
		fmt.Fprintf(warn, "govbench: %v\n", truncated)
	}
	return err
}

// dropFailed takes the runs with a failed check out, so that they are made again.
func (s *store) dropFailed() error {
	path := filepath.Join(s.dir, runsFile)
	sound := slices.DeleteFunc(slices.Clone(s.records), func(r result.Record) bool { return len(r.Failed()) > 0 })
	if len(sound) == len(s.records) {
		return nil
	}
	err := errors.Join(s.runs.Close(), writeRuns(path, sound))
	if err != nil {
		return err
	}
	s.runs, s.records, _, err = result.Resume(path)
	s.missing, _ = s.plan.Missing(s.records)
	return err
}

// keepTrace puts a copy of the trace that an experiment replays beside its results, where the experiment that is
// written there names it.
func keepTrace(dir string, p *experiment.Plan) error {
	if p.File.Trace == "" {
		return nil
	}
	path := filepath.Join(dir, experiment.TraceDir, p.File.Trace.Name())
	from, err := os.Stat(string(p.File.Trace))
	if err != nil {
		return err
	}
	if to, err := os.Stat(path); err == nil && os.SameFile(from, to) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	in, err := os.Open(string(p.File.Trace))
	if err != nil {
		return err
	}
	err = writeWhole(path, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
	return errors.Join(err, in.Close())
}

func (s *store) keep(r result.Record) error {
	if err := s.runs.Append(r); err != nil {
		return err
	}
	s.records = append(s.records, r)
	return nil
}

// finish puts the runs into the order of the plan, in which the same experiment always gives the same
// bytes. The file is replaced as a whole or not at all.
func (s *store) finish() error {
	return errors.Join(s.runs.Close(), s.order())
}

// close lets other processes write to the directory.
func (s *store) close() error { return s.lock.Close() }

func (s *store) order() error {
	before := keys(s.records)
	s.plan.Sort(s.records)
	if after := keys(s.records); before == after {
		return nil
	}
	return writeRuns(filepath.Join(s.dir, runsFile), s.records)
}

// writeRuns replaces a runs.jsonl.
func writeRuns(path string, records []result.Record) error {
	var data bytes.Buffer
	for _, r := range records {
		line, err := result.Encode(r)
		if err != nil {
			return err
		}
		data.Write(append(line, '\n'))
	}
	return replaceFile(path, data.Bytes())
}

func keys(records []result.Record) string {
	var b bytes.Buffer
	for _, r := range records {
		fmt.Fprintln(&b, experiment.KeyOf(r))
	}
	return b.String()
}

// replaceFile writes a file so that, whatever happens, either the old or the new one is there.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// holdsResults reports whether a directory has runs in it.
func holdsResults(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, runsFile))
	return err == nil && info.Size() > 0
}

// readExperiment reads the experiment of an output directory.
func readExperiment(dir string) (experiment.File, error) {
	f, err := experiment.ReadFile(filepath.Join(dir, experimentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return f, fmt.Errorf("%s holds no experiment to resume: %s is missing; name the experiment's file, or a directory that govbench run wrote", dir, experimentFile)
	}
	return f, err
}
