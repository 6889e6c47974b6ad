package slack

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// Our messages carry these marks, so that one whose receipt was lost is found.
const (
	incidentEvent = "driftd_incident" // payload: id
	entryEvent    = "driftd_entry"    // payload: id, entry
)

// lookBack bounds the pages of 200 that are searched: the message of an
// attempt that was cut off is among the newest of the channel.
const lookBack = 5

// find returns where the incident's message is, the zero Receipt when nowhere
// or when Slack does not let us look: told twice is better than not at all.
func (n *Notifier) find(ctx context.Context, i alerts.Incident) (alerts.Receipt, error) {
	channel, err := n.channel(ctx, i.Channel)
	if n.blind(err, i) {
		return alerts.Receipt{}, nil
	}
	if err != nil || channel == "" {
		return alerts.Receipt{}, err
	}
	p := slack.GetConversationHistoryParameters{ChannelID: channel, IncludeAllMetadata: true, Limit: 200}
	for range lookBack {
		var page *slack.GetConversationHistoryResponse
		err := n.patient(ctx, "conversations.history", func() (err error) {
			page, err = n.client.GetConversationHistoryContext(ctx, &p)
			return err
		})
		if n.blind(err, i) {
			return alerts.Receipt{}, nil
		}
		if err != nil {
			return alerts.Receipt{}, fmt.Errorf("look for the message of %s: %w", i.ID, err)
		}
		for _, m := range page.Messages {
			if m.Metadata.EventType == incidentEvent && m.Metadata.EventPayload["id"] == i.ID {
				return alerts.Receipt{Channel: channel, ID: m.Timestamp}, nil
			}
		}
		if p.Cursor = page.ResponseMetaData.NextCursor; p.Cursor == "" {
			break
		}
	}
	return alerts.Receipt{}, nil
}

// replies returns which entries of the timeline the thread has.
func (n *Notifier) replies(ctx context.Context, i alerts.Incident, at alerts.Receipt) (map[int]bool, error) {
	there := map[int]bool{}
	p := slack.GetConversationRepliesParameters{ChannelID: at.Channel, Timestamp: at.ID, IncludeAllMetadata: true, Limit: 200}
	for range lookBack {
		var page []slack.Message
		err := n.patient(ctx, "conversations.replies", func() (err error) {
			page, _, p.Cursor, err = n.client.GetConversationRepliesContext(ctx, &p)
			return err
		})
		if n.blind(err, i) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("look into the thread of %s: %w", i.ID, err)
		}
		for _, m := range page {
			k, ok := m.Metadata.EventPayload["entry"].(float64)
			if ok && m.Metadata.EventType == entryEvent && m.Metadata.EventPayload["id"] == i.ID {
				there[int(k)] = true
			}
		}
		if p.Cursor == "" {
			break
		}
	}
	return there, nil
}

// blind reports whether Slack does not let us look for want of rights.
func (n *Notifier) blind(err error, i alerts.Incident) bool {
	if !refused(err, "missing_scope", "not_in_channel", "no_permission") {
		return false
	}
	n.log.Warn("cannot look for an earlier message, it may be told twice: give the bot channels:read and channels:history and invite it", "channel", i.Channel, "err", err)
	return true
}

// channel returns the id of a channel: only posting takes names.
func (n *Notifier) channel(ctx context.Context, name string) (string, error) {
	if !strings.HasPrefix(name, "#") {
		return name, nil
	}
	if id := n.learnt(name); id != "" {
		return id, nil
	}
	p := slack.GetConversationsParameters{Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true, Limit: 1000}
	for {
		var page []slack.Channel
		err := n.patient(ctx, "conversations.list", func() (err error) {
			page, p.Cursor, err = n.client.GetConversationsContext(ctx, &p)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("list channels: %w", err)
		}
		for _, c := range page {
			n.learn("#"+c.Name, c.ID)
		}
		if id := n.learnt(name); id != "" || p.Cursor == "" {
			return id, nil
		}
	}
}

func (n *Notifier) learn(name, id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.channels[name] = id
}

func (n *Notifier) learnt(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.channels[name]
}
