package gallery

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// summary is what the list says of a set, from reading it.
type summary struct {
	Experiment string
	Runs       int
	Failed     int // runs with a failed check
	Designs    []string
	Scenarios  []string
	Verdict    string // the first of the report's sentences
	Problem    string // why no more than that is known
	Later      bool   // not read yet: there was enough to read for one answer
}

// summariesMax is how many summaries are kept in memory.
const summariesMax = 4096

// summarise reads the sets of a page, as far as they have changed, and no more than pageBytesMax at a time.
func (g *Gallery) summarise(sets []set) []summary {
	out := make([]summary, len(sets))
	left := int64(pageBytesMax)
	for i, s := range sets {
		key := fmt.Sprintf("%s\x00%d\x00%d\x00%s", s.Name, s.Bytes, s.Changed.UnixNano(), s.Kind())
		g.mu.Lock()
		sum, ok := g.sums[key]
		g.mu.Unlock()
		switch {
		case ok:
		case s.Bytes > left && s.Bytes <= pageBytesMax:
			sum = summary{Later: true}
		default:
			if s.Bytes <= left {
				left -= s.Bytes
			}
			sum = g.sum(s)
			g.mu.Lock()
			if len(g.sums) >= summariesMax {
				clear(g.sums)
			}
			g.sums[key] = sum
			g.mu.Unlock()
		}
		out[i] = sum
	}
	return out
}

// sum reads one set.
func (g *Gallery) sum(s set) (out summary) {
	defer func() {
		if recover() != nil {
			out.Problem = "the results hold something that cannot be read"
		}
	}()
	file, title := g.experiment(s.Name)
	out.Experiment = title
	if !s.Runs {
		return out
	}
	records, err := g.records(s.Name, pageBytesMax)
	if err != nil {
		out.Problem = err.Error()
	}
	out.Runs = len(records)
	for _, r := range records {
		if len(r.Failed()) > 0 {
			out.Failed++
		}
		out.Designs = append(out.Designs, r.Design)
		out.Scenarios = append(out.Scenarios, r.Scenario)
	}
	out.Designs, out.Scenarios = distinct(out.Designs), distinct(out.Scenarios)
	if len(records) == 0 {
		return out
	}
	in, err := experiment.Describe(file, records)
	if err != nil {
		return out
	}
	sentences := render.Verdicts(in)
	if found, err := g.searches(s); err == nil && len(found) > 0 {
		sentences = render.Saturations{Input: in, Found: found}.Verdicts()
	}
	if len(sentences) > 0 {
		out.Verdict = sentences[0]
	}
	return out
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// experiment reads what a set says of its experiment, if it does: nothing is wrong with a set that does not, and one that
// names files is not followed.
func (g *Gallery) experiment(set string) (files []experiment.File, title string) {
	data, err := g.readAll(path.Join(set, experimentFile), smallBytesMax)
	if err != nil {
		return nil, ""
	}
	f, err := experiment.ParseAlone(data)
	if err != nil {
		return nil, ""
	}
	return []experiment.File{f}, f.Name
}

// prices is the price table of a set, if it has one that can be read.
func (g *Gallery) prices(set string) (experiment.Prices, bool) {
	data, err := g.readAll(path.Join(set, pricesFile), smallBytesMax)
	if err != nil {
		return experiment.Prices{}, false
	}
	p, err := experiment.ParsePrices(pricesFile, data)
	return p, err == nil
}

// environment is where the runs of a set were made, as far as it is known.
func (g *Gallery) environment(set string) (e render.Environment) {
	data, err := g.readAll(path.Join(set, environmentFile), smallBytesMax)
	if err != nil || json.Unmarshal(data, &e) != nil {
		return render.Environment{}
	}
	return e
}

// records reads the runs of a set; on an error, those before it. A run that is just being written is left out.
func (g *Gallery) records(set string, bytesMax int64) ([]result.Record, error) {
	name := path.Join(set, runsFile)
	f, info, err := g.open(name)
	if err != nil {
		return nil, fmt.Errorf("%s holds no runs", shown(set))
	}
	defer f.Close()
	if info.Size() > bytesMax {
		return nil, fmt.Errorf("%s has %s: up to %s are read here", runsFile, sizeText(info.Size()), sizeText(bytesMax))
	}
	records, err := result.Read(name, io.LimitReader(f, bytesMax))
	if errors.Is(err, result.ErrTruncated) {
		err = nil
	}
	return records, err
}

// searches reads what the searches of a set have found.
func (g *Gallery) searches(s set) ([]result.Saturation, error) {
	data, err := g.readAll(path.Join(s.Name, searchesFile), smallBytesMax)
	if err != nil {
		return nil, err
	}
	var out []result.Saturation
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, smallBytesMax)
	for lines.Scan() {
		found, err := result.DecodeSaturation(lines.Bytes())
		if err != nil {
			return nil, err
		}
		out = append(out, found)
	}
	return out, lines.Err()
}

// few writes some words and how many more there are.
func few(words []string, most int) string {
	var out []string
	for _, w := range words[:min(len(words), most)] {
		out = append(out, shown(w))
	}
	text := strings.Join(out, ", ")
	if more := len(words) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
