package result

import "slices"

// Metric describes one name that may stand in a record's Values.
type Metric struct {
	Name   string
	Unit   string
	Better Better
	Doc    string
}

// Metrics lists every metric that govbench itself measures, in the order of a record's Values. The
// slice is fresh at every call.
//
// A transaction is a request that is ordered by the group. Reads, which one replica answers from its
// own state, are counted apart so that they can neither hide nor dilute the cost of ordering.
func Metrics() []Metric {
	m := []Metric{
		{"offered", "tx/sec", Neither, "transactions whose intended send time lies in the window"},
		{"throughput", "tx/sec", Higher, "transactions answered in the window"},
		{"goodput", "tx/sec", Higher, "transactions answered in the window that the program did not refuse"},
		{"refused", "tx/sec", Neither, "transactions answered in the window that the program's rules refused"},
		{"logged-checks", "tx/sec", Neither, "transactions answered in the window that are verifications, ordered so that their trail is on chain"},
		{"dropped", "tx/sec", Lower, "transactions of the window that no replica admitted"},
		{"failed", "tx/sec", Lower, "transactions of the window that were admitted and then lost"},
		{"unfinished", "tx/sec", Lower, "transactions of the window still open when the run ended"},
		{"outstanding", "tx", Neither, "mean number of transactions sent and not yet ended"},
	}
	m = append(m, latencyMetrics("latency", "from the intended send time to the answer the client may trust")...)
	m = append(m, latencyMetrics("case-latency", "from the first request of a case to the end of its last")...)
	m = append(m, Metric{"case-throughput", "case/sec", Higher, "cases finished in the window"})
	m = append(m, Metric{"read-offered", "read/sec", Neither, "reads whose intended send time lies in the window"})
	m = append(m, Metric{"read-throughput", "read/sec", Higher, "reads answered in the window"})
	m = append(m, latencyMetrics("read-latency", "of a read, from its intended send time to its answer")...)
	m = append(m, latencyMetrics("ordering-latency", "from the leader's proposal to the first replica's commit")...)
	return append(m,
		Metric{"block-interval", "sec", Neither, "mean time between first commits of consecutive blocks"},
		Metric{"block-txs", "tx", Neither, "mean transactions a committed block, empty blocks included"},
		Metric{"messages-per-block", "msg", Lower, "protocol messages sent by all replicas, a committed block"},
		Metric{"bytes-per-tx", "B", Lower, "bytes sent by all replicas, a committed transaction"},
		Metric{"cpu-utilisation-max", "ratio", Neither, "busy share of all cores of the busiest node"},
		Metric{"disk-utilisation-max", "ratio", Neither, "busy share of the busiest node's disk"},
		Metric{"link-utilisation-max", "ratio", Neither, "busy share of the busiest node's link, in its busier direction"},
		Metric{"view-changes", "view", Lower, "views entered because the one before failed"},
	)
}

func latencyMetrics(prefix, what string) []Metric {
	out := make([]Metric, 0, len(Statistics()))
	for _, s := range Statistics() {
		out = append(out, Metric{prefix + "-" + s.Name, "sec", Lower, s.Doc + " " + what})
	}
	return out
}

// Statistic is one figure that describes a distribution of times.
type Statistic struct {
	Name string // mean, p50 ... p999, max
	Doc  string
	// Num/Den is the share of a quantile; Den is 0 for the mean.
	Num, Den uint64
}

// Statistics lists the figures that every latency is described by, in their order of output.
func Statistics() []Statistic {
	return []Statistic{
		{"mean", "mean time", 0, 0},
		{"p50", "median time", 1, 2},
		{"p90", "90th percentile of the time", 9, 10},
		{"p95", "95th percentile of the time", 19, 20},
		{"p99", "99th percentile of the time", 99, 100},
		{"p999", "99.9th percentile of the time", 999, 1000},
		{"max", "longest time", 1, 1},
	}
}

// MetricNamed finds a metric by name.
func MetricNamed(name string) (Metric, bool) {
	for _, m := range Metrics() {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

// Value finds one of the record's figures by name.
func (r Record) Value(name string) (Value, bool) {
	for _, v := range r.Values {
		if v.Name == name {
			return v, true
		}
	}
	return Value{}, false
}

// Number is the figure of the given name, or 0 where the record has none.
func (r Record) Number(name string) float64 {
	v, _ := r.Value(name)
	return v.Value
}

// Failed lists the checks that did not hold. A record with any is not a measurement.
func (r Record) Failed() []Check {
	var out []Check
	for _, c := range r.Checks {
		if !c.OK {
			out = append(out, c)
		}
	}
	return out
}

// Withheld returns the record as it may be published: unchanged when every check held, and otherwise
// without any figure, so that a number from a broken run cannot be quoted.
func (r Record) Withheld() Record {
	if len(r.Failed()) == 0 {
		return r
	}
	r.Limit = ""
	return r.Bare()
}

// GivenUp reports whether the run was given up because its load is beyond what the cell carries. It has no figures.
func (r Record) GivenUp() bool { return r.GivenUpSec > 0 }

// Bare returns the record without any figure; what limits it stays.
func (r Record) Bare() Record {
	r.Values, r.LatencyCDF, r.Stages, r.Series = nil, nil, nil, nil
	r.Members = slices.Clone(r.Members)
	for i := range r.Members {
		r.Members[i].Values = nil
	}
	return r
}

// Exact reports whether the record's figures are the same on every machine.
func (r Record) Exact() bool { return r.Runtime == Virtual }
