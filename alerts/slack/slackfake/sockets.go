package slackfake

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// What Slack says of itself in its frames.
const (
	team    = "T00000001"
	botUser = "U00000001"
	appID   = "A00000001"
)

// ackLimit is how long an envelope may wait for its acknowledgement.
const ackLimit = 3 * time.Second

// sockets are the Socket Mode connections of the app.
type sockets struct {
	token   string // of the app; "" while Socket Mode is off
	tickets map[string]bool
	open    []*socket
	next    int                      // whose turn it is
	waiting map[string]chan struct{} // by envelope: closed when acknowledged
	sent    int
}

func newSockets() sockets {
	return sockets{tickets: map[string]bool{}, waiting: map[string]chan struct{}{}}
}

type socket struct {
	conn    *websocket.Conn
	writing sync.Mutex
}

func (c *socket) write(frame object) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.conn.WriteJSON(frame)
}

// SocketMode turns it on: the token of the app may open connections.
func (s *Server) SocketMode(appToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets.token = appToken
}

// Connections returns how many are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets.open)
}

// open answers apps.connections.open: an address that is good for one connection.
func (s *Server) open() string {
	ticket := fmt.Sprintf("ticket-%d", len(s.sockets.tickets)+1)
	s.sockets.tickets[ticket] = true
	return "ws" + strings.TrimPrefix(s.http.URL, "http") + "/link?ticket=" + ticket
}

// link is the WebSocket: it greets, pings, and reads acknowledgements until the
// connection ends.
func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.sockets.tickets[ticket]
	s.sockets.tickets[ticket] = false
	s.mu.Unlock()
	if !good {
		http.Error(w, "link_not_found", http.StatusNotFound)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	c := &socket{conn: conn}
	s.mu.Lock()
	s.sockets.open = append(s.sockets.open, c)
	hello := object{
		"type": "hello", "num_connections": len(s.sockets.open), "connection_info": object{"app_id": appID},
		"debug_info": object{"host": "applink-fake", "approximate_connection_time": 3600},
	}
	s.mu.Unlock()
	defer s.forget(c)
	if c.write(hello) != nil {
		return
	}
	gone := make(chan struct{})
	defer close(gone)
	go c.ping(gone)
	for {
		var ack struct {
			EnvelopeID string `json:"envelope_id"`
		}
		if conn.ReadJSON(&ack) != nil {
			return
		}
		s.mu.Lock()
		if waiting := s.sockets.waiting[ack.EnvelopeID]; waiting != nil {
			delete(s.sockets.waiting, ack.EnvelopeID)
			close(waiting)
		}
		s.mu.Unlock()
	}
}

func (c *socket) ping(gone <-chan struct{}) {
	for tick := time.NewTicker(5 * time.Second); ; {
		if c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) != nil {
			return
		}
		select {
		case <-tick.C:
		case <-gone:
			tick.Stop()
			return
		}
	}
}

func (s *Server) forget(c *socket) {
	_ = c.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, other := range s.sockets.open {
		if other == c {
			s.sockets.open = append(s.sockets.open[:k:k], s.sockets.open[k+1:]...)
			return
		}
	}
}

// Disconnect asks every connection to end, for the reason "warning",
// "refresh_requested" or "link_disabled", and leaves it a moment to do so.
func (s *Server) Disconnect(reason string) {
	for _, c := range s.connected() {
		_ = c.write(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-fake"}})
		time.AfterFunc(time.Second, func() { s.forget(c) })
	}
}

// Drop cuts every connection without a word.
func (s *Server) Drop() {
	for _, c := range s.connected() {
		s.forget(c)
	}
}

func (s *Server) connected() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*socket(nil), s.sockets.open...)
}

var errUnacknowledged = errors.New("not acknowledged within 3 s")

// envelope hands a payload to one of the connections, and to the next one when it
// is not acknowledged, three times at most.
func (s *Server) envelope(payload any) error {
	for attempt := range 3 {
		s.mu.Lock()
		if len(s.sockets.open) == 0 {
			s.mu.Unlock()
			return errors.New("the app has no connection")
		}
		c := s.sockets.open[s.sockets.next%len(s.sockets.open)]
		s.sockets.next++
		s.sockets.sent++
		id, acked := fmt.Sprintf("envelope-%d", s.sockets.sent), make(chan struct{})
		s.sockets.waiting[id] = acked
		s.mu.Unlock()
		frame := object{"envelope_id": id, "type": "interactive", "accepts_response_payload": false, "payload": payload}
		if attempt > 0 {
			frame["retry_attempt"], frame["retry_reason"] = attempt, "timeout"
		}
		if c.write(frame) != nil {
			s.forget(c)
			continue
		}
		select {
		case <-acked:
			return nil
		case <-s.quit:
			return errUnacknowledged
		case <-time.After(ackLimit):
		}
	}
	return errUnacknowledged
}
