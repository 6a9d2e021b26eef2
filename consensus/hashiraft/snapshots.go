package hashiraft

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/raft"
)

// memSnapshots is a replica's snapshot store in a bubble: the newest complete snapshot, which
// survives crashes. (The library's own in-memory store shows a snapshot before it is complete.)
type memSnapshots struct {
	mu     sync.Mutex
	meta   raft.SnapshotMeta
	data   []byte
	exists bool
}

var _ raft.SnapshotStore = (*memSnapshots)(nil)

// Create implements raft.SnapshotStore.
func (s *memSnapshots) Create(version raft.SnapshotVersion, index, term uint64, configuration raft.Configuration,
	configurationIndex uint64, _ raft.Transport) (raft.SnapshotSink, error) {
	if version != raft.SnapshotVersionMax {
		return nil, fmt.Errorf("hashiraft: snapshot version %d", version)
	}
	return &memSink{store: s, meta: raft.SnapshotMeta{
		Version: version, ID: fmt.Sprintf("%d-%d", term, index), Index: index, Term: term,
		Configuration: configuration, ConfigurationIndex: configurationIndex,
	}}, nil
}

// List implements raft.SnapshotStore.
func (s *memSnapshots) List() ([]*raft.SnapshotMeta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.exists {
		return nil, nil
	}
	meta := s.meta
	return []*raft.SnapshotMeta{&meta}, nil
}

// Open implements raft.SnapshotStore.
func (s *memSnapshots) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.exists || s.meta.ID != id {
		return nil, nil, fmt.Errorf("hashiraft: no snapshot %s", id)
	}
	meta := s.meta
	return &meta, io.NopCloser(bytes.NewReader(s.data)), nil
}

// memSink is a snapshot that is being written.
type memSink struct {
	store  *memSnapshots
	meta   raft.SnapshotMeta
	buf    bytes.Buffer
	closed bool
}

// ID implements raft.SnapshotSink.
func (k *memSink) ID() string { return k.meta.ID }

// Write implements io.Writer.
func (k *memSink) Write(p []byte) (int, error) {
	if k.closed {
		return 0, errors.New("hashiraft: write to a closed snapshot")
	}
	return k.buf.Write(p)
}

// Close makes the snapshot the store's newest.
func (k *memSink) Close() error {
	if k.closed {
		return nil
	}
	k.closed = true
	k.meta.Size = int64(k.buf.Len())
	k.store.mu.Lock()
	defer k.store.mu.Unlock()
	k.store.meta, k.store.data, k.store.exists = k.meta, k.buf.Bytes(), true
	return nil
}

// Cancel implements raft.SnapshotSink.
func (k *memSink) Cancel() error {
	k.closed = true
	return nil
}
