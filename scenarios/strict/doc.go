// Package strict reads YAML files that people write by hand, and refuses everything that could be
// meant otherwise: an unknown or doubled key, a second document, anchors and aliases (and so every
// expansion bomb), tags, merge keys, deep nesting, files above one MiB, and plain scalars that other
// YAML readers take for another value, such as 010, 0x1F, 1_000, 12:30, yes or ~.
//
// Every error is an [*Error] that names file, line, column and key, what was found and what is
// allowed, and suggests the nearest name.
//
// [Decode] fills a Go value. What it can fill: structs with `yaml:"name"` tags (`yaml:"name,required"`
// for a key that must be there; a field without a tag is left alone), strings, bools, integers,
// [time.Duration], pointers, slices, maps with string keys, anything with UnmarshalText, and anything
// with an [Unmarshaler], which is how a value may be either a name or a whole definition. A key that
// is absent leaves what the value holds already, so defaults are filled in beforehand.
package strict
