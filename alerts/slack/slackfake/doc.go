// Package slackfake is a Slack that keeps what it is sent and enforces the
// documented rules of the methods driftd uses. Tests and `driftd demo` use it;
// nothing is sent anywhere.
package slackfake
