package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// pure reports whether a package is on the simulated path: the same input gives the same bits there, on
// every machine.
func pure(path string) bool {
	if path == "workloads/program/programtest" || path == "consensus/consensustest" || path == "consensus/hashiraft" {
		return false // test kits, and an engine that is not ours to make deterministic
	}
	for _, dir := range []string{"sim", "consensus", "workloads"} {
		if under(path, dir) {
			return true
		}
	}
	return path == "scenarios"
}

// forbidden holds what a pure package does not call, and "" for whole packages that it does not import.
func forbidden() map[string][]string {
	return map[string][]string{
		"time":         {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
		"math/rand":    {""},
		"math/rand/v2": {""},
		"crypto/rand":  {""},
		"hash/maphash": {""},
		"sync":         {""},
		"sync/atomic":  {""},
		"os":           {""},
		"runtime":      {""},
		"unsafe":       {""},
		"flag":         {""},
		"log":          {""},
		"reflect":      {""},
	}
}

// exception is a place at which a rule does not hold, with the reason.
type exception struct{ where, why string }

// floatsAllowed are functions that are not on the simulated path although their package is.
func floatsAllowed() []exception {
	return []exception{
		{"workloads/arrival.Rate.TxPerSec", "converts a rate for reports; no simulation reads it"},
	}
}

// importsAllowed are packages that import what the others do not.
func importsAllowed() []exception {
	return []exception{
		{"workloads/evidence", "sync.Once guards the archive's tree, which is a function of the settings, when cells that share it run beside each other"},
	}
}

// globalsAllowed are functions that take a global's address and do not write through it.
func globalsAllowed() []exception {
	return []exception{
		{"sim.normal", "the address of a row of a constant table: a copy of the row would cost more than the lookup"},
	}
}

// unorderedAllowed are functions whose ranges over maps give the same whatever the order.
func unorderedAllowed() []exception {
	return []exception{
		{"consensus.sortedKeys", "the keys are sorted before they are returned"},
		{"scenarios.sortedKeys", "the keys are sorted before they are returned"},
	}
}

// impure is one finding: what, and in which function.
type impure struct{ where, text string }

// checkPure walks the functions and declarations of a package.
func checkPure(s *source) (findings []impure) {
	for _, path := range imports(s.files) {
		if slices.Contains(forbidden()[path], "") {
			findings = append(findings, impure{s.path, s.path + " imports " + path})
		}
	}
	for _, f := range s.files {
		for _, d := range f.Decls {
			where := s.path
			if fn, ok := d.(*ast.FuncDecl); ok {
				where += "." + qualified(fn)
			}
			sorted := s.sorted(d)
			ast.Inspect(d, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && !sorted[call] && s.calls(call, "maps", "Keys", "Values", "All") {
					findings = append(findings, impure{where, fmt.Sprintf("%s: %s: takes a map's entries in no order", s.at(n), where)})
				}
				if text := s.impurity(n); text != "" {
					findings = append(findings, impure{where, fmt.Sprintf("%s: %s: %s", s.at(n), where, text)})
				}
				return true
			})
		}
	}
	return findings
}

// qualified is a function's name, after its receiver's.
func qualified(fn *ast.FuncDecl) string {
	if fn.Recv != nil {
		return receiver(fn) + "." + fn.Name.Name
	}
	return fn.Name.Name
}

// impurity tells what is wrong with one node, if anything.
func (s *source) impurity(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "starts a goroutine"
	case *ast.SelectStmt:
		return "select chooses at random"
	case *ast.RangeStmt:
		if isMap(s.info.TypeOf(n.X)) {
			return "ranges over a map"
		}
	case *ast.CallExpr:
		if t := s.info.TypeOf(n); isFloat(t) && !untyped(t) {
			return "floating point: the result of a call"
		}
	case *ast.SelectorExpr:
		if obj := s.info.Uses[n.Sel]; obj != nil && obj.Pkg() != nil && slices.Contains(forbidden()[obj.Pkg().Path()], obj.Name()) {
			return "uses " + obj.Pkg().Path() + "." + obj.Name()
		}
	case *ast.Ident:
		if t := s.identType(n); isFloat(t) && !untyped(t) {
			return "floating point: " + n.Name
		}
	case *ast.BasicLit:
		if t := s.info.TypeOf(n); isFloat(t) && !untyped(t) {
			return "floating point: " + n.Value
		}
	case *ast.BinaryExpr:
		if tv, ok := s.info.Types[n]; ok && isFloat(tv.Type) && tv.Value == nil {
			return "floating point: " + n.Op.String()
		}
	}
	return ""
}

// identType is the type that an identifier has where it stands: a constant's is that of its use.
func (s *source) identType(id *ast.Ident) types.Type {
	obj := s.info.ObjectOf(id)
	if obj == nil {
		return nil
	}
	if tv, ok := s.info.Types[id]; ok {
		return tv.Type
	}
	return obj.Type()
}

// untyped reports whether a type is that of an untyped constant, which the compiler computes exactly.
func untyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

// sorted lists the calls of package maps whose result goes straight into a sort.
func (s *source) sorted(d ast.Decl) map[ast.Expr]bool {
	out := map[ast.Expr]bool{}
	ast.Inspect(d, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && s.calls(call, "slices", "Sorted", "SortedFunc") {
			out[call.Args[0]] = true
		}
		return true
	})
	return out
}

func (s *source) calls(call *ast.CallExpr, pkg string, names ...string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	obj := s.info.Uses[sel.Sel]
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == pkg && slices.Contains(names, obj.Name())
}

func isFloat(t types.Type) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsFloat|types.IsComplex) != 0
}

func isMap(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := t.(*types.TypeParam); ok {
		t = p.Constraint()
	}
	switch u := t.Underlying().(type) {
	case *types.Map:
		return true
	case *types.Interface:
		for i := range u.NumEmbeddeds() {
			if union, ok := u.EmbeddedType(i).(*types.Union); ok && union.Len() > 0 && isMap(union.Term(0).Type()) {
				return true
			}
		}
	}
	return false
}

// except removes the findings that are allowed, and adds a finding for each exception that is not needed.
func except(findings []impure, kind string, allowed []exception) (left []impure) {
	used := map[string]bool{}
	for _, f := range findings {
		if strings.Contains(f.text, kind) && slices.ContainsFunc(allowed, func(e exception) bool { return e.where == f.where }) {
			used[f.where] = true
			continue
		}
		left = append(left, f)
	}
	for _, e := range allowed {
		if !used[e.where] {
			left = append(left, impure{e.where, e.where + ": the exception is not needed (any more)"})
		}
		if e.why == "" {
			left = append(left, impure{e.where, e.where + ": the exception has no reason"})
		}
	}
	return left
}

func texts(findings []impure) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.text)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestPurePackages(t *testing.T) {
	var findings []impure
	checked := 0
	for _, s := range mustTree(t) {
		if pure(s.path) {
			checked++
			findings = append(findings, checkPure(s)...)
		}
	}
	if checked < 15 {
		t.Fatalf("only %d packages were checked", checked)
	}
	findings = except(findings, "floating point", floatsAllowed())
	findings = except(findings, "map", unorderedAllowed())
	findings = except(findings, " imports sync", importsAllowed())
	wantNone(t, texts(findings))
}

// TestPurePackagesPlanted shows that each rule finds what it forbids.
func TestPurePackagesPlanted(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"import \"time\"\nfunc f() int64 { return time.Now().UnixNano() }", "uses time.Now"},
		{"import \"time\"\nvar now = time.Now", "uses time.Now"},
		{"import \"math/rand/v2\"\nfunc f() int { return rand.Int() }", "imports math/rand/v2"},
		{"func f() { go f() }", "starts a goroutine"},
		{"func f(c chan int) { select { case <-c: default: } }", "select chooses"},
		{"func f(m map[int]int) (s int) { for k := range m { s = k }; return s }", "ranges over a map"},
		{"type m map[int]int\nfunc (x m) f() (s int) { for k := range x { s = k }; return s }", "m.f: ranges over a map"},
		{"func f[M ~map[int]int](x M) (s int) { for k := range x { s = k }; return s }", "ranges over a map"},
		{"import \"maps\"\nimport \"slices\"\nfunc f(m map[int]int) []int { return slices.Collect(maps.Keys(m)) }", "in no order"},
		{"func f(n int) int { return int(float64(n) * 0.5) }", "floating point"},
		{"import \"time\"\nfunc f(d time.Duration) int { return int(d.Seconds()) }", "floating point"},
		{"import \"maps\"\nfunc f(m map[int]int) (s int) { for k := range maps.Keys(m) { s = k }; return s }", "in no order"},
		{"type half float32\nfunc f(n half) half { return n + n }", "floating point"},
		{"import \"math\"\nfunc f(n int) int { return int(math.Sqrt(2)) }", "floating point"},
		{"import \"os\"\nfunc f() string { return os.Getenv(\"X\") }", "imports os"},
	} {
		bad := planted(t, "sim", "package sim\n"+c.text+"\n")
		if err := load(t).check(bad); err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		wantFinding(t, texts(checkPure(bad)), c.want)
	}
	good := planted(t, "sim", `package sim
import ("maps"; "slices"; "time")
const second = 1e9
func f(m map[int]int, d time.Duration) (s int64) {
	for _, k := range slices.Sorted(maps.Keys(m)) { s += int64(k) * second }
	return s + int64(d)
}
`)
	if err := load(t).check(good); err != nil {
		t.Fatal(err)
	}
	wantNone(t, texts(checkPure(good)))
	stale := except(nil, "map", []exception{{"sim.gone", "a reason"}})
	wantFinding(t, texts(stale), "not needed")
}

// checkGlobals finds variables of a package that are changed after they were declared, or might be.
func checkGlobals(s *source) (findings []impure) {
	for _, f := range s.files {
		for _, d := range f.Decls {
			where := s.path
			if fn, ok := d.(*ast.FuncDecl); ok {
				where += "." + qualified(fn)
			}
			ast.Inspect(d, func(n ast.Node) bool {
				for _, e := range s.changed(n) {
					id := rootIdent(e)
					if id == nil {
						continue
					}
					if v, ok := s.info.Uses[id].(*types.Var); ok && v.Parent() == s.pkg.Scope() {
						findings = append(findings, impure{where, fmt.Sprintf("%s: %s is a global that changes", s.at(e), id.Name)})
					}
				}
				return true
			})
		}
	}
	return findings
}

// changed lists what a node writes to, or takes the address of.
func (s *source) changed(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		return n.Lhs
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.SelectorExpr:
		if sel := s.info.Selections[n]; sel != nil && sel.Kind() == types.MethodVal && changesReceiver(sel) {
			return []ast.Expr{n.X}
		}
	}
	return nil
}

// changesReceiver reports whether a method that has a pointer receiver is called on a value that is none.
func changesReceiver(sel *types.Selection) bool {
	fn, ok := sel.Obj().(*types.Func)
	if !ok {
		return false
	}
	_, wants := fn.Signature().Recv().Type().(*types.Pointer)
	_, has := sel.Recv().(*types.Pointer)
	return wants && !has
}

// rootIdent is the variable that an expression is a part of.
func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func TestNoMutableGlobals(t *testing.T) {
	var findings []impure
	for _, s := range mustTree(t) {
		if !under(s.path, "cmd") {
			findings = append(findings, checkGlobals(s)...)
		}
	}
	wantNone(t, texts(except(findings, "global", globalsAllowed())))
	for _, text := range []string{
		"var g int\nfunc f() { g = 1 }",
		"var g int\nfunc f() { g++ }",
		"var g int\nfunc f() *int { return &g }",
		"var g = map[int]int{}\nfunc f() { g[1] = 2 }",
		"var g struct{ a [2]int }\nfunc f() { g.a[0] = 1 }",
		"import \"sync\"\nvar g sync.Once\nfunc f() { g.Do(func() {}) }",
	} {
		bad := planted(t, "reports", "package reports\n"+text+"\n")
		if err := load(t).check(bad); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		wantFinding(t, texts(checkGlobals(bad)), "g is a global that changes")
	}
}

// checkSilent finds printing and reading of flags or environment below cmd.
func checkSilent(s *source) (findings []string) {
	silent := map[string][]string{
		"fmt": {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
		"os":  {"Stdout", "Stderr", "Stdin", "Args", "Getenv", "LookupEnv", "Environ", "Exit"},
	}
	for id, obj := range s.info.Uses {
		if obj.Pkg() != nil && slices.Contains(silent[obj.Pkg().Path()], obj.Name()) && obj.Parent() == obj.Pkg().Scope() {
			findings = append(findings, fmt.Sprintf("%s: %s.%s below cmd", s.at(id), obj.Pkg().Path(), obj.Name()))
		}
	}
	for _, path := range imports(s.files) {
		if slices.Contains([]string{"flag", "log", "log/slog"}, path) {
			findings = append(findings, s.path+" imports "+path)
		}
	}
	slices.Sort(findings)
	return findings
}

func TestSilentBelowCommands(t *testing.T) {
	for _, s := range mustTree(t) {
		if !under(s.path, "cmd") {
			wantNone(t, checkSilent(s))
		}
	}
	for want, text := range map[string]string{
		"fmt.Println below cmd": "import \"fmt\"\nfunc f() { fmt.Println() }",
		"os.Getenv below cmd":   "import \"os\"\nvar e = os.Getenv(\"A\")",
		"os.Stdout below cmd":   "import \"os\"\nvar w = os.Stdout",
	} {
		bad := planted(t, "reports", "package reports\n"+text+"\n")
		if err := load(t).check(bad); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		wantFinding(t, checkSilent(bad), want)
	}
}
