package attest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// everything is a run in which all kinds of transaction happen.
var everything = workloads.Params{
	Agencies: 5, PayloadBytes: 8, ReadPercent: 40, LogReads: true, Population: 60, ThinkMean: 20_000_000,
	Rule: map[string]int64{
		"venues": 4, "retention": 1_000, "repeat-min": 0, "checkin-percent": 25, "issue-percent": 40, "dose-percent": 30,
		"register-percent": 15, "recognise-percent": 10, "dose-interval": 100, "appeal-deadline": 1_000, "report-max": 2_000,
		"positive-percent": 10, "test-validity": 5_000, "case-life": 2_000,
	},
	Amendments: []workloads.Amendment{{Rule: "trace-window", Value: 7_200_000, Height: 500}},
}

func healthy(t testing.TB) *app {
	built := programtest.Build(t, Family(), everything)
	a := built.App().(*app)
	programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 20_000, func(r workloads.Request) []byte {
		return programtest.Apply(a, r.Op, r.Read)
	})
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	for kind := KindAttest; kind <= KindPurge; kind++ {
		if a.Count(int(kind)-1) == 0 {
			t.Fatalf("no transaction of kind %d in the run", kind)
		}
	}
	return a
}

// lie is a change of a line of the journal that breaks a law.
type lie struct {
	law    string
	of     func(l *line) bool // the first such line is changed
	change func(l *line)
	says   string // part of the error
}

func kind(kind byte) func(l *line) bool { return func(l *line) bool { return l.kind == kind } }

func lies() []lie {
	colour := func(colour byte) func(l *line) bool {
		return func(l *line) bool { return l.kind == KindGuard && l.value == colour }
	}
	dose := func(from byte) func(l *line) bool {
		return func(l *line) bool { return l.kind == KindAttest && l.what == WhatDose && l.value >= from }
	}
	grounds := map[uint64]byte{} // of the last order, by subject
	lifted := func(l *line) bool {
		if l.kind == KindOrder {
			grounds[l.number] = l.value
		}
		return l.kind == KindLift
	}
	stranger := func(l *line) { l.client = program.Desk(int(l.client/program.Desks+1)%5, 0) }
	return []lie{
		{"expired answered green", colour(Green), func(l *line) { l.at += 100 * day }, "should have been"},
		{"red answered green", colour(Red), func(l *line) { l.value = Green }, "should have been"},
		{"other content answered valid", kind(KindVerify), func(l *line) { l.value, l.hash[0] = VerifyValid, l.hash[0]^1 }, "should have been"},
		{"a dose left out", dose(2), func(l *line) { l.value++ }, "follows dose"},
		{"a dose given again", dose(2), func(l *line) { l.value-- }, "follows dose"},
		{"a dose too soon", dose(3), func(l *line) { l.from = 1 }, "too soon"},
		{"taken after its issue", kind(KindAttest), func(l *line) { l.from = l.at + 1 }, "late, stale"},
		{"reported too late", kind(KindAttest), func(l *line) { l.at += 3_000 }, "late, stale"},
		{"issued by nobody", kind(KindAttest), func(l *line) { l.client = program.Subject(1) }, "no desk"},
		{"of nothing", kind(KindAttest), func(l *line) { l.what = 4 }, "nothing of kind"},
		{"corrected by a stranger", kind(KindCorrect), stranger, "no desk"},
		{"revoked by a stranger", kind(KindRevoke), stranger, "no desk"},
		{"a false proof", kind(KindRecognise), func(l *line) { l.hash[5] ^= 1 }, "not to be recognised"},
		{"an issuer that is not listed", kind(KindRecognise), func(l *line) {
			l.issuer = 30
			l.hash = proofOf(30, l.number, l.value, l.from)
		}, "not to be recognised"},
		{"recognised after its life", kind(KindRecognise), func(l *line) { l.at += 8 * day }, "not to be recognised"},
		{"confirmed by a stranger", kind(KindConfirm), stranger, "no desk"},
		{"confirmed too late", kind(KindConfirm), func(l *line) { l.at += 2 * day }, "not allowed"},
		{"withdrawn by somebody else", kind(KindWithdraw), func(l *line) { l.client++ }, "not the subject"},
		{"an order that is too long", kind(KindOrder), func(l *line) { l.until += day }, "the order is from"},
		{"an order without a ground", kind(KindOrder), func(l *line) { l.value = 0 }, "no ground"},
		{"two orders", lifted, func(l *line) { l.kind, l.value = KindOrder, grounds[l.number] }, "second live order"},
		{"an appeal against another colour", kind(KindAppeal), func(l *line) { l.value = Green }, "not allowed"},
		{"an appeal decided too late", kind(KindDecide), func(l *line) { l.at += 5_000 }, "not allowed"},
		{"overdue before the deadline", kind(KindOverdue), func(l *line) { l.at -= 1_000 }, "not allowed"},
		{"a check-in by another venue", kind(KindCheckIn), func(l *line) { l.client++ }, "checked in on page"},
		{"a check-in on another page", kind(KindCheckIn), func(l *line) { l.until++ }, "checked in on page"},
		{"purged too early", kind(KindPurge), func(l *line) { l.at = 1_000 }, "before it expired"},
		{"purged too much", kind(KindPurge), func(l *line) { l.from += 10_000 }, "purged"},
		{"purged nothing", kind(KindPurge), func(l *line) { l.from = 0 }, "nothing was purged"},
		{"purged by a stranger", kind(KindPurge), func(l *line) { l.client = program.Desk(1, 0) }, "no desk"},
		{"a trace without a case", kind(KindTrace), func(l *line) { l.number = 1 << 40 }, "no such case"},
		{"a trace by a stranger", kind(KindTrace), stranger, "no desk"},
		{"a trace in a case too old", kind(KindTrace), func(l *line) { l.at += 10_000 }, "not open"},
		{"a trace that shows more", kind(KindTrace), func(l *line) { l.value++ }, "tokens were answered"},
		{"a trace of a page that is not there", kind(KindTrace), func(l *line) { l.from += 1000 }, "no page"},
		{"a case closed twice", func(l *line) bool { return l.kind == KindClose && l.number > 1 }, func(l *line) { l.number = 1 }, "not open"},
		{"a window of time that ends in the future", kind(KindOpen), func(l *line) { l.until = l.at + 1 }, "the window"},
		{"a time before the last", kind(KindCheckIn), func(l *line) { l.order = 0 }, "as transaction"},
		{"a kind that is not there", kind(KindCheckIn), func(l *line) { l.kind = 20 }, "kind 20"},
		{"a subject that is not there", kind(KindGuard), func(l *line) { l.number += 60 }, "no such subject"},
	}
}

// TestCheckCatchesLies changes one line of a healthy journal and expects the law it breaks to be named.
func TestCheckCatchesLies(t *testing.T) {
	a := healthy(t)
	root := a.Digest()
	for _, lie := range lies() {
		undo := tell(a, lie)
		if undo == nil {
			t.Errorf("%s: no such line", lie.law)
			continue
		}
		if err := a.Check(); err == nil || !strings.Contains(err.Error(), lie.says) {
			t.Errorf("%s: Check says %v, want %q", lie.law, err, lie.says)
		}
		if a.Digest() == root {
			t.Errorf("%s: the root does not show it", lie.law)
		}
		undo()
		if a.Digest() != root {
			t.Fatalf("%s: the journal is not as before", lie.law)
		}
	}
}

// tell puts a lie into the journal and returns how to take it back.
func tell(a *app, lie lie) (undo func()) {
	for e := range a.Ledger.Prefix([]byte{keyJournal}) {
		key, value, version := bytes.Clone(e.Key), bytes.Clone(e.Value), e.Version
		for from := 0; from < len(value); from += lineSize {
			l := readLine(value[from:])
			if !lie.of(&l) {
				continue
			}
			lie.change(&l)
			changed := bytes.Clone(value)
			copy(changed[from:], l.append(nil))
			write := func(value []byte) {
				a.Ledger.Delete(key)
				for range version {
					a.Ledger.Put(key, value)
				}
			}
			write(changed)
			return func() { write(value) }
		}
	}
	return nil
}

// TestCheckCatchesPlants changes everything but the journal.
func TestCheckCatchesPlants(t *testing.T) {
	plants := []programtest.Plant{
		{Law: "journal's first page deleted", Prefix: "j", Delete: true},
		{Law: "journal's commitment", Prefix: "j", Flip: 7},
		{Law: "record deleted", Prefix: "s", Delete: true},
		{Law: "replay window of a venue", Prefix: "v", Flip: 15},
		{Law: "venue deleted", Prefix: "v", Delete: true},
		{Law: "filed pages", Prefix: "v", Flip: program.WindowSize + 7},
		{Law: "purged pages", Prefix: "v", Flip: program.WindowSize + 15},
		{Law: "check-ins of a venue", Prefix: "v", Flip: program.WindowSize + 23},
		{Law: "purged check-ins of a venue", Prefix: "v", Flip: program.WindowSize + 31},
		{Law: "filed page deleted", Prefix: "c", Delete: true},
		{Law: "time of a filed check-in", Prefix: "c", Flip: 7},
		{Law: "case deleted", Prefix: "k", Delete: true},
		{Law: "case's venue", Prefix: "k", Flip: 7},
		{Law: "case's end", Prefix: "k", Flip: 39},
		{Law: "case's traces", Prefix: "k", Flip: 55},
		{Law: "a venue from nowhere", Key: []byte("v\x00\x00\x00\x00\x00\x00\x00\x07"), Value: make([]byte, headSize)},
		{Law: "a page from nowhere", Key: append([]byte("c"), make([]byte, 16)...), Value: make([]byte, visitSize)},
		{Law: "a case from nowhere", Key: []byte("k\x00\x00\x00\x00\x00\x00\x01\x07"), Value: make([]byte, tracingSize)},
		{Law: "a record from nowhere", Key: []byte("s\x00\x00\x00\x00\x00\x00\x01\x07"), Value: make([]byte, recordSize)},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "window deleted", Prefix: "W", Delete: true},
		{Law: "totals", Prefix: "T", Flip: 15},
		{Law: "genesis", Prefix: "G", Flip: 0},
	}
	for i := range counters {
		plants = append(plants, programtest.Plant{Law: "counter", Prefix: "T", Flip: 16 + 8*i + 7})
	}
	for offset := range recordSize {
		if offset%3 == 0 {
			plants = append(plants, programtest.Plant{Law: "record", Prefix: "s", Flip: offset})
		}
	}
	plants = append(plants, programtest.GovernPlants(healthy(t).Ledger)...)
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(t); return a, a.Ledger }, plants)
}
