package claim

import (
	"strconv"

	"github.com/govbench/govbench/workloads/program"
)

func (a *app) cancel(call *program.Call, r *instrument) string {
	debtor := a.desk(call) == int(r.debtor)
	switch {
	case !debtor && !isHolder(call, r.holder):
		return "only debtor and holder cancel"
	case r.state == StateOpen || r.state == StateDisputed:
	case !debtor:
		return "the holder cancels only what is not confirmed"
	case r.state == StateHeld:
		a.endClaim(r, ClaimKilled)
	case r.state != StateFree:
		return "the instrument is lent on or over"
	}
	r.state = StateCancelled
	return ""
}

// owns tells why the client may not dispose of a confirmed instrument.
func (a *app) owns(call *program.Call, r *instrument) string {
	switch {
	case !isHolder(call, r.holder):
		return "only the holder"
	case r.lock != 0:
		return a.taken(r)
	case r.state != StateFree:
		return "the instrument is not confirmed or over"
	case call.At > r.due:
		return "after the due date"
	}
	return ""
}

// taken is the refusal that names who has the instrument.
func (a *app) taken(r *instrument) string {
	c, _ := a.claim(r.lock)
	return reasonTaken + strconv.Itoa(int(c.claimant))
}

func (a *app) split(call *program.Call, number uint64, r *instrument, d *detail) string {
	if reason := a.owns(call, r); reason != "" {
		return reason
	}
	least := uint64(a.Rule("part-min"))
	switch {
	case d.to >= uint64(a.settings.Population):
		return "no such holder"
	case d.amount < least || d.amount >= r.face || r.face-d.amount < least:
		return "a part is too small"
	case int64(r.depth) >= a.Rule("split-depth"):
		return "split too often"
	}
	first := a.next()
	for i, face := range [2]uint64{d.amount, r.face - d.amount} {
		part := *r
		part.parent, part.depth, part.face, part.steps = number, r.depth+1, face, 0
		part.corrections, part.setAt, part.setOrder = 0, call.At, a.Accepted()
		if i == 0 {
			part.holder = d.to
		}
		a.putInstrument(first+uint64(i), &part)
		a.Add(int(StateFree), 1)
	}
	r.parts, r.state = first, StateSplit
	return ""
}

func (a *app) assign(call *program.Call, r *instrument, d *detail) string {
	if reason := a.owns(call, r); reason != "" {
		return reason
	}
	if d.to >= uint64(a.settings.Population) || d.to == r.holder {
		return "no such holder, or the same"
	}
	r.holder = d.to
	return ""
}

func (a *app) settle(call *program.Call, r *instrument) string {
	switch {
	case a.single:
		return "a bill is not settled by its issuer"
	case a.desk(call) != int(r.debtor):
		return "only the debtor settles"
	case r.state == StateHeld:
		a.endClaim(r, ClaimKilled)
	case r.state == StateLent, r.state == StateOverdue && r.lock != 0:
		a.endClaim(r, ClaimRepaid)
	case r.state != StateFree && r.state != StateOverdue:
		return "the instrument is not confirmed or over"
	}
	r.state, r.settledOrder = StateSettled, a.Accepted()
	return ""
}

func (a *app) overdue(call *program.Call, r *instrument) string {
	switch {
	case a.single:
		return "a bill has no debt"
	case r.state != StateFree && r.state != StateLent:
		return "the instrument is not confirmed, claimed or over"
	case call.At <= r.due+uint64(a.Rule("grace")):
		return "within the time of grace"
	case r.state == StateFree && !isHolder(call, r.holder):
		return "only the holder declares it overdue"
	}
	if r.state == StateLent {
		c, _ := a.claim(r.lock)
		if a.desk(call) != int(c.claimant) {
			return "only the claimant declares it overdue"
		}
		a.moveClaim(&c, ClaimDefaulted)
		a.putClaim(r.lock, &c)
	}
	r.state, r.overdueAt, r.overdueOrder = StateOverdue, call.At, a.Accepted()
	return ""
}
