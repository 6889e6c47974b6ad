package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// Config says how to reach Slack.
type Config struct {
	Token  string // bot token; scopes chat:write and channels:history
	APIURL string // "" is Slack itself
}

// Notifier delivers incidents.
type Notifier struct {
	client *slack.Client
	log    *slog.Logger
}

// New returns a notifier that has not connected to anything yet.
func New(c Config, log *slog.Logger) *Notifier {
	var options []slack.Option
	if c.APIURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(c.APIURL, "/")+"/"))
	}
	return &Notifier{client: slack.New(c.Token, options...), log: log.With("component", "slack")}
}

// eventType marks our messages, so that one whose receipt was lost is found again.
const eventType = "driftd_incident"

// Notify implements [alerts.Notifier]: it posts the incident, or edits the
// message it has, then adds to the thread what is new in the timeline.
func (n *Notifier) Notify(ctx context.Context, i alerts.Incident) (alerts.Receipt, error) {
	at := i.Message
	if at.ID == "" && i.Attempts > 1 {
		// An earlier attempt may have arrived without our knowing.
		found, err := n.find(ctx, i)
		if err != nil {
			return at, fmt.Errorf("look for the message of %s: %w", i.ID, err)
		}
		at = found
	}
	options := message(i)
	err := n.patient(ctx, func() (err error) {
		if at.ID == "" {
			at.Channel, at.ID, err = n.client.PostMessageContext(ctx, i.Channel, options...)
			return err
		}
		_, _, _, err = n.client.UpdateMessageContext(ctx, at.Channel, at.ID, options...)
		return err
	})
	if err != nil {
		return at, fmt.Errorf("post to %s: %w", i.Channel, err)
	}
	for _, entry := range i.Timeline[min(i.ThreadTo, len(i.Timeline)):] {
		reply := []slack.MsgOption{slack.MsgOptionText(line(entry, i.Owner), false), slack.MsgOptionTS(at.ID), slack.MsgOptionDisableLinkUnfurl()}
		if entry.Reach > alerts.InThread {
			reply = append(reply, slack.MsgOptionBroadcast())
		}
		err := n.patient(ctx, func() error {
			_, _, err := n.client.PostMessageContext(ctx, at.Channel, reply...)
			return err
		})
		if err != nil {
			return at, fmt.Errorf("reply in %s: %w", i.Channel, err)
		}
	}
	return at, nil
}

// patient waits as long as Slack asks when there was too much at once.
func (n *Notifier) patient(ctx context.Context, call func() error) error {
	for {
		err := call()
		limited, ok := errors.AsType[*slack.RateLimitedError](err)
		if !ok {
			return err
		}
		n.log.Warn("slack asks to wait", "elapsed", limited.RetryAfter)
		timer := time.NewTimer(limited.RetryAfter)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// find returns where the incident's message is, the zero Receipt when nowhere.
func (n *Notifier) find(ctx context.Context, i alerts.Incident) (alerts.Receipt, error) {
	var at alerts.Receipt
	err := n.patient(ctx, func() error {
		page, err := n.client.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: i.Channel, IncludeAllMetadata: true, Limit: 200,
		})
		if err != nil {
			return err
		}
		for _, m := range page.Messages {
			if m.Metadata.EventType == eventType && m.Metadata.EventPayload["id"] == i.ID {
				at = alerts.Receipt{Channel: i.Channel, ID: m.Timestamp}
			}
		}
		return nil
	})
	return at, err
}
