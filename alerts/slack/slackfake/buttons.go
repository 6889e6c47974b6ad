package slackfake

import (
	"encoding/json"
	"unicode/utf8"
)

// Button is a button below a message.
type Button struct {
	ActionID, BlockID, Text, Value string
	Style                          string // "", primary or danger
	URL                            string // where it leads, "" when it only tells the app
	Asks                           bool   // whether it asks for confirmation first
}

// element is a text of a context block, or a button.
type element struct {
	Text     textObject
	ActionID string
	Value    string
	Style    string
	URL      string
	Confirm  *confirmation
	kind     string
}

type confirmation struct{ Title, Text, Confirm, Deny textObject }

// UnmarshalJSON implements [json.Unmarshaler]: what is a text is one itself,
// what is a button has one.
func (e *element) UnmarshalJSON(raw []byte) error {
	var read struct {
		Type     string
		Text     json.RawMessage
		ActionID string `json:"action_id"`
		Value    string
		Style    string
		URL      string
		Confirm  *confirmation
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		return err
	}
	*e = element{kind: read.Type, ActionID: read.ActionID, Value: read.Value, Style: read.Style, URL: read.URL, Confirm: read.Confirm}
	if read.Type == "button" {
		return json.Unmarshal(read.Text, &e.Text)
	}
	e.Text.Type = read.Type
	return json.Unmarshal(read.Text, &e.Text.Text)
}

// valid holds a button to the documented limits.
func (e element) valid() bool {
	style := e.Style == "" || e.Style == "primary" || e.Style == "danger"
	return e.kind == "button" && style && plain(e.Text, 75) && (e.Confirm == nil || e.Confirm.valid()) &&
		utf8.RuneCountInString(e.ActionID) <= 255 && utf8.RuneCountInString(e.Value) <= 2000 && utf8.RuneCountInString(e.URL) <= 3000
}

func (c confirmation) valid() bool {
	return plain(c.Title, 100) && c.Text.valid(300) && plain(c.Confirm, 30) && plain(c.Deny, 30)
}

func plain(t textObject, limit int) bool { return t.Type == "plain_text" && fits(t.Text, limit) }
