package experiment

import _ "embed" // the built-in experiment is a file that users can read and copy

//go:embed quickstart.yaml
var quickstart []byte

//go:embed starter.yaml
var starter []byte

// QuickstartName is the name of the built-in experiment.
const QuickstartName = "quickstart"

// Quickstart is the built-in experiment.
func Quickstart() (File, error) { return Parse(QuickstartName+".yaml", quickstart) }

// Starter is the text of a commented experiment file for users to begin with.
func Starter() []byte { return starter }
