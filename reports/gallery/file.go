package gallery

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
)

// shownTypes are the files that are handed out, by their endings. None is a type that a browser runs when another page
// names it as its script or style.
func shownTypes() map[string]string {
	return map[string]string{".svg": "image/svg+xml", ".png": "image/png", ".csv": "text/csv; charset=utf-8",
		".md": "text/plain; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".json": "application/json",
		".jsonl": "text/plain; charset=utf-8", ".yaml": "text/plain; charset=utf-8", ".xml": "text/plain; charset=utf-8"}
}

// figurePolicy lets a figure style itself, and nothing else.
const figurePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// file hands out a file of a set, or makes its report.
func (g *Gallery) file(w http.ResponseWriter, r *http.Request, name string) {
	dir, base := path.Split(name)
	kind, known := shownTypes()[path.Ext(base)]
	switch {
	case !inside(name):
		g.notFound(w)
	case base == reportFile:
		g.report(w, r, path.Clean(dir))
	case !known:
		g.notFound(w)
	default:
		if path.Ext(base) == ".svg" {
			w.Header().Set("Content-Security-Policy", figurePolicy)
		}
		g.stream(w, r, name, kind)
	}
}

// stream hands out a file from the disk, or a part of it.
func (g *Gallery) stream(w http.ResponseWriter, r *http.Request, name, kind string) {
	f, info, err := g.open(name)
	if err != nil {
		if figure := g.figure(name); figure != nil {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(figure)
			return
		}
		g.notFound(w)
		return
	}
	defer f.Close()
	serve(w, r, info, kind, f)
}

// serve answers with a file: whole, in part, or not at all when the browser has it.
func serve(w http.ResponseWriter, r *http.Request, info fs.FileInfo, kind string, content io.ReadSeeker) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size())) // times in headers count whole seconds only
	http.ServeContent(w, r, "", info.ModTime(), content)
}

// headBytesMax is where a report's own policy stands at the latest.
const headBytesMax = 16 << 10

var (
	metaPolicy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)"`)
	scriptHash = regexp.MustCompile(`^'sha256-[A-Za-z0-9+/]{43}='$`)
)

// reportPolicy is what a browser may do with a report: what the report's own policy, in its head, allows as well. So of
// its scripts those run that the report names by their hashes; a page without a policy runs none. The sandbox gives the
// page an origin of its own, in which it cannot read what else is served here.
func reportPolicy(head []byte) string {
	head = head[:min(len(head), headBytesMax)]
	var hashes []string
	if m := metaPolicy.FindSubmatch(head); m != nil {
		for directive := range strings.SplitSeq(html.UnescapeString(string(m[1])), ";") {
			words := strings.Fields(directive)
			if len(words) == 0 || words[0] != "script-src" {
				continue
			}
			for _, word := range words[1:] {
				if scriptHash.MatchString(word) {
					hashes = append(hashes, word)
				}
			}
			break // a browser heeds the first
		}
	}
	script := "'none'"
	if len(hashes) > 0 {
		script = strings.Join(hashes, " ")
	}
	return "default-src 'none'; style-src 'unsafe-inline'; script-src " + script +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-downloads"
}

const htmlType = "text/html; charset=utf-8"

// report hands out a set's report: the one that was written or, when that is missing or older than the runs, one that
// is made from them. Nothing is written.
func (g *Gallery) report(w http.ResponseWriter, r *http.Request, dir string) {
	s, ok := g.one(dir)
	if !ok || !s.Shows() {
		g.notFound(w)
		return
	}
	if s.Fresh {
		f, info, err := g.open(path.Join(dir, reportFile))
		if err != nil {
			g.notFound(w)
			return
		}
		defer f.Close()
		head := make([]byte, headBytesMax)
		n, err := io.ReadFull(f, head)
		if err == nil || err == io.ErrUnexpectedEOF || err == io.EOF {
			_, err = f.Seek(0, io.SeekStart)
		}
		if err != nil {
			g.fail(w, http.StatusInternalServerError, "The report cannot be read", err)
			return
		}
		w.Header().Set("Content-Security-Policy", reportPolicy(head[:n]))
		serve(w, r, info, htmlType, f)
		return
	}
	d, err := g.draw(r.Context(), s)
	if err != nil {
		g.fail(w, http.StatusUnprocessableEntity, "No report can be made of "+shown(s.Name), err)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", reportPolicy(d.page))
	h.Set("Content-Type", htmlType)
	h.Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "", s.Changed, bytes.NewReader(d.page))
}
