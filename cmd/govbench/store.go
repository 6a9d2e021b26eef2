package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// Files of an output directory that the commands themselves write or read.
const (
	runsFile       = "runs.jsonl"
	experimentFile = "experiment.yaml"
)

// store is an output directory while an experiment runs. Every run is durable as soon as it has ended;
// finish puts them into the order of the plan.
type store struct {
	dir     string
	plan    *experiment.Plan
	runs    *result.Writer
	records []result.Record // those that were there first
	missing []*experiment.Cell
}

// openStore prepares an output directory. With resume, runs that are there stay and are not made again.
func openStore(dir string, resume bool, p *experiment.Plan, warn io.Writer) (*store, error) {
	s, err := openDir(dir, resume, p, warn)
	if err != nil {
		return nil, err
	}
	missing, foreign := p.Missing(s.records)
	s.missing = missing
	if foreign > 0 {
		return nil, errors.Join(fmt.Errorf("%s: %d of its %d runs are not of this experiment: resume with the experiment that made them, or name another directory with --out",
			filepath.Join(dir, runsFile), foreign, len(s.records)), s.runs.Close())
	}
	return s, s.keepExperiment()
}

// openDir makes an output directory, if it has to, and opens its runs.
func openDir(dir string, resume bool, p *experiment.Plan, warn io.Writer) (*store, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("--out: %s is a file: allowed is a directory", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("--out: cannot make the output directory: %w", err)
	}
	path := filepath.Join(dir, runsFile)
	s := &store{dir: dir, plan: p}
	err := s.openRuns(path, resume, warn)
	if detail := (*result.Error)(nil); err != nil && !errors.As(err, &detail) {
		err = fmt.Errorf("--out: cannot write the results: %w", err)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// keepExperiment writes the experiment beside its runs, which it closes when it fails.
func (s *store) keepExperiment() error {
	data, err := s.plan.File.Marshal()
	if err == nil {
		err = keepTrace(s.dir, s.plan)
	}
	if err == nil {
		err = replaceFile(filepath.Join(s.dir, experimentFile), data)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("--out: cannot write the experiment: %w", err), s.runs.Close())
	}
	return nil
}

func (s *store) openRuns(path string, resume bool, warn io.Writer) (err error) {
	if !resume {
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
// bytes, and closes the store. The file is replaced as a whole or not at all.
func (s *store) finish() error {
	before := keys(s.records)
	s.plan.Sort(s.records)
	return s.close(before)
}

// close closes the store, and writes its runs anew when their order is not the one before.
func (s *store) close(before string) error {
	if err := s.runs.Close(); err != nil {
		return err
	}
	if after := keys(s.records); before == after {
		return nil
	}
	var data bytes.Buffer
	for _, r := range s.records {
		line, err := result.Encode(r)
		if err != nil {
			return err
		}
		data.Write(append(line, '\n'))
	}
	return replaceFile(filepath.Join(s.dir, runsFile), data.Bytes())
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
