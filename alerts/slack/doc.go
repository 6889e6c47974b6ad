// Package slack tells people in Slack: one message per incident, edited in
// place as things change, with its timeline as the thread.
package slack
