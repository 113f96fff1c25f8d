package literate

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(<?([^)\s>]+)|^ {0,3}\[[^\]]+\]:\s+(\S+)`)
	scheme  = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
	heading = regexp.MustCompile(`^#{1,6}\s+(.*?)[\s#]*$`)
	linked  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// checkLinks follows the links that stay in the course.
func (d *document) checkLinks() (problems []Problem) {
	for i, line := range strings.Split(d.plain(), "\n") {
		for _, match := range link.FindAllStringSubmatch(line, -1) {
			target := match[1] + match[2]
			if scheme.MatchString(target) {
				continue
			}
			if reason := d.follow(target); reason != "" {
				problems = append(problems, d.problem(i+1, "the link %s leads nowhere: %s", target, reason))
			}
		}
	}
	return problems
}

// follow says why a link cannot be followed, or nothing.
func (d *document) follow(target string) string {
	name, anchor, _ := strings.Cut(target, "#")
	if unescaped, err := url.PathUnescape(name); err == nil {
		name = unescaped
	}
	file := d.file
	if name != "" {
		file = d.resolve(name)
	}
	if !filepath.IsLocal(file) {
		return "it leaves the course"
	}
	info, err := os.Stat(filepath.Join(d.tree.Root, filepath.FromSlash(file)))
	if err != nil {
		return fmt.Sprintf("there is no %s", file)
	}
	if info.IsDir() {
		file = path.Join(file, "README.md")
	}
	if anchor == "" || path.Ext(file) != ".md" {
		return ""
	}
	other, missing := open(d.tree, file)
	if missing != nil {
		return fmt.Sprintf("there is no %s", file)
	}
	if !other.slugs()[anchor] {
		return fmt.Sprintf("%s has no heading for #%s", file, anchor)
	}
	return ""
}

// slugs gives the anchors that GitHub makes of the headings.
func (d *document) slugs() map[string]bool {
	slugs := map[string]bool{}
	seen := map[string]int{}
	for _, line := range d.Prose {
		match := heading.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		s := slug(match[1])
		n := seen[s]
		seen[s]++
		if n > 0 {
			s = fmt.Sprintf("%s-%d", s, n)
		}
		slugs[s] = true
	}
	return slugs
}

func slug(title string) string {
	title = linked.ReplaceAllString(title, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}
