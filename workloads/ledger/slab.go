package ledger

// pageBits says how many values a slab allocates at a time: 2^pageBits.
const pageBits = 8

// slab hands out values by number. A number is four bytes and no pointer, so that the collector need not look
// into millions of entries and nodes. Values never move.
type slab[T any] struct {
	pages [][]T
	used  uint32
	free  []uint32
}

func (s *slab[T]) at(number uint32) *T {
	return &s.pages[number>>pageBits][number&(1<<pageBits-1)]
}

// take is the number of a zero value.
func (s *slab[T]) take() uint32 {
	if last := len(s.free) - 1; last >= 0 {
		number := s.free[last]
		s.free = s.free[:last]
		var zero T
		*s.at(number) = zero
		return number
	}
	if int(s.used>>pageBits) == len(s.pages) {
		s.pages = append(s.pages, make([]T, 1<<pageBits))
	}
	s.used++
	return s.used - 1
}

func (s *slab[T]) give(number uint32) { s.free = append(s.free, number) }

// Sizes of what an arena allocates and how it rounds, in bytes.
const (
	chunkMin  = 1 << 12
	chunkMax  = 1 << 20
	roomStep  = 16
	roomsKept = 256 // multiples of roomStep whose freed rooms are used again
)

// room is a piece of an arena.
type room struct {
	chunk, offset uint32
	size          uint32
}

// arena keeps keys and values; rooms that were given back are handed out again.
type arena struct {
	chunks [][]byte
	rest   uint32 // bytes unused at the end of the last chunk
	freed  [][]room
}

func (a *arena) bytes(r room) []byte {
	return a.chunks[r.chunk][r.offset : r.offset+r.size : r.offset+r.size]
}

// take is a room of at least the given size.
func (a *arena) take(size int) room {
	size = (size + roomStep - 1) / roomStep * roomStep
	if class := size / roomStep; class < len(a.freed) {
		if last := len(a.freed[class]) - 1; last >= 0 {
			r := a.freed[class][last]
			a.freed[class] = a.freed[class][:last]
			return r
		}
	}
	if uint64(a.rest) < uint64(size) {
		fresh := min(chunkMin<<min(len(a.chunks), 16), chunkMax)
		a.chunks = append(a.chunks, make([]byte, max(fresh, size)))
		a.rest = uint32(len(a.chunks[len(a.chunks)-1]))
	}
	last := len(a.chunks) - 1
	r := room{uint32(last), uint32(len(a.chunks[last])) - a.rest, uint32(size)}
	a.rest -= uint32(size)
	return r
}

func (a *arena) give(r room) {
	class := int(r.size / roomStep)
	if class == 0 || class >= roomsKept {
		return
	}
	for class >= len(a.freed) {
		a.freed = append(a.freed, nil)
	}
	a.freed[class] = append(a.freed[class], r)
}
