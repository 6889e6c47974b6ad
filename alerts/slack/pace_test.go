package slack

import (
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// Nothing waits until Slack says that it is too much; then all wait in one line,
// and only those of that channel.
func TestMessagesAreSpacedOnceSlackSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := newPace(), time.Now()
		var mu sync.Mutex
		var sent []string
		refusals := 1
		say := func(channel string) {
			err := p.patient(t.Context(), slog.New(slog.DiscardHandler), channel, func() error {
				mu.Lock()
				defer mu.Unlock()
				if channel == "#a" && len(sent) == 3 && refusals > 0 {
					refusals--
					return &slack.RateLimitedError{RetryAfter: 3 * time.Second}
				}
				sent = append(sent, channel+" "+time.Since(start).String())
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		for range 4 {
			say("#a")
		}
		say("#b")
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { say("#a") })
		}
		all.Wait()
		time.Sleep(2 * time.Minute)
		start = time.Now()
		say("#a")
		say("#a")
		want := []string{"#a 0s", "#a 0s", "#a 0s", "#a 3s", "#b 3s", "#a 4.2s", "#a 5.4s", "#a 0s", "#a 0s"}
		if diff := cmp.Diff(want, sent); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	})
}

func TestWhatWouldWaitTooLongIsLeftToTheNextTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, calls := newPace(), 0
		call := func() error { calls++; return &slack.RateLimitedError{RetryAfter: 2 * time.Minute} }
		for range 2 {
			err := p.patient(t.Context(), slog.New(slog.DiscardHandler), "#a", call)
			if _, limited := errors.AsType[*slack.RateLimitedError](err); !limited {
				t.Errorf("error %v", err)
			}
		}
		if calls != 1 {
			t.Errorf("%d calls within the time that Slack asked to wait, want one", calls)
		}
	})
}
