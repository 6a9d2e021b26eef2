package cluster

// slab holds values that kernel events refer to by index, so that events need no pointers. Freed
// places are used again, last freed first.
type slab[T any] struct {
	items []T
	spare []uint64
}

func (s *slab[T]) put(v T) uint64 {
	if n := len(s.spare); n > 0 {
		i := s.spare[n-1]
		s.spare = s.spare[:n-1]
		s.items[i] = v
		return i
	}
	s.items = append(s.items, v)
	return uint64(len(s.items) - 1)
}

func (s *slab[T]) at(i uint64) *T { return &s.items[i] }

func (s *slab[T]) free(i uint64) {
	var zero T
	s.items[i] = zero
	s.spare = append(s.spare, i)
}
