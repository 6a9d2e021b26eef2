// Package evidence is a family of programs; see Family.
package evidence
