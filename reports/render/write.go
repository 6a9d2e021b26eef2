package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/govbench/govbench/reports/result"
)

// Write writes every file of a report into dir, which it creates: report.html, report.md, summary.csv,
// bench.txt, environment.json and plots/. A file is replaced whole or not at all. runs.jsonl and
// experiment.yaml belong to whoever ran the experiment and are not touched.
func Write(dir string, in Input) error {
	var files []outputFile
	for _, f := range []struct {
		name  string
		write func(io.Writer, Input) error
	}{
		{"report.html", writeHTML},
		{"report.md", writeMarkdown},
		{"summary.csv", writeCSV},
		{"bench.txt", writeBench},
		{"environment.json", writeEnvironment},
	} {
		files = append(files, outputFile{f.name, func(w io.Writer) error { return f.write(w, in) }})
	}
	return writeFiles(dir, in.Figures, files)
}

// outputFile is a file of a report.
type outputFile struct {
	name  string
	write func(io.Writer) error
}

// writeFiles writes files and figures into dir, which it creates.
func writeFiles(dir string, figures []result.Figure, files []outputFile) error {
	if err := os.MkdirAll(filepath.Join(dir, "plots"), 0o755); err != nil {
		return err
	}
	for _, f := range files {
		var buf bytes.Buffer
		if err := f.write(&buf); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if err := replace(filepath.Join(dir, f.name), buf.Bytes()); err != nil {
			return err
		}
	}
	for _, f := range figures {
		if f.Name == "" || f.Name != filepath.Base(f.Name) {
			return fmt.Errorf("figure name %q is not a file name", f.Name)
		}
		if err := replace(filepath.Join(dir, "plots", f.Name+".svg"), f.SVG); err != nil {
			return err
		}
		if err := replace(filepath.Join(dir, "plots", f.Name+".png"), f.PNG); err != nil {
			return err
		}
	}
	return nil
}

func writeEnvironment(w io.Writer, in Input) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(in.Environment)
}

// replace writes a file beside its final name and renames it.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
