package slack

import "github.com/driftd/driftd/alerts"

// Config says how to reach Slack, and how messages look.
type Config struct {
	Token     string // bot token, xoxb-…
	APIURL    string // base of the Web API; "" is Slack itself
	Links     alerts.Links
	Files     bool      // upload charts as pictures where Slack does not know them
	Templates Templates // the zero Templates are the usual ones

	WebhookURL string // an incoming webhook, instead of a token

	AppToken      string            // app token, xapp-…: buttons are heard by Socket Mode
	SigningSecret string            // buttons are heard by requests that it signs
	People        map[string]string // who may press a button: names by Slack's ids
}

// Hears reports whether buttons are heard: messages have none otherwise.
func (c Config) Hears() bool { return c.AppToken != "" || c.SigningSecret != "" }
