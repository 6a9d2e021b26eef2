package strict

import (
	"fmt"
	"slices"
	"strings"
)

// Error says what is wrong with a file, where, and what would be right.
type Error struct {
	File    string
	Line    int    // from 1
	Column  int    // from 1
	Key     string // path of the value, empty for the file as a whole
	Message string // what was found and what is allowed
	Nearest string // the name that was probably meant, or empty
}

// Error formats as file:line:column: key: message; did you mean ...?
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Column)
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Message)
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %s?", e.Nearest)
	}
	return b.String()
}

// Errorf makes an error at the node's place.
func (n *Node) Errorf(format string, args ...any) *Error {
	return &Error{File: n.file, Line: n.Line, Column: n.Column, Key: n.Key, Message: fmt.Sprintf(format, args...)}
}

// Unknown makes the error for a name that is not one of the known ones, with the nearest of them.
// what says what the name is of, as in "design".
func (n *Node) Unknown(what, name string, known []string) *Error {
	e := n.Errorf("unknown %s %s: allowed are %s", what, quote(name), list(known))
	e.Nearest = Nearest(name, known)
	return e
}

// UnknownName is the error for a name that stands in no file, such as a flag's value, with the nearest
// of the known ones. what says what the name is of, as in "design".
func UnknownName(what, name string, known []string) error {
	hint := ""
	if near := Nearest(name, known); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Errorf("unknown %s %s: allowed are %s%s", what, quote(name), list(known), hint)
}

// listMax bounds the names printed in one message.
const listMax = 40

func list(names []string) string {
	sorted := slices.Sorted(slices.Values(names))
	if len(sorted) > listMax {
		return strings.Join(sorted[:listMax], ", ") + fmt.Sprintf(" and %d more", len(sorted)-listMax)
	}
	return strings.Join(sorted, ", ")
}

// quote prints what was found, shortened so that a message stays a line.
func quote(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "..."
	}
	return fmt.Sprintf("%q", text)
}

// Nearest is the known name closest to name by edit distance, or empty when none is close enough to
// be a likely slip: at most a third of the name's letters, and at least one may differ. A known name
// that begins with name counts as close. Of equally close names the first in alphabetical order wins.
func Nearest(name string, known []string) string {
	best, bestDistance := "", max(len([]rune(name))/3, 1)+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		d := distance(strings.ToLower(name), strings.ToLower(k), bestDistance)
		if d >= bestDistance && len(name) >= 3 && strings.HasPrefix(k, name) && best == "" {
			d = bestDistance - 1
		}
		if d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance is the optimal string alignment distance (insertions, deletions, substitutions and swaps
// of neighbours; Damerau 1964), or limit when it is not below limit.
func distance(a, b string, limit int) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 || max(len(s)-len(t), len(t)-len(s)) >= limit {
		return limit
	}
	before, prev, cur := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(t)], limit)
}
