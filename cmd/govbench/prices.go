package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/scenarios/strict"
)

// pricesFile is the price table of a result set, by which its reports say what a design costs.
const pricesFile = "prices.yaml"

// addPrices is for the commands whose reports price designs.
func (f *runFlags) addPrices(set *pflag.FlagSet) {
	set.StringVar(&f.prices, "prices", "", "`FILE` of a price table, by which the report says what a design costs a year (default: the built-in one; govbench show prices prints it)")
}

// pricesOf is the table for the results of some directories: that of the file, if one is given, or the one that they were
// reported with, or the built-in one. Two directories with two tables need a file.
func pricesOf(file string, dirs ...string) (experiment.Prices, error) {
	if file != "" {
		p, err := experiment.ReadPrices(file)
		if err != nil {
			err = fmt.Errorf("--prices: %w", err)
		}
		return p, err
	}
	var kept *experiment.Prices
	from := ""
	for _, dir := range dirs {
		path := filepath.Join(dir, pricesFile)
		if !isFile(path) {
			continue
		}
		p, err := experiment.ReadPrices(path)
		if err != nil {
			return p, err
		}
		if kept != nil && !kept.Same(&p) {
			return p, fmt.Errorf("%s and %s: two price tables: say with --prices FILE by which the costs are", from, path)
		}
		kept, from = &p, path
	}
	if kept != nil {
		return *kept, nil
	}
	return experiment.BuiltinPrices()
}

// keepPrices puts the price table beside the results that it prices.
func keepPrices(dir string, p *experiment.Prices) error {
	data, err := p.Marshal()
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, pricesFile), data)
}

// priceRows are the built-in price tables for list: one.
func priceRows() (objects []any, header []string, cells [][]string, err error) {
	p, err := experiment.BuiltinPrices()
	if err != nil {
		return nil, nil, nil, err
	}
	return []any{p}, []string{"NAME", "CURRENCY", "DATE", "DISKS", "LINKS", "SOURCE"},
		[][]string{{p.Name, p.Currency, p.Date, fmt.Sprint(len(p.Disks)), fmt.Sprint(len(p.Links)), p.Source}}, nil
}

// priceTable is the built-in table by its name, or one of the user's own by its path.
func priceTable(name string) (experiment.Prices, error) {
	builtin, err := experiment.BuiltinPrices()
	if err != nil || name == builtin.Name {
		return builtin, err
	}
	if !strings.ContainsAny(name, `./\`) {
		return builtin, fmt.Errorf("%w; a table of your own is named by its path, such as ./%s", strict.UnknownName("price table", name, []string{builtin.Name}), pricesFile)
	}
	return experiment.ReadPrices(name)
}

// showPrice prints the built-in table as a file to edit, or what one of the user's own was read as.
func showPrice(w io.Writer, name string) error {
	p, err := priceTable(name)
	if err != nil {
		return err
	}
	if builtin, err := experiment.BuiltinPrices(); err == nil && p.Same(&builtin) {
		_, err := w.Write(experiment.PricesText())
		return err
	}
	data, err := p.Marshal()
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}
