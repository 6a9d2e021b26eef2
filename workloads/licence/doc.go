// Package licence is a family of programs; see Family.
package licence
