package receivers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// Config is one receiver. Exactly one of its kinds is given.
type Config struct {
	Name string `mapstructure:"name"`
	// AtLeast is the severity, warning or critical, that an incident must have had
	// before the receiver is told. "" is critical for PagerDuty, warning for others.
	AtLeast      string        `mapstructure:"at_least"`
	Webhook      *Webhook      `mapstructure:"webhook"`
	Alertmanager *Alertmanager `mapstructure:"alertmanager"`
	PagerDuty    *PagerDuty    `mapstructure:"pagerduty"`
	Mail         *Mail         `mapstructure:"mail"`
}

// kind is what the kinds of receiver have in common.
type kind interface {
	Validate() error
	// open returns what delivers. link returns the address of an incident's page,
	// "" when there is none.
	open(link func(alerts.Incident) string) alerts.Receiver
}

// kinds lists those that are given, by their key.
func (c Config) kinds() map[string]kind {
	given := map[string]kind{}
	if c.Webhook != nil {
		given["webhook"] = *c.Webhook
	}
	if c.Alertmanager != nil {
		given["alertmanager"] = *c.Alertmanager
	}
	if c.PagerDuty != nil {
		given["pagerduty"] = *c.PagerDuty
	}
	if c.Mail != nil {
		given["mail"] = *c.Mail
	}
	return given
}

// Kind is the key of what is given, "" when nothing is.
func (c Config) Kind() string {
	for key := range c.kinds() {
		return key
	}
	return ""
}

// Validate reports every field that cannot work, joined.
func (c Config) Validate() error {
	var errs []error
	if c.Name == "" || strings.ContainsAny(c.Name, " \t\n\"") {
		errs = append(errs, fmt.Errorf("name %q: give a short name without spaces, by which models refer to it", c.Name))
	}
	switch c.AtLeast {
	case "", "warning", "critical":
	default:
		errs = append(errs, fmt.Errorf("at_least %q: use warning or critical", c.AtLeast))
	}
	given := c.kinds()
	if len(given) != 1 {
		errs = append(errs, fmt.Errorf("name %q: give exactly one of webhook, alertmanager, pagerduty and mail; %d are given", c.Name, len(given)))
	}
	for key, k := range given {
		errs = append(errs, prefixed(key+".", k.Validate())...)
	}
	return errors.Join(errs...)
}

// New returns the receiver. It contacts nobody.
func New(c Config, link func(alerts.Incident) string) (alerts.Receiver, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if link == nil {
		link = func(alerts.Incident) string { return "" }
	}
	return gate{c.kinds()[c.Kind()].open(link), c.least()}, nil
}

// least is the status from which the receiver is told.
func (c Config) least() evaluate.Status {
	if c.AtLeast == "critical" || c.AtLeast == "" && c.PagerDuty != nil {
		return evaluate.Critical
	}
	return evaluate.Warning
}

// gate lets through what is grave enough, and all that follows it.
type gate struct {
	alerts.Receiver
	least evaluate.Status
}

// Deliver implements [alerts.Receiver].
func (g gate) Deliver(ctx context.Context, i alerts.Incident, before alerts.Sent) (bool, error) {
	if !before.Said && i.Status < g.least && !i.Pages() {
		return false, nil
	}
	return g.Receiver.Deliver(ctx, i, before)
}

// severity is the incident's, in the word that all of these services know.
func severity(i alerts.Incident) string {
	if i.Status == evaluate.Critical || i.Pages() {
		return "critical"
	}
	return "warning"
}

// secret reads a file with one secret.
func secret(key, path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s %q: %w", key, path, errors.Unwrap(err))
	}
	return strings.TrimSpace(string(text)), nil
}

// prefixed puts the section before each of the joined errors, whose first word is
// a field.
func prefixed(section string, err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := errors.AsType[interface {
		error
		Unwrap() []error
	}](err)
	if !ok {
		return []error{fmt.Errorf("%s%w", section, err)}
	}
	var errs []error
	for _, e := range joined.Unwrap() {
		errs = append(errs, fmt.Errorf("%s%w", section, e))
	}
	return errs
}

// cut shortens to so many characters.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

// line makes text one line: what comes from models and features ends no header.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }

// timeout of one request is the configured one, or 10 s.
func timeout(d time.Duration) time.Duration { return cmp.Or(d, 10*time.Second) }
