// Package program holds what every family of programs shares: the checked parameters, the envelope
// around an operation, the identities that may ask, protection against replays, and the author that a
// generator writes its operations with.
package program
