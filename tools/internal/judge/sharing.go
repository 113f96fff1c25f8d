package judge

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
)

// entry is what a program's main is called for those who import it.
const entry = "ProgramMain"

// harmless are the functions that the others in a binary do not notice when a
// package calls them before main begins.
var harmless = []string{
	"bufio.NewReader", "bufio.NewScanner", "bufio.NewWriter", "bytes.NewBuffer",
	"bytes.NewReader", "errors.New", "fmt.Errorf", "fmt.Sprintf", "log.New",
	"net.IPv4", "net.ParseIP", "netip.MustParseAddr", "netip.MustParseAddrPort",
	"regexp.MustCompile", "strings.NewReader", "strings.NewReplacer",
	"byte", "cap", "float64", "int", "int64", "len", "make", "max", "min", "new",
	"rune", "string", "time.Duration", "uint16", "uint32", "uint64",
}

// asPackage makes a program into a package of this name, line by line the same.
// It refuses a program that is not one that others can share a process with:
// that does something before its main begins, or is not Go in the first place.
func asPackage(name string, files map[string]string) (shared map[string]string, ok bool) {
	shared = map[string]string{}
	mains := 0
	for _, base := range slices.Sorted(maps.Keys(files)) {
		text := files[base]
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, base, text, parser.SkipObjectResolution)
		if err != nil || file.Name.Name != "main" || !isCalm(file) {
			return nil, false
		}
		from, to := set.Position(file.Name.Pos()).Offset, set.Position(file.Name.End()).Offset
		text = text[:from] + name + text[to:]
		if declaresMain(file) {
			mains++
			text += fmt.Sprintf("\nfunc %s() { main() }\n", entry)
		}
		shared[base] = text
	}
	return shared, mains == 1
}

// isCalm reports whether importing the file does nothing that its neighbours in
// a binary would notice.
func isCalm(file *ast.File) bool {
	for _, spec := range file.Imports {
		if spec.Path.Value == `"C"` || spec.Name != nil && spec.Name.Name == "_" {
			return false
		}
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == "init" {
				return false
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR && !isHarmless(d) {
				return false
			}
		}
	}
	return true
}

// isHarmless reports whether the values of these variables come from nothing
// but harmless functions.
func isHarmless(variables *ast.GenDecl) bool {
	calm := true
	ast.Inspect(variables, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // made now, and called later
		case *ast.UnaryExpr:
			calm = calm && n.Op != token.ARROW
		case *ast.CallExpr:
			calm = calm && slices.Contains(harmless, called(n.Fun))
		}
		return true
	})
	return calm
}

// called is the name of a function: "errors.New", "make".
func called(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if pkg, ok := f.X.(*ast.Ident); ok {
			return pkg.Name + "." + f.Sel.Name
		}
	case *ast.ArrayType:
		return "make" // a conversion: []byte("text")
	}
	return ""
}

func declaresMain(file *ast.File) bool {
	return slices.ContainsFunc(file.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && f.Recv == nil && f.Name.Name == "main"
	})
}
