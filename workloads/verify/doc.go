// Package verify is a family of programs; see Family.
package verify
