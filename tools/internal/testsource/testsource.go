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
	"unicode"
	"unicode/utf8"

	"sockets.test/tools/internal/tree"
)

// A Test is a test or a subtest.
type Test struct {
	File string // from the tree's root, with slashes
	Line int    // from 1
	Step string // "1.3", of the comment above it
	Code string // what is between its braces, or the transcript
}

// A Source is one test file of a chapter.
type Source struct {
	File    string // from the tree's root, with slashes
	chapter *tree.Chapter
	text    string
	files   *token.FileSet
	funcs   map[string]*ast.FuncDecl
	tests   []Function
	numbers []Number
}

// A Function is one of package testing's: TestAnswer.
type Function struct {
	Name  string
	Line  int    // from 1
	Lines int    // how many it has
	Step  string // "1.3", of the comment above it; "" without one
}

// A Number is a comment "// 1.3: the answer goes to whoever asked", wherever it
// stands: above a test, or above a subtest.
type Number struct {
	Step string
	Line int
}

// Read parses the file that has the chapter's tests.
func Read(c *tree.Chapter) (*Source, error) {
	text, err := os.ReadFile(filepath.Join(c.Dir(), c.TestFile()))
	if err != nil {
		return nil, err
	}
	return Parse(c, c.TestFile(), string(text))
}

// Parse parses a test file of the chapter's. What is not Go gives a
// scanner.ErrorList.
func Parse(c *tree.Chapter, name, text string) (*Source, error) {
	s := &Source{File: path.Join("chapters", c.Key, name), chapter: c, text: text, files: token.NewFileSet(), funcs: map[string]*ast.FuncDecl{}}
	file, err := parser.ParseFile(s.files, s.File, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Body != nil {
			s.funcs[f.Name.Name] = f
			if isTest(f.Name.Name) {
				first, last := s.line(f.Pos()), s.line(f.End())
				s.tests = append(s.tests, Function{f.Name.Name, first, last - first + 1, stepOf(f.Doc)})
			}
		}
	}
	for _, group := range file.Comments {
		for _, comment := range group.List {
			if match := numbered.FindStringSubmatch(comment.Text); match != nil {
				s.numbers = append(s.numbers, Number{match[1], s.line(comment.Pos())})
			}
		}
	}
	return s, nil
}

// isTest follows go test: TestReply and Test_reply, but not Testify or TestMain.
func isTest(name string) bool {
	rest, ok := strings.CutPrefix(name, "Test")
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && rest != "Main" && !unicode.IsLower(first)
}

// Functions are the test functions, in their order.
func (s *Source) Functions() []Function { return s.tests }

// Numbers are the comments that say which step a test belongs to.
func (s *Source) Numbers() []Number { return s.numbers }

func (s *Source) line(at token.Pos) int { return s.files.Position(at).Line }

var numbered = regexp.MustCompile(`^// (\d+\.\d+): \S`)

// stepOf is the number in the comment above a test.
func stepOf(doc *ast.CommentGroup) string {
	if doc == nil {
		return ""
	}
	for _, comment := range doc.List {
		if match := numbered.FindStringSubmatch(comment.Text); match != nil {
			return match[1]
		}
	}
	return ""
}

// Test finds a test by the name that package testing gives it. A subtest whose
// name the source does not spell out is its parent.
func (s *Source) Test(name string) Test {
	name, sub, _ := strings.Cut(name, "/")
	t := Test{File: s.File, Line: 1}
	f, ok := s.funcs[name]
	if !ok {
		return t
	}
	t.Step = stepOf(f.Doc)
	body := f.Body
	if at, inner := s.subtest(f.Body, sub); inner != nil {
		t.Line, t.Code = at, s.between(inner)
		return t
	}
	t.Line, t.Code = s.line(f.Pos()), s.between(body)
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
			line, found = s.line(call.Pos()), inner.Body
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
