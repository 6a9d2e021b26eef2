// Package arrival says when requests are intended to be sent: arrival processes as pure functions
// of a [Shape], a mean [Rate], a duration and a stream of random numbers.
//
// A shape is the picture of a day (a month, an event) as a piecewise-linear curve. A process lays the
// whole curve over the duration of the run, however short, and scales it so that the mean rate over
// the duration is the requested one: a day may be compressed into a minute, and its busiest minute
// is then as much busier than the mean as the busiest hour of the day.
//
// Everything is integer arithmetic, so a process yields the same times on every architecture.
package arrival
