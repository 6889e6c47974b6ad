package slack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// Webhook delivers incidents by an incoming webhook: a new message for every
// transition, as nothing that was said can be edited or found again. The webhook
// decides on the channel.
type Webhook struct {
	url  string
	look look
	http *http.Client
	log  *slog.Logger
	pace *pace
}

// NewWebhook returns a notifier that has not connected to anything yet.
func NewWebhook(c Config, log *slog.Logger) *Webhook {
	return &Webhook{url: c.WebhookURL, look: look{c.Links, c.Templates}, http: &http.Client{Timeout: callTimeout}, log: log.With("component", "slack"), pace: newPace()}
}

// Notify implements [alerts.Notifier]. Numbers that only moved make no message;
// what a delivery that was cut off said may be said twice.
func (w *Webhook) Notify(ctx context.Context, i alerts.Incident) (alerts.Receipt, error) {
	if i.ThreadTo >= len(i.Timeline) {
		return alerts.Receipt{}, nil
	}
	news := []slack.Block{since(i)}
	err := w.post(ctx, preview(i), w.look.blocks(i, figure(i), news))
	if refused(err, "invalid_blocks") && charted(i) {
		err = w.post(ctx, preview(i), w.look.blocks(i, nil, news))
	}
	if err != nil {
		return alerts.Receipt{}, fmt.Errorf("post to the webhook: %w", err)
	}
	return alerts.Receipt{}, nil
}

// since is what happened since the last message.
func since(i alerts.Incident) slack.Block {
	var lines []string
	for _, e := range i.Timeline[i.ThreadTo:] {
		lines = append(lines, stamp(e.At)+" "+escape(e.Text))
	}
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, cut(strings.Join(lines, "\n"), maxSection), false, false), nil, nil)
}

// post sends a message and waits as Slack asks.
func (w *Webhook) post(ctx context.Context, text string, blocks []slack.Block) error {
	body, err := json.Marshal(map[string]any{"text": text, "blocks": blocks, "unfurl_links": false})
	if err != nil {
		return err
	}
	return w.pace.patient(ctx, w.log, "webhook", func() error { return w.send(ctx, body) })
}

func (w *Webhook) send(ctx context.Context, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return bare(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.http.Do(r)
	if err != nil {
		return bare(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 1000)) // the status says enough
	switch {
	case answer.StatusCode == http.StatusOK:
		return nil
	case answer.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		return &slack.RateLimitedError{RetryAfter: time.Duration(max(seconds, 1)) * time.Second}
	}
	return slack.SlackErrorResponse{Err: cmp.Or(strings.TrimSpace(string(text)), answer.Status)}
}
