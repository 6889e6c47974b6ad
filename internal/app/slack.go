package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
)

// slackConfig reads the secrets that the section names.
func slackConfig(from config.Config) (slack.Config, error) {
	c := from.Slack
	out := slack.Config{APIURL: c.APIURL, People: c.People, Links: from.Links, Files: c.Files}
	for _, secret := range []struct {
		key, file string
		into      *string
	}{
		{"token_file", c.TokenFile, &out.Token}, {"webhook_url_file", c.WebhookURLFile, &out.WebhookURL},
		{"app_token_file", c.AppTokenFile, &out.AppToken}, {"signing_secret_file", c.SigningSecretFile, &out.SigningSecret},
	} {
		if secret.file == "" {
			continue
		}
		text, err := os.ReadFile(secret.file)
		if err != nil {
			return out, fmt.Errorf("slack.%s: %w", secret.key, err)
		}
		*secret.into = strings.TrimSpace(string(text))
	}
	if c.Templates != "" {
		var err error
		if out.Templates, err = slack.LoadTemplates(c.Templates); err != nil {
			return out, fmt.Errorf("slack.templates: %w", err)
		}
	}
	return out, nil
}

// openSlack returns nil when nobody is to be told.
func openSlack(c config.Config, log *slog.Logger) (alerts.Notifier, error) {
	if c.Slack == nil {
		return nil, nil
	}
	s, err := slackConfig(c)
	switch {
	case err != nil:
		return nil, err
	case s.WebhookURL != "":
		return slack.NewWebhook(s, log), nil
	}
	return slack.New(s, log), nil
}

// checkSlack asks Slack whether the token is good.
func checkSlack(ctx context.Context, c config.Config, log *slog.Logger) error {
	s, err := slackConfig(c)
	if err != nil || s.WebhookURL != "" { // nothing can be asked of a webhook but to post
		return err
	}
	return slack.New(s, log).Check(ctx)
}

// listen makes what hears buttons, if the configuration says how.
func (w *work) listen(store *clickhouse.Store, clock schedule.Clock) error {
	if w.config.Slack == nil {
		return nil
	}
	s, err := slackConfig(w.config)
	if err != nil || !s.Hears() {
		return err
	}
	w.buttons = slack.NewListener(s, desk{store: store, registry: w.registry, models: w.config.Models, clock: clock}, w.log, w.metrics)
	return nil
}

// signed reports whether buttons are heard by signed requests.
func (w *work) signed() bool {
	return w.buttons != nil && w.config.Slack.SigningSecretFile != ""
}
