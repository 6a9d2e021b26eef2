package consensus

import "testing"

// A block that anybody built or changed by hand is genuine only if its ID still fits.
func TestGenuine(t *testing.T) {
	payload := NewPayload([]*Command{{ID: 1, Op: []byte("op")}})
	b := NewBlock(3, 2, 1, Digest{9}, payload)
	if !b.Genuine() {
		t.Fatal("a new block is not genuine")
	}
	same := Block{ID: b.ID, Height: 3, View: 2, Proposer: 1, Parent: Digest{9}, Payload: payload}
	if !same.Genuine() {
		t.Fatal("an equal block is not genuine")
	}
	changes := map[string]func(*Block){
		"height":   func(b *Block) { b.Height++ },
		"view":     func(b *Block) { b.View++ },
		"proposer": func(b *Block) { b.Proposer++ },
		"parent":   func(b *Block) { b.Parent[0]++ },
		"payload":  func(b *Block) { b.Payload = NewPayload(nil) },
		"id":       func(b *Block) { b.ID[0]++ },
	}
	for name, change := range changes {
		forged := *b
		change(&forged)
		if forged.Genuine() {
			t.Errorf("a copy with another %s passes", name)
		}
	}
}
