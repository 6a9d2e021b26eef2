package strict

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"unicode"
)

// Schemer is implemented by values that describe themselves in a JSON Schema, because they read
// themselves with UnmarshalStrict.
type Schemer interface {
	JSONSchema() map[string]any
}

// Schema describes what Decode accepts for a value, as a JSON Schema (draft 2020-12) for editors.
// Descriptions come from fields' `doc:"..."` tags. The same value gives the same bytes.
func Schema(id, title string, value any) ([]byte, error) {
	s := schemaOf(reflect.TypeOf(value))
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"], s["title"] = id, title
	text, err := json.MarshalIndent(s, "", "  ") // maps are written in order of their keys
	return append(text, '\n'), err
}

func schemaOf(t reflect.Type) map[string]any {
	zero := reflect.New(t)
	if s, ok := zero.Interface().(Schemer); ok {
		return s.JSONSchema()
	}
	switch {
	case t.Kind() == reflect.Pointer:
		return schemaOf(t.Elem())
	case t == durationType:
		return map[string]any{"type": []string{"string", "integer"}, "pattern": `^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`}
	case implementsText(zero):
		return map[string]any{"type": []string{"string", "number"}}
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": []string{"string", "number", "boolean"}}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Struct:
		return schemaOfStruct(t)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"type": "integer", "minimum": 0}
	}
	return map[string]any{"type": "integer"}
}

func implementsText(v reflect.Value) bool {
	_, ok := v.Interface().(encoding.TextUnmarshaler)
	return ok
}

func schemaOfStruct(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	fields := fieldsOf(t)
	for _, name := range fieldNames(t) {
		f := fields[name]
		s := schemaOf(t.Field(f.index).Type)
		if doc := t.Field(f.index).Tag.Get("doc"); doc != "" {
			s["description"] = sentence(doc)
		}
		properties[name] = s
		if f.required {
			required = append(required, name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func sentence(doc string) string {
	first, rest := doc[:1], doc[1:]
	return strings.Map(unicode.ToUpper, first) + rest + "."
}
