package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/sim/resource"
)

// bullets is a heading and what stands under it.
type bullets struct {
	Heading string
	Items   []string
}

// What the runtimes leave out or simplify; the documentation of sim/cluster and consensus/hashiraft has
// the long form.
var (
	notInSimulator = []string{
		"TCP's congestion control and retransmission: a lost message is lost.",
		"Memory pressure and garbage collection, and contention with the operating system.",
		"Disks that lie about fsync, and clocks that drift.",
		"The cost of encoding a message beyond the fixed cost of handling it.",
		"The block store adds no bytes to the disk's: it shares the next fsync with the write-ahead log.",
		"Reads are answered by one replica from its newest executed state, with no agreement among replicas.",
		"Signatures are modelled: they cost their time and size, and no machine can forge one, but they are not computed.",
	}
	notInBubble = []string{
		"The order of goroutines at one instant is not fixed and the library's election timeouts cannot be seeded: results are samples.",
		"The log is kept in memory behind the modelled disk; real CPU time does not count, only the modelled costs.",
		"A snapshot is the sequence of entries that led to it and travels as one message; deleting old log entries is free.",
		"Answers on their way to clients are not lost in faults.",
		"Commands carry blank signatures of the right size; messages have the sizes of their fields and are not encoded.",
	}
	notOnWall = []string{
		"All replicas are one process: they share its cores and its disk.",
		"Links and faults are modelled on top of the real disk and processor; waits are exact to about 50 µs on Linux, 1 ms elsewhere.",
		"A snapshot is the sequence of entries that led to it and travels as one message.",
	}
)

// notModelled lists what the runtimes of these records leave out, and what the records say themselves.
func (j *judged) notModelled() []bullets {
	var out []bullets
	for _, b := range []struct {
		clock result.Runtime
		bullets
	}{
		{result.Virtual, bullets{"Not modelled in virtual time", notInSimulator}},
		{result.Bubble, bullets{"Not modelled where hashicorp/raft runs in virtual time (~), beside the above", notInBubble}},
		{result.Wall, bullets{"Not real on the wall clock", notOnWall}},
	} {
		if slices.ContainsFunc(j.in.Records, func(r result.Record) bool { return r.Runtime == b.clock }) {
			out = append(out, b.bullets)
		}
	}
	if as := j.assumptions(); len(as) > 0 {
		out = append(out, bullets{"Assumed by the runs", as})
	}
	return out
}

// operations are the words for what costs CPU time.
var operations = [consensus.OpCount]string{
	consensus.OpHandle: "taking a message from the wire", consensus.OpSign: "signing", consensus.OpVerify: "checking a signature",
	consensus.OpAggregate: "adding a share to an aggregate", consensus.OpVerifyAggregate: "checking an aggregate",
	consensus.OpHash: "hashing a kilobyte", consensus.OpCheckPayload: "checking a client's signature", consensus.OpExecute: "executing a transaction",
}

// costs lists what each operation takes on the built-in machines that the records name, and the sources.
func (j *judged) costs() []bullets {
	var out []bullets
	for _, name := range j.machines() {
		p, err := resource.LookupProfile(name)
		if err != nil {
			continue // the experiment's own, described by its file
		}
		b := bullets{Heading: "CPU costs of machine " + name + ", replicas signing with " + p.Scheme.Name}
		for op, words := range operations {
			n := 1
			if consensus.Op(op) == consensus.OpHash {
				n = 1000
			}
			if d := p.Cost(consensus.Op(op), n); d > 0 {
				b.Items = append(b.Items, fmt.Sprintf("%s: %s (%s)", words, costText(d), p.Costs[op].Source))
			}
		}
		if len(b.Items) > 0 {
			out = append(out, b)
		}
	}
	return out
}

func costText(d time.Duration) string { return timeText(d.Seconds()) }

func (j *judged) machines() []string {
	var names []string
	for _, r := range j.in.Records {
		names = append(names, r.Machine)
	}
	return unique(names)
}

// again tells how to make the results once more.
type again struct {
	Made    string // the command that made them
	Once    string // the command that makes them again
	Comment string
}

func (j *judged) again() again {
	a := again{Made: j.in.Command, Once: "govbench run experiment.yaml --out again",
		Comment: "The experiment, with every default filled in, is experiment.yaml beside this report. In its directory type:"}
	if strings.HasPrefix(a.Made, "govbench report ") {
		a.Comment = "Each of the directories rendered here holds its experiment.yaml, with every default filled in. In such a directory type:"
	}
	return a
}

// againNote says what comes out the second time.
func (j *judged) againNote() string {
	text := "An output directory that holds results is never overwritten, so name a new one."
	if slices.ContainsFunc(j.in.Records, result.Record.Exact) {
		text += " Exact figures come out the same, digest by digest, on every machine."
	}
	if j.sampled() {
		text += " Samples (~) come out a little different."
	}
	return text
}
