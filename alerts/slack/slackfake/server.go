package slackfake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Message is one parent message with its thread.
type Message struct {
	TS      string
	Text    string
	Header  string
	Fields  []string // "*name*\nvalue"
	Notes   []string // other sections and context
	Chart   *Chart
	Picture []byte // PNG of an image block
	Buttons []Button
	Event   string // metadata's event type
	EventID string // metadata's payload id
	Thread  []Reply
	Edits   int
	Webhook bool // came by an incoming webhook: nobody can edit it

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
	down     bool
	missing  []string // scopes the token lacks
	uncharts bool
	calls    map[string]int
	limits   *limits // nil: none are enforced
	whispers map[string][]string
	replies  map[string]*responseURL // by their secret
	webhooks map[string]string       // channel by secret
	request  requestURL
	sockets  sockets
	files    map[string]*file // by id
}

type channel struct {
	id, name string
	kicked   bool // the bot is not in it
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
	Mute              // done, and no answer until the client gives up
)

// New starts a Slack that accepts the token. It has the channels named, or
// every channel when none is.
func New(token string, channels ...string) *Server {
	s := &Server{
		token: token, only: channels, quit: make(chan struct{}), channels: map[string]*channel{}, calls: map[string]int{},
		whispers: map[string][]string{}, replies: map[string]*responseURL{}, webhooks: map[string]string{}, sockets: newSockets(), files: map[string]*file{},
	}
	for _, name := range channels {
		s.channel(name)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serve)
	mux.HandleFunc("POST /services/{secret}", s.webhook)
	mux.HandleFunc("POST /actions/{secret}", s.respond)
	mux.HandleFunc("GET /link", s.link)
	mux.HandleFunc("POST /upload/{id}", s.upload)
	s.http = httptest.NewServer(mux)
	return s
}

// URL is the base of the API.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// Close stops the server.
func (s *Server) Close() {
	close(s.quit)
	s.Drop()
	s.http.Close()
}

// Fail makes the next requests fail, one each.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Outage makes every request fail until it is called with false.
func (s *Server) Outage(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Kick takes the bot out of a channel.
func (s *Server) Kick(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channel(name); c != nil {
		c.kicked = true
	}
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
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	s.mu.Lock()
	s.calls[method]++
	fault := None
	switch {
	case s.down:
		fault = Down
	case len(s.faults) > 0:
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	var answer object
	if fault == None || fault == Lost || fault == Mute {
		answer = s.answer(method, r)
	}
	scopes := s.granted()
	s.mu.Unlock()

	switch fault {
	case Busy:
		tooMany(w, 1)
		return
	case Down:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case Lost:
		w.WriteHeader(http.StatusBadGateway)
		return
	case Hang, Mute:
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
		return
	}
	if wait, limited := answer["retry_after"].(int); limited {
		tooMany(w, wait)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-OAuth-Scopes", strings.Join(scopes, ","))
	_ = json.NewEncoder(w).Encode(answer) // the client may be gone
}

func tooMany(w http.ResponseWriter, seconds int) {
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
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
