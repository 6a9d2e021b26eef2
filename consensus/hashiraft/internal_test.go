package hashiraft

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
)

func testPayload(ids ...int) *consensus.Payload {
	var commands []*consensus.Command
	for _, id := range ids {
		commands = append(commands, &consensus.Command{ID: consensus.CommandID(id), Site: 3, Op: bytes.Repeat([]byte{byte(id)}, id)})
	}
	return consensus.NewPayload(commands)
}

func TestEntryIsAsLongAsItsBlock(t *testing.T) {
	e := entry{proposer: 4, sequence: 17, payload: testPayload(1, 0, 200)}
	data := encodeEntry(e)
	b := consensus.NewBlock(1, 1, 4, consensus.Digest{}, e.payload)
	if len(data) != b.WireSize() {
		t.Errorf("entry of %d bytes for a block of %d", len(data), b.WireSize())
	}
	got, err := decodeEntry(data)
	if err != nil {
		t.Fatal(err)
	}
	if got.proposer != 4 || got.sequence != 17 || got.payload.Digest != e.payload.Digest || got.payload.Bytes != e.payload.Bytes ||
		!reflect.DeepEqual(*got.payload.Commands[2], *e.payload.Commands[2]) {
		t.Errorf("got %+v", got)
	}
}

func FuzzDecodeEntry(f *testing.F) {
	f.Add(encodeEntry(entry{proposer: 1, sequence: 2, payload: testPayload(1, 2, 3)}))
	f.Add(encodeEntry(entry{payload: testPayload()}))
	f.Add([]byte{entryVersion})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decodeEntry(data)
		if err != nil {
			return
		}
		again, err := decodeEntry(encodeEntry(e))
		if err != nil || again.payload.Digest != e.payload.Digest || again.proposer != e.proposer || again.sequence != e.sequence {
			t.Errorf("%+v came back as %+v, %v", e, again, err)
		}
	})
}

// counted is a program that counts what it executed.
type counted struct{ ops []string }

func (a *counted) Apply(op []byte) []byte {
	a.ops = append(a.ops, string(op))
	return []byte{byte(len(a.ops))}
}
func (a *counted) Query([]byte) []byte { return nil }
func (a *counted) Digest() (d [32]byte) {
	d[0] = byte(len(a.ops))
	return d
}
func (a *counted) Check() error { return nil }

func newTestFSM(app workloads.App) (*fsm, *[]ordered, *[]error) {
	var states []ordered
	var errs []error
	f := &fsm{
		shared: newSharedBlocks(), app: app, sessions: map[consensus.CommandID][]byte{},
		execute: func(int) bool { return true },
		now:     func() time.Duration { return 0 },
		onOrder: func(ordered) {},
		onState: func(o ordered) { states = append(states, o) },
		onFail:  func(err error) { errs = append(errs, err) },
	}
	return f, &states, &errs
}

// A command that stands in the log twice is executed once, answers the same both times, and an entry
// of nothing new is no block: heights have no gaps.
func TestExactlyOnce(t *testing.T) {
	app := &counted{}
	f, states, errs := newTestFSM(app)
	f.Apply(&raft.Log{Term: 2, Data: encodeEntry(entry{sequence: 1, payload: testPayload(1, 2)})})
	first, _ := f.recall(2)
	f.Apply(&raft.Log{Term: 3, Data: encodeEntry(entry{sequence: 2, payload: testPayload(1, 2)})})
	f.Apply(&raft.Log{Term: 3, Data: encodeEntry(entry{sequence: 3, payload: testPayload(2, 3)})})
	if len(*errs) > 0 || len(app.ops) != 3 || f.height != 2 {
		t.Fatalf("executed %q to height %d, %v", app.ops, f.height, *errs)
	}
	if again, ok := f.recall(2); !ok || !bytes.Equal(first, again) {
		t.Errorf("answer %v became %v", first, again)
	}
	if s := *states; s[1].block != nil || s[2].block.Height != 2 || s[2].block.Payload.Len() != 1 || len(s[2].commands) != 2 {
		t.Errorf("got %+v", s)
	}
	f.Apply(&raft.Log{Term: 3, Data: []byte("not an entry")})
	if len(*errs) != 1 {
		t.Error("a malformed entry went unnoticed")
	}
}

func TestSnapshotRestores(t *testing.T) {
	app := &counted{}
	f, _, _ := newTestFSM(app)
	for i := range 5 {
		f.Apply(&raft.Log{Term: 2, Data: encodeEntry(entry{sequence: uint64(i), payload: testPayload(i+1, i+2)})})
	}
	snap, err := f.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	store := &memSnapshots{}
	sink, _ := store.Create(1, 9, 2, raft.Configuration{}, 1, nil)
	if list, _ := store.List(); len(list) != 0 {
		t.Error("a snapshot is seen before it is complete")
	}
	if err := snap.Persist(sink); err != nil {
		t.Fatal(err)
	}
	for _, behind := range []int{0, 2, 5} {
		other := &counted{}
		g, _, errs := newTestFSM(other)
		for _, l := range f.history[:behind] {
			g.Apply(&raft.Log{Term: l.term, Data: l.data})
		}
		_, r, err := store.Open(sink.ID())
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Restore(r); err != nil || len(*errs) > 0 {
			t.Fatal(err, *errs)
		}
		if !reflect.DeepEqual(app.ops, other.ops) || g.height != f.height {
			t.Errorf("from %d entries: height %d with %q, want %d with %q", behind, g.height, other.ops, f.height, app.ops)
		}
	}
	g, _, _ := newTestFSM(&counted{})
	_, r, _ := store.Open(sink.ID())
	if err := g.Restore(io.NopCloser(io.LimitReader(r, 100))); err == nil {
		t.Error("a truncated snapshot was restored")
	}
	g, _, _ = newTestFSM(&counted{})
	g.Apply(&raft.Log{Term: 7, Data: encodeEntry(entry{payload: testPayload(9)})})
	_, r, _ = store.Open(sink.ID())
	if err := g.Restore(r); err == nil {
		t.Error("a snapshot of another history was restored")
	}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"replicas":          func(c *Config) { c.Replicas = 0 },
		"first leader":      func(c *Config) { c.FirstLeader = 3 },
		"limits":            func(c *Config) { c.Limits.MaxTxs = 0 },
		"program":           func(c *Config) { c.App = nil },
		"neither":           func(c *Config) { c.Mode = 7 },
		"heartbeat timeout": func(c *Config) { c.Engine.LeaderLeaseTimeout = time.Hour },
	} {
		cfg := Config{Replicas: 3, App: func() workloads.App { return &counted{} }}
		cfg.Limits.MaxTxs, cfg.Limits.MaxBytes, cfg.Limits.Capacity = 1, 1, 1
		if _, err := New(cfg); err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		if _, err := New(cfg); err == nil || !strings.Contains(strings.ToLower(err.Error()), want) {
			t.Errorf("got %v, want something on %q", err, want)
		}
	}
}

func TestSubmitAfterTheEnd(t *testing.T) {
	cfg := Config{Replicas: 1, App: func() workloads.App { return &counted{} }}
	cfg.Limits.MaxTxs, cfg.Limits.MaxBytes, cfg.Limits.Capacity = 1, 1, 1
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var early, late consensus.Outcome
	c.Submit(0, &consensus.Command{ID: 1}, func(o consensus.Outcome) { early = o })
	if err := c.Run(ctx, time.Second); err == nil {
		t.Error("a cancelled run succeeded")
	}
	c.Submit(0, &consensus.Command{ID: 2}, func(o consensus.Outcome) { late = o })
	if early.Status != consensus.Unfinished || late.Status != consensus.Unfinished {
		t.Errorf("got %v and %v", early.Status, late.Status)
	}
	if err := c.Run(context.Background(), time.Second); err == nil {
		t.Error("Run ran twice")
	}
}
