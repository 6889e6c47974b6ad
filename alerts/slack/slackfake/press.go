package slackfake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// requestURL is where the app wants to hear of clicks when it has no connection.
type requestURL struct{ url, secret string }

// Interactivity sets the app's request URL and signing secret.
func (s *Server) Interactivity(url, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.request = requestURL{url, secret}
}

// Press is a person pressing a button of a message as they see it, which may not
// be as it is now. It returns when the app has acknowledged, or why it did not.
func (s *Server) Press(ctx context.Context, user, channel string, m Message, b Button) error {
	return s.Deliver(ctx, s.Interaction(user, channel, m, b))
}

// Interaction returns what the app is told of a press: see Press.
func (s *Server) Interaction(user, channelName string, m Message, b Button) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channelName)
	s.sockets.sent++
	now := time.Now()
	raw, err := json.Marshal(object{
		"type": "block_actions", "api_app_id": appID, "token": "obsolete",
		"user":         object{"id": user, "username": strings.ToLower(user), "name": strings.ToLower(user), "team_id": team},
		"team":         object{"id": team, "domain": "demo"},
		"channel":      object{"id": c.id, "name": strings.TrimPrefix(c.name, "#")},
		"container":    object{"type": "message", "message_ts": m.TS, "channel_id": c.id, "is_ephemeral": false},
		"trigger_id":   fmt.Sprintf("%d.%s", s.sockets.sent, team),
		"response_url": s.responseTo(user, c, m.TS),
		"message":      object{"type": "message", "ts": m.TS, "text": m.Text, "user": botUser, "bot_id": "B00000001"},
		"state":        object{"values": object{}},
		"actions": []object{{
			"type": "button", "action_id": b.ActionID, "block_id": b.BlockID, "value": b.Value,
			"text": object{"type": "plain_text", "text": b.Text}, "action_ts": fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000),
		}},
	})
	if err != nil {
		panic(err) // it is made of texts and numbers
	}
	return raw
}

// Deliver tells the app of an interaction, by Socket Mode where it has a
// connection, else by its request URL.
func (s *Server) Deliver(ctx context.Context, interaction json.RawMessage) error {
	s.mu.Lock()
	to, connected := s.request, len(s.sockets.open) > 0
	s.mu.Unlock()
	if connected || to.url == "" {
		return s.envelope(interaction)
	}
	body := url.Values{"payload": {string(interaction)}}.Encode()
	at := strconv.FormatInt(time.Now().Unix(), 10)
	ctx, cancel := context.WithTimeout(ctx, ackLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", at)
	r.Header.Set("X-Slack-Signature", Sign(to.secret, at, body))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnacknowledged, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

// Sign returns the signature of a request: v0 over its time and its raw body.
func Sign(secret, timestamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", timestamp, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}
