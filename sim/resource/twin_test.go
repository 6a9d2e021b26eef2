package resource

import (
	"math"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
)

// jittered returns times that mostly rise but now and then step back, as a host's calls may.
func jittered(s *sim.Stream, step time.Duration) func() time.Duration {
	now := time.Duration(0)
	return func() time.Duration {
		now += s.Exp(step)
		return now - min(now, s.Uniform(0, step/2))
	}
}

// TestUseParallelEqualsManyUses compares with the twin that gives each task to the earliest core.
func TestUseParallelEqualsManyUses(t *testing.T) {
	for _, cores := range []int{1, 2, 3, 4, 7, 16, 64} {
		s := sim.NewStream(uint64(cores), "parallel")
		fast, twin := NewCPU(cores), NewCPU(cores)
		at := jittered(s, 40)
		for i := range 20_000 {
			now, n, each := at(), int(s.Below(20)), time.Duration(s.Below(9))
			if s.Chance(1, 10) {
				n = int(s.Below(500))
			}
			done := fast.UseParallel(now, n, each)
			want := twin.Use(now, 0)
			for j := range n {
				if d := twin.Use(now, each); j == 0 || d > want {
					want = d
				}
			}
			got, free := slices.Clone(fast.free), slices.Clone(twin.free)
			for c := range got { // a core that is free in the past is free
				got[c], free[c] = max(now, got[c]), max(now, free[c])
			}
			slices.Sort(got)
			slices.Sort(free)
			if done != want || !slices.Equal(got, free) || fast.Busy() != twin.Busy() || done < now+each && n > 0 {
				t.Fatalf("%d cores, call %d: %d tasks of %v at %v are done at %v, twin says %v\n%v\n%v",
					cores, i, n, each, now, done, want, got, free)
			}
		}
	}
}

// diskTwin is the group commit written as the story goes: whenever the disk is free and something is
// written, it syncs everything that is written by then.
func diskTwin(written []time.Duration, fsync time.Duration) (done []time.Duration, fsyncs uint64) {
	free := time.Duration(0)
	for i := 0; i < len(written); {
		start := max(free, written[i])
		free = start + fsync
		fsyncs++
		for ; i < len(written) && written[i] <= start; i++ {
			done = append(done, free)
		}
	}
	return done, fsyncs
}

func TestDiskEqualsTwin(t *testing.T) {
	for _, c := range []struct {
		name        string
		step, fsync time.Duration
		bytesPerSec uint64
	}{
		{"idle", time.Millisecond, 100 * time.Microsecond, 1e9},
		{"half", 200 * time.Microsecond, 100 * time.Microsecond, 1e9},
		{"busy", 10 * time.Microsecond, 100 * time.Microsecond, 1e9},
		{"channel-bound", 10 * time.Microsecond, 5 * time.Microsecond, 1e8},
		{"infinite channel", 10 * time.Microsecond, 100 * time.Microsecond, 0},
		{"ties", 3, 7, 0},
	} {
		s := sim.NewStream(1, "disk/"+c.name)
		d := NewDisk(c.fsync, c.bytesPerSec)
		var written, got []time.Duration
		now, channel := time.Duration(0), time.Duration(0)
		for range 50_000 {
			now += s.Exp(c.step)
			bytes := int(s.Below(2000))
			w := now
			if c.bytesPerSec > 0 {
				w = max(now, channel) + time.Duration((uint64(bytes)*1e9+c.bytesPerSec-1)/c.bytesPerSec)
				channel = w
			}
			written = append(written, w)
			got = append(got, d.Append(now, bytes))
		}
		want, fsyncs := diskTwin(written, c.fsync)
		if !slices.Equal(got, want) || d.Fsyncs() != fsyncs {
			t.Errorf("%s: %d fsyncs, twin has %d; times equal: %v", c.name, d.Fsyncs(), fsyncs, slices.Equal(got, want))
		}
		if c.name == "busy" && fsyncs > 50_000/5 {
			t.Errorf("a busy disk shares too few fsyncs: %d", fsyncs)
		}
	}
}

func TestDiskSlow(t *testing.T) {
	d := NewDisk(time.Millisecond, 1e6)
	if got := d.Append(0, 1000); got != 2*time.Millisecond {
		t.Errorf("normal: %v", got)
	}
	d.Slow(1000)
	if got := d.Append(100*time.Millisecond, 1000); got != 120*time.Millisecond {
		t.Errorf("ten times slower: %v", got)
	}
	d.Slow(100)
	if got := d.Append(200*time.Millisecond, 1000); got != 202*time.Millisecond {
		t.Errorf("normal again: %v", got)
	}
	if d.Busy() != 24*time.Millisecond {
		t.Errorf("busy for %v", d.Busy())
	}
}

// ingressTwin passes a message on in cells of a nanosecond: a cell is served when it has come and
// the cells before it are through.
func ingressTwin(free, lastBit, transmission time.Duration) time.Duration {
	for i := range transmission {
		free = max(free, lastBit-transmission+i) + 1
	}
	return free
}

func TestLinkEqualsTwins(t *testing.T) {
	s := sim.NewStream(1, "link")
	const rate = 8e9 // a byte a nanosecond
	l := NewLink(rate)
	at := jittered(s, 300)
	var out, in time.Duration
	for i := range 20_000 {
		now, bytes := at(), int(1+s.Below(500))
		out = max(now, out) + time.Duration(bytes)
		if got := l.Send(now, bytes); got != out {
			t.Fatalf("message %d leaves at %v, twin says %v", i, got, out)
		}
		bytes = int(1 + s.Below(500))
		lastBit := now + time.Duration(bytes)
		in = ingressTwin(in, lastBit, time.Duration(bytes))
		if got := l.Receive(lastBit, bytes); got != in || got < lastBit {
			t.Fatalf("message %d is received at %v, twin says %v", i, got, in)
		}
	}
}

// TestLinkCutThrough checks that two idle links of one rate cost one transmission.
func TestLinkCutThrough(t *testing.T) {
	a, b := NewLink(1e9), NewLink(1e9)
	out := a.Send(0, 1250)
	if out != 10*time.Microsecond {
		t.Errorf("1250 bytes at 1 Gbit/s leave after %v", out)
	}
	if got := b.Receive(out+time.Millisecond, 1250); got != out+time.Millisecond {
		t.Errorf("an idle ingress adds %v", got-out-time.Millisecond)
	}
	if got := b.Receive(out+time.Millisecond, 1250); got != out+time.Millisecond+10*time.Microsecond {
		t.Errorf("two messages that arrive together are received at %v", got)
	}
	if a.Busy() != 10*time.Microsecond || b.Busy() != 20*time.Microsecond {
		t.Errorf("busy for %v and %v", a.Busy(), b.Busy())
	}
}

func TestZeroCostsTakeNoTime(t *testing.T) {
	s := sim.NewStream(1, "zero")
	at := jittered(s, 100)
	cpu, disk, link := NewCPU(1), NewDisk(0, 0), NewLink(0)
	var server Server
	for range 1000 {
		now := at()
		for _, done := range []time.Duration{
			server.Use(now, 0), cpu.Use(now, 0), cpu.UseParallel(now, 50, 0), cpu.UseParallel(now, 0, 50),
			disk.Append(now, 1<<20), link.Send(now, 1<<20), link.Receive(now, 1<<20),
		} {
			if done != now {
				t.Fatalf("done at %v instead of %v", done, now)
			}
		}
	}
	if server.Busy()+cpu.Busy()+disk.Busy()+link.Busy() != 0 {
		t.Error("idle resources were busy")
	}
}

func TestNeverBeforeItsService(t *testing.T) {
	s := sim.NewStream(1, "early")
	at := jittered(s, 100)
	cpu, disk, link := NewCPU(3), NewDisk(50, 1e9), NewLink(8e9)
	for range 100_000 {
		now, d := at(), time.Duration(1+s.Below(300))
		if cpu.Use(now, d) < now+d || disk.Append(now, int(d)) < now+d+50 || link.Send(now, int(d)) < now+d {
			t.Fatal("served before it could be")
		}
	}
}

// TestTransferIsExact compares with big integers, at the edges of 64 bits too.
func TestTransferIsExact(t *testing.T) {
	s := sim.NewStream(1, "transfer")
	for range 100_000 {
		bytes, rate := int(s.Uint64()>>1>>s.Below(60)&math.MaxInt32), 1+s.Uint64()>>s.Below(64)
		want := new(big.Int).Mul(big.NewInt(int64(bytes)), big.NewInt(8e9))
		r := new(big.Int).SetUint64(rate)
		want.Add(want, r).Sub(want, big.NewInt(1)).Quo(want, r)
		if !want.IsInt64() {
			want.SetInt64(math.MaxInt64)
		}
		if got := transfer(bytes, rate, 8); int64(got) != want.Int64() {
			t.Fatalf("%d bytes at %d bit/s take %d, exactly %v", bytes, rate, got, want)
		}
	}
}

func TestProfiles(t *testing.T) {
	for _, p := range Profiles() {
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if p.Title == "" || p.FsyncSource == "" || p.DiskSource == "" {
			t.Errorf("%s does not say where its figures come from", p.Name)
		}
		for _, s := range Schemes() {
			q := p.With(s)
			for op := range consensus.OpCount {
				c := q.Costs[op]
				if c.Picos > 0 && c.Source == "" {
					t.Errorf("%s with %s: operation %d has no source", p.Name, s.Name, op)
				}
				if (p.CorePercent == 0) != (q.Cost(op, 1000) == 0) && (op != consensus.OpAggregate || s.Aggregates) {
					t.Errorf("%s with %s: 1000 times operation %d take %v", p.Name, s.Name, op, q.Cost(op, 1000))
				}
			}
			if q.SignatureBytes != s.SignatureBytes || q.Name != p.Name {
				t.Errorf("%s with %s is %s with %d bytes", p.Name, s.Name, q.Name, q.SignatureBytes)
			}
		}
	}
	ref, err := LookupProfile("reference")
	if err != nil {
		t.Fatal(err)
	}
	if got := ref.Cost(consensus.OpHash, 1<<20); got != 587203*time.Nanosecond {
		t.Errorf("hashing a MiB takes %v", got)
	}
	if got := ref.Cost(consensus.OpVerify, 3); got != 171*time.Microsecond {
		t.Errorf("three checks take %v", got)
	}
	if _, err := LookupProfile("nope"); err == nil {
		t.Error("an unknown machine was found")
	}
	if _, err := LookupScheme("nope"); err == nil {
		t.Error("an unknown scheme was found")
	}
	ref.Cores, ref.Fsync, ref.Name = 0, -1, ""
	if ref.Validate() == nil {
		t.Error("a machine without cores is valid")
	}
}

func BenchmarkResources(b *testing.B) {
	cpu, disk, link := NewCPU(4), NewDisk(58_000, 1.9e9), NewLink(1e9)
	now := time.Duration(0)
	for _, c := range []struct {
		name string
		use  func()
	}{
		{"cpu", func() { cpu.Use(now, 1000) }},
		{"parallel-100", func() { cpu.UseParallel(now, 100, 1000) }},
		{"disk", func() { disk.Append(now, 500) }},
		{"link", func() { link.Receive(link.Send(now, 500), 500) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				now += 1500
				c.use()
			}
		})
	}
}
