package network

import "time"

// Topologies lists the built-in topologies.
func Topologies() []Topology {
	return []Topology{rack()}
}

func rack() Topology {
	return Topology{
		Name:               "rack",
		Title:              "one rack",
		Source:             "assumed",
		Sites:              []Site{{"rack", "the rack"}},
		OneWay:             [][]time.Duration{{25 * time.Microsecond}},
		BandwidthBitPerSec: 10_000_000_000,
	}
}
