package attest

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// The six scenarios of the family, in small.
var (
	statusParams = workloads.Params{Agencies: 8, PayloadBytes: 30, ReadPercent: 90, LogReads: true, Population: 2000,
		Rule: map[string]int64{"issue-percent": 80, "checkin-percent": 0, "register-percent": 0, "recognise-percent": 0,
			"test-percent": 20, "dose-percent": 0}}
	regionParams = workloads.Params{Agencies: 10, PayloadBytes: 30, ReadPercent: 80, Population: 1000,
		Rule: map[string]int64{"issue-percent": 10, "checkin-percent": 0, "register-percent": 0, "recognise-percent": 80}}
	returnParams = workloads.Params{Agencies: 18, PayloadBytes: 100, ReadPercent: 40, Population: 3000, ThinkMean: 50_000_000,
		Rule: map[string]int64{"issue-percent": 5, "checkin-percent": 0, "register-percent": 90, "recognise-percent": 5,
			"appeal-deadline": 10_000}}
	venueParams = workloads.Params{Agencies: 6, PayloadBytes: 20, ReadPercent: 5, Population: 5000, KeyChoice: "zipf",
		Rule: map[string]int64{"issue-percent": 0, "checkin-percent": 90, "register-percent": 0, "recognise-percent": 0,
			"retention": 2_000}}
	testParams  = workloads.Params{Agencies: 30, PayloadBytes: 30, ReadPercent: 70, Population: 4000, KeyChoice: "seq"}
	doseParams  = workloads.Params{Agencies: 20, PayloadBytes: 40, ReadPercent: 80, Population: 20_000, Rule: map[string]int64{"test-percent": 0, "dose-percent": 100, "guard-percent": 0, "issue-percent": 90, "checkin-percent": 5, "register-percent": 0, "recognise-percent": 0, "labs": 7}}
	smallParams = workloads.Params{Agencies: 1, ReadPercent: 50, Population: 300, KeyChoice: "entity"}
)

func TestConforms(t *testing.T) {
	for name, params := range map[string]workloads.Params{
		"status": statusParams, "region": regionParams, "return": returnParams, "venue": venueParams,
		"test": testParams, "dose": doseParams, "small": smallParams,
	} {
		t.Run(name, func(t *testing.T) { programtest.Conform(t, Family(), params) })
	}
}
