// Package experiment is the composition root: it reads an experiment file, resolves every name in it,
// expands it into cells (scenario x design x load x varied settings x trial), runs each cell on the
// runtime that its design and clock ask for, and appends one record a run.
//
// A design, network, machine, fault schedule or scenario is a built-in thing's name, the path of a file, or
// written out inline, wherever one is wanted; paths count from the directory of the file they stand in.
// Everything wrong shows in File.Plan, before anything runs, as an error that names the flag or the
// line it came from.
//
// It is the one place where protocols, machines, networks, scenarios and measurement meet. Nothing
// in it prints or reads flags.
package experiment
