package slackfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// hooked is the body of a request to an incoming webhook or a response URL.
type hooked struct {
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks"`
	Metadata json.RawMessage `json:"metadata"`
	Type     string          `json:"response_type"`
	Replace  bool            `json:"replace_original"`
}

func (h hooked) form() url.Values {
	return url.Values{"text": {h.Text}, "blocks": {string(h.Blocks)}, "metadata": {string(h.Metadata)}}
}

// Webhook adds an incoming webhook that writes into the channel, and returns its URL.
func (s *Server) Webhook(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret := fmt.Sprintf("T-B-%024d", len(s.webhooks)+1)
	s.webhooks[secret] = name
	return s.http.URL + "/services/" + secret
}

// webhook posts into the channel of the webhook. It answers in plain text.
func (s *Server) webhook(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["webhook"]++
	c := s.channel(s.webhooks[r.PathValue("secret")])
	var body hooked
	switch {
	case s.down:
		http.Error(w, "server_error", http.StatusInternalServerError)
		return
	case c == nil:
		http.Error(w, "no_service", http.StatusNotFound)
		return
	case json.NewDecoder(r.Body).Decode(&body) != nil:
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	if wait := s.limits.say(c.id); wait > 0 {
		tooMany(w, wait)
		return
	}
	m, code := s.parse(body.form())
	if code != "" {
		http.Error(w, code, http.StatusBadRequest)
		return
	}
	m.TS, m.Webhook = s.stamp(), true
	c.messages = append(c.messages, m)
	s.limits.said(c.id)
	_, _ = fmt.Fprint(w, "ok") // the client may be gone
}

// responseURL lets the app answer a click for half an hour, five times.
type responseURL struct {
	user    string
	message string // ts
	channel *channel
	expires time.Time
	uses    int
}

// responseTo makes one for a click.
func (s *Server) responseTo(user string, c *channel, ts string) string {
	secret := fmt.Sprintf("T-%d", len(s.replies)+1)
	s.replies[secret] = &responseURL{user: user, channel: c, message: ts, expires: time.Now().Add(30 * time.Minute)}
	return s.http.URL + "/actions/" + secret
}

func (s *Server) respond(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls["response_url"]++
	to := s.replies[r.PathValue("secret")]
	var body hooked
	switch {
	case s.down:
		http.Error(w, "server_error", http.StatusInternalServerError)
		return
	case to == nil || time.Now().After(to.expires):
		http.Error(w, "expired_url", http.StatusNotFound)
		return
	case to.uses >= 5:
		http.Error(w, "used_url", http.StatusNotFound)
		return
	case json.NewDecoder(r.Body).Decode(&body) != nil:
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	m, code := s.parse(body.form())
	if code != "" {
		http.Error(w, code, http.StatusBadRequest)
		return
	}
	to.uses++
	switch old := to.channel.find(to.message); {
	case body.Replace && old != nil:
		m.TS, m.Thread, m.Edits, m.metadata = old.TS, old.Thread, old.Edits+1, old.metadata
		*old = *m
	case body.Type == "in_channel":
		m.TS = s.stamp()
		to.channel.messages = append(to.channel.messages, m)
	default:
		s.whispers[to.user] = append(s.whispers[to.user], m.Text)
	}
	_, _ = fmt.Fprint(w, "ok") // the client may be gone
}

// Whispers returns what only that person has been shown, oldest first.
func (s *Server) Whispers(user string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.whispers[user]...)
}
