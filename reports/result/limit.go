package result

// What limits a run, as in Record.Limit.
const (
	LimitCPU     = "cpu"     // the busiest node's cores
	LimitDisk    = "disk"    // the busiest node's disk
	LimitLink    = "link"    // the busiest node's link
	LimitRounds  = "rounds"  // the protocol's round trips: nothing physical is busy
	LimitOffered = "offered" // nothing: the group carried what was offered
)

const (
	// carriedShare is the share of the offered load that must be answered in the window for the load
	// to count as carried.
	//
	// assumed: 98 %; what is in flight at the ends of a window of seconds is below 2 %.
	carriedShare = 0.98
	// busyShare is the utilisation from which a resource counts as what holds a run back.
	//
	// assumed: 85 %; in an M/D/1 queue waiting then exceeds service by a factor of 2.8.
	busyShare = 0.85
)

// Carried reports whether the run answered what it was offered.
func (r Record) Carried() bool {
	return r.Number("throughput") >= carriedShare*r.Number("offered") &&
		r.Number("dropped")+r.Number("failed") <= (1-carriedShare)*r.Number("offered")
}

// LimitOf says what held the run's throughput back, from its figures: nothing when the offered load
// was carried; else the busiest resource when that is near saturation; else the protocol's rounds.
func LimitOf(r Record) string {
	if r.Carried() {
		return LimitOffered
	}
	limit, most := LimitRounds, busyShare
	for _, c := range []struct{ limit, metric string }{
		{LimitCPU, "cpu-utilisation-max"},
		{LimitDisk, "disk-utilisation-max"},
		{LimitLink, "link-utilisation-max"},
	} {
		if u := r.Number(c.metric); u >= most {
			limit, most = c.limit, u
		}
	}
	return limit
}
