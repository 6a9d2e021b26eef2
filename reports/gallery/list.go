package gallery

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/render"
)

// pageSets is how many sets a page lists.
const pageSets = 50

// listPage is what the list shows.
type listPage struct {
	Dir           string
	Title         string
	Rows          []row
	All, Matching int
	From, To      int // of those that match, from 1
	Find, By      string
	Orders        []option
	Before, After string // other pages, when there are any
	Partial, Live bool
	Unread        int
	Fresh         string // this page again
}

// option is a choice of a form.
type option struct {
	Value, Words string
	Chosen       bool
}

// row is one set of the list.
type row struct {
	set
	Summary   summary
	When      string // as a machine reads it
	WhenWords string
}

// DesignWords names the designs.
func (r row) DesignWords() string { return few(r.Summary.Designs, 6) }

// ScenarioWords names the scenarios, or counts them.
func (r row) ScenarioWords() string { return few(r.Summary.Scenarios, 3) }

// textMax is how much of what a request says is used.
const textMax = 200

// list shows the sets that match, a page at a time.
func (g *Gallery) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := listPage{Dir: shown(g.dir), Title: "Results", Find: cut(q.Get("find")), By: q.Get("by")}
	all := g.sets(r.Context())
	sets := slices.DeleteFunc(slices.Clone(all.Sets), func(s set) bool {
		return !strings.Contains(strings.ToLower(s.Name), strings.ToLower(p.Find))
	})
	order(sets, p.By)
	for _, o := range []option{{"when", "newest first", false}, {"name", "name", false}, {"size", "largest first", false}} {
		o.Chosen = o.Value == p.By
		p.Orders = append(p.Orders, o)
	}
	p.All, p.Matching, p.Partial, p.Unread = len(all.Sets), len(sets), all.Partial, all.Unread
	pages := max(1, (len(sets)+pageSets-1)/pageSets)
	at, err := strconv.Atoi(q.Get("page"))
	if err != nil || at < 1 {
		at = 1
	}
	at = min(at, pages)
	sets = sets[(at-1)*pageSets : min(len(sets), at*pageSets)]
	p.From, p.To = (at-1)*pageSets+1, (at-1)*pageSets+len(sets)
	p.Fresh = p.at(at)
	if at > 1 {
		p.Before = p.at(at - 1)
	}
	if at < pages {
		p.After = p.at(at + 1)
	}
	now := time.Now()
	err = g.alone(r.Context(), func() error {
		for i, sum := range g.summarise(sets) {
			s := sets[i]
			p.Live = p.Live || s.Live() || sum.Later
			p.Rows = append(p.Rows, row{s, sum, s.Changed.UTC().Format(time.RFC3339), ago(now, s.Changed)})
		}
		return nil
	})
	if err != nil {
		g.fail(w, http.StatusServiceUnavailable, "Not now", err)
		return
	}
	g.show(w, http.StatusOK, "list", p)
}

// at is the address of a page of the list.
func (p *listPage) at(page int) string {
	q := url.Values{}
	for _, v := range []option{{Value: "find", Words: p.Find}, {Value: "by", Words: p.By}} {
		if v.Words != "" {
			q.Set(v.Value, v.Words)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

func cut(text string) string { return strings.ToValidUTF8(text[:min(len(text), textMax)], "") }

// ago says when something was, for people.
func ago(now, then time.Time) string {
	switch d := now.Sub(then); {
	case d < 0:
	case d < time.Minute:
		return count(int(d/time.Second), "second") + " ago"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute") + " ago"
	case d < 24*time.Hour:
		return count(int(d/time.Hour), "hour") + " ago"
	}
	return then.UTC().Format("2006-01-02 15:04") + " UTC"
}

// count writes n things in the singular or plural.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return render.Figure(float64(n)) + " " + thing + "s"
}

func sizeText(bytes int64) string {
	switch {
	case bytes < 1000:
		return count(int(bytes), "byte")
	case bytes < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	case bytes < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
}
