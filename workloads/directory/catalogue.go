package directory

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// register makes an entry of the agency.
func (a *app) register(call *program.Call, f *form) (answer []byte, reason string) {
	if f.level > 2 || f.class > classClosed {
		return nil, "no such level or class"
	}
	number := a.begun.population + a.Count(int(KindRegister-1))
	e := entry{version: 1, owner: f.agency, level: f.level, class: f.class, commitment: f.hash}
	a.putEntry(number, &e)
	a.log(call, f, number, &e)
	return binary.BigEndian.AppendUint64(nil, number), ""
}

// log writes a version into the journal.
func (a *app) log(call *program.Call, f *form, number uint64, e *entry) {
	v := version{
		entry: number, number: e.version, agency: f.agency, kind: call.Kind, level: e.level, class: e.class,
		commitment: e.commitment, at: call.At, order: a.Accepted(), payload: f.payload,
	}
	a.buf = v.append(a.buf[:0])
	a.journal(keyVersions, a.Count(int(KindRegister-1))+a.Count(int(KindUpdate-1))+a.Count(int(KindWithdraw-1)))
}

// change is the owner's new version or withdrawal of an entry. Both settle a complaint. A new class judges new
// requests only.
func (a *app) change(call *program.Call, f *form) (answer []byte, reason string) {
	e, found := a.entry(f.number)
	switch {
	case !found:
		return nil, "no such entry"
	case f.agency != e.owner:
		return nil, "only the owner changes an entry"
	case e.withdrawn != 0:
		return nil, "the entry is withdrawn"
	case f.version != e.version:
		return nil, "the entry has another version"
	case f.class > classClosed || f.level > 1:
		return nil, "no such class or way to withdraw"
	}
	e.version++
	answer = binary.BigEndian.AppendUint32(nil, e.version)
	outcome := outcomeCorrected
	if call.Kind == KindUpdate {
		e.class, e.commitment = f.class, f.hash
		if call.At > e.due {
			outcome = outcomeLate
		}
	} else {
		if f.level == 0 && e.open > 0 {
			return nil, "requests are open"
		}
		answer = binary.BigEndian.AppendUint32(nil, e.open)
		e.open, e.withdrawn = 0, a.Accepted()
		outcome = outcomeWithdrawn
	}
	if e.complaint != 0 {
		a.settle(&e, outcome)
	}
	a.putEntry(f.number, &e)
	a.log(call, f, f.number, &e)
	return answer, ""
}

// settle ends the entry's open complaint.
func (a *app) settle(e *entry, outcome byte) {
	number := e.complaint - 1
	page, _ := a.Tx.Get(a.startKey(keyComplaints, number/pageEntries))
	from := int(number%pageEntries) * complaintSize
	m := readComplaint(page[from : from+complaintSize])
	m.outcome, m.settled = outcome, a.Accepted()
	a.buf = m.append(a.buf[:0])
	a.journal(keyComplaints, number)
	e.complaint, e.due = 0, 0
	a.Add(countSettled, 1)
}

// complain says that the data of an entry are wrong.
func (a *app) complain(call *program.Call, f *form, r *request, e *entry) (answer []byte, reason string) {
	switch {
	case f.agency != r.agency || r.state != stateGranted:
		return nil, "only the holder of a grant complains"
	case call.At < r.from || call.At > r.until:
		return nil, "the grant does not hold at this time"
	case e.complaint != 0:
		return nil, "the entry has an open complaint"
	}
	number := a.Count(int(KindComplain - 1))
	m := complaint{
		request: f.number, entry: r.entry, agency: f.agency, at: call.At,
		due: call.At + uint64(a.Rule("correction-deadline")), order: a.Accepted(), evidence: f.hash,
	}
	e.complaint, e.due = number+1, m.due
	a.buf = m.append(a.buf[:0])
	a.journal(keyComplaints, number)
	a.putEntry(r.entry, e)
	return binary.BigEndian.AppendUint64(nil, m.due), ""
}

// dismiss is the administrator's answer to a complaint that is not justified.
func (a *app) dismiss(f *form) (answer []byte, reason string) {
	e, found := a.entry(f.number)
	switch {
	case f.agency != 0:
		return nil, "only the administrator dismisses complaints"
	case !found || e.complaint == 0:
		return nil, "no open complaint"
	}
	a.settle(&e, outcomeDismissed)
	a.putEntry(f.number, &e)
	return nil, ""
}

// report is a district's batch of entries of its own directory.
func (a *app) report(call *program.Call, f *form) (answer []byte, reason string) {
	value, _ := a.Tx.Get(a.districtKey(f.agency))
	d, _ := readDistrict(value)
	switch {
	case !a.begun.isDistrict(int(f.agency)):
		return nil, "only districts report"
	case f.version != 0 && f.version != d.batches+1:
		return nil, "not the next batch"
	case f.fields == 0 || int64(f.fields) > a.Rule("batch-max"):
		return nil, "too many entries in a batch or none"
	}
	b := batch{agency: f.agency, number: d.batches + 1, entries: f.fields, at: call.At, order: a.Accepted(), digest: f.hash}
	a.buf = b.append(a.buf[:0])
	d = district{batches: b.number, entries: d.entries + uint64(f.fields), head: link(d.head, a.buf)}
	a.journal(keyBatches, a.Count(int(KindBatch-1)))
	a.buf = d.append(a.buf[:0])
	a.Tx.Put(a.districtKey(f.agency), a.buf)
	a.Add(countReported, int64(f.fields))
	return binary.BigEndian.AppendUint32(nil, b.number), ""
}

// link extends a district's chain: SHA-256(head | line of the batch), beginning with 32 zero bytes.
func link(head [32]byte, line []byte) [32]byte {
	var input [32 + batchSize]byte
	copy(input[:], head[:])
	copy(input[32:], line)
	return sha256.Sum256(input[:])
}

// look answers what the directory says of an entry: version, 1 if it is withdrawn, owner, level, class, commitment,
// open requests, and when an open complaint is due.
func (a *app) look(call *program.Call) []byte {
	number := call.Body.Uint64()
	e, found := a.entry(number)
	switch {
	case !call.Body.Done():
		return program.Refusal("malformed question for an entry")
	case !found:
		return program.Refusal("no such entry")
	}
	answer := binary.BigEndian.AppendUint32(make([]byte, 0, entrySize), e.version)
	withdrawn := byte(0)
	if e.withdrawn != 0 {
		withdrawn = 1
	}
	answer = binary.BigEndian.AppendUint16(append(answer, withdrawn), e.owner)
	answer = append(append(answer, e.level, e.class), e.commitment[:]...)
	answer = binary.BigEndian.AppendUint32(answer, e.open)
	return program.Answer(binary.BigEndian.AppendUint64(answer, e.due)...)
}
