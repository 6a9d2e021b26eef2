package consensustest

import (
	"reflect"

	"github.com/govbench/govbench/consensus"
)

// fingerprint hashes the exported fields of a message or record, so that one which changes after it
// was sent or written shows. Unexported fields may hold what a replica remembers of a shared
// message; blocks and certificates count by identity.
func fingerprint(v any) uint64 {
	h := uint64(14695981039346656037)
	freeze(&h, reflect.ValueOf(v), 8)
	return h
}

func freeze(h *uint64, v reflect.Value, depth int) {
	mixIn := func(x uint64) { *h = (*h ^ x) * 1099511628211 }
	if depth == 0 || !v.IsValid() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		switch v.Type() {
		case reflect.TypeFor[*consensus.Block](), reflect.TypeFor[*consensus.Certificate](), reflect.TypeFor[*consensus.Payload]():
			mixIn(uint64(v.Pointer()))
		default:
			freeze(h, v.Elem(), depth-1)
		}
	case reflect.Interface:
		freeze(h, v.Elem(), depth-1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				freeze(h, v.Field(i), depth-1)
			}
		}
	case reflect.Slice, reflect.Array:
		mixIn(uint64(v.Len()))
		for i := range v.Len() {
			freeze(h, v.Index(i), depth-1)
		}
	case reflect.String:
		for _, c := range []byte(v.String()) {
			mixIn(uint64(c))
		}
	case reflect.Bool:
		if v.Bool() {
			mixIn(1)
		}
		mixIn(2)
	default:
		switch {
		case v.CanInt():
			mixIn(uint64(v.Int()))
		case v.CanUint():
			mixIn(v.Uint())
		}
	}
}
