// Package approval is a family of programs; see Family.
package approval
