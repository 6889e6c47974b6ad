package slack_test

import (
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
)

func TestProbeNamesWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*slackfake.Server, *slack.Config)
		want   map[string]string // what is wrong, by what was tried
		sent   int
	}{
		{"all is well", func(*slackfake.Server, *slack.Config) {}, nil, 1},
		{"another token", func(_ *slackfake.Server, c *slack.Config) { c.Token = "xoxb-other" }, map[string]string{"token": "invalid_auth"}, 0},
		{"a scope is missing", func(s *slackfake.Server, _ *slack.Config) { s.Forbid("channels:history") }, map[string]string{"scopes": "lacks channels:history"}, 1},
		{"may not write", func(s *slackfake.Server, _ *slack.Config) { s.Forbid("chat:write") }, map[string]string{"scopes": "lacks chat:write", "message": "missing_scope"}, 0},
		{"not in the channel", func(s *slackfake.Server, _ *slack.Config) { s.Kick("#churn") }, map[string]string{"channel": "/invite it there", "message": "not_in_channel"}, 0},
		{"another app token", func(_ *slackfake.Server, c *slack.Config) { c.AppToken = "xapp-other" }, map[string]string{"buttons": "invalid_auth"}, 1},
		{"bot token as app token", func(_ *slackfake.Server, c *slack.Config) { c.AppToken = c.Token }, map[string]string{"buttons": "not_allowed_token_type"}, 1},
		{"nobody", func(_ *slackfake.Server, c *slack.Config) { c.People = nil }, map[string]string{"people": "nobody may press"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			people := slackfake.New("xoxb-test", "#churn")
			t.Cleanup(people.Close)
			people.SocketMode(appToken)
			config := slack.Config{Token: "xoxb-test", APIURL: people.URL(), AppToken: appToken, People: map[string]string{alice: "alice"}}
			c.change(people, &config)
			wrong := map[string]string{}
			for _, f := range slack.Probe(t.Context(), config, "#churn", slog.New(slog.DiscardHandler)) {
				if f.Err != nil {
					wrong[f.What] = f.Err.Error()
				} else if f.Says == "" {
					t.Errorf("%s says nothing", f.What)
				}
			}
			for what, text := range c.want {
				if !strings.Contains(wrong[what], text) {
					t.Errorf("%s: %q, want %q", what, wrong[what], text)
				}
			}
			if len(wrong) != len(c.want) {
				t.Errorf("wrong are %v, want %d", wrong, len(c.want))
			}
			sent := people.Messages("#churn")
			if len(sent) != c.sent || c.sent > 0 && (sent[0].Header != "Test of driftd" || len(sent[0].Buttons) != 1) {
				t.Errorf("sent %+v", sent)
			}
		})
	}
}

func TestProbeOfAChannelThatIsNotThere(t *testing.T) {
	people := slackfake.New("xoxb-test", "#other")
	t.Cleanup(people.Close)
	found := slack.Probe(t.Context(), slack.Config{Token: "xoxb-test", APIURL: people.URL()}, "#churn", slog.New(slog.DiscardHandler))
	at := slices.IndexFunc(found, func(f slack.Finding) bool { return f.What == "channel" })
	if at < 0 || found[at].Err == nil || !strings.Contains(found[at].Err.Error(), "correct notify.channel") {
		t.Errorf("%+v", found)
	}
}

// The button of a test message answers without a desk.
func TestTheButtonOfATestAnswers(t *testing.T) {
	o := newOffice(t)
	app := httptest.NewServer(o.listener())
	t.Cleanup(app.Close)
	o.people.Interactivity(app.URL, secret)
	slack.Probe(t.Context(), o.config, "#churn", slog.New(slog.DiscardHandler))
	m := o.people.Messages("#churn")[1]
	if err := o.people.Press(t.Context(), alice, "#churn", m, m.Buttons[0]); err != nil {
		t.Fatal(err)
	}
	o.whispered(alice, "driftd hears you, alice.")
}
