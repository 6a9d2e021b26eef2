// Package gate decides whether runs are what a baseline says they are.
//
// A baseline is the run records of an earlier version. Figures of virtual time are exact: trials of one cell with one seed
// give the same figures and the same digest on every machine, so any difference, in whichever direction, is a change that
// somebody has to mean. Samples of another time and machine decide nothing: they are shown with a warning.
package gate
