package render

import (
	"regexp"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

var (
	tableElement = regexp.MustCompile(`(?s)<table.*?</table>`)
	numericRow   = regexp.MustCompile(`(?s)<tr[ >].*?</tr>`)
	toCommand    = regexp.MustCompile(`href="#((?:run|sequence)-\d+|again)"`)
)

// withoutCommand names the numeric tables of a page of which neither the caption nor each row, or group of rows, leads to
// a command, and the links that lead nowhere.
func withoutCommand(page string) []string {
	var out []string
	for _, table := range tableElement.FindAllString(page, -1) {
		head, body, _ := strings.Cut(table, "<tbody")
		if toCommand.MatchString(head) {
			continue
		}
		for _, group := range strings.Split(body, "<tbody") {
			if strings.HasPrefix(group, ` class="group"`) && toCommand.MatchString(group) {
				continue
			}
			for _, row := range numericRow.FindAllString(group, -1) {
				if strings.Contains(row, `class="num`) && !toCommand.MatchString(row) {
					out = append(out, table[:min(len(table), 200)]+" ... "+row)
					break
				}
			}
		}
	}
	for _, m := range toCommand.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			out = append(out, "a link to "+m[1]+", which is nowhere")
		}
	}
	return out
}

// Every number in a table leads to the command that makes it again.
func TestEveryTableLeadsToItsCommand(t *testing.T) {
	sequence, crossed := small(), Input{Designs: models, Records: []result.Record{trial("raft", result.Virtual, 2000, 2000, 0.01), trial("hashiraft", result.Bubble, 2000, 2000, 0.011)}}
	sequence.Sequences = []result.Sequence{traced()}
	for i, name := range []string{"raft", "hashiraft"} {
		crossed.Records[i].Protocol = name
	}
	pages := map[string]string{}
	for name, in := range map[string]Input{"comparison": sequence, "mix": city(false), "broken mix": city(true), "wide": thousand(true), "trials": thousand(false), "crossed": crossed} {
		pages[name] = render(t, writeHTML, in)
		if found := withoutCommand(pages[name]); len(found) > 0 {
			t.Errorf("%s: %d tables lead to no command: %s", name, len(found), found[0])
		}
	}
	for name, marks := range map[string][]string{"comparison": {"<h3>At", `id="checks"`, `id="sequence"`}, "mix": {`id="services"`, `id="programs"`}, "wide": {"Every cell"}, "crossed": {`id="cross-check"`}} {
		for _, mark := range marks {
			before, after, ok := strings.Cut(pages[name], mark)
			if !ok {
				t.Errorf("%s has no %s", name, mark)
			}
			if len(withoutCommand(before+mark+toCommand.ReplaceAllString(after, `href="#gone"`))) == 0 {
				t.Errorf("%s: tables from %s on that lead nowhere are not found", name, mark)
			}
		}
	}
}
