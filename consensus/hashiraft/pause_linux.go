package hashiraft

import (
	"syscall"
	"time"
)

// pause waits for less than a few milliseconds, as exactly as the kernel can: a Go timer in an idle
// process on Linux is late by up to a millisecond, because the poller counts in milliseconds. It
// occupies a thread, and must not be called in a bubble.
func pause(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&ts, nil) // a signal ends it early; callers look at the clock again
}
