//go:build !linux

package hashiraft

import "time"

// pause waits for less than a few milliseconds, as exactly as the runtime's timers can.
func pause(d time.Duration) { time.Sleep(d) }
