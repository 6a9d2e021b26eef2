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
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// Files of an output directory that the commands themselves write or read.
const (
	runsFile        = "runs.jsonl"
	experimentFile  = "experiment.yaml"
	failedFile      = "failed.jsonl"
	searchesFile    = "saturation.jsonl"
	environmentFile = "environment.json"
	lockName        = ".lock"
)

// errLocked is the cause of an error for a directory that another process writes.
var errLocked = errors.New("another govbench is writing to it")

// syncEvery bounds how often runs are made durable: a sync costs as much as a small run. A process that is killed loses none
// for it, as every record is with the operating system as soon as its run ends; a machine that loses power may lose those of this
// long, which --resume makes again.
const syncEvery = 200 * time.Millisecond

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
	resume bool                        // they stay and are not made again; otherwise there may be none
	retry  bool                        // those with a failed check are made again nevertheless
	mine   func([]result.Record) error // refuses runs that were there first, before anything is changed; nil: none
}

// foreignRuns is an error that says whose runs a directory holds.
type foreignRuns string

func (e foreignRuns) Error() string { return string(e) }

// openStore prepares an output directory for the runs of a plan and keeps it from every other process until close.
func openStore(dir string, how opening, p *experiment.Plan, warn io.Writer) (*store, error) {
	how.mine = func(records []result.Record) error {
		if _, foreign := p.Missing(records); foreign > 0 {
			return foreignRuns(fmt.Sprintf("%s: %d of its %d runs are not of this experiment: resume with the experiment that made them, or name another directory with --out",
				filepath.Join(dir, runsFile), foreign, len(records)))
		}
		return nil
	}
	s, err := openDir(dir, how, p, warn)
	if err != nil {
		return nil, err
	}
	if err := s.fill(how); err != nil {
		return nil, errors.Join(err, s.runs.Close(), s.close())
	}
	return s, nil
}

// openDir makes an output directory, if it has to, locks it, and opens its runs.
func openDir(dir string, how opening, p *experiment.Plan, warn io.Writer) (*store, error) {
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
	s := &store{dir: dir, plan: p, lock: lock}
	err = s.openRuns(filepath.Join(dir, runsFile), how, warn)
	if detail, foreign := (*result.Error)(nil), foreignRuns(""); err != nil && !errors.As(err, &detail) && !errors.As(err, &foreign) {
		err = fmt.Errorf("--out: cannot write the results: %w", err)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return s, nil
}

// fill finds out which runs of the plan are missing and writes the experiment beside those that are there.
func (s *store) fill(how opening) error {
	s.missing, _ = s.plan.Missing(s.records)
	if how.retry {
		if err := s.dropFailed(); err != nil {
			return fmt.Errorf("--out: cannot take the failed runs out: %w", err)
		}
	}
	return s.keepExperiment()
}

// keepExperiment writes the experiment beside its runs.
func (s *store) keepExperiment() error {
	data, err := s.plan.File.Marshal()
	if err == nil {
		err = keepTrace(s.dir, s.plan)
	}
	if err == nil {
		err = replaceFile(filepath.Join(s.dir, experimentFile), data)
	}
	if err != nil {
		return fmt.Errorf("--out: cannot write the experiment: %w", err)
	}
	return nil
}

func (s *store) openRuns(path string, how opening, warn io.Writer) (err error) {
	if !how.resume {
		s.runs, err = result.Create(path)
		return err
	}
	var truncated *result.Error
	s.runs, s.records, truncated, err = result.Resume(path, how.mine)
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
	s.runs, s.records, _, err = result.Resume(path, nil)
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

// write is keep, but the record is durable only after the next sync of the runs.
func (s *store) write(r result.Record) error {
	if err := s.runs.Write(r); err != nil {
		return err
	}
	s.records = append(s.records, r)
	return nil
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
	sorted := slices.Clone(s.records)
	s.plan.Sort(sorted)
	return s.finishAs(sorted)
}

// finishAs ends the writing of runs, with the file holding the records in the order given.
func (s *store) finishAs(records []result.Record) error {
	before := keys(s.records)
	s.records = records
	if err := s.runs.Close(); err != nil || keys(records) == before {
		return err
	}
	return writeRuns(filepath.Join(s.dir, runsFile), records)
}

// close lets other processes write to the directory.
func (s *store) close() error { return s.lock.Close() }

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
