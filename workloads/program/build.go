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
// the transactions that propose and endorse them. A family's generator asks its settings for a rule at the moment
// when it needs it: once people have learned of an amendment, the settings of their generator have the new value.
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
		Tag: tag,
		App: func() workloads.App { return parts.App(settings) },
		Generator: func(rand workloads.Rand) workloads.Generator {
			if len(settings.Amendments) == 0 {
				return parts.Generator(settings, rand)
			}
			known := settings.clone()
			return newAmender(known, tag, parts.Generator(known, rand), rand)
		},
	}, nil
}
