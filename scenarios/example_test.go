package scenarios_test

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/scenarios"
)

// A preset of cases becomes a rate of requests, and a source offers them over a run in which a whole
// working day is compressed into a minute.
func Example() {
	s, err := scenarios.Load("enterprise-establishment")
	if err != nil {
		fmt.Println(err)
		return
	}
	workload, err := s.Workload()
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, err := workload.Rate(scenarios.PresetSurge)
	if err != nil {
		fmt.Println(err)
		return
	}
	source, err := workload.NewSource(1, rate, time.Minute)
	if err != nil {
		fmt.Println(err)
		return
	}
	first, _ := source.Next()
	fmt.Println(s, "in", s.Category)
	fmt.Println("the first request is number", first.ID, "and comes from one of", len(s.Participants.List()), "agencies")
	// Output:
	// enterprise-establishment (documented) in business-collaboration
	// the first request is number 1 and comes from one of 7 agencies
}

// An unknown name comes back with the nearest known one.
func ExampleFind() {
	_, err := scenarios.Find("category:epidemic-recovry")
	fmt.Println(err)
	// Output:
	// unknown category "epidemic-recovry": allowed are data-sharing, business-collaboration, certificates-evidence, epidemic-recovery, all; did you mean category:epidemic-recovery?
}
