package verify

import (
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

func newApp(settings *program.Settings) workloads.App { return nil }

func newGenerator(settings *program.Settings, rand workloads.Rand) workloads.Generator { return nil }
