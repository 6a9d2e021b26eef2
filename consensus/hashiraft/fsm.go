package hashiraft

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
)

// sessionsKept is how many executed commands a replica remembers the answers of. All replicas forget
// the same ones, but nothing is executed twice even then: identifiers are never forgotten.
const sessionsKept = 1 << 16

// idSet is a set of the dense command identifiers.
type idSet struct{ words []uint64 }

func (s *idSet) has(id consensus.CommandID) bool {
	w := uint64(id) >> 6
	return w < uint64(len(s.words)) && s.words[w]>>(uint64(id)&63)&1 != 0
}

func (s *idSet) add(id consensus.CommandID) {
	w := uint64(id) >> 6
	for w >= uint64(len(s.words)) {
		s.words = append(s.words, 0)
	}
	s.words[w] |= 1 << (uint64(id) & 63)
}

// ordered tells the loop that a replica learned of a committed log entry. Block is nil when all its
// commands had been executed before, because they were proposed twice.
type ordered struct {
	at       time.Duration // run time
	sequence uint64
	block    *consensus.Block
	commands []consensus.CommandID // all of the entry's, repeated ones too
	state    consensus.Digest      // after it, once executed
}

// fsm is the replicated program of one life of a replica, a raft.FSM. Sessions make execution exactly
// once: of a command that stands in the log twice, the second place is passed over.
type fsm struct {
	shared  *sharedBlocks
	execute func(commands int) bool // waits for the CPU; false: the replica stopped
	now     func() time.Duration    // run time
	onOrder func(ordered)
	onState func(ordered)
	onFail  func(error)
	onWork  func(time.Duration) // real time that executing took; nil in a bubble

	mu       sync.Mutex // guards what follows; never held while waiting
	app      workloads.App
	height   uint64
	done     idSet
	sessions map[consensus.CommandID][]byte
	order    []consensus.CommandID // of sessions, oldest first
	history  []logged              // what was applied, for snapshots
}

// logged is an applied entry.
type logged struct {
	term uint64
	data []byte
}

var _ raft.FSM = (*fsm)(nil)

// Apply implements raft.FSM. It returns nothing: answers go to the loop, because the engine leaves
// the futures of a replica that stops unanswered.
func (f *fsm) Apply(l *raft.Log) any {
	f.apply(l.Term, l.Data, true)
	return nil
}

// apply executes one entry; charged says that it costs CPU time.
func (f *fsm) apply(term uint64, data []byte, charged bool) {
	f.mu.Lock()
	o, payload, err := f.admit(term, data)
	f.mu.Unlock()
	if err != nil {
		f.onFail(err)
		return
	}
	o.at = f.now()
	if o.block != nil {
		f.onOrder(o)
		if charged && !f.execute(payload.Len()) {
			return
		}
	}
	start := time.Now()
	for _, c := range payload.Commands {
		f.mu.Lock()
		f.remember(c.ID, f.app.Apply(c.Op))
		f.mu.Unlock()
	}
	f.mu.Lock()
	o.state = f.app.Digest()
	f.mu.Unlock()
	if f.onWork != nil {
		f.onWork(time.Since(start))
	}
	o.at = f.now()
	f.onState(o)
}

// admit turns an entry into the block of its commands that were not executed before.
func (f *fsm) admit(term uint64, data []byte) (ordered, *consensus.Payload, error) {
	e, err := f.shared.decode(f.height+1, data)
	if err != nil {
		return ordered{}, nil, err
	}
	f.history = append(f.history, logged{term, data})
	o := ordered{sequence: e.sequence, commands: make([]consensus.CommandID, e.payload.Len())}
	repeated := 0
	for i, c := range e.payload.Commands {
		o.commands[i] = c.ID
		if f.done.has(c.ID) {
			repeated++
		}
	}
	payload := e.payload
	if repeated > 0 {
		fresh := make([]*consensus.Command, 0, payload.Len()-repeated)
		for _, c := range payload.Commands {
			if !f.done.has(c.ID) {
				fresh = append(fresh, c)
			}
		}
		payload = consensus.NewPayload(fresh)
	}
	for _, c := range payload.Commands {
		f.done.add(c.ID)
	}
	if payload.Len() > 0 {
		f.height++
		o.block = f.shared.block(f.height, term, e.proposer, payload)
	}
	return o, payload, nil
}

// remember keeps an answer and forgets the oldest.
func (f *fsm) remember(id consensus.CommandID, result []byte) {
	f.sessions[id] = result
	f.order = append(f.order, id)
	if len(f.order) > sessionsKept {
		delete(f.sessions, f.order[0])
		f.order = f.order[1:]
	}
}

// recall returns the answer of a command that was executed here and is remembered.
func (f *fsm) recall(id consensus.CommandID) ([]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	result, ok := f.sessions[id]
	return result, ok
}

// query answers a read from the replica's own state.
func (f *fsm) query(op []byte) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.app.Query(op)
}

// Snapshot implements raft.FSM. A program's state has no form of its own outside the program, so a
// snapshot is the sequence of entries that led to it.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return snapshot(f.history[:len(f.history):len(f.history)]), nil
}

// snapshot is a frozen history.
type snapshot []logged

// Persist implements raft.FSMSnapshot.
func (s snapshot) Persist(sink raft.SnapshotSink) error {
	var head [16]byte
	for _, l := range s {
		binary.BigEndian.PutUint64(head[:8], l.term)
		binary.BigEndian.PutUint64(head[8:], uint64(len(l.data)))
		if _, err := sink.Write(head[:]); err != nil {
			return err
		}
		if _, err := sink.Write(l.data); err != nil {
			return err
		}
	}
	return sink.Close()
}

// Release implements raft.FSMSnapshot.
func (snapshot) Release() {}

// Restore implements raft.FSM. A snapshot continues what the replica has: what it applied already is
// the snapshot's beginning, and anything else is an error.
func (f *fsm) Restore(r io.ReadCloser) error {
	f.mu.Lock()
	have := f.history
	f.mu.Unlock()
	var head [16]byte
	for i := 0; ; i++ {
		if _, err := io.ReadFull(r, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("hashiraft: snapshot entry %d: %w", i, err)
		}
		term, size := binary.BigEndian.Uint64(head[:8]), binary.BigEndian.Uint64(head[8:])
		data, err := io.ReadAll(io.LimitReader(r, int64(size)))
		if err != nil || uint64(len(data)) != size {
			return fmt.Errorf("hashiraft: snapshot entry %d is cut off at %d of %d bytes", i, len(data), size)
		}
		if i < len(have) {
			if have[i].term != term || !bytes.Equal(have[i].data, data) {
				return fmt.Errorf("hashiraft: snapshot entry %d is not the one applied here", i)
			}
			continue
		}
		f.apply(term, data, false)
	}
}

// sharedKept is how many of the newest decoded entries and blocks are shared between replicas.
const sharedKept = 512

// sharedBlocks lets the replicas of one process share the decoded form of equal entries and equal
// blocks, as they would share nothing but memory: an entry is shared only when its bytes are equal,
// a block only when its ID is.
type sharedBlocks struct {
	mu      sync.Mutex
	entries map[uint64]sharedEntry // by the height that followed
	blocks  map[uint64]*consensus.Block
}

type sharedEntry struct {
	data  []byte
	entry entry
}

func newSharedBlocks() *sharedBlocks {
	return &sharedBlocks{entries: map[uint64]sharedEntry{}, blocks: map[uint64]*consensus.Block{}}
}

func (s *sharedBlocks) decode(height uint64, data []byte) (entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if got, ok := s.entries[height]; ok && bytes.Equal(got.data, data) {
		return got.entry, nil
	}
	e, err := decodeEntry(data)
	if err != nil {
		return entry{}, err
	}
	s.entries[height] = sharedEntry{data, e}
	if height > sharedKept {
		delete(s.entries, height-sharedKept)
	}
	return e, nil
}

func (s *sharedBlocks) block(height, term uint64, proposer consensus.NodeID, payload *consensus.Payload) *consensus.Block {
	b := consensus.NewBlock(height, term, proposer, consensus.Digest{}, payload)
	s.mu.Lock()
	defer s.mu.Unlock()
	if got, ok := s.blocks[height]; ok && got.ID == b.ID {
		return got
	}
	s.blocks[height] = b
	if height > sharedKept {
		delete(s.blocks, height-sharedKept)
	}
	return b
}
