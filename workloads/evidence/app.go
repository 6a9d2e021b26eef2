package evidence

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation.
const (
	KindDeposit     byte = 1 // hash 32, category 1, case 8: by a desk
	KindVerify      byte = 2 // hash 32: a query by anybody, or with LogReads a transaction by a desk
	KindConsistency byte = 3 // size 8: query
	KindHead        byte = 4 // query
)

// Counters of the program.
const (
	countDeposits = iota
	countVerified
	counters
)

type app struct {
	*program.State
	settings *program.Settings
	tree     tree
	archive  *archive
	key, buf []byte
	leaf     []byte
}

func newApp(settings *program.Settings, shared *archive) *app {
	a := &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters),
		settings: settings,
		tree:     shared.start(),
		archive:  shared,
	}
	a.Ledger.Put([]byte(keyTree), a.appendHead(nil))
	return a
}

// Digest implements workloads.App.
func (a *app) Digest() [32]byte { return a.Ledger.Digest() }

// appendHead adds the size and the frontier of the tree.
func (a *app) appendHead(buf []byte) []byte {
	return a.tree.frontier(binary.BigEndian.AppendUint64(buf, a.tree.size))
}

// Apply implements workloads.App.
func (a *app) Apply(op []byte) []byte {
	call, reason := a.Open(op, false)
	if reason != "" {
		return a.Refuse(reason)
	}
	if answer, is := a.Govern(&call); is {
		return answer
	}
	switch call.Kind {
	case KindDeposit:
		return a.deposit(&call)
	case KindVerify:
		if a.settings.LogReads {
			return a.verify(&call)
		}
	}
	return a.Refuse("no such transaction")
}

func (a *app) depositKey(hash [32]byte) []byte {
	a.key = append(append(a.key[:0], keyDeposit), hash[:]...)
	return a.key
}

// find reads a deposit; one of the archive that was never touched is made up.
func (a *app) find(hash [32]byte) (d deposit, found bool) {
	if value, written := a.Tx.Get(a.depositKey(hash)); written {
		return readDeposit(hash, value)
	}
	if index, there := inArchive(hash, a.settings.Population); there {
		return archived(a.settings, index), true
	}
	return deposit{}, false
}

func (a *app) deposit(call *program.Call) []byte {
	d := deposit{hash: call.Body.Hash(), category: call.Body.Uint8(), court: call.Body.Uint64()}
	d.payload = sha256.Sum256(call.Body.Bytes(a.settings.PayloadBytes))
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed deposit")
	case int64(d.category) >= a.Rule("categories"):
		return a.Refuse("no such category")
	case !desk:
		return a.Refuse("only agencies deposit")
	}
	if _, there := a.find(d.hash); there {
		return a.Refuse("already deposited")
	}
	d.index, d.agency, d.client, d.at = a.tree.size, uint16(agency), call.Client, call.At
	d.order = a.Accepted()
	a.buf = d.append(a.buf[:0])
	a.Tx.Put(a.depositKey(d.hash), a.buf)
	// Nothing below can refuse, so the tree may grow now.
	a.leaf = d.appendLeaf(append(a.leaf[:0], 0x00))
	a.tree.add(sha256.Sum256(a.leaf))
	a.buf = a.appendHead(a.buf[:0])
	a.Tx.Put([]byte(keyTree), a.buf)
	a.Add(countDeposits, 1)
	return a.Accept(binary.BigEndian.AppendUint64(nil, d.index)...)
}

// verify logs a verification on the deposit.
func (a *app) verify(call *program.Call) []byte {
	hash := call.Body.Hash()
	call.Body.Bytes(a.settings.PayloadBytes)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed verification")
	case call.Client >= program.SubjectBase:
		return a.Refuse("only agencies log verifications")
	}
	d, found := a.find(hash)
	if !found {
		return a.Refuse("no such deposit")
	}
	d.verified++
	a.buf = d.append(a.buf[:0])
	a.Tx.Put(a.depositKey(hash), a.buf)
	a.Add(countVerified, 1)
	return a.Accept(binary.BigEndian.AppendUint64(nil, d.index)...)
}

// Query implements workloads.App. The answers are, after the code:
//
//	verify       index 8, size 8, deposit without its count of verifications 95, proof (32 each)
//	consistency  size 8, proof (32 each)
//	head         size 8, root 32
func (a *app) Query(op []byte) []byte {
	call, reason := a.Open(op, true)
	if reason != "" {
		return program.Refusal(reason)
	}
	if answer, is := a.GovernQuery(&call); is {
		return answer
	}
	switch call.Kind {
	case KindVerify:
		if !a.settings.LogReads {
			return a.prove(&call)
		}
	case KindConsistency:
		size := call.Body.Uint64()
		if !call.Body.Done() || size == 0 || size > a.tree.size {
			return program.Refusal("no such size")
		}
		answer := binary.BigEndian.AppendUint64(nil, a.tree.size)
		return program.Answer(appendProof(answer, a.tree.consistency(nil, size, 0, a.tree.size, true))...)
	case KindHead:
		if !call.Body.Done() {
			return program.Refusal("malformed head query")
		}
		root := a.tree.root(a.tree.size)
		return program.Answer(append(binary.BigEndian.AppendUint64(nil, a.tree.size), root[:]...)...)
	}
	return program.Refusal("no such query")
}

func (a *app) prove(call *program.Call) []byte {
	hash := call.Body.Hash()
	if !call.Body.Done() {
		return program.Refusal("malformed verification")
	}
	d, found := a.find(hash)
	if !found {
		return program.Refusal("no such deposit")
	}
	answer := binary.BigEndian.AppendUint64(nil, d.index)
	answer = binary.BigEndian.AppendUint64(answer, a.tree.size)
	answer = d.appendLeaf(answer)
	return program.Answer(appendProof(answer, a.tree.inclusion(nil, d.index, 0, a.tree.size))...)
}

func appendProof(buf []byte, proof [][32]byte) []byte {
	for _, hash := range proof {
		buf = append(buf, hash[:]...)
	}
	return buf
}

var _ workloads.App = (*app)(nil)
