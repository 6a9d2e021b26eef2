package experiment

import (
	"sync"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// keeper stores the records of runs beside the workers that make them, so that no cell waits for the disk. What ends while
// one sync is under way, or soon after it, shares the next one.
type keeper struct {
	opts    Options
	total   int
	mu      *sync.Mutex // held while a hook is called, but not while the disk is waited for
	stop    func()      // ends the run
	records chan result.Record
	ended   sync.WaitGroup
	stored  []result.Record // that wait for a sync
	done    int             // runs whose records are durable
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
	pace := time.NewTimer(0) // fires when the next sync is due; stopped while nothing waits for one
	defer pace.Stop()
	<-pace.C
	for last := time.Now(); ; {
		select {
		case rec, ok := <-k.records:
			if !ok {
				k.settle()
				return
			}
			if k.keep(rec); len(k.stored) == 1 {
				pace.Reset(k.opts.SyncEvery - time.Since(last))
			}
		case <-pace.C:
			k.settle()
			last = time.Now()
		}
	}
}

// keep stores a record. Without Sync it is durable at once.
func (k *keeper) keep(rec result.Record) {
	if k.err != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.opts.Keep(rec); err != nil {
		k.fail(err)
		return
	}
	k.stored = append(k.stored, rec)
	if k.opts.Sync == nil {
		k.count()
	}
}

// settle makes durable what is stored, and only then counts it.
func (k *keeper) settle() {
	if k.err != nil || len(k.stored) == 0 {
		return
	}
	if err := k.opts.Sync(); err != nil {
		k.fail(err)
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count()
}

// fail ends the run.
func (k *keeper) fail(err error) {
	k.err = err
	k.stop()
}

// count counts the runs whose records are durable now.
func (k *keeper) count() {
	for _, rec := range k.stored {
		if k.done++; k.opts.Progress != nil {
			k.opts.Progress(k.done, k.total, rec)
		}
	}
	k.stored = k.stored[:0]
}
