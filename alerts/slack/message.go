package slack

import (
	"github.com/slack-go/slack"

	"github.com/driftd/driftd/alerts"
)

// Slack's documented limits, in characters.
const (
	maxHeader  = 150
	maxField   = 2000
	maxFields  = 10
	maxSection = 3000
)

// look is how messages look.
type look struct {
	links     alerts.Links
	templates Templates
}

// message is the incident as its parent message, with a figure unless nil and more
// blocks before the small print.
func (l look) message(i alerts.Incident, figure slack.Block, more ...slack.Block) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(preview(i), false),
		slack.MsgOptionBlocks(l.blocks(i, figure, more)...),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: incidentEvent, EventPayload: map[string]any{"id": i.ID}}),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
}

// preview is what a notification shows before anybody looks.
func preview(i alerts.Incident) string { return cut(mark(i)+" "+escape(i.Headline), maxSection) }

func (l look) blocks(i alerts.Incident, figure slack.Block, more []slack.Block) []slack.Block {
	v := view(i, l.links)
	blocks := []slack.Block{slack.NewHeaderBlock(plain(unescape(l.templates.text("header", v)), maxHeader))}
	// Only what a block shows notifies: the text beside blocks is the preview.
	blocks = append(blocks, sections(l.templates.text("lead", v))...)
	var fields []*slack.TextBlockObject
	for _, fact := range v.Facts[:min(len(v.Facts), maxFields)] {
		if text := l.templates.text("fact", fact); text != "" {
			fields = append(fields, formatted(text, maxField))
		}
	}
	if len(fields) > 0 {
		blocks = append(blocks, slack.NewSectionBlock(nil, fields, nil))
	}
	if figure != nil {
		blocks = append(blocks, figure)
	}
	blocks = append(blocks, more...)
	for _, part := range []string{"links", "footer"} {
		if text := l.templates.text(part, v); text != "" {
			blocks = append(blocks, slack.NewContextBlock("", formatted(text, maxField)))
		}
	}
	return blocks
}

// sections is the text as a section, none when there is no text.
func sections(text string) []slack.Block {
	if text == "" {
		return nil
	}
	return []slack.Block{slack.NewSectionBlock(formatted(text, maxSection), nil, nil)}
}

// reply is one entry of the timeline as a line of the thread; aloud lets those
// that ask for it be seen in the channel, too.
func reply(i alerts.Incident, entry int, parent alerts.Receipt, aloud bool) []slack.MsgOption {
	e := i.Timeline[entry]
	text := stamp(e.At) + " " + escape(e.Text)
	if aloud && e.Reach == alerts.ToOwner && i.Owner != "" {
		text = mention(i.Owner) + " " + text
	}
	text = cut(text, maxSection)
	if e.Table != "" {
		text += "\n" + preformatted(e.Table, maxSection)
	}
	options := []slack.MsgOption{
		slack.MsgOptionText(text, false),
		slack.MsgOptionTS(parent.ID),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: entryEvent, EventPayload: map[string]any{"id": i.ID, "entry": entry}}),
		slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionDisableMediaUnfurl(),
	}
	if aloud && e.Reach >= alerts.InChannel {
		options = append(options, slack.MsgOptionBroadcast())
	}
	return options
}
