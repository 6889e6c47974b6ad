package terminal

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// Bar is the progress of something long. On a terminal it is one line at the
// bottom that is drawn over; elsewhere a plain line at every tenth.
type Bar struct {
	screen *Screen
	title  string
	total  int
	done   int
	note   string
	drawn  string // what stands on the terminal now, "" for nothing
	tenth  int    // tenths already said in plain output
}

// Progress shows a bar for total steps in place of any that is shown.
func (s *Screen) Progress(title string, total int) *Bar {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	s.bar = &Bar{screen: s, title: Plain(title), total: max(total, 1)}
	s.draw()
	return s.bar
}

// Set moves the bar to done steps, with a word on what is being done.
func (b *Bar) Set(done int, note string) {
	s := b.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	b.done, b.note = min(max(done, 0), b.total), Plain(note)
	if s.bar != b {
		return
	}
	if s.redraw {
		if line := b.line(s.width()); line != b.drawn {
			s.erase()
			s.draw()
		}
		return
	}
	if tenth := b.done * 10 / b.total; tenth > b.tenth {
		b.tenth = tenth
		fmt.Fprintf(s.w, "%s  %3d%%  %s\n", b.title, tenth*10, b.note)
	}
}

// Close takes the bar away.
func (b *Bar) Close() {
	s := b.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar == b {
		s.erase()
		s.bar = nil
	}
}

// line is the bar in at most width columns; one stays free, because some
// terminals wrap when the last is written.
func (b *Bar) line(width int) string {
	const cells = 30
	full := b.done * cells / b.total
	line := fmt.Sprintf("%s  %s%s  %3d%%  %s", b.title,
		strings.Repeat("█", full), strings.Repeat("░", cells-full), b.done*100/b.total, b.note)
	return text.Trim(line, max(width-1, 0))
}

// erase removes the bar from the terminal; draw puts it back. Both need the lock.
func (s *Screen) erase() {
	if s.bar != nil && s.bar.drawn != "" {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.bar.drawn = ""
	}
}

func (s *Screen) draw() {
	if s.bar != nil && s.redraw {
		s.bar.drawn = s.bar.line(s.width())
		fmt.Fprint(s.w, s.bar.drawn)
	}
}
