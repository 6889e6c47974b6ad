package slack

import "github.com/driftd/driftd/alerts"

// Config says how to reach Slack, and how messages look.
type Config struct {
	Token     string // bot token, xoxb-…
	APIURL    string // base of the Web API; "" is Slack itself
	Links     alerts.Links
	Templates Templates // the zero Templates are the usual ones
}
