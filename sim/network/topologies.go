package network

import "time"

// Topologies lists the built-in topologies.
func Topologies() []Topology {
	return []Topology{rack(), metro(), threeCity(), cloudRegions()}
}

func rack() Topology {
	return Topology{
		Name:   "rack",
		Title:  "one rack",
		Source: "modelled; of the order of half the smallest round trips inside one AWS region, 81 us: github.com/vitorenesduarte/fantoch, latency_aws/2021_02_13",
		Sites:  []Site{{"rack", "the rack"}},
		OneWay: [][]time.Duration{{25 * time.Microsecond}},
		// assumed: 10 Gbit Ethernet.
		BandwidthBitPerSec: 10_000_000_000,
		Modelled: []string{
			"rack: 25 us from machine to machine, through one switch and two kernels, and 10 Gbit/s links, are assumed.",
			"rack: there is no jitter.",
		},
	}
}

func metro() Topology {
	t := Topology{
		Name:  "metro",
		Title: "Beijing: the municipal centre and the 16 districts",
		Source: "coordinates: AutoNavi administrative divisions as of DataV.GeoAtlas (areas_v3/bound/110000_full.json, property center); " +
			"fibre: group index 1.468 at 1550 nm, typical of ITU-T G.652 fibre, 4.897 us/km",
		Jitter:             Jitter{Kind: JitterLogNormal, Median: 20 * time.Microsecond, SigmaPermille: 500},
		BandwidthBitPerSec: 1_000_000_000,
		Modelled: []string{
			"metro: a delay is 1.5 times the great-circle distance at 4.897 us/km plus 200 us for access and aggregation switching; the factor 1.5 and the 200 us are assumed.",
			"metro: the municipal cloud is taken to stand at the city's centre, and a district's at the district's.",
			"metro: 50 us within a site, a log-normal jitter of median 20 us and sigma 0.5, and 1 Gbit/s links are assumed.",
		},
	}
	for _, p := range metroPlaces {
		t.Sites = append(t.Sites, Site{p.name, p.title})
	}
	t.OneWay = micros(metroMicros[:])
	return t
}

func threeCity() Topology {
	return Topology{
		Name:  "three-city",
		Title: "Beijing, Shanghai and Shenzhen",
		Source: "Beijing-Shanghai: mean round trip 28.6 ms, 95th percentile 35.2 ms, www.yunthe.com/news/507739.html; " +
			"Beijing-Shenzhen: about 40 ms, developer.aliyun.com/article/975884",
		Sites:              []Site{{"beijing", "Beijing"}, {"shanghai", "Shanghai"}, {"shenzhen", "Shenzhen"}},
		Jitter:             Jitter{Kind: JitterExponential, Mean: time.Millisecond},
		BandwidthBitPerSec: 1_000_000_000,
		// Half of the mean round trip, less the mean jitter.
		OneWay: micros([][]int32{
			{75, 13_300, 19_000},
			{13_300, 75, 14_000},
			{19_000, 14_000, 75},
		}),
		Modelled: []string{
			"three-city: a one-way delay is half the mean round trip, less the mean jitter.",
			"three-city: Shanghai-Shenzhen has no published figure; its 30 ms are scaled by distance from the other two.",
			"three-city: the exponential jitter of mean 1 ms is fitted to the one published 95th percentile; 75 us within a city's site and 1 Gbit/s links are assumed.",
		},
	}
}

func cloudRegions() Topology {
	return Topology{
		Name:  "cloud-regions",
		Title: "five AWS regions on four continents",
		Source: "smallest ping round trips of 13 February 2021: github.com/vitorenesduarte/fantoch, latency_aws/2021_02_13, " +
			"the regions of Enes et al., Efficient Replication via Timestamp Stability, EuroSys 2021",
		Sites: []Site{
			{"eu-west-1", "Ireland"},
			{"us-west-1", "Northern California"},
			{"ap-southeast-1", "Singapore"},
			{"ca-central-1", "Canada"},
			{"sa-east-1", "Sao Paulo"},
		},
		OneWay:             halves(cloudRoundTripMicros[:]),
		Jitter:             Jitter{Kind: JitterLogNormal, Median: 100 * time.Microsecond, SigmaPermille: 1000},
		BandwidthBitPerSec: 1_000_000_000,
		Modelled: []string{
			"cloud-regions: a one-way delay is half the smallest round trip.",
			"cloud-regions: the log-normal jitter of median 100 us and sigma 1 is assumed, of the order of the published standard deviations (0.2 to 2.7 ms); 1 Gbit/s links are assumed.",
		},
	}
}

// cloudRoundTripMicros are the smallest round trips in microseconds, rows as measured from each
// region, in the order of its sites. On the diagonal: between two machines of the region.
var cloudRoundTripMicros = [][]int32{
	{129, 135_457, 170_213, 72_151, 180_428},
	{135_456, 118, 172_934, 78_095, 173_046},
	{170_214, 172_938, 81, 205_938, 321_030},
	{72_149, 78_097, 205_935, 81, 124_236},
	{180_419, 173_044, 321_027, 124_236, 278},
}

// micros turns a table of microseconds into delays.
func micros(table [][]int32) [][]time.Duration {
	return scaled(table, time.Microsecond)
}

// halves turns a table of round trips in microseconds into one-way delays. A pair measured from both
// ends may differ by a few microseconds and stays so.
func halves(table [][]int32) [][]time.Duration {
	return scaled(table, time.Microsecond/2)
}

func scaled(table [][]int32, unit time.Duration) [][]time.Duration {
	out := make([][]time.Duration, len(table))
	for i, row := range table {
		out[i] = make([]time.Duration, len(row))
		for j, v := range row {
			out[i][j] = time.Duration(v) * unit
		}
	}
	return out
}
