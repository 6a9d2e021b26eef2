package main

import (
	"errors"
	"fmt"
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

// store is an output directory while an experiment runs.
type store struct {
	*result.Writer
	records  []result.Record
	finished map[experiment.Key]bool // runs that were there before
}

// openStore prepares an output directory. With resume, runs that are there already stay and are not
// made again.
func openStore(dir string, resume bool, p *experiment.Plan) (*store, error) {
	path := filepath.Join(dir, runsFile)
	s := &store{finished: map[experiment.Key]bool{}}
	var err error
	if resume {
		s.Writer, s.records, _, err = result.Resume(path)
		for _, r := range s.records {
			s.finished[experiment.KeyOf(r)] = true
		}
	} else {
		s.Writer, err = result.Create(path)
	}
	if err != nil {
		var detail *result.Error
		if !errors.As(err, &detail) {
			err = fmt.Errorf("--out: cannot write the results: %w", err)
		}
		return nil, err
	}
	data, err := p.File.Marshal()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, experimentFile), data, 0o644)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--out: cannot write the experiment: %w", err), s.Close())
	}
	return s, nil
}

func (s *store) keep(r result.Record) error {
	if err := s.Append(r); err != nil {
		return err
	}
	s.records = append(s.records, r)
	return nil
}
