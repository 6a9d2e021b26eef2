package experiment

import (
	"sync"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// keeper stores the records of runs beside the workers that make them, so that no cell waits for the disk. Every record is
// written at once, which is enough to outlive the process, and becomes durable together with all that are written while
// the disk is busy or at rest.
type keeper struct {
	opts    Options
	total   int
	mu      *sync.Mutex // held while a hook is called, but not while the disk is waited for
	stop    func()      // ends the run
	records chan result.Record
	written []result.Record // those that are not durable yet
	wake    chan struct{}   // tells that there are such
	over    chan struct{}   // closed when there will be no more
	ended   sync.WaitGroup
	done    int // runs whose records are durable
	err     error
}

// gatherMax bounds the records that wait to be written; then workers wait, too.
const gatherMax = 256

// syncPace is the least time from one sync to the next while cells run: a sync takes as much processor time as a tenth of a
// small cell, and a hundred records share it.
const syncPace = 50 * time.Millisecond

func newKeeper(opts Options, total int, mu *sync.Mutex, stop func()) *keeper {
	k := &keeper{opts: opts, total: total, mu: mu, stop: stop,
		records: make(chan result.Record, gatherMax), wake: make(chan struct{}, 1), over: make(chan struct{})}
	k.ended.Go(k.writeAll)
	k.ended.Go(k.syncAll)
	return k
}

// close waits until every record is durable, and tells whether that is one of every cell.
func (k *keeper) close() (all bool, err error) {
	close(k.records)
	k.ended.Wait()
	return k.done == k.total, k.err
}

// writeAll writes records until there are no more. After an error it drops the rest, so that no worker waits in vain.
func (k *keeper) writeAll() {
	for rec := range k.records {
		k.write(rec)
	}
	close(k.over)
	close(k.wake)
}

func (k *keeper) write(rec result.Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return
	}
	if err := k.opts.Keep(rec); err != nil {
		k.fail(err)
		return
	}
	k.written = append(k.written, rec)
	select {
	case k.wake <- struct{}{}:
	default: // it is awake
	}
}

// syncAll makes durable what was written until there is no more.
func (k *keeper) syncAll() {
	next := time.Now()
	for range k.wake {
		select {
		case <-k.over:
		case <-time.After(time.Until(next)):
		}
		k.sync()
		next = time.Now().Add(syncPace)
	}
}

// sync makes durable what was written until now, and only then counts it.
func (k *keeper) sync() {
	k.mu.Lock()
	defer k.mu.Unlock()
	batch := k.written
	k.written = nil
	if len(batch) == 0 {
		return
	}
	if k.opts.Sync != nil {
		k.mu.Unlock()
		err := k.opts.Sync()
		k.mu.Lock()
		if err != nil {
			k.fail(err)
			return
		}
	}
	for _, rec := range batch {
		if k.done++; k.opts.Progress != nil {
			k.opts.Progress(k.done, k.total, rec)
		}
	}
}

// fail ends the run with its first error. The caller holds mu.
func (k *keeper) fail(err error) {
	if k.err == nil {
		k.err = err
		k.stop()
	}
}
