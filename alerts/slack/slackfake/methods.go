package slackfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type object = map[string]any

func refuse(code string) object { return object{"ok": false, "error": code} }

// scopes are what a method needs of the token.
var scopes = map[string]string{
	"chat.postMessage": "chat:write", "chat.update": "chat:write",
	"conversations.history": "channels:history", "conversations.replies": "channels:history",
	"conversations.list": "channels:read",
}

func (s *Server) answer(r *http.Request) object {
	if err := r.ParseForm(); err != nil {
		return refuse("invalid_form_data")
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = r.PostForm.Get("token")
	}
	switch token {
	case "":
		return refuse("not_authed")
	case s.token:
	default:
		return refuse("invalid_auth")
	}
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	if need := scopes[method]; slices.Contains(s.missing, need) {
		return object{"ok": false, "error": "missing_scope", "needed": need, "provided": "none"}
	}
	switch method {
	case "auth.test":
		return object{"ok": true, "user": "driftd", "team": "demo"}
	case "chat.postMessage":
		return s.post(r)
	case "chat.update":
		return s.update(r)
	case "conversations.history":
		return s.history(r)
	case "conversations.replies":
		return s.replies(r)
	case "conversations.list":
		return s.list()
	}
	return refuse("unknown_method")
}

// post takes a channel's id or name, as chat.postMessage does.
func (s *Server) post(r *http.Request) object {
	given := r.PostForm.Get("channel")
	c := s.byID(given)
	if c == nil {
		c = s.channel(given)
	}
	if c == nil {
		return refuse("channel_not_found")
	}
	if s.limited && time.Since(c.last) < time.Second {
		return refuse("ratelimited")
	}
	m, code := s.parse(r)
	if code != "" {
		return refuse(code)
	}
	if thread := r.PostForm.Get("thread_ts"); thread != "" {
		parent := c.find(thread)
		if parent == nil {
			return refuse("thread_not_found")
		}
		m.TS = s.stamp()
		parent.Thread = append(parent.Thread, Reply{TS: m.TS, Text: m.Text, Broadcast: r.PostForm.Get("reply_broadcast") == "true", metadata: m.metadata})
	} else {
		m.TS = s.stamp()
		c.messages = append(c.messages, m)
	}
	c.last = time.Now()
	return object{"ok": true, "channel": c.id, "ts": m.TS}
}

func (s *Server) update(r *http.Request) object {
	c := s.byID(r.PostForm.Get("channel"))
	if c == nil {
		return refuse("channel_not_found")
	}
	old := c.find(r.PostForm.Get("ts"))
	if old == nil {
		return refuse("message_not_found")
	}
	m, code := s.parse(r)
	if code != "" {
		return refuse(code)
	}
	m.TS, m.Thread, m.Edits = old.TS, old.Thread, old.Edits+1
	*old = *m
	return object{"ok": true, "channel": c.id, "ts": m.TS, "text": m.Text}
}

// history pages through the parents, newest first.
func (s *Server) history(r *http.Request) object {
	c := s.byID(r.Form.Get("channel"))
	if c == nil {
		return refuse("channel_not_found")
	}
	var all []object
	for _, m := range slices.Backward(c.messages) {
		all = append(all, described(r, m.TS, m.Text, m.metadata))
	}
	return page(r, all)
}

func (s *Server) replies(r *http.Request) object {
	c := s.byID(r.Form.Get("channel"))
	if c == nil {
		return refuse("channel_not_found")
	}
	m := c.find(r.Form.Get("ts"))
	if m == nil {
		return refuse("thread_not_found")
	}
	all := []object{described(r, m.TS, m.Text, m.metadata)}
	for _, reply := range m.Thread {
		all = append(all, described(r, reply.TS, reply.Text, reply.metadata))
	}
	return page(r, all)
}

func (s *Server) list() object {
	all := []object{}
	for _, c := range s.channels {
		all = append(all, object{"id": c.id, "name": strings.TrimPrefix(c.name, "#")})
	}
	return object{"ok": true, "channels": all}
}

// described leaves metadata out unless they were asked for.
func described(r *http.Request, ts, text string, metadata json.RawMessage) object {
	m := object{"type": "message", "ts": ts, "text": text}
	if len(metadata) > 0 && (r.Form.Get("include_all_metadata") == "1" || r.Form.Get("include_all_metadata") == "true") {
		m["metadata"] = metadata
	}
	return m
}

// page answers with the next limit messages; the cursor is where they begin.
func page(r *http.Request, all []object) object {
	from, _ := strconv.Atoi(r.Form.Get("cursor"))
	limit, err := strconv.Atoi(r.Form.Get("limit"))
	if err != nil || limit <= 0 {
		limit = 100
	}
	from = min(max(from, 0), len(all))
	to := min(from+limit, len(all))
	answer := object{"ok": true, "messages": append([]object{}, all[from:to]...), "has_more": to < len(all)}
	if to < len(all) {
		answer["response_metadata"] = object{"next_cursor": strconv.Itoa(to)}
	}
	return answer
}

func (c *channel) find(ts string) *Message {
	for _, m := range c.messages {
		if m.TS == ts {
			return m
		}
	}
	return nil
}
