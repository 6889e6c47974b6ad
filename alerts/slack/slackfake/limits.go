package slackfake

import (
	"math"
	"slices"
	"time"
)

// tiers are how many calls of a method a minute Slack allows at least.
var tiers = map[string]int{
	"apps.connections.open": 20, "conversations.list": 20, "conversations.info": 50, "conversations.history": 50,
	"conversations.replies": 50, "chat.update": 50, "chat.postEphemeral": 100,
}

// limits are what was called and said of late. A nil one allows everything.
type limits struct {
	calls map[string][]time.Time // of the last minute, by method
	last  map[string]time.Time   // when the last message came, by channel
}

// Limit enforces what Slack does: about one message per second and channel, and
// so many calls of a method a minute.
func (s *Server) Limit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = &limits{calls: map[string][]time.Time{}, last: map[string]time.Time{}}
}

// call counts one of the method; it returns how many seconds too early it is.
func (l *limits) call(method string) (wait int) {
	if l == nil || tiers[method] == 0 {
		return 0
	}
	now := time.Now()
	recent := slices.DeleteFunc(l.calls[method], func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	l.calls[method] = recent
	if len(recent) >= tiers[method] {
		return seconds(time.Minute - now.Sub(recent[0]))
	}
	l.calls[method] = append(recent, now)
	return 0
}

// say returns how many seconds too early a message to the channel is.
func (l *limits) say(channel string) (wait int) {
	if l == nil {
		return 0
	}
	return seconds(time.Second - time.Since(l.last[channel]))
}

func (l *limits) said(channel string) {
	if l != nil {
		l.last[channel] = time.Now()
	}
}

func seconds(d time.Duration) int { return max(0, int(math.Ceil(d.Seconds()))) }
