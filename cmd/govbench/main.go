// Command govbench compares chain designs for government services: it runs experiments on simulated
// or live groups of replicas and writes throughput and latency reports.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/govbench/govbench/reports/term"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // an invariant broke, a gate failed, or a run failed
	exitInput  = 2 // the input is wrong
)

// gcPercent trades memory for time: runs allocate steadily and live briefly. GOGC overrides it.
const gcPercent = 800

// memoryLimit is where that trade ends: from here on memory is collected as often as it takes. A run that is
// offered far more than it carries then holds a third of what it would. GOMEMLIMIT overrides it.
const memoryLimit = 2 << 30

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once
	}()
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// failure is an error that is not a wrong input.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// execute runs one command line and returns the exit status.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot(stdout, stderr)
	root.SetArgs(args)
	return guarded(root.ErrOrStderr(), func() int { return report(root.ExecuteContext(ctx), root.ErrOrStderr()) })
}

// guarded ends with a status of its own where the program breaks: Go's is that of a wrong input.
func guarded(stderr io.Writer, run func() int) (status int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(stderr, "govbench: a bug: %s\n%s\n%s\nPlease report this with the command line; finished runs are kept.\n",
				term.Clean(fmt.Sprint(p)), version(), term.CleanLines(string(debug.Stack())))
			status = exitFailed
		}
	}()
	return run()
}

// report says what went wrong, if anything, and returns the exit status.
func report(err error, stderr io.Writer) int {
	if err == nil {
		return exitOK
	}
	page := term.Of(stderr)
	fmt.Fprintf(page, "%s %s\n", page.Paint(term.Bad, "govbench:"), term.CleanLines(err.Error()))
	var failed failure
	if errors.As(err, &failed) {
		return exitFailed
	}
	return exitInput
}
