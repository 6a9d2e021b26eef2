package result

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"unicode/utf8"
)

// line is a JSON object in the making. It holds what encoding/json would write, and is written by hand because the lists of
// a record, a thousand figures long, are what a sweep of small cells spends most of its time on beside the cells.
type line struct {
	buf  []byte
	err  error
	seen *seen // numbers written before, which cost more to write than all else; or nil
}

// seen keeps numbers as they are written: those of a distribution's shares and a series' times stand in every record, and
// most others several times in one.
type seen [1 << seenBits]struct {
	bits uint64
	size int
	text [24]byte
}

const seenBits = 10

// at is the place of a number, from the upper bits of a product with the golden ratio (Knuth, volume 3, section 6.4).
func (s *seen) at(bits uint64) int { return int(bits * 0x9e3779b97f4a7c15 >> (64 - seenBits)) }

// lineHint is room for the record of a run with its series and distribution.
const lineHint = 20 << 10

// record adds a whole record.
func (l *line) record(r *Record) {
	l.text(`{"schema":`, r.Schema)
	l.text(`,"cell":`, r.Cell)
	l.text(`,"scenario":`, r.Scenario)
	l.text(`,"design":`, r.Design)
	l.text(`,"protocol":`, r.Protocol)
	l.text(`,"runtime":`, string(r.Runtime))
	l.text(`,"network":`, r.Network)
	l.text(`,"machine":`, r.Machine)
	l.text(`,"faults":`, r.Faults)
	l.whole(`,"replicas":`, int64(r.Replicas))
	l.text(`,"load":`, r.Load)
	list(l, `,"factors":`, r.Factors, func(f *Factor) {
		l.text(`{"name":`, f.Name)
		l.text(`,"value":`, f.Value)
	})
	l.natural(`,"seed":`, r.Seed)
	l.whole(`,"trial":`, int64(r.Trial))
	l.text(`,"digest":`, r.Digest)
	l.number(`,"window_sec":`, r.WindowSec)
	l.values(r.Values)
	list(l, `,"checks":`, r.Checks, func(c *Check) {
		l.text(`{"name":`, c.Name)
		l.truth(`,"ok":`, c.OK)
		l.some(`,"detail":`, c.Detail)
	})
	l.rest(`,"warnings":`, orEmpty(r.Warnings), true)
	l.some(`,"provenance":`, r.Provenance)
	l.some(`,"category":`, r.Category)
	l.some(`,"limit":`, r.Limit)
	l.curves(r)
	l.rest(`,"assumptions":`, r.Assumptions, len(r.Assumptions) > 0)
	l.rest(`,"members":`, r.Members, len(r.Members) > 0)
	l.rest(`,"amendments":`, r.Amendments, len(r.Amendments) > 0)
	l.rest(`,"refusals":`, r.Refusals, len(r.Refusals) > 0)
	l.some(`,"state_root":`, r.StateRoot)
	l.rest(`,"sustained":`, r.Sustained, r.Sustained != nil)
	l.rest(`,"probe":`, r.Probe, r.Probe != nil)
	l.rest(`,"pilot":`, r.Pilot, r.Pilot != nil)
	l.rest(`,"storage":`, r.Storage, r.Storage != nil)
	l.rest(`,"parts":`, r.Parts, r.Parts != nil)
	if r.GivenUpSec != 0 {
		l.number(`,"given_up_sec":`, r.GivenUpSec)
	}
	l.buf = append(l.buf, '}')
}

// values adds the figures of a record.
func (l *line) values(values []Value) {
	list(l, `,"values":`, values, func(v *Value) {
		l.text(`{"name":`, v.Name)
		l.text(`,"unit":`, v.Unit)
		l.text(`,"better":`, string(v.Better))
		l.truth(`,"exact":`, v.Exact)
		l.number(`,"value":`, v.Value)
	})
}

// curves adds the lists of a record that are there for plots.
func (l *line) curves(r *Record) {
	if len(r.LatencyCDF) > 0 {
		list(l, `,"latency_cdf":`, r.LatencyCDF, func(q *Quantile) {
			l.number(`{"q":`, q.Share)
			l.number(`,"sec":`, q.Sec)
		})
	}
	if len(r.Stages) > 0 {
		list(l, `,"stages":`, r.Stages, func(s *Stage) {
			l.text(`{"name":`, s.Name)
			l.number(`,"mean_sec":`, s.MeanSec)
			l.number(`,"p99_sec":`, s.P99Sec)
		})
	}
	if len(r.Series) > 0 {
		list(l, `,"series":`, r.Series, func(p *Point) {
			l.number(`{"at_sec":`, p.AtSec)
			l.number(`,"tx_per_sec":`, p.Throughput)
			l.number(`,"p50_sec":`, p.LatencyP50)
			l.number(`,"p99_sec":`, p.LatencyP99)
			l.number(`,"cpu":`, p.CPU)
			l.number(`,"disk":`, p.Disk)
			l.number(`,"link":`, p.Link)
		})
	}
}

// list adds a list of objects, of which one writes all but the last brace.
func list[T any](l *line, key string, of []T, one func(*T)) {
	l.buf = append(append(l.buf, key...), '[')
	for i := range of {
		if i > 0 {
			l.buf = append(l.buf, ',')
		}
		one(&of[i])
		l.buf = append(l.buf, '}')
	}
	l.buf = append(l.buf, ']')
}

// rest adds what is seldom or short, by encoding/json, if it is there.
func (l *line) rest(key string, of any, there bool) {
	if !there {
		return
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(of); err != nil {
		l.err = err
		return
	}
	l.buf = append(append(l.buf, key...), bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}

// text adds a string.
func (l *line) text(key, s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			l.rest(key, s, true)
			return
		}
	}
	l.buf = append(append(l.buf, key...), '"')
	l.buf = append(append(l.buf, s...), '"')
}

// some adds a string that is left out where it is empty.
func (l *line) some(key, s string) {
	if s != "" {
		l.text(key, s)
	}
}

func (l *line) truth(key string, v bool) { l.buf = strconv.AppendBool(append(l.buf, key...), v) }

func (l *line) whole(key string, v int64) { l.buf = strconv.AppendInt(append(l.buf, key...), v, 10) }

func (l *line) natural(key string, v uint64) {
	l.buf = strconv.AppendUint(append(l.buf, key...), v, 10)
}

// number adds a number as ECMAScript writes it; JSON has none that is not finite.
func (l *line) number(key string, v float64) {
	l.buf = append(l.buf, key...)
	if l.seen == nil {
		l.figure(v)
		return
	}
	bits := math.Float64bits(v)
	known := &l.seen[l.seen.at(bits)]
	if known.size > 0 && known.bits == bits {
		l.buf = append(l.buf, known.text[:known.size]...)
		return
	}
	from := len(l.buf)
	l.figure(v)
	if text := l.buf[from:]; len(text) <= len(known.text) {
		known.bits, known.size = bits, copy(known.text[:], text)
	}
}

// figure adds the text of a number.
func (l *line) figure(v float64) {
	switch a := math.Abs(v); {
	case v == 0 && !math.Signbit(v): // half of a record of a small cell
		l.buf = append(l.buf, '0')
		return
	case a == 0 || a >= 1e-6 && a < 1e21:
		l.buf = strconv.AppendFloat(l.buf, v, 'f', -1, 64)
		return
	case !(a <= math.MaxFloat64):
		l.err = errors.New("a record holds finite figures only")
		return
	}
	l.buf = strconv.AppendFloat(l.buf, v, 'e', -1, 64)
	if n := len(l.buf); l.buf[n-4] == 'e' && l.buf[n-3] == '-' && l.buf[n-2] == '0' { // e-09 is e-9 there
		l.buf[n-2] = l.buf[n-1]
		l.buf = l.buf[:n-1]
	}
}
