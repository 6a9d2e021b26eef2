package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/load"
)

// SequencesMax is how many designs of an experiment are traced.
const SequencesMax = 4

// Sequenced lists the cells of a plan of which a transaction can be traced: the first of each design of pure
// machines, at most SequencesMax.
func (p *Plan) Sequenced() []*Cell {
	var out []*Cell
	for _, c := range p.Cells {
		engine, ok := engineNamed(c.Design.Protocol)
		if ok && engine.Pure && !c.relative() && len(out) < SequencesMax && !slices.ContainsFunc(out, func(o *Cell) bool { return o.Design.Name == c.Design.Name }) {
			out = append(out, c)
		}
	}
	return out
}

// ErrNoSequence says that no transaction of a cell can be traced as it was asked for.
var ErrNoSequence = errors.New("nothing to trace")

// SequenceChoice refuses what does not choose a transaction.
func SequenceChoice(choice string) error {
	if n, err := strconv.ParseUint(choice, 10, 64); choice == "p50" || choice == "p99" || err == nil && n > 0 {
		return nil
	}
	return fmt.Errorf("found %q: allowed are p50 and p99, for the transaction nearest to that latency, and the number of a request, from 1", choice)
}

// Sequence runs a cell twice: once to find the transaction, once more to collect the messages of its time. Both runs
// have the digest of a run without either.
func (c *Cell) Sequence(ctx context.Context, choice string) (result.Sequence, error) {
	if err := SequenceChoice(choice); err != nil {
		return result.Sequence{}, err
	}
	find := &watch{cell: c}
	first, err := c.watchedBy(find).run(ctx)
	if err != nil {
		return result.Sequence{}, err
	}
	target, err := find.choose(choice)
	if err != nil {
		return result.Sequence{}, fmt.Errorf("%s on %s: %w", c.Design.Name, c.Scenario.ID, err)
	}
	out := result.Sequence{Schema: result.SequenceSchema, Cell: first.Cell, Digest: first.Digest, Scenario: first.Scenario, Design: first.Design,
		Load: first.Load, Seed: first.Seed, Replicas: first.Replicas, Choice: choice, Request: target.request.ID, Height: target.outcome.Height, Proposer: int(target.outcome.Proposer),
		AtSec: target.request.At.Seconds(), TookSec: (target.outcome.Done - target.request.At).Seconds()}
	collect := &watch{cell: c, target: target, out: &out, held: map[bool]int{}}
	second, err := c.watchedBy(collect).run(ctx)
	if err != nil {
		return result.Sequence{}, err
	}
	if second.Digest != first.Digest {
		return result.Sequence{}, fmt.Errorf("%s on %s: two runs of one seed differ: %s and %s", c.Design.Name, c.Scenario.ID, first.Digest, second.Digest)
	}
	slices.SortStableFunc(out.Messages, func(a, b result.SequenceSent) int { return cmp.Compare(a.SentSec, b.SentSec) })
	slices.SortStableFunc(out.Spans, func(a, b result.SequenceSpan) int { return cmp.Compare(a.AskedSec, b.AskedSec) })
	slices.SortStableFunc(out.Marks, func(a, b result.SequenceMark) int { return cmp.Compare(a.Sec, b.Sec) })
	return out, nil
}

func (c *Cell) watchedBy(w *watch) *Cell {
	own := *c
	own.watched, own.moved = w, nil
	return &own
}

// traced is a transaction that was answered.
type traced struct {
	request workloads.Request
	outcome consensus.Outcome
}

// watch looks on while a cell runs.
type watch struct {
	cell     *Cell
	answered []traced
	target   traced
	out      *result.Sequence // of the target; nil while there is none
	held     map[bool]int     // messages so far of other blocks, and of the target's
}

// answers is the recorder, of which a watch hears the answers.
type answers struct {
	*record.Recorder
	watch *watch
}

// listen has a group tell of its messages and of its CPU and disk time, once it is known of which transaction.
func (w *watch) listen(cfg *cluster.Config) {
	if w != nil && w.out != nil {
		cfg.Wire, cfg.Spend = w.message, w.span
	}
}

func (w *watch) sink(rec *record.Recorder) load.Sink { return answers{rec, w} }

// Answered implements load.Sink.
func (a answers) Answered(q workloads.Request, o consensus.Outcome) {
	a.Recorder.Answered(q, o)
	if a.watch.out == nil && !q.Read && q.At >= a.watch.cell.Warmup && q.At < a.watch.cell.Duration {
		q.Op, o.Result = nil, nil
		a.watch.answered = append(a.watch.answered, traced{q, o})
	}
}

// choose finds the transaction of the window that was asked for.
func (w *watch) choose(choice string) (traced, error) {
	if len(w.answered) == 0 {
		return traced{}, fmt.Errorf("%w: no transaction was answered in the window", ErrNoSequence)
	}
	if n, err := strconv.ParseUint(choice, 10, 64); err == nil {
		for _, t := range w.answered {
			if t.request.ID == n {
				return t, nil
			}
		}
		return traced{}, fmt.Errorf("%w: request %d is no transaction that was answered in the window; the first is %d", ErrNoSequence, n, w.answered[0].request.ID)
	}
	took := func(t traced) time.Duration { return t.outcome.Done - t.request.At }
	slices.SortStableFunc(w.answered, func(a, b traced) int { return cmp.Compare(took(a), took(b)) })
	per := 50
	if choice == "p99" {
		per = 99
	}
	return w.answered[(len(w.answered)-1)*per/100], nil
}

// inTime reports whether a moment lies between the target's submission and its answer.
func (w *watch) inTime(at time.Duration) bool {
	return w.out != nil && at >= w.target.request.At && at <= w.target.outcome.Done
}

func (w *watch) since(at time.Duration) float64 { return (at - w.target.request.At).Seconds() }

// message keeps a message of the target's time. Requests and answers of other clients are left out.
func (w *watch) message(m cluster.Wired) {
	if !w.inTime(m.Sent) || m.Command != 0 && m.Command != w.target.outcome.Command || m.Height != 0 && m.Height != w.target.outcome.Height {
		return
	}
	first, last := consensus.HeightsOf(m.Msg)
	own := m.Msg == nil || first <= w.target.outcome.Height && w.target.outcome.Height <= last
	most := result.SequenceMax
	if own {
		most = result.SequenceOwnMax
	}
	if w.held[own] == most {
		w.out.LeftOut++
		return
	}
	w.held[own]++
	w.out.Messages = append(w.out.Messages, result.SequenceSent{From: lifeline(m.From), To: lifeline(m.To), Kind: messageName(m), Bytes: m.Bytes,
		SentSec: w.since(m.Sent), ArrivedSec: w.since(m.Arrived), Own: own, Height: last, Lost: m.Lost})
}

// operationWords are the words for what CPU time is spent on, by consensus.Op.
var operationWords = [consensus.OpCount]string{"handle", "sign", "verify", "aggregate", "verify-aggregate", "hash", "check", "execute"}

// span keeps CPU or disk time that the target or its block asked for in the target's time.
func (w *watch) span(s cluster.Spent) {
	own := s.Command != 0 && s.Command == w.target.outcome.Command ||
		slices.ContainsFunc(s.Blocks, func(h cluster.Heights) bool { return h.Has(w.target.outcome.Height) })
	if !own || !w.inTime(s.Asked) || len(w.out.Spans) == result.SequenceOwnMax {
		return
	}
	span := result.SequenceSpan{Replica: int(s.Node), Resource: result.SequenceDisk, AskedSec: w.since(s.Asked), BeganSec: w.since(s.Began), DoneSec: w.since(s.Done), Bytes: s.Bytes}
	if s.CPU > 0 {
		span.Resource = result.SequenceCPU
	}
	for _, work := range s.Work {
		span.Work = append(span.Work, result.SequenceWork{Op: operationWords[work.Op], N: work.N})
	}
	w.out.Spans = append(w.out.Spans, span)
}

func lifeline(n consensus.NodeID) int {
	if n == cluster.Client {
		return result.SequenceClient
	}
	return int(n)
}

// messageName is what a protocol calls its message: the name of its type, unless it tells another.
func messageName(m cluster.Wired) string {
	switch msg := m.Msg.(type) {
	case nil:
		switch {
		case m.From == cluster.Client:
			return "request"
		case m.To == cluster.Client:
			return "answer"
		}
		return "forwarded request"
	case interface{ WireName() string }:
		return msg.WireName()
	default:
		name := fmt.Sprintf("%T", msg)
		return name[strings.LastIndexByte(name, '.')+1:]
	}
}

// Observe implements consensus.Tap.
func (w *watch) Observe(ev consensus.Event) {
	kind, ours := "", ev.Block != nil && ev.Block.Height == w.target.outcome.Height
	switch ev.Kind {
	case consensus.EventProposed:
		kind, ours = "proposed", ev.Node == w.target.outcome.Proposer && ev.At == w.target.outcome.Proposed
	case consensus.EventCommitted:
		kind = "committed"
	case consensus.EventExecuted:
		kind = "executed"
	}
	if kind != "" && ours && w.inTime(ev.At) {
		w.out.Marks = append(w.out.Marks, result.SequenceMark{Replica: int(ev.Node), Kind: kind, Sec: w.since(ev.At)})
	}
}
