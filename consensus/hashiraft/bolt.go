package hashiraft

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb/v2"

	"github.com/govbench/govbench/consensus"
)

// logCacheSize is how many of the newest entries a replica on the wall clock keeps in memory, so that
// replication does not read the file.
//
// assumed: the value of Consul and Nomad, the library's own users.
const logCacheSize = 512

// snapshotsKept is how many snapshots a replica on the wall clock keeps on disk.
const snapshotsKept = 2

// meteredBolt measures the writes of an unmodified bolt store.
type meteredBolt struct {
	*raftboltdb.BoltStore
	meter *diskMeter
}

func (b meteredBolt) measure(size int, write func() error) error {
	start := time.Now()
	err := write()
	b.meter.add(time.Since(start), 1, size)
	return err
}

// StoreLog implements raft.LogStore.
func (b meteredBolt) StoreLog(log *raft.Log) error { return b.StoreLogs([]*raft.Log{log}) }

// StoreLogs implements raft.LogStore.
func (b meteredBolt) StoreLogs(logs []*raft.Log) error {
	size := 0
	for _, l := range logs {
		size += logBytes + len(l.Data)
	}
	return b.measure(size, func() error { return b.BoltStore.StoreLogs(logs) })
}

// Set implements raft.StableStore.
func (b meteredBolt) Set(key, val []byte) error {
	return b.measure(len(key)+len(val), func() error { return b.BoltStore.Set(key, val) })
}

// SetUint64 implements raft.StableStore.
func (b meteredBolt) SetUint64(key []byte, val uint64) error {
	return b.measure(len(key)+8, func() error { return b.BoltStore.SetUint64(key, val) })
}

// storage is everything a replica keeps on its disk in one of its lives.
type storage struct {
	logs   raft.LogStore
	stable raft.StableStore
	snaps  raft.SnapshotStore
	mem    *memStore // Bubble
	close  func() error
}

// openBolt opens a replica's files under dir, new or as an earlier life left them.
func openBolt(dir string, id consensus.NodeID, meter *diskMeter, logger hclog.Logger) (storage, error) {
	dir = filepath.Join(dir, "replica-"+strconv.Itoa(int(id)))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return storage{}, fmt.Errorf("hashiraft: %w", err)
	}
	bolt, err := raftboltdb.NewBoltStore(filepath.Join(dir, "raft.db"))
	if err != nil {
		return storage{}, fmt.Errorf("hashiraft: log of replica %d: %w", id, err)
	}
	store := meteredBolt{BoltStore: bolt, meter: meter}
	cache, err := raft.NewLogCache(logCacheSize, store)
	if err != nil {
		return storage{}, fmt.Errorf("hashiraft: %w", err)
	}
	snaps, err := raft.NewFileSnapshotStoreWithLogger(dir, snapshotsKept, logger)
	if err != nil {
		return storage{}, fmt.Errorf("hashiraft: snapshots of replica %d: %w", id, err)
	}
	return storage{logs: cache, stable: store, snaps: snaps, close: bolt.Close}, nil
}
