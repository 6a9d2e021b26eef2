package consensustest

import (
	"fmt"
	"strings"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Trace is the transcript since the start, a line an event, or "" unless Options.Transcript is set.
// Messages print themselves if they are fmt.Stringers, else as their type.
func (g *Group) Trace() string {
	if !g.opts.Transcript || len(g.trace) == 0 {
		return ""
	}
	return strings.Join(g.trace, "\n") + "\n"
}

// Fingerprint is a hash over everything that Trace would say; equal seeds give equal fingerprints.
func (g *Group) Fingerprint() uint64 { return g.hash }

func (g *Group) note(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	for i := range len(line) {
		g.hash = (g.hash ^ uint64(line[i])) * 1099511628211 // FNV-1a
	}
	g.hash = (g.hash ^ uint64(g.now)) * 1099511628211
	if !g.opts.Transcript && len(g.trace) > 1000 { // enough for a failure's last lines
		g.trace = append(g.trace[:0], g.trace[900:]...)
	}
	g.trace = append(g.trace, fmt.Sprintf("%-9s %s", g.now.Round(time.Microsecond), line))
}

func (g *Group) noteSend(from, to consensus.NodeID, msg consensus.Message) {
	if to == consensus.Everyone {
		g.note("%d>* %s", from, describe(msg))
		return
	}
	g.note("%d>%d %s", from, to, describe(msg))
}

func (g *Group) noteInput(id consensus.NodeID, in consensus.Input) {
	switch in.Kind {
	case consensus.Start:
		g.note("%d start log %d applied %d", id, len(in.Durable), in.Applied)
	case consensus.Timeout:
		g.note("%d timeout %d", id, in.Timer)
	case consensus.Persisted:
		g.note("%d persisted %d", id, in.Token)
	}
}

func describe(msg consensus.Message) string {
	if s, ok := msg.(fmt.Stringer); ok {
		return s.String()
	}
	name := fmt.Sprintf("%T", msg)
	return name[strings.LastIndexByte(name, '.')+1:]
}
