package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// callTimeout bounds one call: a tick must not wait for Slack for ever.
const callTimeout = 15 * time.Second

// Notifier delivers incidents.
type Notifier struct {
	client  *slack.Client
	log     *slog.Logger
	look    look
	buttons bool // messages have some
	pace    *pace
	files   bool // charts may be uploaded

	pictures pictures

	mu       sync.Mutex
	channels map[string]string // ids by configured name, as far as Slack told
}

// New returns a notifier that has not connected to anything yet.
func New(c Config, log *slog.Logger) *Notifier {
	return &Notifier{
		client: slack.New(c.Token, c.options()...), log: log.With("component", "slack"), look: look{c.Links, c.Templates},
		buttons: c.Hears(), files: c.Files, pace: newPace(), channels: map[string]string{},
	}
}

// Check asks Slack whether the token is good.
func (n *Notifier) Check(ctx context.Context) error {
	_, err := n.client.AuthTestContext(ctx)
	if refused(err, "invalid_auth", "not_authed", "account_inactive", "token_expired", "token_revoked") {
		return fmt.Errorf("slack auth.test: %w (slack.token_file wants the bot token of an installed app, xoxb-…)", err)
	}
	if _, away := errors.AsType[*url.Error](err); away {
		return fmt.Errorf("slack auth.test: %w (check that Slack can be reached from here, and slack.api_url where it is set)", err)
	}
	if err != nil {
		return fmt.Errorf("slack auth.test: %w", err)
	}
	return nil
}

// Notify implements [alerts.Notifier]: it posts the incident, or edits the
// message it has, then adds to the thread what is new in the timeline. After
// an attempt whose end is not known it looks first at what arrived. The
// receipt is good even beside an error, as far as it got.
func (n *Notifier) Notify(ctx context.Context, i alerts.Incident) (alerts.Receipt, error) {
	at, fresh, err := n.parent(ctx, i)
	if err != nil {
		return at, fmt.Errorf("post to %s: %w", i.Channel, err)
	}
	if err := n.thread(ctx, i, at, fresh); err != nil {
		return at, fmt.Errorf("reply in %s: %w", i.Channel, err)
	}
	return at, nil
}

// parent posts or edits the incident's message; fresh says that it was posted.
func (n *Notifier) parent(ctx context.Context, i alerts.Incident) (at alerts.Receipt, fresh bool, err error) {
	at = i.Message
	if at.ID == "" && i.Attempts > 1 {
		if at, err = n.find(ctx, i); err != nil {
			return at, false, err
		}
	}
	if at.ID != "" {
		err := n.send(ctx, "chat.update", i, func(options []slack.MsgOption) error {
			_, _, _, err := n.client.UpdateMessageContext(ctx, at.Channel, at.ID, options...)
			return err
		})
		switch {
		case refused(err, "edit_window_closed", "cant_update_message"):
			n.log.Warn("slack does not let the message be edited", "channel", i.Channel, "err", err)
			return at, false, nil // the thread still tells
		case !refused(err, "message_not_found"):
			return at, false, err
		}
		// A person deleted the message: say it anew.
	}
	err = n.send(ctx, i.Channel, i, func(options []slack.MsgOption) (err error) {
		at.Channel, at.ID, err = n.client.PostMessageContext(ctx, i.Channel, options...)
		return err
	})
	if err != nil {
		return alerts.Receipt{}, false, err
	}
	n.learn(i.Channel, at.Channel)
	return at, true, nil
}

// send hands the incident's message to call; when this workspace does not know
// charts, with a picture in its place, or without.
func (n *Notifier) send(ctx context.Context, of string, i alerts.Incident, call func([]slack.MsgOption) error) error {
	more := responses(i)
	if n.buttons {
		more = append(more, buttons(i)...)
	}
	shown := figure(i)
	err := n.patient(ctx, of, func() error { return call(n.look.message(i, shown, more...)) })
	if refused(err, "invalid_blocks") && shown != nil {
		n.log.Debug("slack refused the chart", "channel", i.Channel, "err", err)
		shown = n.uploaded(ctx, of, i)
		err = n.patient(ctx, of, func() error { return call(n.look.message(i, shown, more...)) })
		if shown != nil && refused(err, "invalid_blocks") { // not processed yet: the next edit shows it
			err = n.patient(ctx, of, func() error { return call(n.look.message(i, nil, more...)) })
		}
	}
	return err
}

// thread adds the entries that are not in it yet. What a fresh parent says
// itself is not said aloud again.
func (n *Notifier) thread(ctx context.Context, i alerts.Incident, at alerts.Receipt, fresh bool) error {
	from := i.ThreadTo
	if at.ID != i.Message.ID {
		from = 0 // another message, another thread
	}
	var there map[int]bool
	if i.Attempts > 1 && !fresh && from < len(i.Timeline) {
		found, err := n.replies(ctx, i, at)
		if err != nil {
			return err
		}
		there = found
	}
	for k := from; k < len(i.Timeline); k++ {
		if there[k] {
			continue
		}
		options := reply(i, k, at, !fresh && k == loudest(i, from) && i.Timeline[k].At.After(i.Opened))
		if err := n.patient(ctx, i.Channel, func() error {
			_, _, err := n.client.PostMessageContext(ctx, at.Channel, options...)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// loudest returns the one entry from there on that is said in the channel, too: the
// newest of the farthest reach. After an outage the others are history, and all
// are once it is over.
func loudest(i alerts.Incident, from int) int {
	if i.State == alerts.Resolved {
		return len(i.Timeline) - 1
	}
	at := from
	for k := from; k < len(i.Timeline); k++ {
		if i.Timeline[k].Reach >= i.Timeline[at].Reach {
			at = k
		}
	}
	return at
}

func (n *Notifier) patient(ctx context.Context, of string, call func() error) error {
	return n.pace.patient(ctx, n.log, of, call)
}

// refused reports whether Slack answered with one of the codes.
func refused(err error, codes ...string) bool {
	answer, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return false
	}
	for _, code := range codes {
		if answer.Err == code {
			return true
		}
	}
	return false
}
