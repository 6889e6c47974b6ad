package slackfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Message is one parent message with its thread.
type Message struct {
	TS      string
	Text    string
	Header  string
	Fields  []string // "*name*\nvalue"
	Notes   []string // other sections and context
	Chart   *Chart
	Event   string // metadata's event type
	EventID string // metadata's payload id
	Thread  []Reply
	Edits   int

	metadata, blocks json.RawMessage
}

// Reply is a line of a thread; Broadcast ones are shown in the channel too.
type Reply struct {
	TS        string
	Text      string
	Broadcast bool

	metadata json.RawMessage
}

// Server is the fake. Use New.
type Server struct {
	token string
	only  []string // names of the channels there are; empty: any
	http  *httptest.Server
	quit  chan struct{}

	mu       sync.Mutex
	clock    int
	channels map[string]*channel // by name
	faults   []Fault
	limited  bool
	missing  []string // scopes the token lacks
	uncharts bool
	calls    map[string]int
}

type channel struct {
	id, name string
	last     time.Time // when the last message came, by the wall clock
	messages []*Message
}

// Fault is what happens to one of the next requests.
type Fault int

// The faults.
const (
	None Fault = iota // nothing: skips one request
	Busy              // 429 with Retry-After: 1, nothing is done
	Down              // 500, nothing is done
	Lost              // done, and the answer is lost
	Hang              // no answer until the client gives up
)

// New starts a Slack that accepts the token. It has the channels named, or
// every channel when none is.
func New(token string, channels ...string) *Server {
	s := &Server{token: token, only: channels, channels: map[string]*channel{}, calls: map[string]int{}, quit: make(chan struct{})}
	for _, name := range channels {
		s.channel(name)
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// URL is the base of the API.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// Close stops the server.
func (s *Server) Close() {
	close(s.quit)
	s.http.Close()
}

// Fail makes the next requests fail, one each.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Limit enforces about one message per second and channel, as Slack does.
func (s *Server) Limit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limited = true
}

// Forbid takes scopes from the token, such as channels:history.
func (s *Server) Forbid(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missing = append(s.missing, scopes...)
}

// RefuseCharts makes it a workspace that does not know data_visualization.
func (s *Server) RefuseCharts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uncharts = true
}

// Delete removes a message, as a person may.
func (s *Server) Delete(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[channel]; c != nil {
		c.messages = slices.DeleteFunc(c.messages, func(m *Message) bool { return m.TS == ts })
	}
}

// Messages returns the channel's messages, oldest first.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Message
	if c := s.channels[channel]; c != nil {
		for _, m := range c.messages {
			copied := *m
			copied.Thread = slices.Clone(m.Thread)
			all = append(all, copied)
		}
	}
	return all
}

// Calls returns how often a method was called, faults included.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls[strings.TrimPrefix(r.URL.Path, "/api/")]++
	fault := None
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	var answer object
	if fault == None || fault == Lost {
		answer = s.answer(r)
	}
	s.mu.Unlock()

	switch fault {
	case Busy:
		tooMany(w)
		return
	case Down:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case Lost:
		w.WriteHeader(http.StatusBadGateway)
		return
	case Hang:
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
		return
	}
	if answer["error"] == "ratelimited" {
		tooMany(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}

func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusTooManyRequests)
}

// channel returns the channel of the name, which it makes if it may.
func (s *Server) channel(name string) *channel {
	if c := s.channels[name]; c != nil {
		return c
	}
	if !strings.HasPrefix(name, "#") || len(s.only) > 0 && !slices.Contains(s.only, name) {
		return nil
	}
	c := &channel{id: fmt.Sprintf("C%08d", len(s.channels)+1), name: name}
	s.channels[name] = c
	return c
}

// byID returns the channel of the id.
func (s *Server) byID(id string) *channel {
	for _, c := range s.channels {
		if c.id == id {
			return c
		}
	}
	return nil
}

// stamp returns the next message's ts: unique and increasing.
func (s *Server) stamp() string {
	s.clock++
	return fmt.Sprintf("1700000000.%06d", s.clock)
}
