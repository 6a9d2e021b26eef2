package directory

// deal is what the parties of a case know.
type deal struct {
	entry  uint64
	id     uint64
	life   uint64
	fields uint32
	owner  uint16
	agency uint16
	class  byte
	kept   bool // the grant stays when the case ends
	open   bool // the case has not ended
}

// dealsPage is how many cases share a page.
const dealsPage = 1 << 10

// deals holds what is known of the open cases, which are numbered densely from 1. A page is given up when all its cases
// have ended.
type deals struct {
	pages []*[dealsPage]deal
	ended []int
}

// begin notes a case, whose number is the next one.
func (l *deals) begin(id uint64, d deal) {
	page := id / dealsPage
	for uint64(len(l.pages)) <= page {
		l.pages = append(l.pages, new([dealsPage]deal))
		l.ended = append(l.ended, 0)
	}
	d.open = true
	l.pages[page][id%dealsPage] = d
}

// find is an open case.
func (l *deals) find(id uint64) (d *deal, open bool) {
	page := id / dealsPage
	if page >= uint64(len(l.pages)) || l.pages[page] == nil {
		return nil, false
	}
	d = &l.pages[page][id%dealsPage]
	return d, d.open
}

// end forgets a case. What find returned must not be used any more.
func (l *deals) end(id uint64) {
	d, open := l.find(id)
	if !open {
		return
	}
	d.open = false
	page := id / dealsPage
	if l.ended[page]++; l.ended[page] == dealsPage {
		l.pages[page] = nil
	}
}
