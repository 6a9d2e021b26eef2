package render

import (
	"io"

	"github.com/govbench/govbench/reports/result"
)

// Style is the style sheet of every page, so that pages made elsewhere are of one family with the report.
func Style() string { return styleText }

// HTML writes report.html alone.
func HTML(w io.Writer, in Input) error { return writeHTML(w, in) }

// Verdicts are the sentences with which a report of runs begins.
func Verdicts(in Input) []string { return judge(in).tally() }

// Verdicts are the sentences with which the report of searches begins.
func (in Saturations) Verdicts() []string { return in.verdicts(in.kneeRows()) }

// Quantity writes a figure with the unit in which it reads best, which no line break parts from it.
func Quantity(v float64, unit string) string { return keep(quantity(v, unit)) }

// Figure writes three significant digits, and every digit before the point, in groups of three.
func Figure(v float64) string { return figure(v) }

// CellCommand makes a run's cell again, typed in the directory of its results.
func CellCommand(r result.Record) string { return cellCommand(r) }

// Keep lets no line break part a figure from its unit.
func Keep(text string) string { return keep(text) }

// LoadText writes a load, with its unit where it is a number.
func LoadText(load string) string { return keep(loadText(load)) }
