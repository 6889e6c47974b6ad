package terminal

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// Screen writes to one output. It is safe for concurrent use.
type Screen struct {
	redraw bool // lines can be drawn over
	color  bool

	mu  sync.Mutex
	w   io.Writer
	bar *Bar // nil when none is shown
}

// New looks at what w is: only a terminal is drawn over, and only without
// NO_COLOR in the environment is it coloured.
func New(w io.Writer) *Screen {
	s := &Screen{w: w}
	if f, ok := w.(*os.File); ok {
		s.redraw = term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
	}
	s.color = s.redraw && os.Getenv("NO_COLOR") == ""
	return s
}

// Printf prints a line, above the progress bar when there is one.
func (s *Screen) Printf(format string, args ...any) {
	s.print(fmt.Sprintf(format, args...))
}

func (s *Screen) print(block string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	fmt.Fprintln(s.w, strings.TrimRight(block, "\n"))
	s.draw()
}

// Event prints a line of the timeline: when, what in one word of at most eight
// letters, and the rest.
func (s *Screen) Event(when, what, rest string) {
	s.Printf("%s  %s%s  %s", s.faint(Plain(when)), s.Status(what), strings.Repeat(" ", max(0, 8-len(what))), rest)
}

// shades are the colours of the words that say how things are.
var shades = map[string]text.Colors{
	"healthy": {text.FgGreen}, "resolved": {text.FgGreen}, "recovered": {text.FgGreen}, "done": {text.FgGreen},
	"warning": {text.FgYellow}, "page": {text.FgYellow}, "drift": {text.FgYellow},
	"critical": {text.FgRed, text.Bold}, "errored": {text.FgRed}, "failed": {text.FgRed}, "demoted": {text.FgRed, text.Bold},
	"inconclusive": {text.Faint}, "unknown": {text.Faint}, "observe": {text.Faint},
}

// Status returns the word, coloured if it is one that says how things are and
// the output shows colours.
func (s *Screen) Status(word string) string {
	word = Plain(word)
	if shade, ok := shades[strings.ToLower(word)]; ok && s.color {
		// Written out, because the library's own switch is global and looks at
		// the process, not at this output.
		return shade.EscapeSeq() + word + text.Reset.EscapeSeq()
	}
	return word
}

func (s *Screen) faint(word string) string {
	if !s.color {
		return word
	}
	return text.Faint.EscapeSeq() + word + text.Reset.EscapeSeq()
}

// Plain takes the control characters out of text from elsewhere: a feature's
// name must not move the cursor.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '�'
		}
		return r
	}, s)
}

// width returns the columns of the output, 80 when it has none.
func (s *Screen) width() int {
	if f, ok := s.w.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}
