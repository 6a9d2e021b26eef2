package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/gobench"
	"github.com/govbench/govbench/reports/result"
)

// measured is a command that prints results: run records as JSON lines or benchmarks in Go's format.
type measured struct {
	flag    string // that gave it, for errors
	words   []string
	timeout time.Duration
}

// newMeasured reads a command line. Its program must exist.
func newMeasured(flag, line string, timeout time.Duration) (measured, error) {
	words, err := commandWords(line)
	if err != nil {
		return measured{}, fmt.Errorf("%s: %w", flag, err)
	}
	if _, err := exec.LookPath(words[0]); err != nil && !errors.Is(err, exec.ErrDot) {
		return measured{}, fmt.Errorf("%s: found the command %q: %w; a program here begins with ./", flag, words[0], err)
	}
	return measured{flag, words, timeout}, nil
}

// printedMax bounds what a command may print, so that a runaway does not fill the memory.
const printedMax = 64 << 20

// lastWords is how much of stderr an error quotes.
const lastWords = 600

// hangTime is how long a command that was stopped, or its children, may hold on to its output.
const hangTime = 5 * time.Second

// freshDir in a command stands for a directory that is made for one run and removed after it.
const freshDir = "{dir}"

// prepared is the command with a directory of its own where it asks for one, and what removes that.
func (m measured) prepared() (words []string, remove func() error, err error) {
	words, remove = slices.Clone(m.words), func() error { return nil }
	for i, word := range words {
		if !strings.Contains(word, freshDir) {
			continue
		}
		dir, err := os.MkdirTemp("", "govbench-gate-")
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", m.flag, err)
		}
		words[i] = strings.ReplaceAll(word, freshDir, dir)
		before := remove
		remove = func() error { return errors.Join(before(), os.RemoveAll(dir)) }
	}
	return words, remove, nil
}

// run runs the command once and reads what it printed. Whatever goes wrong is an error that names the
// command, and then nothing that it printed counts.
func (m measured) run(ctx context.Context) (records []result.Record, err error) {
	words, remove, err := m.prepared()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	limited, stop := context.WithTimeout(ctx, m.timeout)
	defer stop()
	cmd := exec.CommandContext(limited, words[0], words[1:]...)
	out, diary := tail{most: printedMax}, tail{most: lastWords}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &diary, hangTime
	endWithChildren(cmd)
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fmt.Errorf("%s took longer than --timeout %v and was stopped%s", m.flag, m.timeout, diary.quote())
	case err != nil:
		return nil, fmt.Errorf("%s: %q: %w%s", m.flag, strings.Join(m.words, " "), err, diary.quote())
	case out.lost:
		return nil, fmt.Errorf("%s printed more than %d MiB: allowed are run records or benchmarks", m.flag, printedMax>>20)
	case len(bytes.TrimSpace(out.kept)) == 0:
		return nil, fmt.Errorf("%s printed nothing on stdout: allowed are run records (govbench run --json) or benchmarks in Go's format%s", m.flag, diary.quote())
	}
	return gobench.ReadAny("stdout of "+m.flag, out.kept)
}

// tail keeps at least the last most bytes of what is written to it.
type tail struct {
	most int
	kept []byte
	lost bool // more than most was written
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	t.lost = t.lost || len(t.kept) > t.most
	if len(t.kept) > 2*t.most {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-t.most:]...)
	}
	return len(p), nil
}

// quote is the text for an error, if there is any.
func (t *tail) quote() string {
	text := strings.TrimSpace(string(t.kept[max(len(t.kept)-t.most, 0):]))
	if text == "" {
		return ""
	}
	return "; its last words on stderr:\n" + text
}
