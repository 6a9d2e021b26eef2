package record

import (
	"fmt"
	"math"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// Names of the checks that a recorder makes.
const (
	CheckLittle   = "little's law"
	CheckOffered  = "throughput not above offered"
	CheckAccounts = "every request ends once"
	CheckMeasured = "something was measured"
)

// faultLog keeps the first things that were wrong with what the recorder was told.
type faultLog struct {
	count uint64
	first string
}

func (f *faultLog) add(format string, args ...any) {
	if f.count++; f.count == 1 {
		f.first = fmt.Sprintf(format, args...)
	}
}

func (r *Recorder) checks() []result.Check {
	return []result.Check{r.checkMeasured(), r.checkAccounts(), r.checkOffered(), r.checkLittle()}
}

func checked(name, broken string) result.Check {
	return result.Check{Name: name, OK: broken == "", Detail: broken}
}

// checkMeasured is the check of the checks: a run in which nothing was offered proves nothing.
func (r *Recorder) checkMeasured() result.Check {
	if r.tx.offered+r.read.offered > 0 {
		return checked(CheckMeasured, "")
	}
	return checked(CheckMeasured, fmt.Sprintf("no request was due between %v and %v", r.cfg.Warmup, r.cfg.Duration))
}

func (r *Recorder) checkAccounts() result.Check {
	for _, k := range r.kinds() {
		if n := len(k.open); n > 0 {
			r.faults.add("%d %s never ended, request %d among them", n, k.name, lowest(k.open))
		}
	}
	if r.faults.count == 0 {
		return checked(CheckAccounts, "")
	}
	return checked(CheckAccounts, fmt.Sprintf("%s (%d faults in all)", r.faults.first, r.faults.count))
}

// lowest is the smallest key: the same in every run, unlike the first of a range over the map.
func lowest(open map[uint64]time.Duration) uint64 {
	low := uint64(math.MaxUint64)
	for id := range open {
		low = min(low, id)
	}
	return low
}

// checkOffered holds what was answered in the window against what was due in it and what was open
// when it began.
func (r *Recorder) checkOffered() result.Check {
	for _, k := range r.kinds() {
		if k.answered > k.offered+k.openStart {
			return checked(CheckOffered, fmt.Sprintf("%d %s were answered in the window, but only %d offered and %d open at its start",
				k.answered, k.name, k.offered, k.openStart))
		}
	}
	return checked(CheckOffered, "")
}

func (r *Recorder) checkLittle() result.Check {
	for _, k := range r.kinds() {
		area, spent := k.area(), r.spent(k.tally)
		if area.Cmp(spent) != 0 {
			return checked(CheckLittle, fmt.Sprintf("%s: outstanding, integrated over the window, is %s ns, but the requests' own times add up to %s ns",
				k.name, area, spent))
		}
	}
	return checked(CheckLittle, "")
}

type kind struct {
	name string
	*tally
}

func (r *Recorder) kinds() [2]kind {
	return [2]kind{{"transactions", &r.tx}, {"reads", &r.read}}
}
