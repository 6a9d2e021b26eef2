// Package gallery shows the result sets below a directory in a browser, and compares them.
//
// It only reads. Every path stays inside the directory: the operating system resolves it below an opened root
// (os.Root), so that neither "..", nor an absolute name, nor a symbolic link leads out; what is no regular file is never
// opened, so that a named pipe cannot block and a device is not touched; names that begin with a dot are nobody's. What
// is read into memory is bounded, and everything else is streamed. Guard is what stands before it: it answers to names
// of this machine only and only to reading.
//
// A result set may come from anywhere. Its names are escaped, its experiment may name no file, and its report runs in
// an origin of its own with no more rights than the report's own policy gives, so that no set reads another.
package gallery

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // the pages' template, script and icon
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/govbench/govbench/reports/render"
)

//go:embed gallery.gohtml
var pagesText string

//go:embed live.js
var scriptText string

//go:embed icon.svg
var iconText []byte

// Limits of what is read into memory.
const (
	recordsBytesMax = 128 << 20 // of the runs of one set
	pageBytesMax    = 64 << 20  // of the runs that the sets of one page are summed up from, at a time
	smallBytesMax   = 1 << 20   // of environment.json and the like
)

// heavyMax is how many reports or comparisons are made at a time.
const heavyMax = 2

// Gallery is the handler of the pages.
type Gallery struct {
	root   *os.Root
	dir    string // what the directory is called
	pages  *template.Template
	policy string // of our own pages
	heavy  chan struct{}

	mu    sync.Mutex
	sums  map[string]summary // by the state of the set
	drawn []*drawing         // the last few, the latest first
}

// New makes a gallery of a directory. dir is what the pages call it.
func New(root *os.Root, dir string) (*Gallery, error) {
	style := template.CSS(render.Style()) //nolint:gosec // embedded
	script := template.JS(scriptText)     //nolint:gosec // embedded
	pages, err := template.New("gallery").Funcs(template.FuncMap{
		"style": func() template.CSS { return style }, "script": func() template.JS { return script },
		"shown": shown, "link": link, "count": count, "size": sizeText,
	}).Parse(pagesText)
	if err != nil {
		return nil, err
	}
	policy := "default-src 'none'; style-src " + hashOf(render.Style()) + "; script-src " + hashOf(scriptText) +
		"; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return &Gallery{root: root, dir: dir, pages: pages, policy: policy, heavy: make(chan struct{}, heavyMax), sums: map[string]summary{}}, nil
}

// hashOf names an inline style or script in a content security policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// ServeHTTP finds the page of a path. There is no multiplexer, which would clean a path and send the browser
// there: what is not written as it should be is not found.
func (g *Gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, inSets := strings.CutPrefix(r.URL.Path, "/set/")
	switch {
	case r.URL.Path == "/":
		g.list(w, r)
	case r.URL.Path == "/compare":
		g.compare(w, r)
	case r.URL.Path == "/icon.svg":
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write(iconText)
	case inSets:
		g.file(w, r, name)
	default:
		g.notFound(w)
	}
}

// problem is what the page of an error says.
type problem struct{ Title, Text string }

func (g *Gallery) notFound(w http.ResponseWriter) {
	g.show(w, http.StatusNotFound, "problem", problem{"Not found", "There is nothing of that name here."})
}

// fail answers with an error that the reader can act on.
func (g *Gallery) fail(w http.ResponseWriter, status int, title string, err error) {
	g.show(w, status, "problem", problem{title, err.Error()})
}

// show answers with one of our own pages.
func (g *Gallery) show(w http.ResponseWriter, status int, page string, data any) {
	var text bytes.Buffer
	if err := g.pages.ExecuteTemplate(&text, page, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", g.policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // who has gone away needs no answer
}

// errBusy is the cause of an answer that was given up while others were being made.
var errBusy = errors.New("other reports are being made: try again in a moment")

// alone runs what takes much time or memory, few at a time.
func (g *Gallery) alone(ctx context.Context, f func() error) (err error) {
	select {
	case g.heavy <- struct{}{}:
	case <-ctx.Done():
		return errBusy
	}
	defer func() { <-g.heavy }()
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the results hold something that cannot be drawn")
		}
	}()
	return f()
}
