package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"sync"

	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/sim"
)

// options are the flags.
type options struct {
	gates, trials, jobs int
	confirm             int
	slowdown            float64
	stretch             float64
	seed                uint64
	out                 string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	o := options{}
	pflag.IntVar(&o.gates, "gates", 200, "`N` gates of each kind")
	pflag.IntVar(&o.trials, "trials", 20, "`N` trials of each side in a gate")
	pflag.IntVar(&o.confirm, "confirm", 50, "the first `N` planted gates are confirmed when they fail; A/A gates always are")
	pflag.IntVar(&o.jobs, "jobs", 1, "`N` gates at a time; more of them disturb each other")
	pflag.Float64Var(&o.slowdown, "slowdown", 0.05, "`SHARE` by which the planted side is slower")
	pflag.Float64Var(&o.stretch, "stretch", 0, "`SHARE` by which messages of the planted side travel longer (default: found by trial)")
	pflag.Uint64Var(&o.seed, "seed", 1, "`N` that the random orders are drawn from")
	pflag.StringVar(&o.out, "out", "gate-trials.jsonl", "`FILE` of the results, a gate a line; gates that it holds are not made again")
	pflag.Parse()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "gatetrial: %v\n", err)
		os.Exit(1)
	}
}

// run makes the gates that are missing and tells the figures.
func run(ctx context.Context, o options, w io.Writer) error {
	if o.gates < 1 || o.trials < 1 || o.jobs < 1 || o.slowdown <= 0 {
		return errors.New("--gates, --trials, --jobs and --slowdown: allowed are numbers above 0")
	}
	lines, err := readLines(o.out)
	if err != nil {
		return err
	}
	missing := missing(o, lines)
	if len(missing) > 0 {
		if o.stretch == 0 {
			if o.stretch, err = plant(ctx, o, w); err != nil {
				return err
			}
		}
		made, err := makeGates(ctx, o, missing, w)
		lines = append(lines, made...)
		if err != nil {
			return err
		}
	}
	tell(w, o, lines)
	return nil
}

// job is a gate to be made.
type job struct {
	kind kind
	gate int
}

// missing lists the gates that the file lacks, both kinds shuffled together.
func missing(o options, lines []line) []job {
	have := map[job]bool{}
	for _, l := range lines {
		have[job{l.Kind, l.Gate}] = true
	}
	var out []job
	for n := range o.gates {
		for _, k := range []kind{same, planted} {
			if j := (job{k, n}); !have[j] {
				out = append(out, j)
			}
		}
	}
	stream := sim.NewStream(o.seed, "gatetrial/gates")
	for i := len(out) - 1; i > 0; i-- {
		j := stream.Below(uint64(i) + 1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// makeGates makes gates, so many at a time, and appends each to the file as it ends.
func makeGates(ctx context.Context, o options, jobs []job, w io.Writer) ([]line, error) {
	f, err := os.OpenFile(o.out, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	benches := map[kind]*bench{}
	for k, stretch := range map[kind]float64{same: 0, planted: o.stretch} {
		if benches[k], err = newBench(o.trials, stretch); err != nil {
			return nil, err
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue := make(chan job)
	var mu sync.Mutex
	var made []line
	var failures []error
	keep := func(l line, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			err = json.NewEncoder(f).Encode(l)
		}
		if err != nil {
			failures = append(failures, err)
			stop()
			return
		}
		made = append(made, l)
		fmt.Fprintf(w, "%d of %d: %s gate %d: failed %v, %+.2f %%, p %.2g\n", len(made), len(jobs), l.Kind, l.Gate, l.First.Failed, 100*l.First.Change, l.First.P)
	}
	var workers sync.WaitGroup
	for range o.jobs {
		workers.Go(func() {
			for j := range queue {
				confirm := j.kind == same || j.gate < o.confirm
				keep(benches[j.kind].gate(ctx, j, seedOf(o.seed, j), confirm))
			}
		})
	}
	for _, j := range jobs {
		if ctx.Err() != nil {
			break
		}
		queue <- j
	}
	close(queue)
	workers.Wait()
	if len(failures) > 0 {
		return made, failures[0]
	}
	return made, ctx.Err()
}

// seedOf is where a gate's sessions draw their orders from.
func seedOf(seed uint64, j job) uint64 {
	return sim.NewStream(seed, fmt.Sprintf("gatetrial/%s/%d", j.kind, j.gate)).Uint64() | 1
}

// readLines reads the gates that a file holds; none when there is no such file.
func readLines(path string) ([]line, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []line
	in := bufio.NewScanner(f)
	for in.Scan() {
		var l line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("%s:%d: %w; take the line out", path, len(out)+1, err)
		}
		out = append(out, l)
	}
	return out, in.Err()
}

// counts sum up the gates of one kind.
type counts struct {
	gates, failed    int
	tried, confirmed int // failed gates that were made once more, and those that failed again
	broken           int
	changes          []float64
}

func count(lines []line, k kind, gates int) counts {
	var c counts
	for _, l := range lines {
		if l.Kind != k || l.Gate >= gates {
			continue
		}
		c.gates++
		c.broken += len(l.Broken)
		c.changes = append(c.changes, l.First.Change)
		if l.First.Failed {
			c.failed++
		}
		if l.Confirm != nil {
			c.tried++
			if l.Confirm.Failed {
				c.confirmed++
			}
		}
	}
	slices.Sort(c.changes)
	return c
}

// tell prints the figures with their intervals.
func tell(w io.Writer, o options, lines []line) {
	share := func(k, n int) string {
		low, high := stats.Proportion(k, n)
		return fmt.Sprintf("%d of %d (%.1f %%; 95 %% interval %.1f to %.1f %%)", k, n, 100*float64(k)/float64(n), 100*low, 100*high)
	}
	for _, k := range []kind{same, planted} {
		c := count(lines, k, o.gates)
		if c.gates == 0 {
			continue
		}
		fmt.Fprintf(w, "%s: %s failed\n", k, share(c.failed, c.gates))
		if c.tried > 0 {
			fmt.Fprintf(w, "  once more with fresh trials: %s failed again\n", share(c.confirmed, c.tried))
		}
		fmt.Fprintf(w, "  change of %s: median %+.2f %%, from %+.2f to %+.2f %%; %d sessions broke and were made again\n",
			metric, 100*c.changes[c.gates/2], 100*c.changes[0], 100*c.changes[c.gates-1], c.broken)
	}
}
