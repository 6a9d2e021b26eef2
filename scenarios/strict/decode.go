package strict

import (
	"encoding"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Unmarshaler is implemented by values that read a node themselves.
type Unmarshaler interface {
	UnmarshalStrict(n *Node) error
}

// ReadFile reads a file, refusing one above FileBytesMax without reading all of it.
func ReadFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory, not a file", path)
	}
	if info.Size() > FileBytesMax {
		return nil, &Error{File: path, Line: 1, Column: 1,
			Message: fmt.Sprintf("the file has %d bytes: allowed are at most %d", info.Size(), FileBytesMax)}
	}
	return os.ReadFile(path)
}

// Decode reads a document into the value that into points to. file is its name in errors.
func Decode(file string, data []byte, into any) error {
	n, err := Parse(file, data)
	if err != nil {
		return err
	}
	return n.Decode(into)
}

// Decode reads the node into the value that into points to.
func (n *Node) Decode(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic("strict: Decode needs a pointer")
	}
	return n.decode(v.Elem())
}

var durationType = reflect.TypeFor[time.Duration]()

func (n *Node) decode(v reflect.Value) error {
	if u, ok := v.Addr().Interface().(Unmarshaler); ok {
		return u.UnmarshalStrict(n)
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return n.decode(v.Elem())
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		text, err := n.Scalar("a value")
		if err != nil {
			return err
		}
		return n.wrap(u.UnmarshalText([]byte(text)))
	}
	if v.Type() == durationType {
		return n.decodeDuration(v)
	}
	switch v.Kind() {
	case reflect.String:
		text, err := n.Scalar("a text")
		v.SetString(text)
		return err
	case reflect.Bool:
		return n.decodeBool(v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return n.decodeInt(v)
	case reflect.Slice:
		return n.decodeSlice(v)
	case reflect.Map:
		return n.decodeMap(v)
	case reflect.Struct:
		return n.decodeStruct(v)
	}
	panic("strict: cannot decode into " + v.Type().String())
}

func (n *Node) wrap(err error) error {
	if err == nil {
		return nil
	}
	return n.Errorf("%v", err)
}

// Scalar returns a scalar's text. It refuses plain scalars that other readers of YAML take for
// something else. what says what is allowed, for the error.
func (n *Node) Scalar(what string) (string, error) {
	switch {
	case n.Kind == Nothing:
		return "", n.Errorf("found nothing: allowed is %s; leave the key out to keep the default", what)
	case n.Kind != Scalar:
		return "", n.Errorf("found %s: allowed is %s", n.Kind, what)
	case !n.Quoted && ambiguous(n.Text):
		return "", n.Errorf("found %s, which YAML readers understand differently: write a plain decimal number, true or false, or put it in quotes", n.Text)
	}
	return n.Text, nil
}

// ambiguous reports whether YAML 1.1 and 1.2 readers, or a reader and a person, disagree about a
// plain scalar: octal, hexadecimal, digits with underscores, base-60 numbers, yes, no, null ...
func ambiguous(text string) bool {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "~", "null", ".inf", "-.inf", "+.inf", ".nan":
		return true
	case "true", "false":
		return text != strings.ToLower(text)
	}
	t := strings.TrimLeft(text, "+-")
	if t == "" || (t[0] < '0' || t[0] > '9') && t[0] != '.' {
		return false
	}
	if t[0] == '.' {
		return strings.Trim(t, ".0123456789eE+-_") == "" && len(t) > 1
	}
	if strings.HasPrefix(text, "+") {
		return true
	}
	numeric := strings.Trim(t, "0123456789_:.xXoOabcdefABCDEF+-") == ""
	if !numeric {
		return false
	}
	switch {
	case len(t) > 1 && t[0] == '0' && t[1] != '.':
		return strings.Trim(t, "0123456789") == "" || strings.ContainsAny(t[1:2], "xXoObB_")
	case strings.Contains(t, "_"), strings.Contains(t, ":"):
		return strings.Trim(t, "0123456789_:.") == ""
	case strings.ContainsAny(t, "eE"):
		return strings.Trim(t, "0123456789.eE+-") == ""
	}
	return strings.HasSuffix(t, ".")
}

func (n *Node) decodeDuration(v reflect.Value) error {
	text, err := n.Scalar("a duration")
	if err != nil {
		return err
	}
	d, err := ParseDuration(text)
	v.SetInt(int64(d))
	return n.wrap(err)
}

func (n *Node) decodeBool(v reflect.Value) error {
	text, err := n.Scalar("true or false")
	if err != nil {
		return err
	}
	if n.Quoted || text != "true" && text != "false" {
		return n.Errorf("found %s: allowed is true or false", quote(text))
	}
	v.SetBool(text == "true")
	return nil
}

func (n *Node) decodeInt(v reflect.Value) error {
	text, err := n.Scalar("a whole number")
	if err != nil {
		return err
	}
	if n.Quoted || !isNumber(strings.TrimPrefix(text, "-")) || text == "-0" {
		return n.Errorf("found %s: allowed is a whole number", quote(text))
	}
	if v.CanUint() {
		u, err := strconv.ParseUint(text, 10, v.Type().Bits())
		if err != nil {
			return n.Errorf("found %s: allowed is a whole number from 0 to %d", text, uint64(1)<<v.Type().Bits()-1)
		}
		v.SetUint(u)
		return nil
	}
	i, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil {
		return n.Errorf("found %s: allowed is a whole number of %d bits", text, v.Type().Bits())
	}
	v.SetInt(i)
	return nil
}

func (n *Node) decodeSlice(v reflect.Value) error {
	if n.Kind != Sequence {
		return n.Errorf("found %s: allowed is a list such as [a, b]", n.found())
	}
	out := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	for i, item := range n.Items {
		if err := item.decode(out.Index(i)); err != nil {
			return err
		}
	}
	v.Set(out)
	return nil
}

func (n *Node) decodeMap(v reflect.Value) error {
	if n.Kind != Mapping {
		return n.Errorf("found %s: allowed is a mapping such as {key: value}", n.found())
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.Entries))
	for _, e := range n.Entries {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := e.Value.decode(value); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(e.Name).Convert(v.Type().Key()), value)
	}
	v.Set(out)
	return nil
}

// found names the node for a message: its text when it has one.
func (n *Node) found() string {
	if n.Kind == Scalar {
		return quote(n.Text)
	}
	return string(n.Kind)
}

func (n *Node) decodeStruct(v reflect.Value) error {
	if n.Kind != Mapping {
		return n.Errorf("found %s: allowed is a mapping with the keys %s", n.found(), list(fieldNames(v.Type())))
	}
	fields := fieldsOf(v.Type())
	for _, e := range n.Entries {
		f, ok := fields[e.Name]
		if !ok {
			known := fieldNames(v.Type())
			return &Error{File: n.file, Line: e.Line, Column: e.Column, Key: join(n.Key, e.Name),
				Message: "unknown key: allowed are " + list(known), Nearest: Nearest(e.Name, known)}
		}
		if err := e.Value.decode(v.Field(f.index)); err != nil {
			return err
		}
	}
	for _, name := range fieldNames(v.Type()) {
		if fields[name].required && n.Get(name) == nil {
			return n.Errorf("the key %s is missing", name)
		}
	}
	return nil
}

type field struct {
	index    int
	required bool
}

func fieldsOf(t reflect.Type) map[string]field {
	fields := map[string]field{}
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields[name] = field{index: i, required: option == "required"}
	}
	return fields
}

// fieldNames lists the keys of a struct in the order of its fields.
func fieldNames(t reflect.Type) []string {
	names := []string{}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}
