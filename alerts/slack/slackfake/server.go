// Package slackfake is a Slack that keeps what it is sent and enforces the
// documented rules of the methods driftd uses. Tests and `driftd demo` use it;
// nothing is sent anywhere.
package slackfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"unicode/utf8"
)

// Message is one parent message with its thread.
type Message struct {
	TS      string
	Text    string
	Header  string
	Fields  []string // "name\nvalue"
	Notes   []string // other sections and context
	Event   string   // metadata's event type
	EventID string   // metadata's payload id
	Thread  []string
	Edits   int
}

// Server is the fake. Use New.
type Server struct {
	token string
	http  *httptest.Server

	mu       sync.Mutex
	clock    int
	channels map[string][]*Message
	faults   []Fault
}

// Fault is what happens to one of the next requests.
type Fault int

// The faults.
const (
	Busy Fault = iota // 429 with Retry-After: 1, nothing is done
	Down              // 500, nothing is done
	Lost              // done, and the answer is lost
)

// New starts a Slack that accepts the token.
func New(token string) *Server {
	s := &Server{token: token, channels: map[string][]*Message{}}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// URL is the base of the API.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// Close stops the server.
func (s *Server) Close() { s.http.Close() }

// Fail makes the next requests fail, one each.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Messages returns the channel's messages, oldest first.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	for _, m := range s.channels[channel] {
		all = append(all, *m)
	}
	return all
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := Fault(-1)
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	switch fault {
	case Busy:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case Down:
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	answer := s.answer(r)
	if fault == Lost {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

type object = map[string]any

func refuse(code string) object { return object{"ok": false, "error": code} }

func (s *Server) answer(r *http.Request) object {
	if err := r.ParseForm(); err != nil {
		return refuse("invalid_form_data")
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = r.PostForm.Get("token")
	}
	if token != s.token {
		return refuse("invalid_auth")
	}
	switch strings.TrimPrefix(r.URL.Path, "/api/") {
	case "auth.test":
		return object{"ok": true, "user": "driftd", "team": "demo"}
	case "chat.postMessage":
		return s.post(r)
	case "chat.update":
		return s.update(r)
	case "conversations.history":
		return s.history(r)
	}
	return refuse("unknown_method")
}

func (s *Server) post(r *http.Request) object {
	channel := r.PostForm.Get("channel")
	if channel == "" {
		return refuse("channel_not_found")
	}
	m, code := parse(r)
	if code != "" {
		return refuse(code)
	}
	s.clock++
	m.TS = fmt.Sprintf("1700000000.%06d", s.clock)
	if thread := r.PostForm.Get("thread_ts"); thread != "" {
		parent := s.find(channel, thread)
		if parent == nil {
			return refuse("thread_not_found")
		}
		parent.Thread = append(parent.Thread, m.Text)
	} else {
		s.channels[channel] = append(s.channels[channel], m)
	}
	return object{"ok": true, "channel": channel, "ts": m.TS}
}

func (s *Server) update(r *http.Request) object {
	channel, ts := r.PostForm.Get("channel"), r.PostForm.Get("ts")
	old := s.find(channel, ts)
	if old == nil {
		return refuse("message_not_found")
	}
	m, code := parse(r)
	if code != "" {
		return refuse(code)
	}
	m.TS, m.Thread, m.Edits = old.TS, old.Thread, old.Edits+1
	*old = *m
	return object{"ok": true, "channel": channel, "ts": ts, "text": m.Text}
}

func (s *Server) history(r *http.Request) object {
	messages := []object{}
	for _, m := range s.channels[r.Form.Get("channel")] {
		messages = append(messages, object{"type": "message", "ts": m.TS, "text": m.Text,
			"metadata": object{"event_type": m.Event, "event_payload": object{"id": m.EventID}}})
	}
	return object{"ok": true, "messages": messages, "has_more": false}
}

func (s *Server) find(channel, ts string) *Message {
	for _, m := range s.channels[channel] {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

type textObject struct{ Type, Text string }

// parse reads a message and holds it to the documented limits.
func parse(r *http.Request) (*Message, string) {
	m := &Message{Text: r.PostForm.Get("text")}
	var blocks []struct {
		Type     string
		Text     *textObject
		Fields   []textObject
		Elements []textObject
	}
	if raw := r.PostForm.Get("blocks"); raw != "" {
		if json.Unmarshal([]byte(raw), &blocks) != nil {
			return nil, "invalid_blocks_format"
		}
	}
	if m.Text == "" && len(blocks) == 0 {
		return nil, "no_text"
	}
	bad := len(blocks) > 50
	long := func(text string, limit int) bool { return text == "" || utf8.RuneCountInString(text) > limit }
	for _, b := range blocks {
		switch b.Type {
		case "header":
			bad = bad || b.Text == nil || b.Text.Type != "plain_text" || long(b.Text.Text, 150)
			if !bad {
				m.Header = b.Text.Text
			}
		case "section":
			bad = bad || b.Text == nil && len(b.Fields) == 0 || len(b.Fields) > 10 || b.Text != nil && long(b.Text.Text, 3000)
			for _, f := range b.Fields {
				bad = bad || long(f.Text, 2000)
				m.Fields = append(m.Fields, f.Text)
			}
			if b.Text != nil {
				m.Notes = append(m.Notes, b.Text.Text)
			}
		case "context":
			bad = bad || len(b.Elements) == 0 || len(b.Elements) > 10
			for _, e := range b.Elements {
				bad = bad || long(e.Text, 3000)
				m.Notes = append(m.Notes, e.Text)
			}
		default:
			bad = true
		}
	}
	if bad {
		return nil, "invalid_blocks"
	}
	var metadata struct {
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	}
	if raw := r.PostForm.Get("metadata"); raw != "" && json.Unmarshal([]byte(raw), &metadata) != nil {
		return nil, "invalid_metadata_format"
	}
	m.Event = metadata.EventType
	m.EventID, _ = metadata.EventPayload["id"].(string)
	return m, ""
}
