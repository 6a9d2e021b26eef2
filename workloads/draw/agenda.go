package draw

import "time"

// task is something that somebody will do at a time.
type task struct {
	due      time.Duration
	turn     uint64 // of its making: earlier ones first among those due at one time
	kind     byte
	pool     uint32
	round    uint32
	subject  uint32
	position uint32
}

// taskOffice is the next step of a round's lead: closing, drawing, ranking, ending.
const taskOffice byte = 0

// agenda is a heap of tasks by the time at which they are due (J. Williams 1964).
type agenda struct {
	tasks []task
	turns uint64
}

func (t *task) before(other *task) bool {
	if t.due != other.due {
		return t.due < other.due
	}
	return t.turn < other.turn
}

func (g *agenda) add(t task) {
	g.turns++
	t.turn = g.turns
	g.tasks = append(g.tasks, t)
	for at := len(g.tasks) - 1; at > 0; {
		up := (at - 1) / 2
		if !g.tasks[at].before(&g.tasks[up]) {
			return
		}
		g.tasks[at], g.tasks[up] = g.tasks[up], g.tasks[at]
		at = up
	}
}

// due reports whether a task is due.
func (g *agenda) due(now time.Duration) bool { return len(g.tasks) > 0 && g.tasks[0].due <= now }

// take removes the task that is due first.
func (g *agenda) take() task {
	first := g.tasks[0]
	last := len(g.tasks) - 1
	g.tasks[0] = g.tasks[last]
	g.tasks = g.tasks[:last]
	for at := 0; ; {
		low := 2*at + 1
		if low >= last {
			return first
		}
		if low+1 < last && g.tasks[low+1].before(&g.tasks[low]) {
			low++
		}
		if !g.tasks[low].before(&g.tasks[at]) {
			return first
		}
		g.tasks[at], g.tasks[low] = g.tasks[low], g.tasks[at]
		at = low
	}
}
