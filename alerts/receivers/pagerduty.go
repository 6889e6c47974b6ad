package receivers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/driftd/driftd/alerts"
)

// PagerDuty triggers, acknowledges and resolves incidents by the Events API v2.
type PagerDuty struct {
	// RoutingKeyFile holds the integration key of a service, 32 characters.
	RoutingKeyFile string        `mapstructure:"routing_key_file"`
	URL            string        `mapstructure:"url"`     // of the Events API; "" is that of the US region
	Timeout        time.Duration `mapstructure:"timeout"` // of one attempt; 0 is 10 s
}

const pagerDutyURL = "https://events.pagerduty.com/v2/enqueue"

// Documented limits, in characters.
const (
	maxSummary  = 1024
	maxDedupKey = 255
)

// Validate reports every field that cannot work, joined.
func (p PagerDuty) Validate() error {
	var errs []error
	if p.RoutingKeyFile == "" {
		errs = append(errs, errors.New("routing_key_file missing: name the file that holds the integration key of a service (Events API v2)"))
	} else if key, err := secret("routing_key_file", p.RoutingKeyFile); err != nil {
		errs = append(errs, err)
	} else if len(key) != 32 {
		errs = append(errs, fmt.Errorf("routing_key_file %q: holds %d characters, an integration key has 32", p.RoutingKeyFile, len(key)))
	}
	if u, err := url.Parse(p.URL); p.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		errs = append(errs, fmt.Errorf("url %q: leave it out, or give the address of the Events API of your region", p.URL))
	}
	return errors.Join(errs...)
}

func (p PagerDuty) open(link func(alerts.Incident) string) alerts.Receiver {
	if p.URL == "" {
		p.URL = pagerDutyURL
	}
	return pagerDuty{p, &http.Client{Timeout: timeout(p.Timeout)}, link}
}

type pagerDuty struct {
	PagerDuty
	client *http.Client
	link   func(alerts.Incident) string
}

// event is what the API takes.
type event struct {
	RoutingKey string        `json:"routing_key"`
	Action     string        `json:"event_action"`
	DedupKey   string        `json:"dedup_key"`
	Client     string        `json:"client,omitempty"`
	ClientURL  string        `json:"client_url,omitempty"`
	Payload    *eventPayload `json:"payload,omitempty"`
}

type eventPayload struct {
	Summary   string            `json:"summary"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"`
	Timestamp time.Time         `json:"timestamp"`
	Component string            `json:"component"`
	Group     string            `json:"group"`
	Class     string            `json:"class"`
	Details   map[string]string `json:"custom_details,omitempty"`
}

// Deliver implements [alerts.Receiver]. Events with the same dedup key are one
// incident there, so a repetition does no harm; what is no news adds nothing to
// its log.
func (p pagerDuty) Deliver(ctx context.Context, i alerts.Incident, before alerts.Sent) (bool, error) {
	var events []event
	switch news := before.News(i); {
	case news && i.State == alerts.Resolved:
		events = append(events, event{Action: "resolve"})
	case news:
		events = append(events, p.trigger(i))
	}
	if before.Calms(i) {
		events = append(events, event{Action: "acknowledge"})
	}
	for _, e := range events {
		if err := p.send(ctx, i, e); err != nil {
			return before.Said, err
		}
		before.Said = true
	}
	return before.Said, nil
}

func (p pagerDuty) trigger(i alerts.Incident) event {
	e := event{Action: "trigger", Client: "driftd", ClientURL: p.link(i), Payload: &eventPayload{
		Summary: cut(line(i.Headline), maxSummary), Source: i.Ref.String(), Severity: severity(i), Timestamp: i.Opened,
		Component: i.Slot, Group: i.Ref.Name, Class: string(i.Class), Details: map[string]string{},
	}}
	for _, f := range i.Facts {
		e.Payload.Details[f.Name] = f.Text
	}
	if done := i.Outcome(); done != "" {
		e.Payload.Details["what was done"] = done
	}
	return e
}

func (p pagerDuty) send(ctx context.Context, i alerts.Incident, e event) error {
	key, err := secret("routing_key_file", p.RoutingKeyFile)
	if err != nil {
		return err
	}
	e.RoutingKey, e.DedupKey = key, dedupKey(i.ID)
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return poster{p.client, p.URL, nil}.post(ctx, body)
}

// dedupKey is the incident's id, or what stands for one that is too long.
func dedupKey(id string) string {
	if len(id) <= maxDedupKey {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "driftd-" + hex.EncodeToString(sum[:])
}
