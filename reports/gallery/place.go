package gallery

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/govbench/govbench/reports/term"
)

// errNoFile is the one answer to a name that leads out of the directory, that is no regular file, or that is not
// there: who asks does not learn which.
var errNoFile = errors.New("no such file")

// inside reports whether a name stays below the directory by its form alone, and is one that is shown: slashes
// between its parts, no part of dots, hidden, or with a character that some system takes for more than itself.
func inside(name string) bool {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || !filepath.IsLocal(filepath.FromSlash(name)) {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && name != "." {
			return false
		}
	}
	return true
}

// open opens a regular file below the directory. The mode is looked at before opening, since opening a device may do
// something, and again behind it, since the name may mean something else by then; a named pipe that has come in
// between does not block.
func (g *Gallery) open(name string) (*os.File, fs.FileInfo, error) {
	if !inside(name) {
		return nil, nil, errNoFile
	}
	before, err := g.root.Stat(name)
	if err != nil || !before.Mode().IsRegular() {
		return nil, nil, errNoFile
	}
	f, err := g.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, errNoFile
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil, errors.Join(errNoFile, f.Close())
	}
	return f, info, nil
}

// readAll reads a whole file of bounded size.
func (g *Gallery) readAll(name string, bytesMax int64) ([]byte, error) {
	f, info, err := g.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > bytesMax {
		return nil, fmt.Errorf("%s has %s: this page reads up to %s", shown(name), sizeText(info.Size()), sizeText(bytesMax))
	}
	data, err := io.ReadAll(io.LimitReader(f, bytesMax+1))
	if err == nil && int64(len(data)) > bytesMax {
		err = fmt.Errorf("%s grows faster than it can be read", shown(name))
	}
	return data, err
}

// link is the path of a file of a set, each part escaped.
func link(set, file string) string {
	var b strings.Builder
	b.WriteString("/set")
	for part := range strings.SplitSeq(path.Join(set, file), "/") {
		b.WriteString("/" + url.PathEscape(part))
	}
	return b.String()
}

// shown is a text as it can be read and cannot deceive: characters that do not show or that turn the direction of writing
// are written out.
func shown(text string) string { return term.Clean(text) }
