package result

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

// plain is what encoding/json writes of a record.
func plain(t *testing.T, r Record) string {
	t.Helper()
	r.Factors, r.Values, r.Checks, r.Warnings = orEmpty(r.Factors), orEmpty(r.Values), orEmpty(r.Checks), orEmpty(r.Warnings)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(out.Bytes(), []byte("\n")))
}

// filler gives every field it meets another value, of those that are hard to write.
type filler struct {
	n       int
	strings []string
	numbers []float64
}

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.strings[f.n%len(f.strings)])
	case reflect.Float64:
		v.SetFloat(f.numbers[f.n%len(f.numbers)])
	case reflect.Bool:
		v.SetBool(f.n%2 == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n) - 20)
	case reflect.Uint64:
		v.SetUint(math.MaxUint64 - uint64(f.n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	default:
		panic("a record has a field of kind " + v.Kind().String())
	}
}

// TestLineIsPlainJSON holds the encoder to encoding/json: every field of a record, by itself and among all others, with
// strings and numbers that are hard to write. A field that is added to the record and forgotten here fails it.
func TestLineIsPlainJSON(t *testing.T) {
	f := &filler{
		strings: []string{"plain", "", "a <b> & 'c'", "\"\\\n\t\x00\x7f", "目录", "\u2028\u2029", "\xff\xfe", "é"},
		numbers: []float64{0, 1, -1, 0.1, 1e-6, 9.999e-7, 1e-9, -1.5e-10, 1e20, 1e21, 1.7e300, 5e-324, math.MaxFloat64, math.Copysign(0, -1), 1.0 / 3, 1e-100, 123456789.125},
	}
	many := line{seen: new(seen)} // as of a file
	same := func(name string, r Record) {
		r.Schema = Schema
		text, err := many.encode(r)
		got, want := string(text), plain(t, r)
		if alone, err := Encode(r); err != nil || string(alone) != got {
			t.Errorf("%s: by itself it is another line: %v", name, err)
		}
		if err != nil || got != want {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			from := max(at-30, 0)
			t.Errorf("%s: %v; at byte %d\ngot  %.60s\nwant %.60s", name, err, at, got[min(from, len(got)):], want[from:])
		}
	}
	same("empty", Record{})
	fields := reflect.TypeFor[Record]()
	for i := range fields.NumField() {
		for range 20 {
			var r Record
			f.fill(reflect.ValueOf(&r).Elem().Field(i))
			same(fields.Field(i).Name, r)
		}
	}
	for range 20 {
		var r Record
		f.fill(reflect.ValueOf(&r).Elem())
		same("all fields", r)
	}
}

// BenchmarkEncode is the line of a run with its series and distribution.
func BenchmarkEncode(b *testing.B) {
	var r Record
	(&filler{strings: []string{"latency-p99"}, numbers: []float64{0, 0.8, 0.013504117, 31.25, 0.0006096875}}).fill(reflect.ValueOf(&r).Elem())
	r.Schema, r.Members = Schema, nil
	for len(r.Values) < 30 {
		r.Values = append(r.Values, r.Values...)
	}
	for len(r.LatencyCDF) < 112 {
		r.LatencyCDF = append(r.LatencyCDF, r.LatencyCDF...)
	}
	for len(r.Series) < 60 {
		r.Series = append(r.Series, r.Series...)
	}
	b.ReportAllocs()
	out := line{seen: new(seen)}
	for b.Loop() {
		text, err := out.encode(r)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(text)))
	}
}
