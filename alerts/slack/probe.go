package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// Finding is one thing that was tried, and what came of it.
type Finding struct {
	What string // token, scopes, channel, message, buttons or people
	Says string
	Err  error // what is wrong, with the remedy; nil when it works
}

// testVerb is that of the button below a test message, which only answers.
const testVerb = "test"

// Probe tries all that telling people needs, and sends a message to the channel
// that says that it is a test.
func Probe(ctx context.Context, c Config, channel string, log *slog.Logger) []Finding {
	if c.WebhookURL != "" {
		return []Finding{probeWebhook(ctx, c, log)}
	}
	p := prober{Notifier: New(c, log), config: c, channel: channel}
	found := p.token(ctx)
	if found[0].Err != nil {
		return found
	}
	return slices.Concat(found, []Finding{p.membership(ctx), p.message(ctx)}, p.hearing(ctx))
}

type prober struct {
	*Notifier
	config  Config
	channel string
}

// token asks who the token is, and which scopes it has.
func (p prober) token(ctx context.Context) []Finding {
	if err := p.Check(ctx); err != nil {
		return []Finding{{What: "token", Err: err}}
	}
	who, err := p.client.AuthTestContext(ctx)
	if err != nil {
		return []Finding{{What: "token", Err: err}}
	}
	return []Finding{
		{What: "token", Says: fmt.Sprintf("is that of @%s in the workspace %s", who.User, who.Team)},
		scopes(strings.FieldsFunc(who.Header.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })),
	}
}

// scopes says which are missing. Public channels need others than private ones.
func scopes(has []string) Finding {
	f := Finding{What: "scopes", Says: strings.Join(has, ", ")}
	var lacks []string
	for _, need := range [][]string{{"chat:write"}, {"channels:read", "groups:read"}, {"channels:history", "groups:history"}} {
		if !slices.ContainsFunc(need, func(s string) bool { return slices.Contains(has, s) }) {
			lacks = append(lacks, need[0])
		}
	}
	if len(lacks) > 0 && len(has) > 0 {
		f.Err = fmt.Errorf("lacks %s: add it under OAuth & Permissions and install the app again", strings.Join(lacks, ", "))
	}
	return f
}

// membership looks whether the bot is in the channel.
func (p prober) membership(ctx context.Context) Finding {
	f := Finding{What: "channel"}
	id, err := p.Notifier.channel(ctx, p.channel)
	var info *slack.Channel
	if err == nil && id != "" {
		err = p.patient(ctx, "conversations.info", func() (err error) {
			info, err = p.client.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
			return err
		})
	}
	switch {
	case err != nil:
		f.Err = fmt.Errorf("%s cannot be looked up: %w", p.channel, err)
	case info == nil:
		f.Err = fmt.Errorf("there is no channel %s that the bot may see: correct notify.channel, or /invite the bot if it is private", p.channel)
	case !info.IsMember:
		f.Err = fmt.Errorf("the bot is not in %s: /invite it there", p.channel)
	default:
		f.Says = "the bot is in " + p.channel
	}
	return f
}

const testText = "This is a test of driftd: nothing is wrong. It was asked for with driftd alerts test."

func (p prober) message(ctx context.Context) Finding {
	f := Finding{What: "message", Says: "a test message is in " + p.channel}
	options := []slack.MsgOption{slack.MsgOptionText(testText, false), slack.MsgOptionBlocks(testBlocks(p.config.Hears())...)}
	if err := p.patient(ctx, p.channel, func() error {
		_, _, err := p.client.PostMessageContext(ctx, p.channel, options...)
		return err
	}); err != nil {
		f.Says, f.Err = "", fmt.Errorf("post to %s: %w", p.channel, err)
	}
	return f
}

func testBlocks(button bool) []slack.Block {
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain("Test of driftd", maxHeader)),
		slack.NewSectionBlock(plain(testText, maxSection), nil, nil),
	}
	if button {
		blocks = append(blocks, slack.NewActionBlock("driftd", slack.NewButtonBlockElement(verbPrefix+testVerb, "{}", plain("Does driftd hear me?", maxButton))))
	}
	return blocks
}

// hearing looks whether buttons would be heard.
func (p prober) hearing(ctx context.Context) []Finding {
	f := Finding{What: "buttons", Says: "there are none: give slack.app_token_file"}
	switch {
	case p.config.AppToken != "":
		client := slack.New("", append(p.config.options(), slack.OptionAppLevelToken(p.config.AppToken))...)
		f.Says = "are heard by Socket Mode: press the one of the test message while driftd runs"
		if _, _, err := client.StartSocketModeContext(ctx); err != nil {
			f.Says, f.Err = "", fmt.Errorf("%w: slack.app_token_file wants an app token with connections:write, xapp-…, and Socket Mode switched on", err)
		}
	case p.config.SigningSecret != "":
		f.Says = "are heard by signed requests: press the one of the test message while driftd runs, and see whether it answers"
	}
	if !p.config.Hears() {
		return []Finding{f}
	}
	people := Finding{What: "people", Says: fmt.Sprintf("%d may press buttons", len(p.config.People))}
	if len(p.config.People) == 0 {
		people.Says, people.Err = "", errors.New("nobody may press buttons: name them under slack.people")
	}
	return []Finding{f, people}
}

func probeWebhook(ctx context.Context, c Config, log *slog.Logger) Finding {
	f := Finding{What: "message", Says: "a test message is in the webhook's channel; a webhook has no edits, threads and buttons"}
	if err := NewWebhook(c, log).post(ctx, testText, testBlocks(false)); err != nil {
		f.Says, f.Err = "", fmt.Errorf("post to the webhook: %w: make a new one if it was removed, and put its URL into slack.webhook_url_file", err)
	}
	return f
}

// options are those of every client.
func (c Config) options() []slack.Option {
	options := []slack.Option{slack.OptionHTTPClient(&http.Client{Timeout: callTimeout})}
	if c.APIURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(c.APIURL, "/")+"/"))
	}
	return options
}
