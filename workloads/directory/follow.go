package directory

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Follow implements workloads.Generator: what the parties do after an answer.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	d, known := g.deals.find(answered.Case)
	if !known || len(answered.Op) < program.HeaderSize {
		return workloads.Request{}, false
	}
	request, more := g.next(answered.Op[1], d, result, now+key.Exponential(g.rand, g.settings.ThinkMean))
	if !more {
		if !d.kept && g.pairs[pair(d.entry, d.agency)] == answered.Case {
			delete(g.pairs, pair(d.entry, d.agency))
		}
		g.deals.end(answered.Case)
		return workloads.Request{}, false
	}
	g.mix.Count(request.Read)
	request.Case, request.Last = answered.Case, false
	return request, true
}

func (g *generator) next(kind byte, d *deal, result []byte, at time.Duration) (workloads.Request, bool) {
	none := workloads.Request{}
	_, refused := workloads.Refused(result)
	switch kind {
	case KindRegister:
		return g.registered(d, result, at)
	case KindUpdate:
		if refused || len(result) != 5 { // the owner looks up what the directory says
			return g.look(at, d.entry), true
		}
		g.pages[d.entry] = page{version: binary.BigEndian.Uint32(result[1:])}
		if d.id != 0 { // it corrected what the holder complained of
			return g.keep(d, at)
		}
		return none, false
	case KindLook:
		return g.looked(d, result, at)
	case KindAsk:
		if refused || len(result) != 10 {
			d.kept = true // nobody asks for this again
			return none, false
		}
		d.id = binary.BigEndian.Uint64(result[1:])
		return g.answer(d, result[9], at)
	case KindDecide:
		if refused || len(result) != 2 {
			return none, false
		}
		return g.answer(d, result[1], at)
	case KindComplain:
		if refused {
			return g.keep(d, at)
		}
		if g.author.Percent(dismissPercent) {
			return g.step(KindDismiss, 0, at, d.entry, nil), true
		}
		return g.look(at, d.entry), true // the owner sees the complaint
	case KindRenew, KindUse, KindDismiss:
		return g.keep(d, at)
	}
	return none, false
}

// registered learns a new entry; some are withdrawn again.
func (g *generator) registered(d *deal, result []byte, at time.Duration) (workloads.Request, bool) {
	if _, refused := workloads.Refused(result); refused || len(result) != 9 {
		return workloads.Request{}, false
	}
	number := binary.BigEndian.Uint64(result[1:])
	if g.author.Percent(g.settings.Rule("withdraw-percent")) {
		return g.withdraw(at, int(d.owner), number, 1), true
	}
	h := holding{number: number, agency: d.owner}
	if d.class == classClosed {
		return workloads.Request{}, false
	}
	if len(g.fresh) < freshKept {
		g.fresh = append(g.fresh, h)
	} else {
		g.fresh[number%freshKept] = h
	}
	return workloads.Request{}, false
}

// looked is the owner's next version after it has seen its entry: what brings its knowledge up to date, or corrects
// wrong data.
func (g *generator) looked(d *deal, result []byte, at time.Duration) (workloads.Request, bool) {
	if _, refused := workloads.Refused(result); refused || len(result) != 1+4+1+2+1+1+32+4+8 || result[5] != 0 {
		return workloads.Request{}, false
	}
	version, complained := binary.BigEndian.Uint32(result[1:]), binary.BigEndian.Uint64(result[45:]) != 0
	if !complained {
		g.pages[d.entry] = page{version: version}
		if d.id != 0 { // somebody else has corrected it
			return g.keep(d, at)
		}
		return workloads.Request{}, false
	}
	g.pages[d.entry] = page{version: version, busyTo: program.Milliseconds(at) + busyMax}
	return g.version(at, int(d.owner), d.entry, version, result[9]), true
}

// answer goes on with a request in the given state.
func (g *generator) answer(d *deal, state byte, at time.Duration) (workloads.Request, bool) {
	switch state {
	case stateAsked:
		fields := d.fields
		if g.author.Percent(g.settings.Rule("partial-percent")) {
			fields &= uint32(g.rand.Uint64()) | fields&-fields // its lowest field at least
		}
		if g.author.Percent(g.settings.Rule("refuse-percent")) {
			fields = 0
		}
		d.life = min(d.life, uint64(g.settings.Rule("grant-life")))
		d.fields = fields
		return g.decide(at, int(d.owner), d.id, fields, d.life), true
	case stateSigned:
		d.life = min(d.life, uint64(g.settings.Rule("grant-life")))
		return g.decide(at, 0, d.id, d.fields, d.life), true
	case stateGranted:
		return g.granted(d, at)
	}
	return workloads.Request{}, false
}

// granted is what becomes of a grant.
func (g *generator) granted(d *deal, at time.Duration) (workloads.Request, bool) {
	draw := int64(g.rand.Below(100))
	revoke, renew := g.settings.Rule("revoke-percent"), g.settings.Rule("renew-percent")
	switch {
	case draw < revoke:
		var reason [2]byte
		binary.BigEndian.PutUint16(reason[:], uint16(1+g.rand.Below(purposes)))
		return g.step(KindRevoke, int(d.owner), at, d.id, reason[:]), true
	case draw < revoke+renew:
		var life [8]byte
		binary.BigEndian.PutUint64(life[:], uint64(g.settings.Rule("grant-life")))
		return g.step(KindRenew, int(d.owner), at, d.id, life[:]), true
	case draw < revoke+renew+g.settings.Rule("complain-percent"):
		evidence := program.Fill(d.id, 2)
		return g.step(KindComplain, int(d.agency), at, d.id, evidence[:]), true
	case g.mix.Read():
		return g.use(at, holding{d.id, d.agency, d.fields}), true
	}
	return g.keep(d, at)
}

// keep remembers a grant for use, or gives it back.
func (g *generator) keep(d *deal, at time.Duration) (workloads.Request, bool) {
	if len(g.live) >= liveKept || !g.author.Percent(keepPercent) {
		return g.step(KindClose, int(d.agency), at, d.id, nil), true
	}
	d.kept = true
	g.live = append(g.live, holding{d.id, d.agency, d.fields})
	return workloads.Request{}, false
}
