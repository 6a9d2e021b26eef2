package numbering

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// apply is an application for numbers; without Approvals they are granted at once.
func (a *app) apply(number uint64, size uint32) (answer []byte, reason string) {
	r := &a.issuer
	switch {
	case r.suspended != 0:
		return nil, "the issuer is suspended"
	case size == 0:
		return nil, "an application is for at least one number"
	case r.asked != 0:
		return nil, "an application is not answered yet"
	}
	if reason := a.limits(size); reason != "" {
		return nil, reason
	}
	if a.settings.Approvals == 0 {
		return a.allot(number, size)
	}
	r.asked = size
	return nil, ""
}

// grant is the authority's answer to an application. It judges by the limits of its own time.
func (a *app) grant(number uint64, size uint32) (answer []byte, reason string) {
	r := &a.issuer
	switch {
	case r.asked == 0:
		return nil, "no application"
	case size > r.asked:
		return nil, "more than was asked for"
	case size == 0:
		r.asked = 0
		return nil, ""
	case r.suspended != 0:
		return nil, "the issuer is suspended"
	}
	if reason := a.limits(size); reason != "" {
		return nil, reason
	}
	r.asked = 0
	return a.allot(number, size)
}

// limits tells why the issuer may not have so many numbers more, or nothing.
func (a *app) limits(size uint32) string {
	switch {
	case int64(size) > a.Rule("segment-size"):
		return "more numbers than a segment may have"
	case a.issuer.unused()+uint64(size) > uint64(a.Rule("outstanding-max")):
		return "too many unused numbers"
	case len(a.issuer.held) == heldMax:
		return "too many segments with unused numbers"
	}
	return ""
}

// allot cuts a segment from the open code and answers its first bill and its size, which is less than asked for at the
// end of a code.
func (a *app) allot(number uint64, size uint32) (answer []byte, reason string) {
	first := a.Count(countNext)
	if first == a.Count(countCodes)*a.plan.numbers {
		return nil, reasonNoCode
	}
	end := min(first+uint64(size), (first/a.plan.numbers+1)*a.plan.numbers)
	r := &a.issuer
	r.held = append(r.held, span{first, end})
	a.journal(keyGrants, a.Count(countGrants), number, first, end, r.unused(), a.Accepted())
	a.Add(countGrants, 1)
	a.Add(countNext, int64(end-first))
	answer = binary.BigEndian.AppendUint64(nil, a.plan.bill(first))
	return binary.BigEndian.AppendUint32(answer, uint32(end-first)), ""
}

// giveBack ends all segments that the issuer holds and answers how many numbers they had left.
func (a *app) giveBack(number uint64) (answer []byte, reason string) {
	r := &a.issuer
	if len(r.held) == 0 {
		return nil, reasonNoNumbers
	}
	answer = binary.BigEndian.AppendUint64(nil, r.unused())
	a.settle()
	for _, s := range r.held {
		a.journal(keyBack, a.Count(countReturns), number, s.first, s.end, a.Accepted())
		a.Add(countReturns, 1)
	}
	r.held = r.held[:0]
	return answer, ""
}

// open opens the next code when the last one is in use.
func (a *app) open(call *program.Call) []byte {
	call.Body.Bytes(a.settings.PayloadBytes)
	codes := a.Count(countCodes)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed opening")
	case !a.authority(call):
		return a.Refuse("only the authority opens codes")
	case a.Count(countNext) <= (codes-1)*a.plan.numbers:
		return a.Refuse("the last code is not in use")
	case codes == codesMax:
		return a.Refuse("the digits of the code are used up")
	}
	a.Add(countCodes, 1)
	a.Add(int(KindOpen-1), 1)
	return a.Accept(binary.BigEndian.AppendUint64(nil, codeFirst+100*codes)...)
}
