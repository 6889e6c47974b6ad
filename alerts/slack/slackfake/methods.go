package slackfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

type object = map[string]any

func refuse(code string) object { return object{"ok": false, "error": code} }

// scopes are what a method needs of the token.
var scopes = map[string]string{
	"chat.postMessage": "chat:write", "chat.update": "chat:write", "chat.postEphemeral": "chat:write",
	"conversations.history": "channels:history", "conversations.replies": "channels:history",
	"conversations.list": "channels:read", "conversations.info": "channels:read",
	"apps.connections.open":      "connections:write",
	"files.getUploadURLExternal": "files:write", "files.completeUploadExternal": "files:write",
}

// granted lists the scopes that the bot has.
func (s *Server) granted() []string {
	return slices.DeleteFunc([]string{"chat:write", "channels:read", "channels:history"}, func(scope string) bool {
		return slices.Contains(s.missing, scope)
	})
}

func (s *Server) answer(method string, r *http.Request) object {
	if err := r.ParseForm(); err != nil {
		return refuse("invalid_form_data")
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		token = r.PostForm.Get("token")
	}
	socket := method == "apps.connections.open" // the one method of the app's own token
	switch {
	case token == "":
		return refuse("not_authed")
	case token != s.token && (token != s.sockets.token || s.sockets.token == ""):
		return refuse("invalid_auth")
	case socket != (token == s.sockets.token):
		return refuse("not_allowed_token_type")
	}
	if need := scopes[method]; slices.Contains(s.missing, need) {
		return object{"ok": false, "error": "missing_scope", "needed": need, "provided": strings.Join(s.granted(), ",")}
	}
	if wait := s.limits.call(method); wait > 0 {
		return object{"ok": false, "error": "ratelimited", "retry_after": wait}
	}
	switch method {
	case "auth.test":
		return object{"ok": true, "url": "https://demo.slack.com/", "team": "demo", "team_id": team, "user": "driftd", "user_id": botUser, "bot_id": "B00000001"}
	case "apps.connections.open":
		return object{"ok": true, "url": s.open()}
	case "chat.postMessage":
		return s.post(r)
	case "chat.postEphemeral":
		return s.whisper(r)
	case "chat.update":
		return s.update(r)
	case "conversations.history":
		return s.history(r)
	case "conversations.replies":
		return s.thread(r)
	case "conversations.list":
		return s.list()
	case "conversations.info":
		return s.info(r)
	case "files.getUploadURLExternal":
		return s.uploadURL(r)
	case "files.completeUploadExternal":
		return s.completeUpload(r)
	}
	return refuse("unknown_method")
}

// post takes a channel's id or name, as chat.postMessage does.
func (s *Server) post(r *http.Request) object {
	c, code := s.writable(r.PostForm.Get("channel"))
	if code != "" {
		return refuse(code)
	}
	if wait := s.limits.say(c.id); wait > 0 {
		return object{"ok": false, "error": "ratelimited", "retry_after": wait}
	}
	m, code := s.parse(r.PostForm)
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
	s.limits.said(c.id)
	return object{"ok": true, "channel": c.id, "ts": m.TS}
}

// writable returns the channel of an id or name, or why the bot cannot write there.
func (s *Server) writable(given string) (*channel, string) {
	c := s.byID(given)
	if c == nil {
		c = s.channel(given)
	}
	switch {
	case c == nil:
		return nil, "channel_not_found"
	case c.kicked:
		return nil, "not_in_channel"
	}
	return c, ""
}

// whisper shows a text to one person only.
func (s *Server) whisper(r *http.Request) object {
	if _, code := s.writable(r.PostForm.Get("channel")); code != "" {
		return refuse(code)
	}
	m, code := s.parse(r.PostForm)
	if code != "" {
		return refuse(code)
	}
	user := r.PostForm.Get("user")
	s.whispers[user] = append(s.whispers[user], m.Text)
	return object{"ok": true, "message_ts": s.stamp()}
}

func (s *Server) info(r *http.Request) object {
	c := s.byID(r.Form.Get("channel"))
	if c == nil {
		return refuse("channel_not_found")
	}
	return object{"ok": true, "channel": object{"id": c.id, "name": strings.TrimPrefix(c.name, "#"), "is_channel": true, "is_member": !c.kicked}}
}

func (s *Server) update(r *http.Request) object {
	c := s.byID(r.PostForm.Get("channel"))
	if c == nil {
		return refuse("channel_not_found")
	}
	m, code := s.parse(r.PostForm)
	if code != "" {
		return refuse(code)
	}
	ts := r.PostForm.Get("ts")
	old := c.find(ts)
	switch reply := c.reply(ts); {
	case old == nil && reply == nil:
		return refuse("message_not_found")
	case reply != nil:
		reply.Text = m.Text
	case old.Webhook:
		return refuse("cant_update_message")
	default:
		if m.metadata == nil { // what is not given stays
			m.metadata, m.Event, m.EventID = old.metadata, old.Event, old.EventID
		}
		m.TS, m.Thread, m.Edits = old.TS, old.Thread, old.Edits+1
		*old = *m
	}
	return object{"ok": true, "channel": c.id, "ts": ts, "text": m.Text}
}

// history pages through the parents, newest first.
func (s *Server) history(r *http.Request) object {
	c := s.byID(r.Form.Get("channel"))
	switch {
	case c == nil:
		return refuse("channel_not_found")
	case c.kicked:
		return refuse("not_in_channel")
	}
	var all []object
	for _, m := range slices.Backward(c.messages) {
		all = append(all, described(r, m.TS, m.Text, m.metadata))
	}
	return page(r, all)
}

// thread pages through a parent and its replies, oldest first.
func (s *Server) thread(r *http.Request) object {
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
		all = append(all, object{"id": c.id, "name": strings.TrimPrefix(c.name, "#"), "is_channel": true, "is_member": !c.kicked})
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

// reply returns the reply of the stamp, in whichever thread it is.
func (c *channel) reply(ts string) *Reply {
	for _, m := range c.messages {
		for k := range m.Thread {
			if m.Thread[k].TS == ts {
				return &m.Thread[k]
			}
		}
	}
	return nil
}
