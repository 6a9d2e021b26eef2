// Package render lays out run records as the files of a report: a self-contained HTML page, the same
// tables in Markdown and CSV, Go benchmark lines for benchstat, and a summary for the terminal.
//
// Everything it says comes from the records. Figures of a run whose check failed are withheld, exact
// figures and samples never enter one verdict, and designs for different fault models are judged apart:
// a design that trusts its replicas is not better than one that need not.
package render

import (
	"time"

	"github.com/govbench/govbench/reports/result"
)

// Input is all that a report is made of.
type Input struct {
	Title     string
	Records   []result.Record
	Figures   []result.Figure // in the order of the page
	Scenarios map[string]ScenarioInfo
	Designs   map[string]DesignInfo
	Networks  map[string]string      // what each is and where its figures come from, a sentence
	Machines  map[string]string      // the same of the machine profiles
	Sequences []result.Sequence      // traced transactions, a design each
	Command   string                 // that makes these results again
	Cores     map[string]int         // of a node, by the cell's hash, where the machine is known
	Prices    PriceTable             // by which the costs are
	Costs     map[string]result.Cost // of a year, by the cell's hash; nil: nothing is priced
	Objective result.Objective       // what the verdicts hold each cell against; nil: the default one
	// Environment is written to environment.json and shown last: it is what may differ next time.
	Environment Environment
}

// ScenarioInfo is what a report says of a scenario.
type ScenarioInfo struct {
	Name       string   // English title
	NameZh     string   // Chinese title
	Category   string   // id of the category
	LeadAgency string   // who runs it
	Provenance string   // documented, derived or modelled
	Summary    string   // what it is and does, a sentence or two
	Sources    []string // links or references
	Modelled   []string // every figure of its load that has no source, with its value
}

// DesignInfo is what a report says of a design.
type DesignInfo struct {
	Title      string
	FaultModel string // crash or byzantine
	Source     string // paper or project
	Settings   string // its block cutting, signature and parameters
}

// Environment is the machine and the time of a run: nothing that a virtual-time result depends on.
type Environment struct {
	Govbench string    `json:"govbench"` // version and commit
	Go       string    `json:"go"`
	OS       string    `json:"os"`
	Arch     string    `json:"arch"`
	CPU      string    `json:"cpu,omitempty"`
	Cores    int       `json:"cores"`
	Modules  []string  `json:"modules,omitempty"` // engines and their versions
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	Effort   *Effort   `json:"effort,omitempty"` // of the last process that ran cells for it
}

// Effort is how well a process used its workers: the time of its cells over the time it took, times the workers.
//
// CellsSec is what the cells need when nothing runs beside them. A cell in virtual time computes on one thread and waits for
// nothing, so this is the processor time of that thread while it runs the cell, and whatever takes the processor from it,
// such as the keeping of records, is not in it. Of a cell on another clock, and where the system does not tell the
// processor time of a thread, it is the time that passed.
type Effort struct {
	Cells      int64   `json:"cells"`             // that it ran
	Jobs       int     `json:"jobs"`              // cells at a time
	CellsSec   float64 `json:"cells_sec"`         // time of the cells by themselves, added up
	CPUSec     float64 `json:"cpu_sec,omitempty"` // processor time of the whole process meanwhile, where the system tells it
	ElapsedSec float64 `json:"elapsed_sec"`       // from the first cell's begin until every record was durable
	Efficiency float64 `json:"efficiency"`        // CellsSec / Jobs / ElapsedSec
}

func (in Input) scenarioName(id string) string {
	if s := in.Scenarios[id]; s.Name != "" {
		return s.Name
	}
	return id
}

// provenance of a scenario: of the catalogue or, failing that, of its records.
func (in Input) provenance(id string) string {
	if s := in.Scenarios[id]; s.Provenance != "" {
		return s.Provenance
	}
	for _, r := range in.Records {
		if r.Scenario == id && r.Provenance != "" {
			return r.Provenance
		}
	}
	return "modelled" // nobody says otherwise, so nobody may think better of it
}
