package slack

// Config says how to reach Slack.
type Config struct {
	Token  string // bot token, xoxb-…
	APIURL string // base of the Web API; "" is Slack itself
}
