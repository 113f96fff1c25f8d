package literate

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sockets.test/tools/internal/tree"
)

var (
	todo      = regexp.MustCompile(`\bTODO (\d+\.\d+)`)
	testClaim = regexp.MustCompile(`^// (\d+\.\d+): \S`)
)

// checkSteps wants a section for every TODO of the skeleton.
func (d *document) checkSteps(c *tree.Chapter) (problems []Problem) {
	program, err := tree.Program(c.SkeletonDir())
	if err != nil || len(program) == 0 {
		return []Problem{{relative(c.Tree(), c.SkeletonDir()), 1, "there is no skeleton: put the chapter's program there"}}
	}
	sections := d.sections()
	for _, name := range slices.Sorted(maps.Keys(program)) {
		file := relative(c.Tree(), filepath.Join(c.SkeletonDir(), name))
		for i, line := range splitLines(program[name]) {
			for _, match := range todo.FindAllStringSubmatch(line, -1) {
				if !sections[match[1]] {
					problems = append(problems, homeless(c, file, i+1, "TODO "+match[1], match[1]))
				}
			}
		}
	}
	return problems
}

// homeless is the problem of a number that no section of the lesson has.
func homeless(c *tree.Chapter, file string, line int, what, number string) Problem {
	if !strings.HasPrefix(number, fmt.Sprintf("%d.", c.Number)) {
		return Problem{file, line, fmt.Sprintf("%s is another chapter's: this is chapter %d", what, c.Number)}
	}
	return Problem{file, line, fmt.Sprintf("%s has no section: give chapters/%s/README.md a heading \"## %s \"", what, c.Key, number)}
}

// A test file, parsed; positions name it as problems do.
type testFile struct {
	*ast.File
	positions *token.FileSet
}

func (f testFile) problem(at token.Pos, text string) Problem {
	p := f.positions.Position(at)
	return Problem{p.Filename, p.Line, text}
}

func parseTests(c *tree.Chapter) (files []testFile, problems []Problem) {
	dir := relative(c.Tree(), c.Dir())
	tests, err := tree.Tests(c.Dir())
	if err != nil || len(tests) == 0 {
		return nil, []Problem{{dir + "/" + c.TestFile(), 1, "there are no tests: write them"}}
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, dir+"/"+name, tests[name], parser.ParseComments|parser.SkipObjectResolution)
		var list scanner.ErrorList
		switch {
		case errors.As(err, &list):
			problems = append(problems, Problem{list[0].Pos.Filename, list[0].Pos.Line, "this is not Go: " + list[0].Msg})
		case err != nil:
			problems = append(problems, Problem{dir + "/" + name, 1, oneLine(err)})
		default:
			files = append(files, testFile{file, set})
		}
	}
	return files, problems
}

// checkTests wants a number above every test, and a section for every number.
func (d *document) checkTests(c *tree.Chapter, files []testFile) (problems []Problem) {
	sections := d.sections()
	for _, f := range files {
		for _, decl := range f.Decls {
			if test, ok := decl.(*ast.FuncDecl); ok && isTest(test) && !claims(test.Doc) {
				problems = append(problems, f.problem(test.Pos(), test.Name.Name+" has no number: write \"// n.k: \" and its claim directly above it"))
			}
		}
		for _, group := range f.Comments {
			for _, comment := range group.List {
				if match := testClaim.FindStringSubmatch(comment.Text); match != nil && !sections[match[1]] {
					at := f.positions.Position(comment.Pos())
					problems = append(problems, homeless(c, at.Filename, at.Line, "this test's number "+match[1], match[1]))
				}
			}
		}
	}
	return problems
}

// isTest follows go test: TestReply and Test_reply, but not Testify or TestMain.
func isTest(f *ast.FuncDecl) bool {
	rest, ok := strings.CutPrefix(f.Name.Name, "Test")
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && f.Recv == nil && rest != "Main" && !unicode.IsLower(first)
}

func claims(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return testClaim.MatchString(c.Text)
	})
}
