//go:build !unix

package programtest

import "time"

// cpuTime is not known here; benchmarks then report no rate per CPU second.
func cpuTime() time.Duration { return 0 }
