package gallery

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Files of a result set that a gallery itself looks at.
const (
	runsFile        = "runs.jsonl"
	reportFile      = "report.html"
	searchesFile    = "saturation.jsonl"
	sweepFile       = "sweep.csv"
	experimentFile  = "experiment.yaml"
	pricesFile      = "prices.yaml"
	environmentFile = "environment.json"
	plotsDir        = "plots"
	traceDir        = "trace"
)

// linkedFiles are the files to which a set's row links, with the words.
func linkedFiles() []linked {
	return []linked{{"report.md", "Markdown"}, {"summary.csv", "CSV"}, {sweepFile, "sweep CSV"}, {"effects.csv", "effects CSV"}, {"pareto.csv", "Pareto CSV"},
		{"bench.txt", "Go benchmarks"}, {searchesFile, "searches"}, {runsFile, "runs"}, {experimentFile, "experiment"}}
}

type linked struct{ File, Words string }

// Limits of the search for sets. assumed: beyond what anybody keeps in one place.
const (
	setsMax    = 20_000
	dirsMax    = 50_000
	entriesMax = 100_000 // of one directory
	depthMax   = 8
)

// liveTime is how long after its last run a set without its report counts as being written.
//
// assumed: a run that takes longer is shown as stopped until it ends.
const liveTime = 2 * time.Minute

// set is a directory with results, as its directory entries tell.
type set struct {
	Name    string // below the directory, "." for itself
	Bytes   int64  // of the runs
	Changed time.Time
	Files   []linked // that are there, in order
	Runs    bool     // it has runs
	Report  bool     // it has a report
	Fresh   bool     // its report is at least as new as its runs
	Ended   bool     // something was made of all its runs
}

// Kind is the command that made the set, as far as its files tell.
func (s set) Kind() string {
	has := func(name string) bool {
		return slices.ContainsFunc(s.Files, func(l linked) bool { return l.File == name })
	}
	switch {
	case has(searchesFile):
		return "saturate"
	case has(sweepFile):
		return "sweep"
	case s.Runs:
		return "run"
	}
	return "report"
}

// Live reports whether runs are still being added, as far as files tell.
func (s set) Live() bool { return s.Runs && !s.Ended && time.Since(s.Changed) < liveTime }

// Shows reports whether there is a report to show: one that was written, or one that can be made from the runs.
func (s set) Shows() bool { return s.Report || s.Runs && s.Bytes > 0 }

// found is what a search for sets has found.
type found struct {
	Sets    []set
	Partial bool // there may be more: a limit was reached
	Unread  int  // directories that could not be read
}

// sets searches the directory, following no symbolic link.
func (g *Gallery) sets(ctx context.Context) found {
	var out found
	type place struct {
		name  string
		depth int
	}
	todo := []place{{".", 0}}
	for visited := 0; len(todo) > 0; visited++ {
		if visited == dirsMax || len(out.Sets) == setsMax || ctx.Err() != nil {
			out.Partial = true
			break
		}
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		s, below, whole, err := g.look(at.name)
		if err != nil {
			out.Unread++
			continue
		}
		out.Partial = out.Partial || !whole || at.depth == depthMax && len(below) > 0
		if s.Runs || s.Report {
			out.Sets = append(out.Sets, s)
		}
		for _, name := range below {
			if at.depth < depthMax {
				todo = append(todo, place{name, at.depth + 1})
			}
		}
	}
	slices.SortFunc(out.Sets, func(a, b set) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// look reads one directory: the set that it is, if it is one, and the directories below that may be.
func (g *Gallery) look(dir string) (s set, below []string, whole bool, err error) {
	d, err := g.root.OpenFile(dir, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return s, nil, false, err
	}
	defer d.Close()
	files := map[string]fs.FileInfo{}
	for n := 0; n < entriesMax; {
		entries, err := d.ReadDir(1024)
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			switch {
			case !inside(name):
			case e.IsDir() && e.Name() != plotsDir && e.Name() != traceDir:
				below = append(below, name)
			case e.Type().IsRegular() && known(e.Name()):
				if info, err := e.Info(); err == nil {
					files[e.Name()] = info
				}
			}
		}
		if err == io.EOF {
			return setOf(dir, files), below, true, nil
		}
		if err != nil {
			return s, nil, false, err
		}
		n += len(entries)
	}
	return setOf(dir, files), below, false, nil
}

func known(file string) bool {
	return file == reportFile || file == environmentFile || slices.ContainsFunc(linkedFiles(), func(l linked) bool { return l.File == file })
}

// setOf reads a set off its files.
func setOf(dir string, files map[string]fs.FileInfo) set {
	s := set{Name: dir}
	for _, l := range linkedFiles() {
		if files[l.File] != nil {
			s.Files = append(s.Files, l)
		}
	}
	report := files[reportFile]
	if s.Report = report != nil; s.Report {
		s.Changed = report.ModTime()
	}
	runs := files[runsFile]
	if s.Runs = runs != nil; !s.Runs {
		s.Fresh, s.Ended = s.Report, true
		return s
	}
	s.Bytes, s.Changed = runs.Size(), runs.ModTime()
	s.Fresh = s.Report && !report.ModTime().Before(s.Changed)
	for _, made := range []string{reportFile, sweepFile, "summary.csv"} {
		s.Ended = s.Ended || files[made] != nil && !files[made].ModTime().Before(s.Changed)
	}
	return s
}

// one finds a set by its name.
func (g *Gallery) one(name string) (set, bool) {
	if !inside(name) {
		return set{}, false
	}
	info, err := g.root.Stat(name)
	if err != nil || !info.IsDir() {
		return set{}, false
	}
	s, _, _, err := g.look(name)
	return s, err == nil && (s.Runs || s.Report)
}

// order sorts sets by name, or with the newest or the largest first.
func order(sets []set, by string) {
	slices.SortStableFunc(sets, func(a, b set) int {
		switch by {
		case "name":
			return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		case "size":
			return cmp.Compare(b.Bytes, a.Bytes)
		}
		return b.Changed.Compare(a.Changed)
	})
}
