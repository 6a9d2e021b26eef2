package resource

import "time"

// Disk is a log on stable storage with group commit: bytes go through a channel in order, then an
// fsync makes them durable. One fsync runs at a time and covers everything that was written when it
// began, so the log of a busy replica shares fsyncs and that of an idle one waits for just its own.
type Disk struct {
	fsync       time.Duration
	bytesPerSec uint64
	percent     uint64 // of the normal time that the disk takes
	channel     Server
	start, end  time.Duration // of the newest fsync that is planned
	busy        time.Duration
	fsyncs      uint64
}

// NewDisk returns an idle disk. bytesPerSec zero means infinitely fast.
func NewDisk(fsync time.Duration, bytesPerSec uint64) *Disk {
	return &Disk{fsync: fsync, bytesPerSec: bytesPerSec, percent: 100}
}

// Slow makes the disk take percent of its normal time for whatever is appended from now on: 100 is
// normal, 1000 ten times slower.
func (d *Disk) Slow(percent uint32) { d.percent = uint64(percent) }

// Append writes bytes that are handed over now and returns when they are durable.
func (d *Disk) Append(now time.Duration, bytes int) (done time.Duration) {
	write := transfer(bytes, d.bytesPerSec, 1)
	fsync := d.fsync
	if d.percent != 100 {
		write, fsync = percentOf(write, d.percent), percentOf(fsync, d.percent)
	}
	written := d.channel.Use(now, write)
	if fsync <= 0 {
		d.fsyncs++
		return written
	}
	if d.fsyncs > 0 && written <= d.start {
		return d.end
	}
	d.start = max(written, d.end)
	d.end = d.start + fsync
	d.busy += fsync
	d.fsyncs++
	return d.end
}

// Sync is when the newest fsync begins and ends, which covers all that was appended so far; both are 0 while there was
// none or none takes time.
func (d *Disk) Sync() (start, end time.Duration) { return d.start, d.end }

// Busy is the time spent on writing and on fsyncs, including what lies in the future of the last
// call. Writing overlaps with the fsync before, so Busy can exceed the time that passed.
func (d *Disk) Busy() time.Duration { return d.busy + d.channel.Busy() }

// Fsyncs is the number of fsyncs so far.
func (d *Disk) Fsyncs() uint64 { return d.fsyncs }

func percentOf(t time.Duration, percent uint64) time.Duration {
	return mulDiv(uint64(t), percent, 100)
}
