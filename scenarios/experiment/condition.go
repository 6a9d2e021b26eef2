package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/strict"
)

// condition says whether a point of a sweep is run.
type condition func(point []result.Factor) (bool, error)

// parser reads a condition:
//
//	condition = all { "or" all }
//	all       = one { "and" one }
//	one       = "not" one | "(" condition ")" | key operator value
//	operator  = "<" | "<=" | ">" | ">=" | "=" | "!="
type parser struct {
	words []string
	keys  []string // of the settings that are varied
}

// conditionMax bounds the length of a condition in bytes, and with it the depth of its brackets.
const conditionMax = 4096

// parseCondition reads a condition between the settings of the given keys.
func parseCondition(text string, keys []string) (condition, error) {
	if len(text) > conditionMax {
		return nil, fmt.Errorf("has %d bytes: allowed are %d", len(text), conditionMax)
	}
	p := &parser{words: conditionWords(text), keys: keys}
	c, err := p.any()
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("found %q: allowed here is and, or, or the end", p.words[0])
	}
	if err != nil {
		return nil, fmt.Errorf("condition %q: %w", text, err)
	}
	return func(point []result.Factor) (bool, error) {
		ok, err := c(point)
		if err != nil {
			err = fmt.Errorf("condition %q: %w", text, err)
		}
		return ok, err
	}, nil
}

// conditionWords cuts a text into brackets, operators and words.
func conditionWords(text string) []string {
	for _, mark := range []string{"(", ")", "<", ">", "=", "!"} {
		text = strings.ReplaceAll(text, mark, " "+mark+" ")
	}
	var out []string
	joins := false // the word before is an operator that may be longer
	for _, w := range strings.Fields(text) {
		if joins && w == "=" {
			out[len(out)-1] += w
			joins = false
			continue
		}
		out = append(out, w)
		joins = w == "<" || w == ">" || w == "!"
	}
	return out
}

// take takes the next word if it is the wanted one.
func (p *parser) take(word string) bool {
	if len(p.words) == 0 || p.words[0] != word {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *parser) any() (condition, error) { return p.list("or", true, p.all) }

func (p *parser) all() (condition, error) { return p.list("and", false, p.one) }

// list reads parts joined by a word. All parts are judged, so that a comparison which makes no sense shows wherever it
// stands; one that is decisive decides.
func (p *parser) list(word string, decisive bool, part func() (condition, error)) (condition, error) {
	var parts []condition
	for {
		c, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, c)
		if !p.take(word) {
			break
		}
	}
	return func(point []result.Factor) (bool, error) {
		out := !decisive
		for _, c := range parts {
			ok, err := c(point)
			if err != nil {
				return false, err
			}
			if ok == decisive {
				out = decisive
			}
		}
		return out, nil
	}, nil
}

func (p *parser) one() (condition, error) {
	switch {
	case p.take("not"):
		c, err := p.one()
		return func(point []result.Factor) (bool, error) {
			ok, err := c(point)
			return !ok, err
		}, err
	case p.take("("):
		c, err := p.any()
		if err == nil && !p.take(")") {
			err = errors.New("a bracket is not closed")
		}
		return c, err
	}
	return p.comparison()
}

func (p *parser) comparison() (condition, error) {
	if len(p.words) < 3 {
		return nil, fmt.Errorf("found %q: allowed is a comparison such as design.block.max_txs>=100", strings.Join(p.words, " "))
	}
	key, operator, value := p.words[0], p.words[1], p.words[2]
	p.words = p.words[3:]
	if !slices.Contains(p.keys, key) {
		return nil, strict.UnknownName("varied setting", key, p.keys)
	}
	if !slices.Contains([]string{"<", "<=", ">", ">=", "=", "!="}, operator) {
		return nil, fmt.Errorf("found %q after %s: allowed are < <= > >= = !=", operator, key)
	}
	if strings.ContainsAny(value, "()<>=!") {
		return nil, fmt.Errorf("found %q after %s: allowed is a value", value, operator)
	}
	return func(point []result.Factor) (bool, error) {
		i := slices.IndexFunc(point, func(f result.Factor) bool { return f.Name == key })
		return compareLevels(point[i].Value, operator, value)
	}, nil
}

// compareLevels compares two levels of a setting: by size where both are numbers of one kind, otherwise only for being
// the same text.
func compareLevels(a, operator, b string) (bool, error) {
	x, ok1 := strict.ParseQuantity(a)
	y, ok2 := strict.ParseQuantity(b)
	if !ok1 || !ok2 {
		switch operator {
		case "=":
			return a == b, nil
		case "!=":
			return a != b, nil
		}
		return false, fmt.Errorf("%s %s %s: one of them is no number: allowed are = and !=", a, operator, b)
	}
	if x.Unit != y.Unit {
		return false, fmt.Errorf("%s %s %s: they count different things", a, operator, b)
	}
	switch c := x.Value.Cmp(y.Value); operator {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	case ">=":
		return c >= 0, nil
	case "=":
		return c == 0, nil
	default:
		return c != 0, nil
	}
}
