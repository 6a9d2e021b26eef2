package draw

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// wrong is an operation that is refused: a second application, one for a round that is over or not announced, a
// stranger's confirmation, a closing before the deadline or by another agency, a made-up reveal, a place that
// nobody was called to, or a spoilt operation.
func (g *generator) wrong(at time.Duration, pool uint32, c *course) workloads.Request {
	subject := uint32(g.turn % uint64(g.settings.Population))
	client := program.Subject(uint64(subject))
	lead := g.lead(pool)
	desk := g.author.AnyDesk(lead)
	data := g.data(pool, c.number, subject, 0)
	end := func(client uint32, agency int, op []byte) workloads.Request {
		return program.Request(at, client, agency, g.author.End(op))
	}
	switch g.rand.Below(9) {
	case 0:
		if g.knowns > 0 {
			k := g.recent[g.rand.Below(min(g.knowns, recentLooks))]
			client = program.Subject(uint64(k.subject))
			return end(client, g.desk(k.subject), append(g.begin(KindApply, client, at, k.pool, k.round, 32), data[:]...))
		}
	case 1:
		return end(client, g.desk(subject), append(g.begin(KindApply, client, at, pool, c.number+2, 32), data[:]...))
	case 2:
		op := binary.BigEndian.AppendUint32(g.begin(KindConfirm, client, at, pool, c.number, 40), subject)
		return end(client, lead, binary.BigEndian.AppendUint32(append(op, data[:]...), 0))
	case 3:
		if at < c.deadline {
			return end(desk, lead, g.begin(KindClose, desk, at, pool, c.number, 0))
		}
	case 4:
		return end(desk, lead, append(g.begin(KindReveal, desk, at, pool, c.number, 32), data[:]...))
	case 5:
		op := binary.BigEndian.AppendUint32(g.begin(KindTake, client, at, pool, c.number, 5), uint32(g.rand.Below(100)))
		return end(client, g.desk(subject), append(op, 1))
	case 6:
		op := binary.BigEndian.AppendUint32(g.begin(KindJudge, desk, at, pool, c.number, 5), subject)
		return end(desk, lead, append(op, 1))
	case 7:
		return end(client, lead, g.begin(KindEnd, client, at, pool, c.number, 0))
	}
	request := end(client, g.desk(subject), append(g.begin(KindApply, client, at, pool, c.number, 32), data[:]...))
	request.Op = g.author.Spoil(request.Op)
	return request
}
