package render

import (
	_ "embed" // the section is a file of its own
	"html/template"
	"slices"
	"time"
)

//go:embed basis.gohtml
var basisText string

// basis is what the figures of a page rest on, but for that of runs, whose page says more.
type basis struct {
	Provenance  []provenanceRow
	Shared      []modelling
	Notes       []note
	NotModelled []bullets
	Environment *Environment // nil: not known
}

func (j *judged) basis() basis {
	b := basis{Provenance: j.provenanceRows(), Shared: j.sharedModelling(), Notes: append(j.designNotes(), j.where()...), NotModelled: slices.Concat(j.costs(), j.in.prices(), j.notModelled())}
	if j.in.Environment.Go != "" {
		b.Environment = &j.in.Environment
	}
	return b
}

// newPage reads the template of a page that ends with its basis.
func newPage(name, text string) (*template.Template, error) {
	funcs := template.FuncMap{"keep": keep, "count": count, "link": isLink, "stamp": stamp}
	t, err := template.New(name).Funcs(funcs).Parse(basisText)
	if err != nil {
		return nil, err
	}
	return t.Parse(text)
}

// stamp writes a time.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
