package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"
)

// Slack wants an acknowledgement within 3 s. A click that is written down sooner
// is acknowledged then, so that one that a crash forgot is delivered again.
const acknowledgeAfter = 2 * time.Second

// askLimit bounds the work on one click.
const askLimit = 10 * time.Second

// Listener hears the buttons of messages: by Socket Mode, for which driftd calls
// Slack, or by signed requests to ServeHTTP.
type Listener struct {
	config Config
	desk   Desk
	log    *slog.Logger
	clicks *prometheus.CounterVec
	http   *http.Client
	busy   sync.WaitGroup

	mu       sync.Mutex
	stopping bool
}

// NewListener returns a listener that has not connected to anything yet.
func NewListener(c Config, desk Desk, log *slog.Logger, reg prometheus.Registerer) *Listener {
	return &Listener{config: c, desk: desk, log: log.With("component", "slack"), http: &http.Client{Timeout: callTimeout}, clicks: newClicks(reg)}
}

// Describe registers the metric that a listener has, for those who list them.
func Describe(reg prometheus.Registerer) { newClicks(reg) }

func newClicks(reg prometheus.Registerer) *prometheus.CounterVec {
	clicks := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "driftd_slack_clicks_total",
		Help: "Buttons that people pressed, by what became of it: taken, refused, failed, unsigned (a request that is not Slack's) or unread.",
	}, []string{"result"})
	for _, result := range []string{"taken", "refused", "failed", "unsigned", "unread"} {
		clicks.WithLabelValues(result)
	}
	reg.MustRegister(clicks)
	return clicks
}

// handle works on an interaction and returns once it may be acknowledged; what is
// not done by then goes on. It returns false when the listener stops: Slack asks
// another one, or the person presses again.
func (l *Listener) handle(ctx context.Context, i slack.InteractionCallback) bool {
	done := make(chan struct{})
	begun := l.begin(func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askLimit)
		defer cancel()
		text := l.ask(ctx, i)
		if text == "" {
			return
		}
		l.busy.Go(func() { l.answer(context.WithoutCancel(ctx), i, text) })
	})
	if !begun {
		return false
	}
	select {
	case <-done:
	case <-time.After(acknowledgeAfter):
	}
	return true
}

// begin does work in the background, unless the listener stops.
func (l *Listener) begin(work func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.stopping {
		l.busy.Go(work)
	}
	return !l.stopping
}

// finish begins nothing more and waits for what is being worked on.
func (l *Listener) finish() {
	l.mu.Lock()
	l.stopping = true
	l.mu.Unlock()
	l.busy.Wait()
}

// ask takes the click to the desk and returns what to tell the person; "" when it
// is not for us to answer.
func (l *Listener) ask(ctx context.Context, i slack.InteractionCallback) string {
	c, err := clicked(i)
	if errors.Is(err, errNotOurs) {
		return ""
	}
	if err == nil {
		c.By = l.config.People[c.User]
	}
	log := l.log.With("user", c.User, "verb", c.Verb, "incident", c.Incident)
	text := ""
	switch {
	case err != nil:
		err = fmt.Errorf("read a click: %w", err)
		l.clicks.WithLabelValues("unread").Inc()
		log.Error("click cannot be read", "err", err)
		return "driftd could not read what this button says: press one of a newer message."
	case c.By == "":
		err = Refusal(fmt.Sprintf("driftd does not know you: whoever runs it can add `%s: your-name` under slack.people.", c.User))
	case c.Verb == testVerb:
		text = fmt.Sprintf("driftd hears you, %s.", c.By)
	default:
		text, err = l.desk.Ask(ctx, c)
	}
	refusal, refused := errors.AsType[Refusal](err)
	switch {
	case err == nil:
		l.clicks.WithLabelValues("taken").Inc()
		log.Info("click taken", "by", c.By, "order", c.ID)
		return text
	case refused:
		l.clicks.WithLabelValues("refused").Inc()
		log.Warn("click refused", "by", c.By, "reason", refusal)
		return "Not done: " + string(refusal)
	}
	l.clicks.WithLabelValues("failed").Inc()
	log.Error("click could not be written down", "by", c.By, "err", err)
	return "Not done: driftd could not write it down. Press again in a minute, or use the command line (driftd help)."
}

// answer shows a text to the person who clicked and to nobody else. It is a
// courtesy: the message itself tells everybody what was done.
func (l *Listener) answer(ctx context.Context, i slack.InteractionCallback, text string) {
	if i.ResponseURL == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := slack.PostWebhookCustomHTTPContext(ctx, i.ResponseURL, l.http, &slack.WebhookMessage{
		Text: cut(text, maxSection), ResponseType: slack.ResponseTypeEphemeral,
	})
	if err != nil {
		l.log.Warn("the person who clicked could not be answered", "user", i.User.ID, "err", bare(err))
	}
}

// bare leaves out the address, which is a secret.
func bare(err error) error {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		return inner.Err
	}
	return err
}

// unusable are answers that waiting does not mend.
var unusable = []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type", "missing_scope"}

func fatal(err error) bool {
	return err != nil && slices.Contains(unusable, err.Error()) || refused(err, unusable...)
}
