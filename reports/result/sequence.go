package result

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// SequenceSchema names the version of a sequence's format.
const SequenceSchema = "govbench.sequence/2"

// Sequence is the way of one transaction through a group: every message between its submission and its answer,
// those of other blocks included, and the CPU and disk time that it and its block waited for and used. Times count from
// the moment at which the client meant to send.
type Sequence struct {
	Schema   string         `json:"schema"`
	Cell     string         `json:"cell"`
	Digest   string         `json:"digest"` // of the run, which tracing does not change
	Scenario string         `json:"scenario"`
	Design   string         `json:"design"`
	Load     string         `json:"load"`
	Seed     uint64         `json:"seed"`
	Replicas int            `json:"replicas"`
	Choice   string         `json:"choice"` // p50, p99 or the number of the request
	Request  uint64         `json:"request"`
	Height   uint64         `json:"height"`   // of its block
	Proposer int            `json:"proposer"` // replica that proposed it
	AtSec    float64        `json:"at_sec"`   // since the start of the run
	TookSec  float64        `json:"took_sec"`
	Messages []SequenceSent `json:"messages"` // by the time at which they were sent
	Spans    []SequenceSpan `json:"spans"`    // by the time at which they were asked for
	Marks    []SequenceMark `json:"marks"`    // what else happened, by time
	LeftOut  int            `json:"left_out"` // messages beyond the first SequenceMax and SequenceOwnMax
}

// How much a sequence holds: messages of other blocks; messages of its own block, and as many spans.
const (
	SequenceMax    = 400
	SequenceOwnMax = 5000
)

// SequenceClient stands for the client in a sequence's messages.
const SequenceClient = -1

// SequenceSent is one message.
type SequenceSent struct {
	From       int     `json:"from"` // replica, or SequenceClient
	To         int     `json:"to"`
	Kind       string  `json:"kind"`
	Bytes      int     `json:"bytes"`
	SentSec    float64 `json:"sent_sec"`
	ArrivedSec float64 `json:"arrived_sec"`
	Own        bool    `json:"own"`              // of the transaction or its block
	Height     uint64  `json:"height,omitempty"` // newest block that it takes forward
	Lost       bool    `json:"lost,omitempty"`
}

// The resources of a span.
const (
	SequenceCPU  = "cpu"
	SequenceDisk = "disk"
)

// SequenceSpan is time that the transaction or its block takes of a replica's CPU or disk: from AskedSec to BeganSec it
// waits, for a core or for the fsync of others, and from then to DoneSec it is served.
type SequenceSpan struct {
	Replica  int            `json:"replica"`
	Resource string         `json:"resource"`
	AskedSec float64        `json:"asked_sec"`
	BeganSec float64        `json:"began_sec"`
	DoneSec  float64        `json:"done_sec"`
	Work     []SequenceWork `json:"work,omitempty"`  // of the CPU
	Bytes    int            `json:"bytes,omitempty"` // written, of the disk
}

// SequenceWork is so many operations of one kind: handle (messages), sign, verify, aggregate, verify-aggregate, hash
// (bytes), check (clients' signatures) and execute (transactions).
type SequenceWork struct {
	Op string `json:"op"`
	N  int    `json:"n"`
}

// SequenceMark is a moment at a replica: proposed, committed or executed, of the transaction's block.
type SequenceMark struct {
	Replica int     `json:"replica"`
	Kind    string  `json:"kind"`
	Sec     float64 `json:"sec"`
}

// EncodeSequences writes a sequence a line.
func EncodeSequences(all []Sequence) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for _, s := range all {
		if err := enc.Encode(s); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// DecodeSequences reads what EncodeSequences wrote.
func DecodeSequences(data []byte) ([]Sequence, error) {
	var out []Sequence
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var s Sequence
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if s.Schema != SequenceSchema {
			return nil, fmt.Errorf("line %d: schema is %q: this govbench reads %s; trace again with govbench sequence", i+1, s.Schema, SequenceSchema)
		}
		out = append(out, s)
	}
	return out, nil
}
