package receivers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/outbound"
)

// Webhook posts every change of an incident to a program, signed as
// [outbound.Sign] does.
type Webhook struct {
	URL string `mapstructure:"url"`
	// SecretFile holds the key of the signature, at least 16 characters; with
	// several lines each signs. It is read for every request.
	SecretFile string `mapstructure:"secret_file"`
	// AllowPrivate allows addresses that are not public.
	AllowPrivate bool          `mapstructure:"allow_private"`
	Timeout      time.Duration `mapstructure:"timeout"` // of one attempt; 0 is 10 s
}

// Validate reports every field that cannot work, joined.
func (w Webhook) Validate() error {
	var errs []error
	if err := outbound.CheckURL(w.URL, w.AllowPrivate); err != nil {
		errs = append(errs, err)
	}
	if w.SecretFile == "" {
		errs = append(errs, errors.New("secret_file missing: name the file that holds the key of the signature"))
	} else if _, err := outbound.Keys(w.SecretFile); err != nil {
		errs = append(errs, fmt.Errorf("secret_file %q: %w", w.SecretFile, err))
	}
	return errors.Join(errs...)
}

func (w Webhook) open(link func(alerts.Incident) string) alerts.Receiver {
	return webhook{w, outbound.Client(timeout(w.Timeout), w.AllowPrivate), link}
}

type webhook struct {
	Webhook
	client *http.Client
	link   func(alerts.Incident) string
}

// notice is the body: what people read, in fields. New fields may be added; Format
// changes when one changes its meaning.
type notice struct {
	Format     int               `json:"format"`
	ID         string            `json:"incident"`
	Generation int               `json:"generation"` // grows with every change: an older one than seen is to be ignored
	State      alerts.State      `json:"state"`
	Severity   string            `json:"severity"`
	Class      alerts.Class      `json:"class"`
	Model      string            `json:"model"`
	Version    string            `json:"version"`
	Slot       string            `json:"slot"`
	Mode       string            `json:"mode"`
	Owner      string            `json:"owner,omitempty"`
	Headline   string            `json:"headline"`
	Outcome    string            `json:"outcome,omitempty"`
	Facts      map[string]string `json:"facts,omitempty"`
	Action     *action           `json:"action,omitempty"`
	Attended   *attended         `json:"acknowledged,omitempty"`
	Opened     time.Time         `json:"opened"`
	Updated    time.Time         `json:"updated"`
	Closed     *time.Time        `json:"closed,omitempty"`
	Timeline   []entry           `json:"timeline"`
	Link       string            `json:"link,omitempty"`
}

type action struct {
	ID    string       `json:"id"`
	From  string       `json:"from"`
	To    string       `json:"to"`
	Stage alerts.Stage `json:"stage"`
}

// attended says who looks after the incident since it opened.
type attended struct {
	By  string    `json:"by"`
	At  time.Time `json:"at"`
	Why string    `json:"why,omitempty"`
}

type entry struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Deliver implements [alerts.Receiver].
func (w webhook) Deliver(ctx context.Context, i alerts.Incident, _ alerts.Sent) (bool, error) {
	body, err := json.Marshal(w.notice(i))
	if err != nil {
		return false, err
	}
	sign := func(h http.Header, body []byte) error {
		keys, err := outbound.Keys(w.SecretFile)
		if err != nil {
			return fmt.Errorf("secret_file %q: %w", w.SecretFile, err)
		}
		outbound.Sign(h, keys, fmt.Sprintf("%s/%d", i.ID, i.Generation), time.Now(), body)
		return nil
	}
	return true, poster{w.client, w.URL, sign}.post(ctx, body)
}

func (w webhook) notice(i alerts.Incident) notice {
	n := notice{
		Format: 1, ID: i.ID, Generation: i.Generation, State: i.State, Severity: severity(i), Class: i.Class,
		Model: i.Ref.Name, Version: i.Ref.Version, Slot: i.Slot, Mode: i.Mode.String(), Owner: i.Owner,
		Headline: i.Headline, Outcome: i.Outcome(), Opened: i.Opened, Updated: i.Updated, Link: w.link(i),
	}
	for _, f := range i.Facts {
		if n.Facts == nil {
			n.Facts = map[string]string{}
		}
		n.Facts[f.Name] = f.Text
	}
	for _, e := range i.Timeline {
		n.Timeline = append(n.Timeline, entry{e.At, e.Text})
	}
	if a := i.Action; a != nil {
		n.Action = &action{a.ID, a.From, a.To, a.Stage}
	}
	if r, _ := i.Response(alerts.OrderAcknowledge); i.Acknowledged() {
		n.Attended = &attended{r.By, r.At, r.Why}
	}
	if !i.Closed.IsZero() {
		n.Closed = &i.Closed
	}
	return n
}
