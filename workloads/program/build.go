package program

import "github.com/govbench/govbench/workloads"

// Parts are what a family is made of.
type Parts struct {
	Name      string
	Rules     []workloads.Rule               // see [Rules]
	Check     func(settings *Settings) error // the family's own demands on its parameters; may be nil
	App       func(settings *Settings) workloads.App
	Generator func(settings *Settings, rand workloads.Rand) workloads.Generator
}

// Build checks the parameters and makes the program; where they hold amendments, its generator also makes
// the transactions that propose and endorse them.
func Build(parts Parts, params workloads.Params) (workloads.Program, error) {
	settings, err := NewSettings(parts.Name, parts.Rules, params)
	if err != nil {
		return workloads.Program{}, err
	}
	if parts.Check != nil {
		if err := parts.Check(settings); err != nil {
			return workloads.Program{}, err
		}
	}
	tag := settings.Tag(parts.Name, parts.Rules)
	return workloads.Program{
		App: func() workloads.App { return parts.App(settings) },
		Generator: func(rand workloads.Rand) workloads.Generator {
			inner := parts.Generator(settings, rand)
			if len(settings.Amendments) == 0 {
				return inner
			}
			return newAmender(settings, tag, inner, rand)
		},
	}, nil
}
