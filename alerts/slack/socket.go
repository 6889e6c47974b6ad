package slack

import (
	"context"
	"io"
	"log"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// How long driftd waits before it connects anew when that failed, and when Slack
// refused its token.
const (
	reconnect    = 30 * time.Second
	retryRefused = 5 * time.Minute
)

// Run hears clicks by Socket Mode, if there is an app token, until ctx ends, and
// then waits for what is being worked on. A connection that ends is opened anew; a
// token that Slack refuses is said and asked with again: driftd works without
// buttons, too.
func (l *Listener) Run(ctx context.Context) error {
	defer l.finish()
	if l.config.AppToken == "" {
		<-ctx.Done()
		return nil
	}
	for {
		err := l.connected(ctx)
		if ctx.Err() != nil {
			return nil
		}
		wait := reconnect
		if fatal(err) {
			wait = retryRefused
		}
		l.log.Error("buttons do not work: no Socket Mode connection", "err", err, "wait", wait, "remedy", "slack.app_token_file wants the token of an app with connections:write, xapp-…, and Socket Mode switched on")
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// connected keeps a connection until ctx ends or Slack refuses the token.
func (l *Listener) connected(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options := append(l.config.options(), slack.OptionAppLevelToken(l.config.AppToken))
	client := socketmode.New(slack.New("", options...), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	for {
		select {
		case err := <-ended:
			return err
		case event := <-client.Events:
			switch event.Type {
			case socketmode.EventTypeHello:
				l.log.Info("buttons are heard by Socket Mode")
			case socketmode.EventTypeConnectionError:
				if failed, ok := event.Data.(*slack.ConnectionErrorEvent); ok {
					if fatal(failed.ErrorObj) {
						return failed.ErrorObj
					}
					l.log.Warn("no Socket Mode connection, trying again", "wait", failed.Backoff, "err", failed.ErrorObj)
				}
			case socketmode.EventTypeInteractive:
				l.begin(func() { l.heard(ctx, client, event) })
			}
		}
	}
}

// heard works on a click and acknowledges it. Without its acknowledgement Slack
// delivers it again.
func (l *Listener) heard(ctx context.Context, client *socketmode.Client, event socketmode.Event) {
	if i, ok := event.Data.(slack.InteractionCallback); ok && !l.handle(ctx, i) || event.Request == nil {
		return
	}
	if err := client.AckCtx(ctx, event.Request.EnvelopeID, nil); err != nil && ctx.Err() == nil {
		l.log.Warn("click could not be acknowledged: it comes again", "err", err)
	}
}
