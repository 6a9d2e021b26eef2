package strict

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of what is read at all.
const (
	FileBytesMax = 1 << 20 // size of a file
	DepthMax     = 32      // nesting of lists and mappings
)

// Kind is the form of a Node.
type Kind string

// The kinds of node.
const (
	Nothing  Kind = "nothing"   // a key without a value
	Scalar   Kind = "a value"   // a number, a word, a text
	Sequence Kind = "a list"    // [a, b] or lines that begin with a dash
	Mapping  Kind = "a mapping" // {key: value} or lines of key: value
)

// Node is a piece of a file together with its place.
type Node struct {
	Kind    Kind
	Line    int     // from 1
	Column  int     // from 1, in characters
	Key     string  // path from the top of the file, such as load.city.rate or sources[2]
	Text    string  // Scalar: the value without quotes
	Quoted  bool    // Scalar: it was quoted or a block text, so it is a string and nothing else
	Items   []*Node // Sequence
	Entries []Entry // Mapping, in the order of the file; keys are distinct

	file string
}

// File is the name of the file that the node stands in, as Parse was told it.
func (n *Node) File() string { return n.file }

// Entry is one key of a mapping.
type Entry struct {
	Name         string
	Line, Column int // of the name
	Value        *Node
}

// Get returns the value of a key of a mapping, or nil.
func (n *Node) Get(name string) *Node {
	for _, e := range n.Entries {
		if e.Name == name {
			return e.Value
		}
	}
	return nil
}

// Parse reads a file's only document. file is its name in errors.
func Parse(file string, data []byte) (node *Node, err error) {
	b := &builder{file: file}
	if len(data) > FileBytesMax {
		return nil, b.fail(1, 1, "", fmt.Sprintf("the file has %d bytes: allowed are at most %d", len(data), FileBytesMax))
	}
	if at := invalidByte(data); at >= 0 {
		line, column := place(data[:at])
		return nil, b.fail(line, column, "", fmt.Sprintf("found byte 0x%02x: allowed is text in UTF-8 without control characters", data[at]))
	}
	defer func() {
		if p := recover(); p != nil {
			node, err = nil, b.fail(1, 1, "", fmt.Sprintf("not YAML that can be read: %v", p))
		}
	}()
	tokens := lexer.Tokenize(string(data))
	if err := b.screen(tokens); err != nil {
		return nil, err
	}
	tree, perr := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if perr != nil {
		return nil, b.syntax(perr)
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			return nil, b.failAt(doc.Body.GetToken(), "", "found a second document: allowed is one in each file")
		}
		body = doc.Body
	}
	if body == nil {
		return nil, b.fail(1, 1, "", "the file is empty: allowed is a mapping of keys to values")
	}
	return b.build(body, "", 1, 1, 0)
}

// invalidByte is the index of the first byte that no text file holds, or -1.
func invalidByte(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return i
		}
		i += size
	}
	return -1
}

func place(before []byte) (line, column int) {
	text := string(before)
	last := strings.LastIndexByte(text, '\n')
	return strings.Count(text, "\n") + 1, utf8.RuneCountInString(text[last+1:]) + 1
}

type builder struct{ file string }

func (b *builder) fail(line, column int, key, message string) *Error {
	return &Error{File: b.file, Line: max(line, 1), Column: max(column, 1), Key: key, Message: message}
}

func (b *builder) failAt(t *token.Token, key, message string) *Error {
	if t == nil || t.Position == nil {
		return b.fail(1, 1, key, message)
	}
	return b.fail(t.Position.Line, t.Position.Column, key, message)
}

// screen refuses what this package never reads, before the parser recurses into it.
func (b *builder) screen(tokens token.Tokens) error {
	flow, line, onLine, headers := 0, 0, 0, 0
	for i, t := range tokens {
		switch t.Type {
		case token.AnchorType, token.AliasType:
			return b.failAt(t, "", fmt.Sprintf("found %s: anchors and aliases are not allowed, write the value out", quote(strings.TrimSpace(t.Origin))))
		case token.MergeKeyType:
			return b.failAt(t, "", "found <<: merge keys are not allowed, write the keys out")
		case token.TagType:
			return b.failAt(t, "", fmt.Sprintf("found %s: tags are not allowed", t.Value))
		case token.DirectiveType:
			return b.failAt(t, "", "found %: directives are not allowed")
		case token.DocumentHeaderType:
			if headers++; headers > 1 || i > 0 && !onlyComments(tokens[:i]) {
				return b.failAt(t, "", "found a second document: allowed is one in each file")
			}
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.InvalidType:
			if strings.Contains(t.Error, "'\t'") {
				return b.failAt(t, "", "found a tab at the beginning of a line: allowed are spaces")
			}
			return b.failAt(t, "", t.Error)
		}
		if t.Position.Line != line {
			line, onLine = t.Position.Line, 0
		}
		if t.Type == token.SequenceEntryType || t.Type == token.MappingKeyType {
			onLine++
		}
		if flow > DepthMax || onLine > DepthMax || t.Position.IndentLevel > 4*DepthMax {
			return b.failAt(t, "", fmt.Sprintf("nested more than %d deep", DepthMax))
		}
	}
	return nil
}

func onlyComments(tokens token.Tokens) bool {
	for _, t := range tokens {
		if t.Type != token.CommentType {
			return false
		}
	}
	return true
}

// syntax translates a parser's error, whose token says where.
func (b *builder) syntax(err error) *Error {
	if e, ok := err.(interface {
		GetMessage() string
		GetToken() *token.Token
	}); ok {
		return b.failAt(e.GetToken(), "", e.GetMessage())
	}
	return b.fail(1, 1, "", err.Error())
}

// build turns the parser's tree into nodes. line and column are those of the key, for values that
// have no token of their own.
func (b *builder) build(n ast.Node, key string, line, column, depth int) (*Node, error) {
	out := &Node{file: b.file, Key: key, Line: line, Column: column}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.Line, out.Column = t.Position.Line, t.Position.Column
	}
	if depth > DepthMax {
		return nil, b.fail(out.Line, out.Column, key, fmt.Sprintf("nested more than %d deep", DepthMax))
	}
	switch v := n.(type) {
	case *ast.NullNode:
		out.Kind, out.Text = Nothing, v.GetToken().Value
		if out.Text != "" && out.Text != "null" {
			out.Kind = Scalar // ~ and Null: decoding refuses them by name
		}
	case *ast.StringNode:
		t := v.GetToken().Type
		out.Kind, out.Text = Scalar, v.Value
		out.Quoted = t == token.SingleQuoteType || t == token.DoubleQuoteType
	case *ast.LiteralNode:
		out.Kind, out.Text, out.Quoted = Scalar, v.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.Kind, out.Text = Scalar, strings.TrimSpace(n.GetToken().Value)
	case *ast.SequenceNode:
		return out, b.sequence(out, v, depth)
	case *ast.MappingNode:
		return out, b.mapping(out, v.Values, depth)
	case *ast.MappingValueNode:
		return out, b.mapping(out, []*ast.MappingValueNode{v}, depth)
	default:
		return nil, b.fail(out.Line, out.Column, key, fmt.Sprintf("found %v: not allowed here", n.Type()))
	}
	return out, nil
}

func (b *builder) sequence(out *Node, v *ast.SequenceNode, depth int) error {
	out.Kind = Sequence
	for i, item := range v.Values {
		n, err := b.build(item, fmt.Sprintf("%s[%d]", out.Key, i), out.Line, out.Column, depth+1)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, n)
	}
	return nil
}

func (b *builder) mapping(out *Node, values []*ast.MappingValueNode, depth int) error {
	out.Kind = Mapping
	seen := map[string]int{}
	for i, mv := range values {
		t := mv.Key.GetToken()
		name, ok := keyName(mv.Key)
		if !ok {
			return b.failAt(t, out.Key, "found a key that is not a plain word: allowed are names")
		}
		at := Entry{Name: name, Line: t.Position.Line, Column: t.Position.Column}
		if first, twice := seen[name]; twice {
			return b.fail(at.Line, at.Column, join(out.Key, name), fmt.Sprintf("found the key a second time: it is on line %d already", first))
		}
		seen[name] = at.Line
		if i == 0 {
			out.Line, out.Column = at.Line, at.Column
		}
		value, err := b.build(mv.Value, join(out.Key, name), at.Line, at.Column, depth+1)
		if err != nil {
			return err
		}
		if value.Kind == Nothing {
			value.Line, value.Column = at.Line, at.Column
		}
		at.Value = value
		out.Entries = append(out.Entries, at)
	}
	return nil
}

func keyName(k ast.MapKeyNode) (string, bool) {
	switch v := k.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return strings.TrimSpace(k.GetToken().Value), true
	}
	return "", false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
