package evidence

import (
	"crypto/sha256"
	"fmt"
)

// Check implements workloads.App: it verifies the laws of Family over the whole ledger, and recomputes the
// tree from the deposits alone.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	if sum := a.Count(countDeposits) + a.Count(countVerified) + a.Governance(); sum != accepted {
		return fmt.Errorf("counters: they sum to %d, %d transactions were accepted", sum, accepted)
	}
	population := uint64(a.settings.Population)
	size := population + a.Count(countDeposits)
	leaves, err := a.collect(size)
	if err != nil {
		return err
	}
	rebuilt := app{tree: a.archive.start()}
	for i, leaf := range leaves {
		if leaf == [32]byte{} {
			return fmt.Errorf("deposit %d: missing", population+uint64(i))
		}
		rebuilt.tree.add(leaf)
	}
	head, _, _ := a.Ledger.Get([]byte(keyTree))
	if string(head) != string(rebuilt.appendHead(nil)) {
		return fmt.Errorf("tree: its size and frontier do not recompute from the %d deposits", size)
	}
	if a.tree.size != size || a.tree.root(size) != rebuilt.tree.root(size) {
		return fmt.Errorf("tree: %d leaves in the cache, whose root differs from that of the %d deposits", a.tree.size, size)
	}
	return nil
}

// collect is the leaf hashes of the deposits after the archive, by number. It verifies each deposit.
func (a *app) collect(size uint64) ([][32]byte, error) {
	population := uint64(a.settings.Population)
	leaves, orders := make([][32]byte, a.Count(countDeposits)), make([]uint64, a.Count(countDeposits))
	verified, deposits := uint64(0), uint64(0)
	var buf []byte
	for e := range a.Ledger.Each([]byte{keyDeposit}) {
		if len(e.Key) != 1+32 {
			return nil, fmt.Errorf("deposit %x: unsound key", e.Key[1:])
		}
		d, ok := readDeposit([32]byte(e.Key[1:]), e.Value)
		if !ok || d.index >= size {
			return nil, fmt.Errorf("deposit %x: unsound record", e.Key[1:])
		}
		verified += d.verified
		count := d.verified
		d.verified = 0
		if d.index < population {
			if d != archived(a.settings, d.index) || e.Version != count {
				return nil, fmt.Errorf("deposit %d: differs from the archive", d.index)
			}
			continue
		}
		leaf := &leaves[d.index-population]
		if *leaf != [32]byte{} || e.Version != count+1 {
			return nil, fmt.Errorf("deposit %d: a number given twice, or changed", d.index)
		}
		if int64(d.category) >= a.RuleAt("categories", d.order) {
			return nil, fmt.Errorf("deposit %d: category %d was not admitted to transaction %d", d.index, d.category, d.order)
		}
		orders[d.index-population] = d.order
		buf = d.appendLeaf(append(buf[:0], 0x00))
		*leaf = sha256.Sum256(buf)
		deposits++
	}
	if deposits != a.Count(countDeposits) || verified != a.Count(countVerified) {
		return nil, fmt.Errorf("deposits: %d with %d verifications, the counters say %d and %d",
			deposits, verified, a.Count(countDeposits), a.Count(countVerified))
	}
	last := uint64(0)
	for i, order := range orders {
		if order <= last || order > a.Accepted() {
			return nil, fmt.Errorf("deposit %d: of transaction %d after one of %d", population+uint64(i), order, last)
		}
		last = order
	}
	return leaves, nil
}
