package programtest

import "time"

// CPUTime is the CPU time that the process has used, 0 where that is not known. A rate per second of it does not
// depend on who else uses the machine.
func CPUTime() time.Duration { return cpuTime() }
