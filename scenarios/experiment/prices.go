package experiment

import (
	_ "embed" // the built-in table is a file that users can read and copy
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/scenarios/strict"
)

//go:embed prices.yaml
var pricesText []byte

// PricesText is the built-in price table with its comments, for users to begin with.
func PricesText() []byte { return slices.Clone(pricesText) }

// Money is an amount in millionths of the price table's currency.
type Money int64

// moneyMax bounds a price.
//
// assumed: more than a replica's part costs in any currency, and a group of a thousand for a year still fits.
const moneyMax = 10_000_000

// UnmarshalText reads a decimal number from 0 to ten million with up to six decimals.
func (m *Money) UnmarshalText(text []byte) error {
	whole, frac, point := strings.Cut(string(text), ".")
	v, err := strconv.ParseUint(whole, 10, 64)
	f, fracErr := strconv.ParseUint((frac + "000000")[:6], 10, 64)
	if err != nil || fracErr != nil || point && frac == "" || len(frac) > 6 || v > moneyMax || len(whole) > 1 && whole[0] == '0' {
		return fmt.Errorf("found %q: allowed is an amount such as 0.25, from 0 to %d, with up to six decimals", text, moneyMax)
	}
	*m = Money(v*1_000_000 + f)
	return nil
}

// String writes the amount as UnmarshalText reads it.
func (m Money) String() string {
	text := fmt.Sprintf("%d.%06d", m/1_000_000, m%1_000_000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// MarshalText writes the amount as String does.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// JSONSchema allows a number.
func (Money) JSONSchema() map[string]any {
	return map[string]any{"type": []any{"number", "string"}, "minimum": 0, "maximum": moneyMax}
}

// Prices is a price table: the classes of parts that a group may be made of, and what they cost.
type Prices struct {
	Name     string      `yaml:"name,required" json:"name" doc:"as in reports"`
	Currency string      `yaml:"currency,required" json:"currency" doc:"such as CNY"`
	Date     string      `yaml:"date,required" json:"date" doc:"when the prices held"`
	Source   string      `yaml:"source,required" json:"source" doc:"where they come from"`
	CoreHour CorePrice   `yaml:"core_hour,required" json:"core_hour" doc:"a core of a replica for an hour, its memory included"`
	Disks    []DiskPrice `yaml:"disks,required" json:"disks" doc:"classes of disks"`
	Links    []LinkPrice `yaml:"links,required" json:"links" doc:"classes of links"`
}

// CorePrice is what a core costs.
type CorePrice struct {
	Price  Money  `yaml:"price,required" json:"price" doc:"an hour"`
	Source string `yaml:"source,required" json:"source" doc:"where it comes from"`
}

// DiskPrice is a class of disks.
type DiskPrice struct {
	Name    string        `yaml:"name,required" json:"name" doc:"of the class"`
	Fsync   time.Duration `yaml:"fsync,required" json:"fsync" doc:"time of an fsync"`
	Rate    strict.Size   `yaml:"bytes_per_sec,required" json:"bytes_per_sec" doc:"what it writes in a second"`
	GBMonth Money         `yaml:"gb_month,required" json:"gb_month" doc:"a GB (10^9 bytes) kept for a month"`
	Source  string        `yaml:"source,required" json:"source" doc:"where the figures come from"`
}

// LinkPrice is a class of links.
type LinkPrice struct {
	Name      string         `yaml:"name,required" json:"name" doc:"of the class"`
	Bandwidth strict.BitRate `yaml:"bandwidth,required" json:"bandwidth" doc:"of a replica's link, each way"`
	Month     Money          `yaml:"month,required" json:"month" doc:"a replica's link for a month"`
	Source    string         `yaml:"source,required" json:"source" doc:"where the figures come from"`
}

// BuiltinPrices is the built-in table.
func BuiltinPrices() (Prices, error) { return ParsePrices("prices.yaml (built in)", pricesText) }

// ReadPrices reads a price table.
func ReadPrices(path string) (Prices, error) {
	data, err := strict.ReadFile(path)
	if err != nil {
		return Prices{}, err
	}
	return ParsePrices(path, data)
}

// ParsePrices reads a price table. name is the file's and stands in errors.
func ParsePrices(name string, data []byte) (Prices, error) {
	n, err := strict.Parse(name, data)
	if err != nil {
		return Prices{}, err
	}
	var p Prices
	if err := n.Decode(&p); err != nil {
		return Prices{}, err
	}
	return p, p.check(n)
}

// check finds what the types of the fields do not rule out: classes without a figure, of one name, or that cost more
// than a better one, which nobody would buy, so that a slip is more likely.
func (p *Prices) check(n *strict.Node) error {
	for _, f := range []struct{ key, text string }{{"name", p.Name}, {"currency", p.Currency}, {"source", p.Source}} {
		if strings.TrimSpace(f.text) == "" {
			return n.Get(f.key).Errorf("found an empty text")
		}
	}
	disks, links := n.Get("disks"), n.Get("links")
	if len(p.Disks) == 0 {
		return disks.Errorf("found an empty list: allowed is one class or more")
	}
	if len(p.Links) == 0 {
		return links.Errorf("found an empty list: allowed is one class or more")
	}
	for i, d := range p.Disks {
		at := disks.Items[i]
		if d.Name == "" || strings.ContainsAny(d.Name, ", ") {
			return at.Get("name").Errorf("found %q: allowed is a word without comma", d.Name)
		}
		if d.Fsync < 0 || d.Fsync > costMax {
			return at.Get("fsync").Errorf("found %v: allowed are 0s to %v", d.Fsync, costMax)
		}
		if d.Rate < 1 {
			return at.Get("bytes_per_sec").Errorf("found %v: allowed is 1B or more", d.Rate)
		}
		for _, other := range p.Disks[:i] {
			if err := against(other.Name, d.Name, other.atMost(d), d.atMost(other), other.GBMonth, d.GBMonth); err != nil {
				return at.Errorf("%v", err)
			}
		}
	}
	for i, l := range p.Links {
		at := links.Items[i]
		if l.Name == "" || strings.ContainsAny(l.Name, ", ") {
			return at.Get("name").Errorf("found %q: allowed is a word without comma", l.Name)
		}
		if l.Bandwidth < 1 {
			return at.Get("bandwidth").Errorf("found %v: allowed is 1bit or more", l.Bandwidth)
		}
		for _, other := range p.Links[:i] {
			if err := against(other.Name, l.Name, other.Bandwidth <= l.Bandwidth, l.Bandwidth <= other.Bandwidth, other.Month, l.Month); err != nil {
				return at.Errorf("%v", err)
			}
		}
	}
	return nil
}

// against compares a class with one before it: up says that it is at least as good, down that it is at most as good.
func against(before, name string, up, down bool, priceBefore, price Money) error {
	switch {
	case before == name:
		return fmt.Errorf("two classes are named %s: give each its own name", name)
	case up && down:
		return fmt.Errorf("%s has the figures of %s: leave the dearer one out", name, before)
	case up && price < priceBefore:
		return fmt.Errorf("%s is better than %s, yet costs %v instead of %v: leave %s out, or mend the price", name, before, price, priceBefore, before)
	case down && price > priceBefore:
		return fmt.Errorf("%s is worse than %s, yet costs %v instead of %v: leave %s out, or mend the price", name, before, price, priceBefore, name)
	}
	return nil
}

// atMost reports whether a disk is in nothing better than another.
func (d DiskPrice) atMost(other DiskPrice) bool {
	return d.Fsync >= other.Fsync && d.Rate <= other.Rate
}

// PricesSchema is the JSON Schema of price tables, for editors; it is kept in prices.schema.json.
func PricesSchema() ([]byte, error) {
	return strict.Schema("https://github.com/govbench/govbench/scenarios/experiment/prices.schema.json", "govbench price table", Prices{})
}
