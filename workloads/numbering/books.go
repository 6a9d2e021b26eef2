package numbering

// book is what the generator believes about an issuer.
type book struct {
	left      int64  // unused numbers
	bills     int64  // issued since the last period was closed
	opened    uint64 // ms, when its period began
	period    uint32
	pausedTo  uint64 // ms; applications and closings that were sent are not sent again before
	suspended bool
}

// books holds those of the issuers that have acted.
type books struct {
	plan  plan
	place map[uint64]uint32
	list  []book
}

func newBooks(p plan) *books { return &books{plan: p, place: make(map[uint64]uint32)} }

// at is the issuer's book. It must not be used after the next call.
func (b *books) at(issuer uint64) *book {
	place, found := b.place[issuer]
	if !found {
		place = uint32(len(b.list))
		b.place[issuer] = place
		b.list = append(b.list, book{
			left: int64(b.plan.segment - b.plan.bills), period: 1,
		})
	}
	return &b.list[place]
}

// known is a bill that the generator has learned of.
type known struct {
	issuer uint64
	bill   uint64
	hash   [32]byte
}

// remember keeps a bill for verifications, in place of the oldest one.
func (g *generator) remember(k known) {
	if len(g.bills) < billsKept {
		g.bills = append(g.bills, k)
	} else {
		g.bills[g.learned%billsKept] = k
	}
	g.learned++
}
