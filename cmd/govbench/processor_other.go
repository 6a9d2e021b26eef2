//go:build !linux

package main

import "time"

// threadTime would be the processor time of the calling thread: what this system does not tell.
func threadTime() (time.Duration, bool) { return 0, false }

// processTime would be the processor time of this process.
func processTime() (time.Duration, bool) { return 0, false }
