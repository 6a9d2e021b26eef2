package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is the processor time of the calling thread, to the nanosecond: getrusage tells what it was at the last tick.
func threadTime() (time.Duration, bool) { return processorTime(unix.CLOCK_THREAD_CPUTIME_ID) }

// processTime is the processor time of this process.
func processTime() (time.Duration, bool) { return processorTime(unix.CLOCK_PROCESS_CPUTIME_ID) }

func processorTime(clock int32) (time.Duration, bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0, false
	}
	return time.Duration(t.Nano()), true
}
