package fund

import (
	"cmp"
	"fmt"
	"slices"
)

// lines reads a journal from its beginning.
func (a *app) lines(prefix byte, size int, each func(line []byte) error) (count uint64, err error) {
	pages := uint64(0)
	for range a.Ledger.Each([]byte{prefix}) {
		pages++
	}
	for page := range pages {
		lines, version, _ := a.Ledger.Get(a.keyFor(prefix, page))
		full := version == pageLines || version < pageLines && page+1 == pages
		if len(lines)%size != 0 || uint64(len(lines)/size) != version || !full {
			return count, fmt.Errorf("journal %c, page %d: %d bytes in version %d", prefix, page, len(lines), version)
		}
		for ; len(lines) > 0; lines = lines[size:] {
			if err := each(lines[:size]); err != nil {
				return count, fmt.Errorf("journal %c, line %d: %w", prefix, count, err)
			}
			count++
		}
	}
	return count, nil
}

// book is a project's book, the one of the start when nothing was posted.
func (a *app) book(s *audit, project uint64) *[buckets]uint64 {
	b := s.books[project]
	if b == nil {
		b = &[buckets]uint64{uint64(a.projectStart)}
		s.books[project] = b
	}
	return b
}

// checkPostings replays the journal of postings and, between them, the looks at accounts.
func (a *app) checkPostings(s *audit) error {
	start := uint64(a.settings.Rule("programme-start"))
	for range a.programmes {
		s.treasury.free = append(s.treasury.free, start)
		s.treasury.year = append(s.treasury.year, 0)
	}
	count, err := a.lines(keyPostings, postingSize, func(line []byte) error {
		s.postings = append(s.postings, readPosting(line))
		return nil
	})
	if err != nil {
		return err
	}
	if count != a.Count(countPostings) {
		return fmt.Errorf("postings: %d found, the counter says %d", count, a.Count(countPostings))
	}
	next, last := 0, uint64(0)
	until := func(order uint64) error {
		for ; next < len(s.postings) && s.postings[next].order < order; next++ {
			p := s.postings[next]
			if p.order <= last {
				return fmt.Errorf("posting %d: of transaction %d after %d", next, p.order, last)
			}
			last = p.order
			if err := a.replay(s, p); err != nil {
				return fmt.Errorf("posting %d: %w", next, err)
			}
		}
		return nil
	}
	looked := uint64(0)
	count, err = a.lines(keyLooks, lookSize, func(line []byte) error {
		l := readLook(line)
		if l.order <= looked || l.order > s.accepted || l.project >= a.projects {
			return fmt.Errorf("of transaction %d after %d, at project %d", l.order, looked, l.project)
		}
		looked = l.order
		if err := until(l.order); err != nil {
			return err
		}
		held := uint64(0)
		for _, amount := range a.book(s, l.project)[:bucketPaid] {
			held += amount
		}
		if held != l.held {
			return fmt.Errorf("project %d held %d fen, the answer was %d", l.project, held, l.held)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if count != a.Count(countLooks) {
		return fmt.Errorf("looks: %d found, the counter says %d", count, a.Count(countLooks))
	}
	s.steps += count
	return until(s.accepted + 1)
}

// replay books a posting; money never leaves an account that does not have it.
func (a *app) replay(s *audit, p posting) error {
	t := &s.treasury
	switch {
	case p.from == accountTreasury:
		t.appropriated += p.amount
	case p.from == accountDonors:
		t.donated += p.amount
	default:
		from := a.balance(s, p.from)
		if from == nil || *from < p.amount {
			return fmt.Errorf("%d fen from account %x, which has not so much", p.amount, p.from)
		}
		*from -= p.amount
	}
	programme := p.to - accountProgramme
	switch {
	case p.to == accountTreasury && p.from >= accountProgramme && p.from < accountProject:
		t.returned += p.amount
		t.year[p.from-accountProgramme] = 0
		return nil
	case p.from == accountTreasury:
		if p.to < accountProgramme || programme >= a.programmes {
			return fmt.Errorf("the treasury pays account %x", p.to)
		}
		t.year[programme] += p.amount
		if ceiling := uint64(a.RuleAt("ceiling", p.order)); t.year[programme] > ceiling {
			return fmt.Errorf("programme %d was appropriated %d fen this year, the ceiling was %d",
				programme, t.year[programme], ceiling)
		}
	}
	to := a.balance(s, p.to)
	if to == nil || p.from == p.to {
		return fmt.Errorf("account %x does not exist", p.to)
	}
	*to += p.amount
	return nil
}

// balance is an account of a programme or a project.
func (a *app) balance(s *audit, account uint64) *uint64 {
	switch {
	case account >= accountProject && account < accountProject+a.projects*buckets:
		account -= accountProject
		return &a.book(s, account/buckets)[account%buckets]
	case account >= accountProgramme && account < accountProgramme+a.programmes:
		return &s.treasury.free[account-accountProgramme]
	}
	return nil
}

// posted is the posting of a transaction.
func (s *audit) posted(order uint64) (p posting, found bool) {
	at, found := slices.BinarySearchFunc(s.postings, order, func(p posting, order uint64) int { return cmp.Compare(p.order, order) })
	if !found {
		return posting{}, false
	}
	return s.postings[at], true
}

// moved reports whether the transaction of that order moved the amount into the account.
func (s *audit) moved(order, to, amount uint64) bool {
	p, found := s.posted(order)
	return found && p.to == to && p.amount == amount
}
