package slack

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

var (
	userID    = regexp.MustCompile(`^@?([UW][A-Z0-9]{6,})$`)
	groupID   = regexp.MustCompile(`^@?(S[A-Z0-9]{6,})$`)
	broadcast = regexp.MustCompile(`^@?(here|channel|everyone)$`)
)

// mention writes the configured owner as Slack wants it: the id of a user
// (U024BE7LH) or user group (S0614TZR7), or here, channel, everyone. Slack has
// no mention by name: any other name is shown as it is and notifies nobody.
func mention(owner string) string {
	if m := userID.FindStringSubmatch(owner); m != nil {
		return "<@" + m[1] + ">"
	}
	if m := groupID.FindStringSubmatch(owner); m != nil {
		return "<!subteam^" + m[1] + ">"
	}
	if m := broadcast.FindStringSubmatch(owner); m != nil {
		return "<!" + m[1] + ">"
	}
	return escape(owner)
}

// escaper makes data text: what comes from models and features can neither
// mention nor link nor break out of the formatting around it.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'", "*", "∗", "~", "∼", "\n", " ", "\r", " ")

func escape(text string) string { return escaper.Replace(text) }

// unescape undoes escape where Slack shows text as it is.
func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

func formatted(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, cut(text, limit), false, false)
}

func plain(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cut(text, limit), false, false)
}

// cut shortens to at most limit characters, not bytes, and never within an
// escaped one.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	short := string(runes[:limit-1])
	if at := strings.LastIndexAny(short, "&;"); at >= 0 && short[at] == '&' {
		short = short[:at]
	}
	return short + "…"
}

// preformatted shows lines as they are, aligned; as many as fit into about so
// many characters.
func preformatted(lines string, limit int) string {
	var block strings.Builder
	for line := range strings.Lines(lines) {
		line = escape(strings.TrimSuffix(line, "\n"))
		if limit -= utf8.RuneCountInString(line); limit < 0 {
			block.WriteString("…\n")
			break
		}
		block.WriteString(line + "\n")
	}
	return "```\n" + block.String() + "```"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
