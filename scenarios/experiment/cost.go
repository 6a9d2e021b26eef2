package experiment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/scenarios/strict"
)

// Lengths of a year in what prices count.
const (
	yearHours   = 365 * 24
	yearMonths  = 12
	yearSeconds = yearHours * 3600
	gigabyte    = 1e9
)

// bill is what a year of a group costs: for every replica its cores by the hour, its link by the month, and a disk that
// from the first month on has the room for what the year adds.
//
//	cores = replicas x cores x 8760 h x core_hour
//	link  = replicas x 12 x month
//	disk  = growth in GB x 12 x gb_month,  growth = replicas x transactions x (block bytes + state bytes a transaction)
func (p *Prices) bill(replicas, cores int, disk *DiskPrice, link *LinkPrice, orders, bytesPerTx float64) result.Cost {
	const unit = 1_000_000
	n := int64(replicas)
	c := result.Cost{DiskClass: disk.Name, LinkClass: link.Name}
	c.Cores = float64(n*int64(cores)*yearHours*int64(p.CoreHour.Price)) / unit
	c.Link = float64(n*yearMonths*int64(link.Month)) / unit
	c.GrowthYear = float64(float64(n) * float64(orders*bytesPerTx))
	c.Disk = float64(c.GrowthYear / gigabyte * yearMonths * (float64(disk.GBMonth) / unit))
	return c
}

// Cost is what the group of a cell costs a year, by the runs of its trials. Its disk and link are the cheapest classes of
// the table that are at least as good as those of the model; a load that only the run decides, such as a closed loop's,
// is taken to hold all the year.
func (p *Prices) Cost(trials []result.Record) result.Cost {
	r := trials[0]
	switch {
	case r.Runtime == result.Wall:
		return result.Cost{Unpriced: "it ran on a real machine, of whose parts the table knows nothing"}
	case r.Parts == nil || r.Storage == nil:
		return result.Cost{Unpriced: "its runs do not say what they stand on and keep, as those of older versions"}
	}
	disk, link := p.disk(r.Parts), p.link(r.Parts)
	switch {
	case disk == nil:
		return result.Cost{Unpriced: "no class of disks in the table is as good as the machine's"}
	case link == nil:
		return result.Cost{Unpriced: "no class of links in the table is as good as the network's"}
	}
	var orders, bytes float64
	for _, t := range trials {
		if k := t.Storage; k != nil && k.Transactions > 0 {
			bytes += (float64(k.BlockBytes) + max(float64(k.StateBytes), 0)) / float64(k.Transactions)
		}
		if k := t.Storage; k != nil && k.OrdersYear > 0 {
			orders += float64(k.OrdersYear)
		} else {
			orders += t.Number("throughput") * yearSeconds
		}
	}
	n := float64(len(trials))
	return p.bill(r.Replicas, r.Parts.Cores, disk, link, orders/n, bytes/n)
}

// disk is the cheapest class that is at least as good as a machine's disk, or nil.
func (p *Prices) disk(parts *result.Parts) *DiskPrice {
	var best *DiskPrice
	for i := range p.Disks {
		d := &p.Disks[i]
		good := d.Fsync.Seconds() <= parts.FsyncSec && parts.DiskBytesPerSec > 0 && uint64(d.Rate) >= parts.DiskBytesPerSec
		if good && (best == nil || d.GBMonth < best.GBMonth) {
			best = d
		}
	}
	return best
}

// link is the cheapest class that is at least as good as a network's links, or nil.
func (p *Prices) link(parts *result.Parts) *LinkPrice {
	var best *LinkPrice
	for i := range p.Links {
		l := &p.Links[i]
		if parts.LinkBitPerSec > 0 && uint64(l.Bandwidth) >= parts.LinkBitPerSec && (best == nil || l.Month < best.Month) {
			best = l
		}
	}
	return best
}

// Price gives a report the costs of its cells by the table. Runs that failed or were given up weigh nothing.
func (p *Prices) Price(in *render.Input) {
	in.Prices, in.Costs = p.table(), p.costs(in.Records)
}

// costs are those of the cells that records are of, by their hashes.
func (p *Prices) costs(records []result.Record) map[string]result.Cost {
	trials := map[string][]result.Record{}
	for _, r := range stats.Measured(records) {
		trials[r.Cell] = append(trials[r.Cell], r)
	}
	out := make(map[string]result.Cost, len(trials))
	for cell, t := range trials {
		out[cell] = p.Cost(t)
	}
	return out
}

// table is what reports say of the prices.
func (p *Prices) table() render.PriceTable {
	out := render.PriceTable{Name: p.Name, Currency: p.Currency, Date: p.Date, Source: p.Source}
	line := func(what string, price Money, of, source string) {
		out.Lines = append(out.Lines, fmt.Sprintf("%s: %v %s %s; %s.", what, price, p.Currency, of, strings.TrimSuffix(source, ".")))
	}
	line("core", p.CoreHour.Price, "an hour", p.CoreHour.Source)
	for _, d := range p.Disks {
		line(fmt.Sprintf("disk %s (fsync %v, %s a second)", d.Name, d.Fsync, megabytes(d.Rate)), d.GBMonth, "a GB and month", d.Source)
	}
	for _, l := range p.Links {
		line(fmt.Sprintf("link %s (%v/s)", l.Name, l.Bandwidth), l.Month, "a month and replica", l.Source)
	}
	return out
}

// megabytes writes a size in MB where it is whole ones.
func megabytes(s strict.Size) string {
	if s%1_000_000 == 0 {
		return fmt.Sprintf("%d MB", s/1_000_000)
	}
	return s.String()
}

// Marshal writes the table as ReadPrices reads it.
func (p *Prices) Marshal() ([]byte, error) {
	data, err := yaml.MarshalWithOptions(p, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write the price table: %w", err)
	}
	return data, nil
}

// Same reports whether two tables say the same.
func (p *Prices) Same(other *Prices) bool {
	return p.Name == other.Name && p.Currency == other.Currency && p.Date == other.Date && p.Source == other.Source && p.CoreHour == other.CoreHour &&
		slices.Equal(p.Disks, other.Disks) && slices.Equal(p.Links, other.Links)
}
