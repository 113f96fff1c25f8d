package failure

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Difference says how the bytes that came differ from those that were
// wanted. It is always found by the same comparison, Compare.
type Difference struct {
	Kinds []Kind `json:"kinds"` // all that are so, the most telling first
	At    int    `json:"at"`    // the first byte that differs, from 0
}

// A Kind is one way in which bytes differ from those that were wanted.
type Kind string

const (
	Nothing      Kind = "nothing came"
	CutShort     Kind = "cut short"              // right as far as it goes
	AtZero       Kind = "cut at a zero byte"     // and there
	AtNewline    Kind = "cut at a newline"       // and there
	AtSpace      Kind = "cut at white space"     // and there
	AtBuffer     Kind = "cut at a buffer's size" // and there: a round number, in the way of a buffer
	InPieces     Kind = "in pieces"              // the rest came in further datagrams
	Zeros        Kind = "zero bytes behind"      // right, and then that
	OneZero      Kind = "one zero byte behind"   // as C ends a string
	Newline      Kind = "a newline behind"       // right, and then that
	Stale        Kind = "the end of an earlier message behind"
	OwnEnd       Kind = "the end of the question behind" // whose answer is shorter
	Twice        Kind = "twice"                          // right, and then the same again
	Behind       Kind = "more behind"                    // right, and then something else
	Before       Kind = "more before"                    // something else, and then right
	NoBeginning  Kind = "the beginning is missing"       // right, but for that
	Unchanged    Kind = "unchanged"                      // what was sent, as it was sent
	NotChanged   Kind = "letters not changed"            // that should have been
	Changed      Kind = "letters changed"                // that should not have been
	OtherChanged Kind = "bytes changed that are no letters"
	ZerosLost    Kind = "zero bytes lost"
	NewlinesLost Kind = "line ends lost"
	Trimmed      Kind = "white space lost at the ends"
	SpaceLost    Kind = "white space lost"
	ControlLost  Kind = "control bytes lost"
	LineEnds     Kind = "other line ends"
	Replaced     Kind = "bytes replaced, as if they were text"
	Formatted    Kind = "taken for a format"
	Quoted       Kind = "quoted"
	Numbers      Kind = "printed as numbers"
	Again        Kind = "an earlier answer again"
	Others       Kind = "another client's"
	Mixed        Kind = "mixed with another client's"
	Reordered    Kind = "in another order"
	Other        Kind = "other bytes"
)

// sentences say it to the learner. What needs none, because the picture says
// the same, has none.
var sentences = map[Kind]string{
	AtZero:       "It ends where the message has a zero byte.",
	AtNewline:    "It ends where the message has a newline.",
	AtSpace:      "It ends where the message has white space.",
	AtBuffer:     "It ends at the size of a buffer.",
	InPieces:     "The rest came in further datagrams.",
	Zeros:        "What is too much is zero bytes: a buffer's, behind what was read.",
	OneZero:      "What is too much is one zero byte, as C puts it behind a text.",
	Newline:      "What is too much is a line end.",
	Stale:        "What is too much is the end of an earlier message.",
	OwnEnd:       "What is too much is the end of the question: its answer has fewer bytes.",
	Twice:        "The same came twice.",
	Before:       "What was wanted came behind something else.",
	NoBeginning:  "The beginning is missing.",
	Unchanged:    "It came back as it was sent.",
	NotChanged:   "The bytes are those wanted, but for letters that are not in upper case.",
	Changed:      "The bytes are those wanted, but for letters that should have stayed as they were.",
	OtherChanged: "Bytes were changed that are no letters.",
	ZerosLost:    "The zero bytes are missing.",
	NewlinesLost: "The line ends are missing.",
	Trimmed:      "The white space at the ends is missing.",
	SpaceLost:    "White space is missing.",
	ControlLost:  "Control bytes are missing.",
	LineEnds:     "Its lines end otherwise: CR LF is one line end, LF another.",
	Replaced:     "Bytes that are no text were replaced (EF BF BD is U+FFFD, the replacement character).",
	Formatted:    "It has been a format of package fmt's: %! is how that complains.",
	Quoted:       "It is quoted.",
	Numbers:      "The bytes were printed as numbers.",
	Again:        "The same passed before, in an earlier message.",
	Others:       "It is what another client should have got.",
	Mixed:        "It has bytes of another client's in it.",
	Reordered:    "The parts are those wanted, in another order.",
}

// Sentence says the most telling of it to the learner; "" where the bytes say
// the same.
func (d *Difference) Sentence() string {
	if d == nil {
		return ""
	}
	for _, kind := range d.Kinds {
		if s := sentences[kind]; s != "" {
			return s
		}
	}
	return ""
}

// A Context is what was said before, with which the bytes that came may have
// been confused.
type Context struct {
	Sent    []byte   // by this client, last
	Earlier [][]byte // messages and answers on the same lifeline before, the oldest first
	Others  [][]byte // those of other clients
}

// Compare says how got differs from want. They are not the same.
func Compare(want, got []byte, before Context) *Difference {
	c := comparison{string(want), string(got), before, nil}
	c.ends()
	c.letters()
	c.lost()
	c.form()
	c.confused()
	if len(c.kinds) == 0 {
		c.kinds = []Kind{Other}
	}
	return &Difference{c.kinds, firstDifference(want, got)}
}

type comparison struct {
	want, got string
	before    Context
	kinds     []Kind
}

func (c *comparison) is(kinds ...Kind) { c.kinds = append(c.kinds, kinds...) }

// ends finds what is right as far as it goes.
func (c *comparison) ends() {
	more, isPrefix := strings.CutPrefix(c.got, c.want)
	switch {
	case c.got == "":
		c.is(Nothing)
	case strings.HasPrefix(c.want, c.got):
		c.is(CutShort)
		c.where(len(c.got))
	case c.want == "":
		c.is(Behind)
	case isPrefix && more == "\x00":
		c.is(OneZero)
	case isPrefix && strings.Trim(more, "\x00") == "":
		c.is(Zeros)
	case isPrefix && (more == "\n" || more == "\r\n"):
		c.is(Newline)
	case isPrefix && more == c.want:
		c.is(Twice)
	case isPrefix && strings.HasSuffix(string(c.before.Sent), more) && len(c.before.Sent) == len(c.got):
		c.is(OwnEnd)
	case isPrefix && c.isStale(more):
		c.is(Stale)
	case isPrefix:
		c.is(Behind)
	case strings.HasSuffix(c.got, c.want):
		c.is(Before)
	case strings.HasSuffix(c.want, c.got):
		c.is(NoBeginning)
	}
}

// where says what is special about byte n, at which the bytes end too early.
func (c *comparison) where(n int) {
	const long = 1 << 17 // where bytes of every kind may stand at the end of a piece
	if len(c.want) > long {
		return
	}
	next, last := c.want[n], c.got[n-1]
	switch {
	case next == 0 || last == 0:
		c.is(AtZero)
	case next == '\n' || next == '\r' || last == '\n':
		c.is(AtNewline)
	case unicode.IsSpace(rune(next)) || unicode.IsSpace(rune(last)):
		c.is(AtSpace)
	case n >= 16 && (round(n) || round(n+1)):
		c.is(AtBuffer)
	}
}

// round reports whether a buffer may have n bytes.
func round(n int) bool {
	const ethernet, udp, tcp = 1500, 1472, 1460 // the largest packet, and what it carries
	return n&(n-1) == 0 || n%100 == 0 || n%1024 == 0 || n == ethernet || n == udp || n == tcp
}

// isStale reports whether an earlier message has these bytes where they stand,
// in upper case or not.
func (c *comparison) isStale(more string) bool {
	from := len(c.want)
	return slices.ContainsFunc(slices.Concat(c.before.Earlier, c.before.Others), func(message []byte) bool {
		if len(message) < from {
			return false
		}
		rest := string(message[from:])
		rest = rest[:min(len(rest), len(more))]
		padded := strings.Trim(more[min(len(rest), len(more)):], "\x00") == ""
		return rest != "" && padded && strings.EqualFold(rest, more[:len(rest)])
	})
}

// letters finds bytes that differ in their case, or as if they had one.
func (c *comparison) letters() {
	if len(c.want) != len(c.got) {
		return
	}
	lower, upper, others := false, false, false
	for i := range len(c.want) {
		switch w, g := c.want[i], c.got[i]; {
		case w == g:
		case w == g-32 && 'A' <= w && w <= 'Z':
			lower = true
		case g == w-32 && 'A' <= g && g <= 'Z':
			upper = true
		case g == w-32 || g == w+32 || g == w^32:
			others = true
		default:
			return
		}
	}
	switch {
	case c.got == string(c.before.Sent):
		c.is(Unchanged)
	case others:
		c.is(OtherChanged)
	case lower:
		c.is(NotChanged)
	case upper:
		c.is(Changed)
	}
}

// lost finds bytes of one kind that are missing, or line ends of another kind.
// What is trimmed is shorter.
func (c *comparison) lost() {
	plain := strings.NewReplacer("\r\n", "\n")
	if c.got != c.want && strings.Contains(c.got, "\n") && plain.Replace(c.got) == plain.Replace(c.want) {
		c.is(LineEnds)
		return
	}
	if c.kinds != nil && c.kinds[0] != CutShort && c.kinds[0] != NoBeginning {
		return
	}
	for _, some := range []struct {
		kind Kind
		drop func(rune) bool
	}{
		{ZerosLost, func(r rune) bool { return r == 0 }},
		{NewlinesLost, func(r rune) bool { return r == '\n' || r == '\r' }},
		{SpaceLost, unicode.IsSpace},
		{ControlLost, func(r rune) bool { return unicode.IsControl(r) }},
	} {
		keep := func(text string) string {
			return strings.Map(func(r rune) rune {
				if some.drop(r) {
					return -1
				}
				return r
			}, text)
		}
		kept := keep(c.want)
		if kept == c.want || keep(c.got) != kept || len(c.got) >= len(c.want) {
			continue
		}
		if some.kind == SpaceLost && c.got == strings.TrimSpace(c.want) {
			c.is(Trimmed)
		} else {
			c.is(some.kind)
		}
		return
	}
}

var numbers = regexp.MustCompile(`^\[\d+( \d+)*\]\s*$|^(\d{1,3} )+\d{1,3}\s*$`)

// form finds bytes that went through a format, a quotation or a decoder of text.
func (c *comparison) form() {
	switch want, got := strings.TrimSpace(c.want), strings.TrimSpace(c.got); {
	case strings.Contains(c.got, "%!") && !strings.Contains(c.want, "%!"):
		c.is(Formatted)
	case strings.Contains(c.got, "\uFFFD") && !strings.Contains(c.want, "\uFFFD"):
		c.is(Replaced)
	case want != "" && (got == strconv.Quote(want) || got == "b'"+want+"'" || got == "'"+want+"'"):
		c.is(Quoted)
	case numbers.MatchString(c.got) && !numbers.MatchString(c.want):
		c.is(Numbers)
	}
}

// confused finds the right bytes in the wrong place.
func (c *comparison) confused() {
	same := func(text []byte) bool { return c.got != "" && strings.EqualFold(string(text), c.got) }
	within := func(text []byte) bool {
		return len(text) > 1 && !strings.Contains(strings.ToUpper(c.want), strings.ToUpper(string(text))) &&
			strings.Contains(strings.ToUpper(c.got), strings.ToUpper(string(text)))
	}
	switch {
	case slices.ContainsFunc(c.before.Earlier, same) && !same(c.before.Sent):
		c.is(Again)
	case slices.ContainsFunc(c.before.Others, same):
		c.is(Others)
	case slices.ContainsFunc(c.before.Others, within):
		c.is(Mixed)
	case c.want != "" && len(c.want) == len(c.got) && sorted(c.want) == sorted(c.got):
		c.is(Reordered)
	}
}

func sorted(text string) string {
	b := []byte(text)
	slices.Sort(b)
	return string(b)
}

// firstDifference is the index of the first byte in which got is not want.
func firstDifference(want, got []byte) int {
	for i := range got {
		if i >= len(want) || got[i] != want[i] {
			return i
		}
	}
	return len(got)
}

// Has reports whether this is one way in which the bytes differ.
func (d *Difference) Has(kind Kind) bool { return d != nil && slices.Contains(d.Kinds, kind) }
