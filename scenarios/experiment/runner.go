package experiment

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/govbench/govbench/reports/result"
)

// Options of a run of a whole plan.
type Options struct {
	Jobs int // cells at a time; at least 1
	// Have holds the runs that need not be made again.
	Have map[Key]bool
	// Keep stores a record; it is called in the order of the plan, one call at a time, each as soon
	// as the record and all before it are there.
	Keep func(result.Record) error
	// Progress, when set, hears of every finished cell in the order in which they finish.
	Progress func(done, total int, rec result.Record)
}

// Run runs the plan's cells and returns the records that were kept, in the order of the plan. A cell
// that cannot be run gives a record with a failed check. When ctx ends, cells under way are given up
// and every finished one is kept.
func (p *Plan) Run(ctx context.Context, opts Options) ([]result.Record, error) {
	cells, err := p.missing(opts.Have)
	if err != nil {
		return nil, err
	}
	jobs := min(max(opts.Jobs, 1), len(cells))
	k := &keeper{opts: opts, finished: make([]*result.Record, len(cells))}
	next := make(chan int)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for i := range next {
				rec, err := cells[i].run(ctx)
				if ctx.Err() != nil {
					continue
				}
				if err != nil {
					rec = cells[i].failed(err)
				}
				k.put(i, rec)
			}
		})
	}
	for i := range cells {
		if ctx.Err() != nil || k.broken() {
			break
		}
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	return k.close(ctx)
}

// Key tells the runs of a result set apart.
type Key struct {
	Cell  string
	Seed  uint64
	Trial int
}

// KeyOf is the key of a record.
func KeyOf(r result.Record) Key { return Key{r.Cell, r.Seed, r.Trial} }

// missing lists the cells that are not among the runs that are there.
func (p *Plan) missing(have map[Key]bool) ([]*Cell, error) {
	if len(have) == 0 {
		return p.Cells, nil
	}
	var out []*Cell
	for _, c := range p.Cells {
		hash, err := c.Hash()
		if err != nil {
			return nil, err
		}
		if !have[Key{hash, c.seed(), c.Trial}] {
			out = append(out, c)
		}
	}
	return out, nil
}

// keeper puts records back into the order of the plan.
type keeper struct {
	opts     Options
	mu       sync.Mutex
	finished []*result.Record
	next     int // first record that was not kept
	count    int
	kept     []result.Record
	err      error
}

func (k *keeper) put(i int, rec result.Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.finished[i] = &rec
	k.count++
	if k.opts.Progress != nil {
		k.opts.Progress(k.count, len(k.finished), rec)
	}
	for k.err == nil && k.next < len(k.finished) && k.finished[k.next] != nil {
		k.keep(k.next)
		k.next++
	}
}

func (k *keeper) keep(i int) {
	if k.opts.Keep != nil {
		if k.err = k.opts.Keep(*k.finished[i]); k.err != nil {
			return
		}
	}
	k.kept = append(k.kept, *k.finished[i])
}

func (k *keeper) broken() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err != nil
}

// close keeps what finished out of order before the run was stopped.
func (k *keeper) close(ctx context.Context) ([]result.Record, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for ; k.err == nil && k.next < len(k.finished); k.next++ {
		if k.finished[k.next] != nil {
			k.keep(k.next)
		}
	}
	if k.err != nil {
		return k.kept, k.err
	}
	return k.kept, ctx.Err()
}

// run runs one cell on the runtime that its design and clock ask for.
func (c *Cell) run(ctx context.Context) (rec result.Record, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the run broke: %v\n%s", p, debug.Stack())
		}
	}()
	engine, ok := engineNamed(c.Design.Protocol)
	if !ok {
		return rec, unknown("protocol", c.Design.Protocol, engineNames())
	}
	if engine.Pure {
		return c.runVirtual(ctx, engine)
	}
	return c.runHashiraft(ctx)
}

// failed is the record of a cell that could not be run.
func (c *Cell) failed(err error) result.Record {
	hash, hashErr := c.Hash()
	rt := result.Virtual
	if engine, ok := engineNamed(c.Design.Protocol); ok && !engine.Pure {
		rt = c.engineRuntime()
	}
	rec := c.record(hash, rt)
	rec.Checks = []result.Check{{Name: "the run ended", Detail: errors.Join(err, hashErr).Error()}}
	return rec
}

// engineRuntime is the runtime of a third-party engine on this cell's clock.
func (c *Cell) engineRuntime() result.Runtime {
	if c.Clock == WallClock {
		return result.Wall
	}
	return result.Bubble
}
