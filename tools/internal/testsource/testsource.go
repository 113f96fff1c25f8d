// Package testsource knows what the source of a chapter's tests says of each:
// where it stands, which step of the lesson it belongs to, and its code.
package testsource

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"sockets.test/tools/internal/tree"
)

// A Test is a test or a subtest.
type Test struct {
	File string // from the tree's root, with slashes
	Line int    // from 1
	Step string // "1.3", of the comment above it
	Code string // what is between its braces, or the transcript
}

// A Source is a chapter's test file.
type Source struct {
	chapter *tree.Chapter
	text    string
	files   *token.FileSet
	funcs   map[string]*ast.FuncDecl
	tests   []Function
}

// A Function is one of package testing's: TestAnswer.
type Function struct {
	Name  string
	Lines int
}

// Read parses the chapter's test file.
func Read(c *tree.Chapter) (*Source, error) {
	path := filepath.Join(c.Dir(), c.TestFile())
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &Source{chapter: c, text: string(text), files: token.NewFileSet(), funcs: map[string]*ast.FuncDecl{}}
	file, err := parser.ParseFile(s.files, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Body != nil {
			s.funcs[f.Name.Name] = f
			if strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
				lines := s.files.Position(f.End()).Line - s.files.Position(f.Pos()).Line + 1
				s.tests = append(s.tests, Function{f.Name.Name, lines})
			}
		}
	}
	return s, nil
}

// Functions are the test functions, in their order.
func (s *Source) Functions() []Function { return s.tests }

var step = regexp.MustCompile(`^(\d+\.\d+):`)

// Test finds a test by the name that package testing gives it. A subtest whose
// name the source does not spell out is its parent.
func (s *Source) Test(name string) Test {
	name, sub, _ := strings.Cut(name, "/")
	t := Test{File: path.Join("chapters", s.chapter.Key, s.chapter.TestFile()), Line: 1}
	f, ok := s.funcs[name]
	if !ok {
		return t
	}
	if match := step.FindStringSubmatch(f.Doc.Text()); match != nil {
		t.Step = match[1]
	}
	body := f.Body
	if at, inner := s.subtest(f.Body, sub); inner != nil {
		t.Line, t.Code = at, s.between(inner)
		return t
	}
	t.Line, t.Code = s.files.Position(f.Pos()).Line, s.between(body)
	if script, err := os.ReadFile(filepath.Join(s.chapter.Dir(), "testdata", sub+".txtar")); sub != "" && err == nil {
		t.File, t.Line, t.Code = path.Join("chapters", s.chapter.Key, "testdata", sub+".txtar"), 1, string(script)
	}
	return t
}

// subtest finds t.Run(name, func...) and the line that it is in.
func (s *Source) subtest(body *ast.BlockStmt, name string) (line int, found *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 2 || found != nil {
			return true
		}
		run, isMethod := call.Fun.(*ast.SelectorExpr)
		fact, isText := call.Args[0].(*ast.BasicLit)
		inner, isFunc := call.Args[1].(*ast.FuncLit)
		if !isMethod || run.Sel.Name != "Run" || !isText || !isFunc {
			return true
		}
		if text, err := strconv.Unquote(fact.Value); err == nil && strings.ReplaceAll(text, " ", "_") == name {
			line, found = s.files.Position(call.Pos()).Line, inner.Body
		}
		return true
	})
	return line, found
}

// between is what stands between a block's braces, moved to the left margin.
func (s *Source) between(b *ast.BlockStmt) string {
	text := s.text[s.files.Position(b.Lbrace).Offset+1 : s.files.Position(b.Rbrace).Offset]
	lines := strings.Split(strings.Trim(text, "\n\t "), "\n")
	first := strings.TrimLeft(text, "\n")
	margin := first[:len(first)-len(strings.TrimLeft(first, "\t"))]
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], margin)
	}
	return strings.Join(lines, "\n")
}
