package attest

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// checkIn records a visitor's token at the venue.
func (a *app) checkIn(call *program.Call) (reason string) {
	venue, token := call.Body.Uint64(), call.Body.Hash()
	own, is := a.venueOf(call.Client)
	switch {
	case !a.end(call):
		return "malformed check-in"
	case venue >= a.venues:
		return "no such venue"
	case !is || own != venue:
		return "only the venue checks in"
	}
	value, _ := a.Tx.Get(a.keyOf(keyVenue, venue))
	h := readHead(value)
	page := value[min(headSize, len(value)):]
	repeat := uint64(a.Rule("repeat-min"))
	for i := range len(page) / visitSize {
		if at, seen := visitAt(page, i); string(seen) == string(token[:]) && distance(at, call.At) < repeat {
			return "this token has just checked in"
		}
	}
	h.total++
	a.line.number, a.line.until = venue, h.filed
	a.buf = append(h.appendVenue(a.buf[:0], value), page...)
	a.buf = binary.BigEndian.AppendUint64(a.buf, call.At)
	a.buf = append(a.buf, token[:]...)
	if len(a.buf) == headSize+pageVisits*visitSize {
		a.Tx.Put(a.pageKey(venue, h.filed), a.buf[headSize:])
		h.filed++
		a.buf = h.appendVenue(a.buf[:0], value)
	}
	a.Tx.Put(a.keyOf(keyVenue, venue), a.buf)
	return ""
}

func distance(a, b uint64) uint64 {
	if a < b {
		return b - a
	}
	return a - b
}

// askVenue answers how many check-ins were recorded, how many of them were purged, how many pages were filed and
// how many of these were purged.
func (a *app) askVenue(call *program.Call) (reason string) {
	venue := call.Body.Uint64()
	switch {
	case !call.Body.Done():
		return "malformed question"
	case venue >= a.venues:
		return "no such venue"
	case !a.keeps(call, venue):
		return "only the venue and the health authority see its check-ins"
	}
	value, _ := a.Tx.Get(a.keyOf(keyVenue, venue))
	h := readHead(value)
	for _, n := range [...]uint64{h.total, h.purged, h.filed, h.gone} {
		a.answer = binary.BigEndian.AppendUint64(a.answer, n)
	}
	return ""
}

// keeps reports whether the client is the venue or a desk of the health authority.
func (a *app) keeps(call *program.Call, venue uint64) bool {
	agency, desk := a.desk(call)
	own, is := a.venueOf(call.Client)
	return desk && agency == 0 || is && own == venue
}

// purgePages is the most filed pages that one purge touches.
const purgePages = 4

// purge removes the venue's check-ins that have expired, in the order in which they were recorded up to one that
// has not, from at most purgePages filed pages and then from the open one.
func (a *app) purge(call *program.Call) (reason string) {
	venue := call.Body.Uint64()
	switch {
	case !a.end(call):
		return "malformed purge"
	case venue >= a.venues:
		return "no such venue"
	case !a.keeps(call, venue):
		return "only the venue and the health authority purge"
	}
	value, _ := a.Tx.Get(a.keyOf(keyVenue, venue))
	h := readHead(value)
	open := append([]byte(nil), value[min(headSize, len(value)):]...)
	gone, more := uint64(0), true
	for touched := 0; more && touched < purgePages && h.gone < h.filed; touched++ {
		page, _ := a.Tx.Get(a.pageKey(venue, h.gone))
		expired := a.expired(page, call.At)
		gone += expired
		if rest := page[expired*visitSize:]; len(rest) > 0 {
			a.buf = append(a.buf[:0], rest...)
			if expired > 0 {
				a.Tx.Put(a.pageKey(venue, h.gone), a.buf)
			}
			more = false
			continue
		}
		a.Tx.Delete(a.pageKey(venue, h.gone))
		h.gone++
	}
	if more && h.gone == h.filed {
		expired := a.expired(open, call.At)
		gone += expired
		open = open[expired*visitSize:]
	}
	if gone == 0 {
		return "nothing has expired"
	}
	h.purged += gone
	a.Tx.Put(a.keyOf(keyVenue, venue), append(h.appendVenue(nil, value), open...))
	a.line.number, a.line.from = venue, gone
	a.Add(countPurged, int64(gone))
	a.answer = binary.BigEndian.AppendUint64(a.answer, gone)
	return ""
}

// expired is how many check-ins at the beginning of a page have expired.
func (a *app) expired(page []byte, at uint64) (n uint64) {
	retention := uint64(a.Rule("retention"))
	for ; int(n) < len(page)/visitSize; n++ {
		if visited, _ := visitAt(page, int(n)); visited+retention >= at {
			break
		}
	}
	return n
}

// byAuthority is what the health authority does to trace contacts.
func (a *app) byAuthority(call *program.Call) (reason string) {
	agency, desk := a.desk(call)
	if !desk || agency != 0 {
		return "only the health authority traces contacts"
	}
	if call.Kind == KindOpen {
		return a.open(call)
	}
	number, page := call.Body.Uint64(), uint64(0)
	if call.Kind == KindTrace {
		page = call.Body.Uint64()
	}
	if !a.end(call) {
		return "malformed request"
	}
	value, _ := a.Tx.Get(a.keyOf(keyCase, number))
	c, found := readTracing(value)
	switch {
	case !found:
		return "no such case"
	case c.closed != 0:
		return "the case is closed"
	case call.At < c.opened:
		return "before the case was opened"
	}
	a.line.number = number
	if call.Kind == KindTrace {
		if reason := a.trace(call, &c, page); reason != "" {
			return reason
		}
	} else {
		c.closed = a.Accepted()
	}
	a.buf = c.append(a.buf[:0])
	a.Tx.Put(a.keyOf(keyCase, number), a.buf)
	return ""
}

func (a *app) open(call *program.Call) (reason string) {
	venue, from, until := call.Body.Uint64(), call.Body.Uint64(), call.Body.Uint64()
	switch {
	case !a.end(call):
		return "malformed case"
	case venue >= a.venues:
		return "no such venue"
	case from > until || until > call.At || until-from > uint64(a.Rule("trace-window")):
		return "no such window of time"
	}
	c := tracing{venue: venue, from: from, until: until, opened: call.At, usable: call.At + uint64(a.Rule("case-life"))}
	number := a.Count(int(KindOpen)-1) + 1
	a.buf = c.append(a.buf[:0])
	a.Tx.Put(a.keyOf(keyCase, number), a.buf)
	a.line.number, a.line.from, a.line.until = venue, from, until
	a.answer = binary.BigEndian.AppendUint64(a.answer, number)
	return ""
}

// trace answers the tokens of one page that lie in the case's window and have not expired.
func (a *app) trace(call *program.Call, c *tracing, number uint64) (reason string) {
	value, _ := a.Tx.Get(a.keyOf(keyVenue, c.venue))
	h := readHead(value)
	page := value[min(headSize, len(value)):]
	switch {
	case call.At > c.usable:
		return "the case is too old"
	case number > h.filed:
		return "no such page"
	case number < h.gone:
		return "the page was purged"
	case number < h.filed:
		page, _ = a.Tx.Get(a.pageKey(c.venue, number))
	}
	retention := uint64(a.Rule("retention"))
	a.answer = append(a.answer, 0)
	for i := range len(page) / visitSize {
		if at, token := visitAt(page, i); at >= c.from && at <= c.until && at+retention >= call.At {
			a.answer = append(a.answer, token...)
			a.answer[0]++
		}
	}
	c.traces++
	a.line.value, a.line.from, a.line.hash = a.answer[0], number, sha256.Sum256(a.answer)
	a.Add(countShown, int64(a.answer[0]))
	return ""
}
