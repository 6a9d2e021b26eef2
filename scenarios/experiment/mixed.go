package experiment

import "github.com/govbench/govbench/scenarios"

// Mixed is the mixed workload that is selected, or nil where scenarios are.
func (r ScenarioRef) Mixed() *scenarios.Mixed { return r.mixed }
