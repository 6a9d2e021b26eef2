package raft

import (
	"fmt"

	"github.com/govbench/govbench/consensus"
)

// headerBytes is a message's kind and term.
const headerBytes = 1 + 8

// VoteRequest asks for a vote (§5.2) or, with Pre, whether there would be one (thesis §9.6).
type VoteRequest struct {
	Term      uint64 // of the campaign; with Pre the term that would be started
	LastIndex uint64 // last entry of the candidate's log and its term (§5.4.1)
	LastTerm  uint64
	Pre       bool
}

// VoteReply answers a VoteRequest.
type VoteReply struct {
	Term    uint64 // the request's term if granted, else the replica's own
	Granted bool
	Pre     bool
}

// Append replicates entries (§5.3). Entries follow each other from PrevIndex+1 on; they are shared
// and must not be changed.
type Append struct {
	Term      uint64
	PrevIndex uint64
	PrevTerm  uint64
	Entries   []*consensus.Block
	Commit    uint64   // the leader's commit index
	bytes     int      // of the entries
	record    *Entries // the entries as a record, shared by all who write them; nil if never needed
}

// Beat is a heartbeat: it is equal for all followers, so that one message serves them all. Followers
// commit no further than they know to agree with this leader.
type Beat struct {
	Term   uint64
	Commit uint64
	Round  uint64 // numbers the heartbeats of a term from 1; 0 tells the commit index and wants no answer
}

// Reply answers Append and Beat.
type Reply struct {
	Term   uint64
	Match  uint64 // the log agrees with the leader's up to here, durably
	Round  uint64 // of the Beat that is answered, 0 for an Append
	Reject bool   // Append: the log has no entry of PrevTerm at Prev
	Prev   uint64 // Reject: PrevIndex
	// Reject: the term of the conflicting entry, zero if the log is too short, and the first index
	// that could hold something else (§5.3, last paragraphs).
	HintTerm, HintIndex uint64
}

// WireSize implements consensus.Message.
func (*VoteRequest) WireSize() int { return headerBytes + 8 + 8 + 1 }

// WireSize implements consensus.Message.
func (*VoteReply) WireSize() int { return headerBytes + 2 }

// WireSize implements consensus.Message.
func (a *Append) WireSize() int { return headerBytes + 3*8 + 4 + a.bytes }

// WireSize implements consensus.Message.
func (*Beat) WireSize() int { return headerBytes + 8 + 8 }

// WireSize implements consensus.Message.
func (*Reply) WireSize() int { return headerBytes + 5*8 + 1 }

// Heights implements consensus.Concerning: an entry's index is its block's height.
func (a *Append) Heights() (first, last uint64) {
	if len(a.Entries) == 0 {
		return a.Commit, a.Commit
	}
	return a.PrevIndex + 1, a.PrevIndex + uint64(len(a.Entries))
}

// Heights implements consensus.Concerning: what is no heartbeat tells that the entry is committed.
func (b *Beat) Heights() (first, last uint64) {
	if b.Round != 0 {
		return 0, 0
	}
	return b.Commit, b.Commit
}

// Heights implements consensus.Concerning.
func (r *Reply) Heights() (first, last uint64) {
	if r.Round != 0 || r.Reject {
		return 0, 0
	}
	return r.Match, r.Match
}

// String is for transcripts.
func (v *VoteRequest) String() string {
	return fmt.Sprintf("%s term %d log %d/%d", pre(v.Pre, "vote?"), v.Term, v.LastIndex, v.LastTerm)
}

// String is for transcripts.
func (v *VoteReply) String() string {
	answer := "no"
	if v.Granted {
		answer = "yes"
	}
	return fmt.Sprintf("%s term %d", pre(v.Pre, "vote "+answer), v.Term)
}

// String is for transcripts.
func (a *Append) String() string {
	return fmt.Sprintf("append term %d after %d/%d entries %s commit %d",
		a.Term, a.PrevIndex, a.PrevTerm, span(a.Entries), a.Commit)
}

// String is for transcripts.
func (b *Beat) String() string {
	return fmt.Sprintf("beat term %d commit %d round %d", b.Term, b.Commit, b.Round)
}

// String is for transcripts.
func (r *Reply) String() string {
	if r.Reject {
		return fmt.Sprintf("reject term %d prev %d hint %d/%d", r.Term, r.Prev, r.HintIndex, r.HintTerm)
	}
	return fmt.Sprintf("ack term %d match %d round %d", r.Term, r.Match, r.Round)
}

func pre(is bool, text string) string {
	if is {
		return "pre" + text
	}
	return text
}

func span(blocks []*consensus.Block) string {
	if len(blocks) == 0 {
		return "none"
	}
	first, last := blocks[0], blocks[len(blocks)-1]
	return fmt.Sprintf("%d/%d..%d/%d", first.Height, first.View, last.Height, last.View)
}

func bytesOf(blocks []*consensus.Block) int {
	total := 0
	for _, b := range blocks {
		total += b.WireSize()
	}
	return total
}
