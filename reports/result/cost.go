package result

// Parts are what each replica stands on, as it was modelled. A disk or link without a rate is infinitely fast.
type Parts struct {
	Cores           int     `json:"cores"`
	FsyncSec        float64 `json:"fsync_sec"`
	DiskBytesPerSec uint64  `json:"disk_bytes_per_sec"`
	LinkBitPerSec   uint64  `json:"link_bit_per_sec"` // each way
}

// Cost is what a group costs a year by a price table, in its currency.
type Cost struct {
	Cores, Disk, Link    float64
	GrowthYear           float64 // bytes that a year adds, of all replicas together
	DiskClass, LinkClass string  // of the table, at least as good as the group's parts
	Unpriced             string  // why there is no price; everything else is then zero
}

// Year is the whole of a year.
func (c Cost) Year() float64 { return c.Cores + c.Disk + c.Link }
