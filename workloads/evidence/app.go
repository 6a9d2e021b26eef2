package evidence

import (
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

type archive struct{}

func newArchive(settings *program.Settings) *archive { return &archive{} }

func newApp(settings *program.Settings, shared *archive) workloads.App { return nil }

func newGenerator(settings *program.Settings, rand workloads.Rand) workloads.Generator { return nil }
