package hashiraft

import (
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/sim/resource"
)

// diskMeter counts what one replica's disk did, over all its lives.
type diskMeter struct {
	mu     sync.Mutex
	busy   time.Duration
	fsyncs uint64
	synced func(size int) // nil: nobody watches
}

func (m *diskMeter) add(busy time.Duration, fsyncs uint64, size int) {
	m.mu.Lock()
	m.busy += busy
	m.fsyncs += fsyncs
	m.mu.Unlock()
	if m.synced != nil && size > 0 {
		m.synced(size)
	}
}

func (m *diskMeter) read() (time.Duration, uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.busy, m.fsyncs
}

// image is what is on a modelled disk.
type image struct {
	first, last uint64
	logs        map[uint64]*raft.Log // immutable entries
	words       map[string]uint64
	texts       map[string][]byte
}

func newImage() *image {
	return &image{logs: map[uint64]*raft.Log{}, words: map[string]uint64{}, texts: map[string][]byte{}}
}

func (m *image) clone() *image {
	c := newImage()
	c.first, c.last = m.first, m.last
	for k, v := range m.logs {
		c.logs[k] = v
	}
	for k, v := range m.words {
		c.words[k] = v
	}
	for k, v := range m.texts {
		c.texts[k] = v
	}
	return c
}

// memStore is the log and the stable store of one life of a replica in a bubble: in memory, behind a
// the simulator's disk. A write returns when it is durable. The engine collects the blocks that wait meanwhile into its next write, which is
// the group commit of a real disk.
type memStore struct {
	mu    sync.Mutex
	image *image

	loop  *loop
	meter *diskMeter
	disk  *resource.Disk // guarded by mu
	slow  func() uint32  // percent of its normal time that the disk takes now
	dead  <-chan struct{}
}

var (
	_ raft.LogStore          = (*memStore)(nil)
	_ raft.StableStore       = (*memStore)(nil)
	_ raft.MonotonicLogStore = (*memStore)(nil)
)

// errNotFound is the text by which the engine knows an absent key.
var errNotFound = errors.New("not found")

// freeze returns what is durable now. What the life that crashed writes later reaches only its own
// ghost of a disk.
func (s *memStore) freeze() *image {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.image.clone()
}

// write waits until size bytes are durable, then changes the image.
func (s *memStore) write(size int, change func(*image)) {
	s.mu.Lock()
	busy, fsyncs := s.disk.Busy(), s.disk.Fsyncs()
	s.disk.Slow(s.slow())
	at := s.disk.Append(s.loop.now(), size)
	busy, fsyncs = s.disk.Busy()-busy, s.disk.Fsyncs()-fsyncs
	s.mu.Unlock()
	s.loop.sleep(at, s.dead)
	s.mu.Lock()
	change(s.image)
	s.mu.Unlock()
	s.meter.add(busy, fsyncs, size)
}

// IsMonotonic implements raft.MonotonicLogStore: after a snapshot the older log is dropped as a whole.
func (s *memStore) IsMonotonic() bool { return true }

// FirstIndex implements raft.LogStore.
func (s *memStore) FirstIndex() (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.image.first, nil
}

// LastIndex implements raft.LogStore.
func (s *memStore) LastIndex() (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.image.last, nil
}

// GetLog implements raft.LogStore.
func (s *memStore) GetLog(index uint64, log *raft.Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.image.logs[index]
	if !ok {
		return raft.ErrLogNotFound
	}
	*log = *l
	return nil
}

// StoreLog implements raft.LogStore.
func (s *memStore) StoreLog(log *raft.Log) error { return s.StoreLogs([]*raft.Log{log}) }

// StoreLogs implements raft.LogStore: one write and one sync for all of them.
func (s *memStore) StoreLogs(logs []*raft.Log) error {
	size := 0
	for _, l := range logs {
		size += logBytes + len(l.Data)
	}
	s.write(size, func(m *image) {
		for _, l := range logs {
			m.logs[l.Index] = l
			if m.first == 0 {
				m.first = l.Index
			}
			m.last = max(m.last, l.Index)
		}
	})
	return nil
}

// DeleteRange implements raft.LogStore. It costs nothing: files of old entries are unlinked.
func (s *memStore) DeleteRange(low, high uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.image
	for i := low; i <= high; i++ {
		delete(m.logs, i)
	}
	if low <= m.first {
		m.first = high + 1
	}
	if high >= m.last {
		m.last = low - 1
	}
	if m.first > m.last {
		m.first, m.last = 0, 0
	}
	return nil
}

// Set implements raft.StableStore.
func (s *memStore) Set(key, val []byte) error {
	s.write(len(key)+len(val), func(m *image) { m.texts[string(key)] = append([]byte(nil), val...) })
	return nil
}

// Get implements raft.StableStore.
func (s *memStore) Get(key []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	val, ok := s.image.texts[string(key)]
	if !ok {
		return nil, errNotFound
	}
	return append([]byte(nil), val...), nil
}

// SetUint64 implements raft.StableStore.
func (s *memStore) SetUint64(key []byte, val uint64) error {
	s.write(len(key)+8, func(m *image) { m.words[string(key)] = val })
	return nil
}

// GetUint64 implements raft.StableStore.
func (s *memStore) GetUint64(key []byte) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	val, ok := s.image.words[string(key)]
	if !ok {
		return 0, errNotFound
	}
	return val, nil
}
