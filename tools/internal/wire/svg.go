package wire

import (
	"errors"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// SVGMark stands in every picture that SVG draws, so that one can be told from
// somebody else's.
const SVGMark = "<!-- drawn by go tool course trace -->"

// The picture's measures, in pixels.
const (
	letter   = 7.9 // the width of a monospaced letter of 13 px
	top      = 24  // where the programs' frames begin
	heads    = 52  // where the heads of the lifelines begin
	headHigh = 42
	rowHigh  = 34
	gutter   = 78 // for the times
	gap      = 90 // between two lifelines, at least

	lost = 0.7 // how far what is lost comes
)

// A lifeline is a client, or a socket of the server's.
type lifeline struct {
	name, of string
	class    string // client, welcome, connection or socket
	x        float64
	from, to float64 // 0 as long as they are not known
	ended    int     // how many directions are over
}

// A picture is what SVG works on.
type picture struct {
	lines   []*lifeline
	clients map[string]int // the lifeline of a client
	asked   map[string]int // the one of the server's that it asks at first
	serving map[string]int // the one that serves it now
	server  int            // the first of the server's
	body    strings.Builder
	y       float64

	left, right float64 // of the server's frame
	end         float64 // where that ends: with the program; 0 if it lives on
}

// SVG draws the conversation as a sequence diagram: a lifeline for each client, and in
// the server's frame one for its UDP socket; for a TCP server one for its welcome
// socket, to which clients connect, and one for each connection socket, which
// carries the bytes. What befalls the program, and none of its sockets, goes
// across the frame. It follows the reader's preference for light or dark.
func (c Conversation) SVG(title string) ([]byte, error) {
	events, clients := c.Events, c.Clients
	if len(events) == 0 || len(clients) == 0 {
		return nil, errors.New("nothing went over the wire that the course could see")
	}
	p := &picture{clients: map[string]int{}, asked: map[string]int{}, serving: map[string]int{}}
	for _, client := range clients {
		if _, ok := p.clients[client.Name]; !ok {
			p.clients[client.Name] = len(p.lines)
			p.lines = append(p.lines, &lifeline{name: client.Name, of: client.Address, class: "client"})
		}
	}
	p.sockets(events)
	p.spread(c, events)
	p.y = heads + headHigh + 10
	for i, e := range events {
		const most, head = 40, 20
		if len(events) > most && i == head {
			p.note(fmt.Sprintf("... %d more ...", len(events)-most))
		}
		if len(events) <= most || i < head || i >= len(events)-(most-head) {
			p.draw(c, e)
		} else {
			p.follow(e)
		}
	}
	return []byte(p.page(c, title)), nil
}

// sockets gives the server a lifeline for each of its sockets.
func (p *picture) sockets(events []Event) {
	p.server = len(p.lines)
	connects := map[string]bool{}
	for _, e := range events {
		if e.Kind == Connect || e.Kind == Refused {
			connects[e.Client] = true
		}
	}
	if len(connects) < len(p.clients) {
		p.lines = append(p.lines, &lifeline{name: "UDP socket", of: "for every client", class: "socket"})
	}
	if len(connects) > 0 {
		p.lines = append(p.lines, &lifeline{name: "welcome socket", of: "accepts clients", class: "welcome"})
	}
	for name := range p.clients {
		p.asked[name] = p.server
		if connects[name] {
			p.asked[name] = len(p.lines) - 1
		}
	}
	for _, e := range events {
		if e.Kind == Connect {
			p.lines = append(p.lines, &lifeline{name: "connection socket", of: "for " + e.Client, class: "connection"})
		}
	}
}

// ends gives the two lifelines of an event, in the order of the picture.
func (p *picture) ends(e Event) (client, server int) {
	server = p.asked[e.Client]
	if at, ok := p.serving[e.Client]; ok && e.Kind != Connect && e.Kind != Refused {
		server = at
	}
	return p.clients[e.Client], server
}

// follow keeps account of who serves whom.
func (p *picture) follow(e Event) {
	if e.Kind == Connect {
		next := p.asked[e.Client]
		for _, at := range p.serving {
			next = max(next, at)
		}
		p.serving[e.Client] = min(next+1, len(p.lines)-1)
	}
}

// words are those of an event's arrow.
func words(e Event) string {
	text := string(e.Kind)
	if e.Kind == Bytes {
		text = (&Excerpt{Data: e.Data, Before: e.Before, After: e.After}).Quote(0, 44)
	}
	if e.From != "" {
		text += " from " + e.From
	}
	if e.Lost {
		text += " is lost"
	}
	return text
}

// spread places the lifelines so that every arrow has room for its words.
func (p *picture) spread(c Conversation, events []Event) {
	gaps := make([]float64, len(p.lines))
	need := func(from, to int, pixels float64) {
		have := 0.0
		for i := from; i < to; i++ {
			have += gaps[i]
		}
		for i := from; i < to && have < pixels; i++ {
			gaps[i] += (pixels - have) / float64(to-from)
		}
	}
	for i := range p.lines[1:] {
		need(i, i+1, max(gap, (p.lines[i].wide()+p.lines[i+1].wide())/2+24))
	}
	for _, e := range events {
		p.follow(e)
		if e.Client != "" && e.Kind != Note && e.Kind != Silence {
			from, to := p.ends(e)
			pixels := float64(utf8.RuneCountInString(words(e)))*letter + 36
			if e.Lost {
				pixels /= lost
			}
			need(from, to, pixels)
		}
	}
	clear(p.serving)
	x := gutter + p.lines[0].wide()/2
	for i, l := range p.lines {
		l.x = x
		x += gaps[i]
	}
	first, last := p.lines[p.server], p.lines[len(p.lines)-1]
	p.left = first.x - first.wide()/2 - 12
	p.right = max(last.x+last.wide()/2+12, p.left+float64(utf8.RuneCountInString(c.called()))*letter+26)
}

// called is the server's name, with its address.
func (c Conversation) called() string { return strings.TrimSpace(c.Server + " " + c.Address) }

func (l *lifeline) wide() float64 {
	return float64(max(utf8.RuneCountInString(l.name), utf8.RuneCountInString(l.of)))*letter + 20
}

func (p *picture) draw(c Conversation, e Event) {
	if e.Kind == Omitted {
		p.note(fmt.Sprintf("... %d more ...", e.Count))
		return
	}
	p.y += rowHigh
	if e.Kind != Note {
		p.text(10, p.y+4, "time", "", stamp(e.At))
	}
	from, to := p.ends(e)
	client, server := p.lines[from], p.lines[to]
	switch e.Kind {
	case Note:
		p.y -= rowHigh
		p.note(e.Text)
	case Silence:
		p.befalls(c, "wrong dashed", e.Text)
	case Exit:
		class := "wrong"
		if e.Text == "exit status 0" {
			class = "plain"
		}
		p.befalls(c, class, "exits: "+e.Text)
		p.exit(c)
	case Refused:
		p.arrow(client.x, server.x, words(e), "wrong", 1)
	case Connect:
		p.arrow(client.x, server.x, words(e), "plain", 0)
		p.follow(e)
		p.y += rowHigh + 8
		fmt.Fprintf(&p.body, `<path class="born" d="M%.1f %.1f H%.1f"/>`+"\n", server.x+3, p.y, p.lines[p.serving[e.Client]].x-p.lines[p.serving[e.Client]].wide()/2)
		p.head(p.lines[p.serving[e.Client]], p.y-headHigh/2)
		p.y += 6
	default:
		class := map[Kind]string{Bytes: "bytes", Reset: "wrong"}[e.Kind]
		if class == "" {
			class = "plain"
		}
		stop := 0.0
		if e.Lost {
			stop = lost
		}
		if e.ToServer {
			p.arrow(client.x, server.x, words(e), class, stop)
		} else {
			p.arrow(server.x, client.x, words(e), class, stop)
		}
		server.over(e.Kind, p.y)
	}
}

// befalls tells what befalls the program that is judged: across the server's
// frame, or beside a client's lifeline.
func (p *picture) befalls(c Conversation, class, text string) {
	if c.OnLeft {
		p.text(p.lines[0].x+12, p.y+4, class, "", text)
		return
	}
	fmt.Fprintf(&p.body, `<path class="across %s" d="M%.1f %.1f H%.1f"/>`, class, p.left, p.y, p.right)
	p.text(p.left+10, p.y-7, class, "", text)
}

// exit ends the program that is judged, with all its sockets.
func (p *picture) exit(c Conversation) {
	ours := p.lines[p.server:]
	if c.OnLeft {
		ours = p.lines[:p.server]
	} else {
		p.end = p.y
	}
	for _, l := range ours {
		if l.to == 0 && (l.class != "connection" || l.from > 0) {
			l.to = p.y
			p.cross(l.x, p.y)
		}
	}
}

// over ends a connection's lifeline where it is closed, or ends both ways.
func (l *lifeline) over(kind Kind, y float64) {
	switch kind {
	case Close, Reset:
		l.ended = 2
	case End:
		l.ended++
	}
	if l.class == "connection" && l.ended >= 2 && l.to == 0 {
		l.to = y + 8
	}
}

// arrow goes from one lifeline to another, its words above it. Unless stop is 0,
// it comes so far only, and ends in a cross.
func (p *picture) arrow(from, to float64, words, class string, stop float64) {
	if stop > 0 {
		end := from + stop*(to-from)
		fmt.Fprintf(&p.body, `<path class="shaft %s" d="M%.1f %.1f H%.1f"/>`, class, from, p.y, end)
		p.cross(end, p.y)
	} else {
		tip, back := to-4, to-14
		if to < from {
			tip, back = to+4, to+14
		}
		fmt.Fprintf(&p.body, `<path class="shaft %s" d="M%.1f %.1f H%.1f"/>`, class, from, p.y, back)
		fmt.Fprintf(&p.body, `<path class="tip %s" d="M%.1f %.1f L%.1f %.1f L%.1f %.1f Z"/>`+"\n", class, tip, p.y, back, p.y-5, back, p.y+5)
	}
	// Near the sender, so that words of arrows that pass others stay apart.
	if to > from {
		p.text(from+12, p.y-7, class, "", words)
	} else {
		p.text(from-12, p.y-7, class, "end", words)
	}
}

func (p *picture) note(text string) {
	p.y += rowHigh
	p.text((p.lines[0].x+p.lines[len(p.lines)-1].x)/2, p.y+4, "note", "middle", text)
}

func (p *picture) cross(x, y float64) {
	fmt.Fprintf(&p.body, `<path class="cross" d="M%.1f %.1f l12 12 m0 -12 l-12 12"/>`+"\n", x-6, y-6)
}

func (p *picture) text(x, y float64, class, anchor, text string) {
	if anchor != "" {
		anchor = ` text-anchor="` + anchor + `"`
	}
	fmt.Fprintf(&p.body, `<text class="%s" x="%.1f" y="%.1f"%s xml:space="preserve">%s</text>`+"\n", class, x, y, anchor, escape(text))
}

// head is the box at a lifeline's beginning.
func (p *picture) head(l *lifeline, y float64) {
	l.from = y + headHigh
	corner := 3
	if l.class == "welcome" {
		corner = headHigh / 2
	}
	fmt.Fprintf(&p.body, `<rect class="head %s" x="%.1f" y="%.1f" width="%.1f" height="%d" rx="%d"/>`, l.class, l.x-l.wide()/2, y, l.wide(), headHigh, corner)
	fmt.Fprintf(&p.body, `<text class="name" x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, l.x, y+17, escape(l.name))
	fmt.Fprintf(&p.body, `<text class="of" x="%.1f" y="%.1f" text-anchor="middle">%s</text>`+"\n", l.x, y+34, escape(l.of))
}

// page puts the lifelines behind the arrows, and everything on paper.
func (p *picture) page(c Conversation, title string) string {
	arrows := p.body.String()
	p.body.Reset()
	for _, l := range p.lines {
		if l.class != "connection" {
			p.head(l, heads)
		}
	}
	topHeads := p.body.String()
	bottom := p.y + rowHigh
	wide, high := p.right+18, bottom+20
	end := p.end + 12
	if p.end == 0 {
		end = bottom
	}

	b := new(strings.Builder)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="title">`+"\n", wide, high, wide, high)
	fmt.Fprintf(b, "%s\n<title id=\"title\">%s</title>\n<style>%s</style>\n", SVGMark, escape(title), style)
	b.WriteString(`<rect class="paper" width="100%" height="100%"/>` + "\n")
	fmt.Fprintf(b, `<rect class="program" x="%.1f" y="%d" width="%.1f" height="%.1f" rx="6"/>`, p.left, top-8, p.right-p.left, end-top+8)
	fmt.Fprintf(b, `<text class="name" x="%.1f" y="%d">%s</text>`+"\n", p.left+10, top+12, escape(c.called()))
	for _, l := range p.lines {
		if l.to == 0 {
			l.to = bottom - 8
		}
		fmt.Fprintf(b, `<path class="line %s" d="M%.1f %.1f V%.1f"/>`, l.class, l.x, l.from, l.to)
		if l.class == "connection" && l.ended >= 2 {
			fmt.Fprintf(b, `<path class="line %s" d="M%.1f %.1f h16"/>`, l.class, l.x-8, l.to)
		}
		b.WriteString("\n")
	}
	return b.String() + topHeads + arrows + "</svg>\n"
}

// escape also keeps out what XML cannot hold.
func escape(text string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xfffe || r == 0xffff {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(text, "�")))
}

const style = `
text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1f2328; stroke: #fff; stroke-width: 4px; paint-order: stroke; stroke-linejoin: round }
text.name, text.of { stroke: none; font-weight: 600 }
text.of, text.time { fill: #57606a; font-weight: 400; font-size: 12px }
text.plain, text.note { fill: #57606a; font-style: italic }
text.wrong { fill: #b42318 }
.paper { fill: #fff }
.program { fill: #f6f8fa; stroke: #d0d7de }
.head { fill: #fff; stroke-width: 1.5 }
.line { fill: none; stroke-width: 1.5 }
.line.client, .head.client { stroke: #8c959f }
.line.client { stroke-dasharray: 4 4 }
.line.welcome { stroke-dasharray: 10 4; stroke-width: 3 }
.line.welcome, .head.welcome { stroke: #9a5b00 }
.head.welcome { fill: #fff3d6 }
.line.connection, .line.socket { stroke-width: 4 }
.line.connection, .head.connection, .line.socket, .head.socket { stroke: #0b5cad }
.head.connection, .head.socket { fill: #e3f0ff }
.shaft { fill: none; stroke: #1f2328; stroke-width: 1.5 }
.shaft.plain { stroke: #57606a; stroke-dasharray: 5 3 }
.tip { fill: #1f2328 }
.tip.plain { fill: #57606a }
.shaft.wrong, .cross, .across { fill: none; stroke: #b42318; stroke-width: 2 }
.across.plain { stroke: #57606a }
.across.dashed { stroke-dasharray: 2 6 }
.tip.wrong { fill: #b42318 }
.born { fill: none; stroke: #9a5b00; stroke-dasharray: 2 3; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; stroke: #0d1117 }
text.of, text.time, text.plain, text.note { fill: #9ea7b3 }
text.wrong { fill: #ff9a8f }
.paper { fill: #0d1117 }
.program { fill: #161b22; stroke: #3d444d }
.head { fill: #0d1117 }
.line.client, .head.client { stroke: #7d8590 }
.line.welcome, .head.welcome, .born { stroke: #e3b341 }
.head.welcome { fill: #3a2d0a }
.line.connection, .head.connection, .line.socket, .head.socket { stroke: #6cb6ff }
.head.connection, .head.socket { fill: #10294a }
.shaft { stroke: #e6edf3 }
.shaft.plain { stroke: #9ea7b3 }
.tip { fill: #e6edf3 }
.tip.plain { fill: #9ea7b3 }
.shaft.wrong, .cross, .across { stroke: #ff9a8f }
.across.plain { stroke: #9ea7b3 }
.tip.wrong { fill: #ff9a8f }
}
`
