package terminal

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
)

func TestTableAlignsNumbersAndPrintsPlainWithoutATerminal(t *testing.T) {
	var out bytes.Buffer
	New(&out).Table([]string{"model", "rows", "psi", "status"}, [][]string{
		{"churn", "1,200", "0.031", "healthy"},
		{"flight-delay", "98", "—", "critical"},
		{"short"},
	})
	want := "" +
		"MODEL          ROWS    PSI  STATUS\n" +
		"churn         1,200  0.031  healthy\n" +
		"flight-delay     98      —  critical\n" +
		"short\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

func TestTextFromElsewhereCannotMoveTheCursor(t *testing.T) {
	var out bytes.Buffer
	New(&out).Table([]string{"feature"}, [][]string{{"a\x1b[2Jb\rc\u202e"}})
	if strings.ContainsAny(out.String(), "\x1b\r\u202e") {
		t.Errorf("control characters came through: %q", out.String())
	}
}

func TestBarOutsideATerminalSaysEveryTenth(t *testing.T) {
	var out bytes.Buffer
	s := New(&out)
	bar := s.Progress("replay", 300)
	for i := range 61 {
		bar.Set(i, "day")
		if i == 45 {
			s.Event("2013-07-05", "drift", "temperature moved")
		}
	}
	bar.Close()
	want := "replay   10%  day\n2013-07-05  drift     temperature moved\nreplay   20%  day\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

// onTerminal returns what draw writes to a terminal of 60 columns.
func onTerminal(t *testing.T, draw func(*Screen)) string {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatalf("open a pseudo terminal: %v", err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 60}); err != nil {
		t.Fatal(err)
	}
	text := make(chan string)
	go func() {
		b, _ := io.ReadAll(master) // ends with an error when the slave is closed
		text <- string(b)
	}()
	draw(New(slave))
	slave.Close()
	got := <-text
	master.Close()
	return got
}

func TestTimelineIsPrintedAboveTheBar(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	t.Setenv("TERM", "xterm")
	got := onTerminal(t, func(s *Screen) {
		bar := s.Progress("replay", 10)
		bar.Set(5, "September")
		bar.Set(5, "September") // nothing changed, nothing is drawn
		s.Printf("above")
		bar.Close()
		s.Printf("after")
	})
	empty := "replay  " + strings.Repeat("░", 30) + "    0%  "
	half := "replay  " + strings.Repeat("█", 15) + strings.Repeat("░", 15) + "   50%  September"
	erase := "\r\x1b[K"
	want := empty + erase + half + erase + "above\r\n" + half + erase + "after\r\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("terminal (-want +got):\n%s", diff)
	}
}

func TestBarNeverFillsTheLastColumn(t *testing.T) {
	b := &Bar{title: "replay", total: 3, done: 7, note: strings.Repeat("長い", 50)}
	b.done = 3
	for _, width := range []int{0, 1, 20, 60} {
		line := b.line(width)
		if n := len([]rune(line)); n > max(width-1, 0) {
			t.Errorf("width %d: %d characters %q", width, n, line)
		}
	}
}

func TestColoursOnlyOnATerminalThatWantsThem(t *testing.T) {
	for _, tt := range []struct {
		noColor, term string
		want          bool
	}{{"", "xterm", true}, {"1", "xterm", false}, {"", "dumb", false}} {
		t.Setenv("NO_COLOR", tt.noColor)
		t.Setenv("TERM", tt.term)
		got := onTerminal(t, func(s *Screen) { s.Printf("%s", s.Status("critical")) })
		if colored := strings.Contains(got, "\x1b["); colored != tt.want {
			t.Errorf("NO_COLOR=%q TERM=%q: %q", tt.noColor, tt.term, got)
		}
	}
	if s := New(os.Stdin).Status("sideways"); s != "sideways" {
		t.Errorf("a word without colour became %q", s)
	}
}
