package result

import "math"

// What limits a run, as in Record.Limit.
const (
	LimitCPU     = "cpu"     // the busiest node's cores
	LimitDisk    = "disk"    // the busiest node's disk
	LimitLink    = "link"    // the busiest node's link
	LimitRounds  = "rounds"  // the protocol's round trips: nothing physical is busy
	LimitOffered = "offered" // nothing: the group carried what was offered
)

const (
	// missedShare is the share of the offered load that may go unanswered in the window for the load to
	// count as carried.
	//
	// assumed: 2 %, what separates a backlog that grows from one that only varies.
	missedShare = 0.02
	// busyShare is the utilisation from which a resource counts as what holds a run back.
	//
	// assumed: 85 %; in an M/D/1 queue waiting then exceeds service by a factor of 2.8.
	busyShare = 0.85
)

// Carried reports whether the run answered what it was offered: nearly nothing was dropped or lost, and
// throughput fell short of offered by no more than missedShare and the chance variation of what is in
// flight at the two ends of the window (three standard deviations of a Poisson number). A run that was offered
// queries only is judged by those.
func (r Record) Carried() bool {
	offered := r.Number("offered")
	if asked := r.Number("read-offered"); offered == 0 && asked > 0 {
		return r.Number("read-throughput") >= (1-missedShare)*asked
	}
	short := float64(missedShare * offered)
	if r.Number("dropped")+r.Number("failed") > short {
		return false
	}
	if r.WindowSec > 0 {
		// The conversions keep the product from being fused with the sum, which not every machine does.
		short += (1 + float64(3*math.Sqrt(r.Number("outstanding")))) / r.WindowSec
	}
	return r.Number("throughput") > 0 && offered-r.Number("throughput") <= short
}

// LimitOf says what held the run's throughput back, from its figures: nothing when the offered load
// was carried; else the busiest resource when that is near saturation; else the protocol's rounds. It is
// empty where that cannot be told, because the runtime does not meter its nodes.
func LimitOf(r Record) string {
	if r.Carried() {
		return LimitOffered
	}
	cpu, cores := r.Value("cpu-utilisation-max")
	disk, disks := r.Value("disk-utilisation-max")
	link, links := r.Value("link-utilisation-max")
	if !cores && !disks && !links {
		return ""
	}
	return LimitBusy(cpu.Value, disk.Value, link.Value)
}

// LimitBusy says what holds back a group that does not carry its load, or not fast enough, from the utilisations of its
// busiest nodes, 0..1: the busiest resource when it is near saturation, else the protocol's rounds.
func LimitBusy(cpu, disk, link float64) string {
	limit, most := LimitRounds, busyShare
	for _, c := range []struct {
		limit string
		busy  float64
	}{{LimitCPU, cpu}, {LimitDisk, disk}, {LimitLink, link}} {
		if c.busy >= most {
			limit, most = c.limit, c.busy
		}
	}
	return limit
}
