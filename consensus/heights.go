package consensus

// Concerning is implemented by messages that take blocks forward, so that who watches a run can tell one block's
// messages from those of the others.
type Concerning interface {
	// Heights are the first and last height of the blocks that the message takes forward, both 0 for none.
	Heights() (first, last uint64)
}

// HeightsOf are the heights of the blocks that a message takes forward, 0 and 0 for none.
func HeightsOf(m Message) (first, last uint64) {
	if c, ok := m.(Concerning); ok {
		return c.Heights()
	}
	return 0, 0
}
