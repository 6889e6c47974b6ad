package slackfake

import (
	"encoding/json"
	"net/http"
	"unicode/utf8"
)

type textObject struct{ Type, Text string }

type block struct {
	Type     string
	Text     *textObject
	Fields   []textObject
	Elements []textObject
	Title    string
	Chart    *Chart
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
func (s *Server) parse(r *http.Request) (*Message, string) {
	m := &Message{Text: r.PostForm.Get("text")}
	var blocks []block
	if raw := r.PostForm.Get("blocks"); raw != "" && json.Unmarshal([]byte(raw), &blocks) != nil {
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
	for _, b := range blocks {
		if b.Type == "data_visualization" && s.uncharts || !b.valid() {
			return nil, "invalid_blocks"
		}
		m.take(b)
	}
	m.blocks = json.RawMessage(r.PostForm.Get("blocks"))
	if raw := r.PostForm.Get("metadata"); raw != "" {
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

// take keeps what the block shows.
func (m *Message) take(b block) {
	switch b.Type {
	case "header":
		m.Header = b.Text.Text
	case "data_visualization":
		m.Chart = b.Chart
		m.Chart.Title = b.Title
	}
	if b.Type == "section" && b.Text != nil {
		m.Notes = append(m.Notes, b.Text.Text)
	}
	for _, f := range b.Fields {
		m.Fields = append(m.Fields, f.Text)
	}
	for _, e := range b.Elements {
		m.Notes = append(m.Notes, e.Text)
	}
}

func (b block) valid() bool {
	switch b.Type {
	case "header":
		return b.Text != nil && b.Text.Type == "plain_text" && fits(b.Text.Text, 150)
	case "section":
		return (b.Text != nil || len(b.Fields) > 0) && (b.Text == nil || b.Text.valid(3000)) && len(b.Fields) <= 10 && allValid(b.Fields, 2000)
	case "context":
		return len(b.Elements) > 0 && len(b.Elements) <= 10 && allValid(b.Elements, 3000)
	case "divider":
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
