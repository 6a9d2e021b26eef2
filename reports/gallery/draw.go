package gallery

import (
	"bytes"
	"context"
	"errors"
	"path"
	"time"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/scenarios/experiment"
)

// drawnMax is how many reports that were made are kept in memory.
const drawnMax = 4

// drawing is a report that was made from runs and is nowhere on the disk.
type drawing struct {
	set     string
	bytes   int64
	changed time.Time
	page    []byte
	figures map[string][]byte // by their paths below the directory, for links from the page
}

// draw makes the report of a set from its runs, unless it is in memory.
func (g *Gallery) draw(ctx context.Context, s set) (d *drawing, err error) {
	if d = g.kept(s); d != nil {
		return d, nil
	}
	err = g.alone(ctx, func() error {
		if d = g.kept(s); d != nil {
			return nil // made while this one waited
		}
		d, err = g.make(s)
		if err != nil {
			return err
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.drawn = append([]*drawing{d}, g.drawn[:min(len(g.drawn), drawnMax-1)]...)
		return nil
	})
	return d, err
}

func (g *Gallery) kept(s set) *drawing {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, d := range g.drawn {
		if d.set == s.Name && d.bytes == s.Bytes && d.changed.Equal(s.Changed) {
			return d
		}
	}
	return nil
}

// figure finds a figure of a report in memory.
func (g *Gallery) figure(name string) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, d := range g.drawn {
		if svg := d.figures[name]; svg != nil {
			return svg
		}
	}
	return nil
}

func (g *Gallery) make(s set) (*drawing, error) {
	records, err := g.records(s.Name, recordsBytesMax)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, errors.New("no run has finished yet")
	}
	files, title := g.experiment(s.Name)
	in, err := experiment.Report(files, records)
	if err != nil {
		return nil, err
	}
	if prices, ok := g.prices(s.Name); ok {
		prices.Price(&in)
	}
	if title == "" {
		title = path.Base(s.Name)
	}
	in.Title, in.Environment = shown(title)+", so far", g.environment(s.Name)
	if s.Ended {
		in.Title = shown(title)
	}
	var page bytes.Buffer
	if err := render.HTML(&page, in); err != nil {
		return nil, err
	}
	d := &drawing{set: s.Name, bytes: s.Bytes, changed: s.Changed, page: page.Bytes(), figures: map[string][]byte{}}
	for _, f := range in.Figures {
		d.figures[path.Join(s.Name, plotsDir, f.Name+".svg")] = f.SVG
	}
	return d, nil
}
