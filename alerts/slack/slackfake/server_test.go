package slackfake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/driftd/driftd/alerts/slack/slackfake"
)

type answer struct {
	OK       bool
	Error    string
	Channel  string
	TS       string
	Messages []struct {
		TS       string
		Metadata *struct {
			Payload map[string]any `json:"event_payload"`
		}
	}
	Cursor struct {
		Next string `json:"next_cursor"`
	} `json:"response_metadata"`
}

func call(t *testing.T, s *slackfake.Server, method string, fields ...string) answer {
	t.Helper()
	form := url.Values{"token": {"xoxb-1"}}
	for k := 0; k < len(fields); k += 2 {
		form.Set(fields[k], fields[k+1])
	}
	response, err := http.PostForm(s.URL()+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var a answer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRulesOfSlackAreEnforced(t *testing.T) {
	s := slackfake.New("xoxb-1", "#there")
	t.Cleanup(s.Close)
	posted := call(t, s, "chat.postMessage", "channel", "#there", "text", "hello")
	if !posted.OK || posted.Channel == "#there" {
		t.Fatalf("%+v, want a message and the channel's id", posted)
	}
	text := func(n int) string { return strings.Repeat("é", n) }
	header := func(kind, s string) string {
		return `{"type":"header","text":{"type":"` + kind + `","text":"` + s + `"}}`
	}
	field := `{"type":"mrkdwn","text":"x"}`
	button := func(id, more string) string {
		return `{"type":"button","text":{"type":"plain_text","text":"x"},"action_id":"` + id + `"` + more + `}`
	}
	actions := func(elements string) string { return `{"type":"actions","elements":[` + elements + `]}` }
	buttons := func(n int) string {
		var all []string
		for k := range n {
			all = append(all, button(fmt.Sprint(k), ""))
		}
		return actions(strings.Join(all, ","))
	}
	many := func(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	chart := func(series, categories string) string {
		return `{"type":"data_visualization","title":"t","chart":{"type":"line","series":[` + series + `],"axis_config":{"categories":[` + categories + `]}}}`
	}
	for _, test := range []struct {
		name, method string
		fields       []string
		want         string // error, "" when it is taken
	}{
		{"wrong token", "chat.postMessage", []string{"token", "other", "channel", "#there", "text", "x"}, "invalid_auth"},
		{"no token", "auth.test", []string{"token", ""}, "not_authed"},
		{"right token", "auth.test", nil, ""},
		{"unknown channel", "chat.postMessage", []string{"channel", "#elsewhere", "text", "x"}, "channel_not_found"},
		{"nothing to say", "chat.postMessage", []string{"channel", "#there"}, "no_text"},
		{"too much to say", "chat.postMessage", []string{"channel", "#there", "text", text(40_001)}, "msg_too_long"},
		{"unknown thread", "chat.postMessage", []string{"channel", "#there", "text", "x", "thread_ts", "1.0"}, "thread_not_found"},
		{"unknown message", "chat.update", []string{"channel", posted.Channel, "ts", "1.0", "text", "x"}, "message_not_found"},
		{"update takes no names", "chat.update", []string{"channel", "#there", "ts", posted.TS, "text", "x"}, "channel_not_found"},
		{"history takes no names", "conversations.history", []string{"channel", "#there"}, "channel_not_found"},
		{"unknown method", "chat.shout", nil, "unknown_method"},
		{"header", "blocks", []string{header("plain_text", text(150))}, ""},
		{"long header", "blocks", []string{header("plain_text", text(151))}, "invalid_blocks"},
		{"formatted header", "blocks", []string{header("mrkdwn", "x")}, "invalid_blocks"},
		{"long section", "blocks", []string{`{"type":"section","text":{"type":"mrkdwn","text":"` + text(3001) + `"}}`}, "invalid_blocks"},
		{"empty section", "blocks", []string{`{"type":"section"}`}, "invalid_blocks"},
		{"ten fields", "blocks", []string{`{"type":"section","fields":[` + many(10, field) + `]}`}, ""},
		{"eleven fields", "blocks", []string{`{"type":"section","fields":[` + many(11, field) + `]}`}, "invalid_blocks"},
		{"long field", "blocks", []string{`{"type":"section","fields":[{"type":"mrkdwn","text":"` + text(2001) + `"}]}`}, "invalid_blocks"},
		{"eleven in context", "blocks", []string{`{"type":"context","elements":[` + many(11, field) + `]}`}, "invalid_blocks"},
		{"fifty blocks", "blocks", []string{many(50, `{"type":"divider"}`)}, ""},
		{"fifty-one blocks", "blocks", []string{many(51, `{"type":"divider"}`)}, "invalid_blocks"},
		{"unknown block", "blocks", []string{`{"type":"alert"}`}, "invalid_blocks"},
		{"chart", "blocks", []string{chart(`{"name":"a","data":[{"label":"x","value":1}]}`, `"x"`)}, ""},
		{"chart with a point too many", "blocks", []string{chart(`{"name":"a","data":[{"label":"x","value":1},{"label":"y","value":1}]}`, `"x"`)}, "invalid_blocks"},
		{"chart with a series twice", "blocks", []string{chart(many(2, `{"name":"a","data":[{"label":"x","value":1}]}`), `"x"`)}, "invalid_blocks"},
		{"25 buttons", "blocks", []string{buttons(25)}, ""},
		{"26 buttons", "blocks", []string{buttons(26)}, "invalid_blocks"},
		{"no buttons", "blocks", []string{actions("")}, "invalid_blocks"},
		{"two buttons of one id", "blocks", []string{actions(button("a", "") + "," + button("a", ""))}, "invalid_blocks"},
		{"two blocks of one id", "blocks", []string{`{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`}, "invalid_blocks"},
		{"long id of a button", "blocks", []string{actions(button(text(256), ""))}, "invalid_blocks"},
		{"button with a value", "blocks", []string{actions(button("a", `,"value":"`+text(2000)+`","style":"danger"`))}, ""},
		{"long value of a button", "blocks", []string{actions(button("a", `,"value":"`+text(2001)+`"`))}, "invalid_blocks"},
		{"button of another style", "blocks", []string{actions(button("a", `,"style":"default"`))}, "invalid_blocks"},
		{"long text of a button", "blocks", []string{actions(`{"type":"button","text":{"type":"plain_text","text":"` + text(76) + `"}}`)}, "invalid_blocks"},
		{"formatted button", "blocks", []string{actions(`{"type":"button","text":{"type":"mrkdwn","text":"x"}}`)}, "invalid_blocks"},
		{"confirmation that cannot be denied", "blocks", []string{actions(button("a", `,"confirm":{"title":{"type":"plain_text","text":"x"},"text":{"type":"mrkdwn","text":"x"},"confirm":{"type":"plain_text","text":"x"}}`))}, "invalid_blocks"},
		{"not JSON", "blocks", []string{`{`}, "invalid_blocks_format"},
	} {
		t.Run(test.name, func(t *testing.T) {
			method, fields := test.method, test.fields
			if method == "blocks" {
				method, fields = "chat.postMessage", []string{"channel", "#there", "text", "x", "blocks", "[" + test.fields[0] + "]"}
			}
			if got := call(t, s, method, fields...); got.Error != test.want || got.OK != (test.want == "") {
				t.Errorf("%+v, want error %q", got, test.want)
			}
		})
	}
}

func TestHistoryShowsMetadataOnRequestAndPages(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	var id, last string
	for range 3 {
		m := call(t, s, "chat.postMessage", "channel", "#c", "text", "x", "metadata", `{"event_type":"e","event_payload":{"id":"1"}}`)
		if m.TS <= last {
			t.Errorf("ts %s after %s: they must grow", m.TS, last)
		}
		id, last = m.Channel, m.TS
	}
	first := call(t, s, "conversations.history", "channel", id, "limit", "2", "include_all_metadata", "1")
	if len(first.Messages) != 2 || first.Messages[0].TS != last || first.Messages[0].Metadata == nil || first.Cursor.Next == "" {
		t.Errorf("first page %+v: want the two newest with metadata, and a cursor", first)
	}
	second := call(t, s, "conversations.history", "channel", id, "limit", "2", "cursor", first.Cursor.Next)
	if len(second.Messages) != 1 || second.Messages[0].Metadata != nil || second.Cursor.Next != "" {
		t.Errorf("second page %+v: want the oldest without metadata, and no cursor", second)
	}
}
