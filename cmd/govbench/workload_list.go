package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads"
)

// ruleObject is one of a family's own numbers.
type ruleObject struct {
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	Default  int64  `json:"default"`
	Min      int64  `json:"min"`
	Max      int64  `json:"max"`
	Governed bool   `json:"governed"` // can be changed in mid-run
	Doc      string `json:"doc"`
}

type familyObject struct {
	Name      string       `json:"name"`
	Title     string       `json:"title"`
	Laws      []string     `json:"laws"`
	Rules     []ruleObject `json:"rules"`
	Scenarios []string     `json:"scenarios"` // ids of the catalogue's scenarios of this family
}

func familyObjects() ([]familyObject, error) {
	all, err := scenarios.All()
	if err != nil {
		return nil, err
	}
	var out []familyObject
	for _, f := range scenarios.Families() {
		o := familyObject{Name: f.Name, Title: f.Title, Laws: f.Laws, Rules: []ruleObject{}, Scenarios: []string{}}
		for _, r := range f.Rules {
			o.Rules = append(o.Rules, ruleObject{r.Name, r.Unit, r.Default, r.Min, r.Max, r.Governed, r.Doc})
		}
		for _, s := range all {
			if s.Family == f.Name {
				o.Scenarios = append(o.Scenarios, s.ID)
			}
		}
		out = append(out, o)
	}
	return out, nil
}

func familyRows() (objects []any, header []string, cells [][]string, err error) {
	list, err := familyObjects()
	for _, o := range list {
		governed := 0
		for _, r := range o.Rules {
			if r.Governed {
				governed++
			}
		}
		objects = append(objects, o)
		cells = append(cells, []string{o.Name, o.Title, fmt.Sprint(len(o.Scenarios)), fmt.Sprint(len(o.Laws)), fmt.Sprint(len(o.Rules)), fmt.Sprint(governed)})
	}
	return objects, []string{"NAME", "TITLE", "SCENARIOS", "LAWS", "RULES", "OF THEM GOVERNED"}, cells, err
}

func showFamily(w io.Writer, name string) error {
	list, err := familyObjects()
	if err != nil {
		return err
	}
	f, err := pick("workload", name, list, func(f familyObject) string { return f.Name })
	if err != nil {
		return err
	}
	title(w, f.Name, f.Title)
	section(w, "Laws that are checked at the end of every run")
	bullets(w, f.Laws)
	printRules(w, f.Rules, func(r ruleObject) string {
		return fmt.Sprintf("%s: %s by default; allowed are %s to %s", r.Name, amount(r.Default, r.Unit), grouped(r.Min), amount(r.Max, r.Unit))
	})
	section(w, plural(len(f.Scenarios), "scenario"))
	paragraph(w, 2, "", strings.Join(f.Scenarios, ", "))
	return nil
}

// printRules prints the rules that can be changed in mid-run, and then the numbers that shape the start and the load.
func printRules(w io.Writer, rules []ruleObject, line func(ruleObject) string) {
	for _, part := range []struct {
		title    string
		governed bool
	}{
		{"Rules on the chain, which the agencies can change in mid-run", true},
		{"Numbers that shape the start and the load", false},
	} {
		section(w, part.title)
		for _, r := range rules {
			if r.Governed == part.governed {
				paragraph(w, 4, "  -", line(r))
				paragraph(w, 6, "", capital(r.Doc))
			}
		}
	}
}

// amount is a rule's value in words: in its own unit, and in one that people use.
func amount(value int64, unit string) string {
	const msPerDay = 86_400_000
	switch unit {
	case "":
		return grouped(value)
	case "bool":
		return map[bool]string{false: "no (0)", true: "yes (1)"}[value != 0]
	case "%":
		return grouped(value) + " %"
	case "code":
		return fmt.Sprintf("code %d", value)
	case "1/10000", "bp", "basis points":
		return fmt.Sprintf("%s basis points (%s %%)", grouped(value), strconv.FormatFloat(float64(value)/100, 'f', -1, 64))
	case "fen":
		return fmt.Sprintf("%s fen (%s yuan)", grouped(value), groupedFloat(float64(value)/100))
	case "ms":
		text := (time.Duration(value) * time.Millisecond).String()
		for _, zero := range []string{"m0s", "h0m"} {
			if rest, ok := strings.CutSuffix(text, zero); ok {
				text = rest + zero[:1]
			}
		}
		if value >= msPerDay {
			text = groupedFloat(float64(value)/msPerDay) + " days"
		}
		return fmt.Sprintf("%s ms (%s)", grouped(value), text)
	}
	return grouped(value) + " " + unit
}

// groupedFloat writes a number with its thousands apart and at most two decimals.
func groupedFloat(x float64) string {
	whole, part, _ := strings.Cut(fmt.Sprintf("%.2f", x), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if part = strings.TrimRight(part, "0"); err == nil && part == "" {
		return grouped(n)
	}
	return strings.TrimSuffix(grouped(n)+"."+part, ".")
}

// ruleOf finds a rule of a family.
func ruleOf(f workloads.Family, name string) workloads.Rule {
	for _, r := range f.Rules {
		if r.Name == name {
			return r
		}
	}
	return workloads.Rule{Name: name}
}
