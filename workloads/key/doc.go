// Package key chooses what a request touches and how long a person thinks, with integers only, so
// that a run is the same on every architecture.
//
// A [Chooser] picks entities from 0 ... n-1 in one of the ways that scenario files name; see [Names].
// [Exponential] draws waiting times.
package key
