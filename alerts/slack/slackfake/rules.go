package slackfake

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"unicode/utf8"
)

type textObject struct{ Type, Text string }

type block struct {
	Type     string
	ID       string `json:"block_id"`
	Text     *textObject
	Fields   []textObject
	Elements []element
	Title    string
	Chart    *Chart
	Alt      string              `json:"alt_text"`
	File     struct{ ID string } `json:"slack_file"`
}

// Chart is a data_visualization block.
type Chart struct {
	Type   string
	Title  string
	Series []Series
	Axis   struct {
		Categories []string
		Y          string `json:"y_label"`
	} `json:"axis_config"`
}

// Series is one line of a chart.
type Series struct {
	Name string
	Data []struct {
		Label string
		Value float64
	}
}

// parse reads a message and holds it to the documented limits.
func (s *Server) parse(form url.Values) (*Message, string) {
	m := &Message{Text: form.Get("text")}
	var blocks []block
	if raw := form.Get("blocks"); raw != "" && json.Unmarshal([]byte(raw), &blocks) != nil {
		return nil, "invalid_blocks_format"
	}
	switch {
	case m.Text == "" && len(blocks) == 0:
		return nil, "no_text"
	case utf8.RuneCountInString(m.Text) > 40_000:
		return nil, "msg_too_long"
	case len(blocks) > 50:
		return nil, "invalid_blocks"
	}
	seen := map[string]bool{} // ids of blocks, and of elements
	for _, b := range blocks {
		if b.Type == "data_visualization" && s.uncharts || b.Type == "image" && !s.shows(b) || !b.valid() || !b.distinct(seen) {
			return nil, "invalid_blocks"
		}
		m.take(b)
		if b.Type == "image" {
			m.Picture = s.files[b.File.ID].content
		}
	}
	m.blocks = json.RawMessage(form.Get("blocks"))
	if raw := form.Get("metadata"); raw != "" {
		var metadata struct {
			EventType    string         `json:"event_type"`
			EventPayload map[string]any `json:"event_payload"`
		}
		if json.Unmarshal([]byte(raw), &metadata) != nil || metadata.EventType == "" {
			return nil, "invalid_metadata_format"
		}
		m.metadata, m.Event = json.RawMessage(raw), metadata.EventType
		m.EventID, _ = metadata.EventPayload["id"].(string)
	}
	return m, ""
}

// distinct reports whether the block's ids are those of no other.
func (b block) distinct(seen map[string]bool) bool {
	ids := []string{b.ID}
	for _, e := range b.Elements {
		ids = append(ids, e.ActionID)
	}
	for k, id := range ids {
		key := fmt.Sprint(k == 0, id)
		if id != "" && seen[key] {
			return false
		}
		seen[key] = true
	}
	return true
}

// take keeps what the block shows.
func (m *Message) take(b block) {
	switch b.Type {
	case "header":
		m.Header = b.Text.Text
	case "data_visualization":
		m.Chart = b.Chart
		m.Chart.Title = b.Title
	case "actions":
		for _, e := range b.Elements {
			m.Buttons = append(m.Buttons, Button{ActionID: e.ActionID, BlockID: b.ID, Text: e.Text.Text, Value: e.Value, Style: e.Style, URL: e.URL, Asks: e.Confirm != nil})
		}
		return
	}
	if b.Type == "section" && b.Text != nil {
		m.Notes = append(m.Notes, b.Text.Text)
	}
	for _, f := range b.Fields {
		m.Fields = append(m.Fields, f.Text)
	}
	for _, e := range b.Elements {
		m.Notes = append(m.Notes, e.Text.Text)
	}
}

func (b block) valid() bool {
	if utf8.RuneCountInString(b.ID) > 255 {
		return false
	}
	switch b.Type {
	case "header":
		return b.Text != nil && plain(*b.Text, 150)
	case "section":
		return (b.Text != nil || len(b.Fields) > 0) && (b.Text == nil || b.Text.valid(3000)) && len(b.Fields) <= 10 && allValid(b.Fields, 2000)
	case "context":
		return len(b.Elements) > 0 && len(b.Elements) <= 10 && !slices.ContainsFunc(b.Elements, func(e element) bool { return !e.Text.valid(3000) })
	case "actions":
		return len(b.Elements) > 0 && len(b.Elements) <= 25 && !slices.ContainsFunc(b.Elements, func(e element) bool { return !e.valid() })
	case "divider", "image":
		return true
	case "data_visualization":
		return fits(b.Title, 50) && b.Chart != nil && b.Chart.valid()
	}
	return false
}

// valid holds line, bar and area charts to the documented rules.
func (c *Chart) valid() bool {
	labels := map[string]bool{}
	for _, l := range c.Axis.Categories {
		if !fits(l, 20) || labels[l] {
			return false
		}
		labels[l] = true
	}
	kind := c.Type == "line" || c.Type == "bar" || c.Type == "area"
	if !kind || len(c.Series) < 1 || len(c.Series) > 6 || len(labels) == 0 || utf8.RuneCountInString(c.Axis.Y) > 50 {
		return false
	}
	names := map[string]bool{}
	for _, s := range c.Series {
		if !fits(s.Name, 20) || names[s.Name] || len(s.Data) > 20 || len(s.Data) != len(labels) {
			return false
		}
		names[s.Name] = true
		seen := map[string]bool{}
		for _, p := range s.Data {
			if !labels[p.Label] || seen[p.Label] {
				return false
			}
			seen[p.Label] = true
		}
	}
	return true
}

func (t textObject) valid(limit int) bool {
	return (t.Type == "plain_text" || t.Type == "mrkdwn") && fits(t.Text, limit)
}

func allValid(texts []textObject, limit int) bool {
	for _, t := range texts {
		if !t.valid(limit) {
			return false
		}
	}
	return true
}

func fits(text string, limit int) bool { return text != "" && utf8.RuneCountInString(text) <= limit }
