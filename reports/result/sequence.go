package result

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// SequenceSchema names the version of a sequence's format.
const SequenceSchema = "govbench.sequence/1"

// Sequence is the way of one transaction through a group: every message between its submission and its answer,
// those of other transactions and blocks included. Times count from the moment at which the client meant to send.
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
	Height   uint64         `json:"height"` // of its block
	AtSec    float64        `json:"at_sec"` // since the start of the run
	TookSec  float64        `json:"took_sec"`
	Messages []SequenceSent `json:"messages"` // by the time at which they were sent
	Marks    []SequenceMark `json:"marks"`    // what else happened, by time
	LeftOut  int            `json:"left_out"` // messages beyond the first SequenceMax
}

// SequenceMax is how many messages a sequence holds.
const SequenceMax = 400

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
	Lost       bool    `json:"lost,omitempty"`
}

// SequenceMark is a moment at a replica: proposed, persisted, committed or executed.
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
