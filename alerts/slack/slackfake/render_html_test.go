package slackfake_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/driftd/driftd/alerts/slack/slackfake"
)

// shown returns the page of a message with one section and a thread.
func shown(t *testing.T, p slackfake.Page, blocks, reply string) string {
	t.Helper()
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	m := call(t, s, "chat.postMessage", "channel", "#c", "text", "x", "blocks", blocks)
	if !m.OK {
		t.Fatalf("%+v", m)
	}
	if a := call(t, s, "chat.postMessage", "channel", "#c", "text", reply, "thread_ts", m.TS); !a.OK {
		t.Fatalf("%+v", a)
	}
	p.Messages = s.Messages("#c")
	var page strings.Builder
	if err := slackfake.RenderHTML(&page, p); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func TestPageShowsFormattingMentionsAndLinks(t *testing.T) {
	page := shown(t, slackfake.Page{Channel: "#c", People: map[string]string{"U1": "sam"}},
		`[{"type":"header","text":{"type":"plain_text","text":"*a* < b"}},
		  {"type":"section","text":{"type":"mrkdwn","text":"*bold* ~gone~ <@U1> <!subteam^S2> <https://x.example/?a=1&amp;b=2|here> 2*3*4 &lt;b&gt;"}}]`,
		"at 9\n```\na  b\n1  &lt;2\n```")
	for _, want := range []string{
		"<h1>*a* &lt; b</h1>", "<b>bold</b> <s>gone</s>", `<span class="mention">@sam</span>`, `<span class="mention">@S2</span>`,
		`<a href="https://x.example/?a=1&amp;b=2">here</a>`, "2*3*4 &lt;b&gt;", "<pre>a  b\n1  &lt;2\n</pre>", "1 reply", "<style>:root",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}

// Whatever data say, a browser runs nothing of it.
func TestPageRunsNothing(t *testing.T) {
	const evil = `<script>alert(1)</script><img src=x onerror=alert(1)><javascript:alert(1)|x>&lt;script&gt;`
	page := shown(t, slackfake.Page{Channel: `"><script>`, Style: `"><script>`, People: map[string]string{"U1": "<script>"}},
		`[{"type":"header","text":{"type":"plain_text","text":"`+evil+`"}},
		  {"type":"section","text":{"type":"mrkdwn","text":"<@U1> `+evil+`"},"fields":[{"type":"mrkdwn","text":"`+evil+`"}]},
		  {"type":"data_visualization","title":"`+evil[:20]+`","chart":{"type":"line","series":[{"name":"<script>","data":[{"label":"<script>","value":1}]}],"axis_config":{"categories":["<script>"]}}}]`,
		evil+"```"+evil+"```")
	if got := regexp.MustCompile(`(?i)<script|<img|href="javascript|onerror=alert\(1\)>`).FindAllString(page, -1); got != nil {
		t.Errorf("page has %q", got)
	}
}

func TestChartIsDrawnToScale(t *testing.T) {
	page := shown(t, slackfake.Page{Channel: "#c", Style: "page.css"},
		`[{"type":"data_visualization","title":"t","chart":{"type":"line","axis_config":{"categories":["a","b"]},
		   "series":[{"name":"way","data":[{"label":"a","value":0},{"label":"b","value":100}]}]}}]`, "x")
	for _, want := range []string{
		`<path class="series s0" d="M197.0 146.0L511.0 12.0"/>`, // from the bottom of the first half to the top of the second
		`text-anchor="end">100</text>`, `<circle class="d0" cx="511.0" cy="12.0" r="4"/>`, ">way</text>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %q:\n%s", want, page[strings.Index(page, "<svg viewBox=\"0 0 680"):])
		}
	}
}
