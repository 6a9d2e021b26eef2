package experiment

import (
	"sync"

	"github.com/govbench/govbench/reports/result"
)

// keeper stores the records of runs beside the workers that make them, so that no cell waits for the disk: while one
// batch becomes durable, the next one gathers.
type keeper struct {
	opts    Options
	total   int
	mu      *sync.Mutex // held while a hook is called, but not while the disk is waited for
	stop    func()      // ends the run
	records chan result.Record
	ended   sync.WaitGroup
	done    int // runs whose records are durable
	err     error
}

// gatherMax bounds the records that wait for the disk; then workers wait, too.
const gatherMax = 256

func newKeeper(opts Options, total int, mu *sync.Mutex, stop func()) *keeper {
	k := &keeper{opts: opts, total: total, mu: mu, stop: stop, records: make(chan result.Record, gatherMax)}
	k.ended.Go(k.keepAll)
	return k
}

// close waits until every record is durable, and tells whether that is one of every cell.
func (k *keeper) close() (all bool, err error) {
	close(k.records)
	k.ended.Wait()
	return k.done == k.total, k.err
}

// keepAll stores records until there are no more. After an error it drops the rest, so that no worker waits in vain.
func (k *keeper) keepAll() {
	for first := range k.records {
		batch := k.gather(first)
		if k.err != nil {
			continue
		}
		if k.err = k.keep(batch); k.err != nil {
			k.stop()
		}
	}
}

// gather takes the records that are there already, the given one first.
func (k *keeper) gather(first result.Record) []result.Record {
	batch := []result.Record{first}
	for len(batch) < gatherMax {
		select {
		case rec, ok := <-k.records:
			if !ok {
				return batch
			}
			batch = append(batch, rec)
		default:
			return batch
		}
	}
	return batch
}

// keep stores a batch, makes it durable, and only then counts it.
func (k *keeper) keep(batch []result.Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, rec := range batch {
		if err := k.opts.Keep(rec); err != nil {
			return err
		}
		if k.opts.Sync == nil {
			k.count(rec)
		}
	}
	if k.opts.Sync == nil {
		return nil
	}
	k.mu.Unlock()
	err := k.opts.Sync()
	k.mu.Lock()
	if err != nil {
		return err
	}
	for _, rec := range batch {
		k.count(rec)
	}
	return nil
}

// count counts a run whose record is durable.
func (k *keeper) count(rec result.Record) {
	if k.done++; k.opts.Progress != nil {
		k.opts.Progress(k.done, k.total, rec)
	}
}
