package render

import (
	"fmt"
	"html/template"
	"slices"

	"github.com/govbench/govbench/reports/result"
)

const sequenceNote = "One transaction's way through each design, as it was in the run: every message that took it or its block forward, between its submission and its answer, and the time that both took of CPUs and disks. " +
	"Time runs downward to scale; where nothing happens for long, the scale is broken. Tracing leaves the run's digest as it is."

// sequenceView is one transaction on the page.
type sequenceView struct {
	Title, Summary, Spent string
	SVG                   template.HTML
	Rows                  []sequenceRow
	Others                int // messages of other blocks
	Number                int
	Command               string // that traces it again
}

// sequenceRow is a message, mark or span in the table that says the same as the diagram.
type sequenceRow struct {
	At, From, To, What, Size string
	Own                      bool
}

func (j *judged) sequenceViews() []sequenceView {
	out := make([]sequenceView, len(j.in.Sequences))
	for i, s := range j.in.Sequences {
		d := newDiagram(s)
		v := sequenceView{Title: fmt.Sprintf("%s on %s at %s", s.Design, j.in.scenarioName(s.Scenario), loadText(s.Load)), Rows: d.rows(), Spent: spentText(s), Number: i,
			Command: "govbench sequence . --request " + quoted(s.Choice)}
		v.Summary = fmt.Sprintf("Request %d (%s), sent %s after the start, was answered after %s in block %d, which replica %d proposed: %s.",
			s.Request, choiceText(s.Choice), timeText(s.AtSec), timeText(s.TookSec), s.Height, s.Proposer, kindsText(s))
		for _, m := range s.Messages {
			if !m.Own {
				v.Others++
			}
		}
		if d.bundled {
			v.Summary += fmt.Sprintf(" Of %d replicas, those without a part of their own share a line: a band is messages sent and received between its edges, a bar the time in which some of them work or wait.", s.Replicas)
		}
		if s.LeftOut > 0 {
			v.Summary += fmt.Sprintf(" %s left out.", count(s.LeftOut, "message"))
		}
		v.SVG = d.draw(i, v.Title, v.Summary)
		out[i] = v
	}
	return out
}

// spentText sums up what the transaction's block takes of CPUs and disks, over all replicas.
func spentText(s result.Sequence) string {
	var cpu, disk, wait float64
	for _, p := range s.Spans {
		wait = max(wait, p.BeganSec-p.AskedSec)
		if p.Resource == result.SequenceDisk {
			disk = max(disk, p.DoneSec-p.BeganSec)
		} else {
			cpu = max(cpu, p.DoneSec-p.BeganSec)
		}
	}
	if len(s.Spans) == 0 {
		return "No CPU or disk takes time on this machine."
	}
	text := fmt.Sprintf("The longest piece of work takes %s of a CPU", timeText(cpu))
	if disk > 0 {
		text += fmt.Sprintf(" and the longest write %s of a disk", timeText(disk))
	}
	if wait == 0 {
		return text + "; none waits for another."
	}
	return text + fmt.Sprintf("; the longest wait for either is %s.", timeText(wait))
}

func choiceText(choice string) string {
	switch choice {
	case "p50":
		return "the one at the median latency"
	case "p99":
		return "the one at the 99th percentile"
	}
	return "chosen by its number"
}

// kindsText counts the block's own messages by kind, in the order in which the kinds first appear.
func kindsText(s result.Sequence) string {
	n := map[string]int{}
	var order []string
	for _, m := range s.Messages {
		if !m.Own {
			continue
		}
		if n[m.Kind]++; n[m.Kind] == 1 {
			order = append(order, m.Kind)
		}
	}
	for i, k := range order {
		order[i] = fmt.Sprintf("%d %s", n[k], k)
	}
	return list(order, "and")
}

func lifelineName(n int) string {
	if n == result.SequenceClient {
		return "client"
	}
	return fmt.Sprintf("replica %d", n)
}

// workText says what CPU or disk time is spent on.
func workText(p result.SequenceSpan) string {
	if p.Resource == result.SequenceDisk {
		return bytesText(float64(p.Bytes)) + " written and synced"
	}
	words := make([]string, len(p.Work))
	for i, w := range p.Work {
		switch w.Op {
		case "hash":
			words[i] = bytesText(float64(w.N)) + " hashed"
		default:
			of := workWords[w.Op]
			words[i] = count(w.N, of[0]) + " " + of[1]
		}
	}
	return list(words, "and")
}

// workWords are the things that an operation works on, and what becomes of them.
var workWords = map[string][2]string{
	"handle": {"message", "taken in"}, "sign": {"signature", "made"}, "verify": {"signature", "verified"}, "aggregate": {"share", "combined"},
	"verify-aggregate": {"aggregate", "verified"}, "check": {"client's signature", "checked"}, "execute": {"transaction", "executed"},
}

// shortWork is the word for a bar in the diagram: its weightiest operation.
func shortWork(p result.SequenceSpan) string {
	if p.Resource == result.SequenceDisk {
		return "fsync"
	}
	for _, op := range []string{"execute", "check", "verify", "verify-aggregate", "aggregate", "sign", "hash", "handle"} {
		if slices.ContainsFunc(p.Work, func(w result.SequenceWork) bool { return w.Op == op }) {
			return op
		}
	}
	return ""
}
