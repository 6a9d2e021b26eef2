// Package draw hands out a limited number of places.
package draw
