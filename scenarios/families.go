package scenarios

import (
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/approval"
	"github.com/govbench/govbench/workloads/attest"
	"github.com/govbench/govbench/workloads/claim"
	"github.com/govbench/govbench/workloads/custody"
	"github.com/govbench/govbench/workloads/directory"
	"github.com/govbench/govbench/workloads/draw"
	"github.com/govbench/govbench/workloads/evidence"
	"github.com/govbench/govbench/workloads/fund"
	"github.com/govbench/govbench/workloads/licence"
	"github.com/govbench/govbench/workloads/numbering"
	"github.com/govbench/govbench/workloads/register"
	"github.com/govbench/govbench/workloads/verify"
)

// Families lists the program families that a scenario may name.
func Families() []workloads.Family {
	return []workloads.Family{verify.Family(), approval.Family(), licence.Family(), draw.Family(), evidence.Family(),
		claim.Family(), fund.Family(), attest.Family(), register.Family(), custody.Family(), numbering.Family(), directory.Family()}
}

// FamilyNames lists their names.
func FamilyNames() []string {
	names := []string{}
	for _, f := range Families() {
		names = append(names, f.Name)
	}
	return names
}

func findFamily(name string) (workloads.Family, bool) {
	for _, f := range Families() {
		if f.Name == name {
			return f, true
		}
	}
	return workloads.Family{}, false
}
