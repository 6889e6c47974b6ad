package slackfake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/driftd/driftd/alerts/slack/slackfake"
)

func TestEveryMethodNeedsItsTokenAndScope(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	if got := call(t, s, "apps.connections.open"); got.Error != "not_allowed_token_type" {
		t.Errorf("the bot opens a connection: %+v", got)
	}
	s.SocketMode("xapp-1")
	for _, test := range []struct{ method, token, want string }{
		{"apps.connections.open", "xapp-1", ""}, {"chat.postMessage", "xapp-1", "not_allowed_token_type"},
		{"apps.connections.open", "xapp-2", "invalid_auth"}, {"auth.test", "xoxb-1", ""},
	} {
		if got := call(t, s, test.method, "token", test.token, "channel", "#c", "text", "x"); got.Error != test.want {
			t.Errorf("%s by %s: %+v, want %q", test.method, test.token, got, test.want)
		}
	}
	s.Forbid("chat:write")
	if got := call(t, s, "chat.update"); got.Error != "missing_scope" {
		t.Errorf("%+v, want missing_scope", got)
	}
	answer, err := http.PostForm(s.URL()+"auth.test", map[string][]string{"token": {"xoxb-1"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if got := answer.Header.Get("X-OAuth-Scopes"); got != "channels:read,channels:history" {
		t.Errorf("scopes %q, want those that are left", got)
	}
}

func TestMessagesAndMethodsAreLimited(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	s.Limit()
	status := func(method string) (int, string) {
		answer, err := http.PostForm(s.URL()+method, map[string][]string{"token": {"xoxb-1"}, "channel": {"#c"}, "text": {"x"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode, answer.Header.Get("Retry-After")
	}
	if code, _ := status("chat.postMessage"); code != http.StatusOK {
		t.Errorf("first message: %d", code)
	}
	if code, after := status("chat.postMessage"); code != http.StatusTooManyRequests || after != "1" {
		t.Errorf("second message at once: %d, Retry-After %q", code, after)
	}
	for range 20 {
		_, _ = status("conversations.list")
	}
	if code, after := status("conversations.list"); code != http.StatusTooManyRequests || after != "60" {
		t.Errorf("21st list within a minute: %d, Retry-After %q", code, after)
	}
}

func TestAnEditKeepsTheThreadAndWhatIsNotGiven(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	m := call(t, s, "chat.postMessage", "channel", "#c", "text", "x", "metadata", `{"event_type":"e","event_payload":{"id":"1"}}`)
	reply := call(t, s, "chat.postMessage", "channel", "#c", "text", "line", "thread_ts", m.TS)
	if got := call(t, s, "chat.postMessage", "channel", "#c", "text", "x", "thread_ts", reply.TS); got.Error != "thread_not_found" {
		t.Errorf("a reply is no parent: %+v", got)
	}
	call(t, s, "chat.update", "channel", m.Channel, "ts", m.TS, "text", "y")
	call(t, s, "chat.update", "channel", m.Channel, "ts", reply.TS, "text", "other line")
	got := s.Messages("#c")
	if len(got) != 1 || got[0].Text != "y" || got[0].EventID != "1" || got[0].Edits != 1 || len(got[0].Thread) != 1 || got[0].Thread[0].Text != "other line" {
		t.Errorf("%+v", got)
	}
}

func TestABotThatIsNotInTheChannelSaysNothing(t *testing.T) {
	s := slackfake.New("xoxb-1", "#c")
	t.Cleanup(s.Close)
	s.Kick("#c")
	if got := call(t, s, "chat.postMessage", "channel", "#c", "text", "x"); got.Error != "not_in_channel" {
		t.Errorf("%+v, want not_in_channel", got)
	}
}

func TestWebhookPostsAndAnswersInPlainText(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	to := s.Webhook("#c")
	for _, test := range []struct{ url, body, want string }{
		{to, `{"text":"x"}`, "ok"}, {to, `{`, "invalid_payload"}, {to, `{}`, "no_text"},
		{to, `{"blocks":[{"type":"alert"}]}`, "invalid_blocks"}, {to + "1", `{"text":"x"}`, "no_service"},
	} {
		answer, err := http.Post(test.url, "application/json", strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if strings.TrimSpace(string(text)) != test.want || (answer.StatusCode == http.StatusOK) != (test.want == "ok") {
			t.Errorf("%s: %s %s, want %s", test.body, answer.Status, text, test.want)
		}
	}
	if got := s.Messages("#c"); len(got) != 1 || !got[0].Webhook {
		t.Errorf("%+v, want the one message", got)
	}
}

// A press is told to one of the connections, and to another when that one does
// not acknowledge it.
func TestAnEnvelopeGoesOnUntilItIsAcknowledged(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	s.SocketMode("xapp-1")
	dial := func() *websocket.Conn {
		t.Helper()
		answer, err := http.PostForm(s.URL()+"apps.connections.open", map[string][]string{"token": {"xapp-1"}})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var opened struct{ URL string }
		if err := json.NewDecoder(answer.Body).Decode(&opened); err != nil {
			t.Fatal(err)
		}
		conn, _, err := websocket.DefaultDialer.Dial(opened.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if _, _, err := websocket.DefaultDialer.Dial(opened.URL, nil); err == nil {
			t.Error("an address was good for two connections")
		}
		return conn
	}
	type frame struct {
		Type, Reason   string
		EnvelopeID     string `json:"envelope_id"`
		NumConnections int    `json:"num_connections"`
		RetryAttempt   int    `json:"retry_attempt"`
		Payload        struct{ Actions []struct{ Value string } }
	}
	read := func(conn *websocket.Conn) frame {
		t.Helper()
		var f frame
		if err := conn.ReadJSON(&f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	deaf, alive := dial(), dial()
	if a, b := read(deaf), read(alive); a.Type != "hello" || b.NumConnections != 2 {
		t.Errorf("greeted with %+v and %+v", a, b)
	}
	pressed := make(chan error, 1)
	go func() {
		pressed <- s.Press(t.Context(), "U1", "#c", slackfake.Message{TS: "1.0"}, slackfake.Button{ActionID: "a", Value: "v"})
	}()
	first := read(deaf) // and says nothing
	again := read(alive)
	if first.Type != "interactive" || again.RetryAttempt != 1 || again.EnvelopeID == first.EnvelopeID || again.Payload.Actions[0].Value != "v" {
		t.Errorf("first %+v, then %+v", first, again)
	}
	if err := alive.WriteJSON(map[string]string{"envelope_id": again.EnvelopeID}); err != nil {
		t.Fatal(err)
	}
	if err := <-pressed; err != nil {
		t.Error(err)
	}
	s.Disconnect("refresh_requested")
	if f := read(alive); f.Type != "disconnect" || f.Reason != "refresh_requested" {
		t.Errorf("%+v, want a disconnect", f)
	}
}

func TestAPressIsSignedAndAnsweredByItsURL(t *testing.T) {
	s := slackfake.New("xoxb-1")
	t.Cleanup(s.Close)
	var response string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if want := slackfake.Sign("shh", r.Header.Get("X-Slack-Request-Timestamp"), string(body)); r.Header.Get("X-Slack-Signature") != want {
			w.WriteHeader(http.StatusUnauthorized)
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		var told struct {
			ResponseURL string `json:"response_url"`
		}
		_ = json.Unmarshal([]byte(r.FormValue("payload")), &told)
		response = told.ResponseURL
	}))
	t.Cleanup(app.Close)
	s.Interactivity(app.URL, "shh")
	if err := s.Press(t.Context(), "U1", "#c", slackfake.Message{TS: "1.0"}, slackfake.Button{ActionID: "a"}); err != nil {
		t.Fatal(err)
	}
	status := 0
	for range 6 {
		answer, err := http.Post(response, "application/json", strings.NewReader(`{"text":"no","response_type":"ephemeral"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		status = answer.StatusCode
	}
	if got := s.Whispers("U1"); !slices.Equal(got, []string{"no", "no", "no", "no", "no"}) || status != http.StatusNotFound {
		t.Errorf("shown %q, then %d; five answers are allowed", got, status)
	}
}
