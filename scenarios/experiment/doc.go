// Package experiment is the composition root: it reads an experiment file, resolves every name in it,
// expands it into cells (scenario x design x load x varied settings x trial), runs each cell on the
// runtime that its design and clock ask for, and appends one record a run.
//
// It is the one place where protocols, machines, networks, scenarios and measurement meet. Nothing
// in it prints or reads flags.
package experiment
