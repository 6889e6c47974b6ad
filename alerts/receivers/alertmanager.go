package receivers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/driftd/driftd/alerts"
)

// Alertmanager posts incidents as alerts to a Prometheus Alertmanager (API v2),
// which routes, groups and silences them as its own configuration says.
type Alertmanager struct {
	URL          string        `mapstructure:"url"` // with its path prefix, if any
	Username     string        `mapstructure:"username"`
	PasswordFile string        `mapstructure:"password_file"`
	Timeout      time.Duration `mapstructure:"timeout"` // of one attempt; 0 is 10 s
}

// keeps is how long Alertmanager takes an open incident for open when it hears no
// more of it. It would otherwise end what is not repeated within minutes.
const keeps = 30 * 24 * time.Hour

// Validate reports every field that cannot work, joined.
func (a Alertmanager) Validate() error {
	var errs []error
	u, err := url.Parse(a.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		errs = append(errs, fmt.Errorf("url %q: give the address of the Alertmanager, e.g. http://alertmanager:9093", a.URL))
	}
	if (a.Username == "") != (a.PasswordFile == "") {
		errs = append(errs, errors.New("username and password_file: give both or none"))
	}
	return errors.Join(errs...)
}

func (a Alertmanager) open(link func(alerts.Incident) string) alerts.Receiver {
	client := &http.Client{Timeout: timeout(a.Timeout), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return alertmanager{a, client, link}
}

type alertmanager struct {
	Alertmanager
	client *http.Client
	link   func(alerts.Incident) string
}

// alert is a postableAlert of the API.
type alert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// Deliver implements [alerts.Receiver].
func (a alertmanager) Deliver(ctx context.Context, i alerts.Incident, _ alerts.Sent) (bool, error) {
	body, err := json.Marshal(a.alerts(i))
	if err != nil {
		return false, err
	}
	authorize := func(h http.Header, _ []byte) error {
		if a.Username == "" {
			return nil
		}
		password, err := secret("password_file", a.PasswordFile)
		if err != nil {
			return err
		}
		r := http.Request{Header: h}
		r.SetBasicAuth(a.Username, password)
		return nil
	}
	return true, poster{a.client, strings.TrimSuffix(a.URL, "/") + "/api/v2/alerts", authorize}.post(ctx, body)
}

// alerts are the incident at its severity, and its end at the other one: labels
// are what an alert is known by, so one whose severity changed is another alert.
func (a alertmanager) alerts(i alerts.Incident) []alert {
	var out []alert
	for _, s := range []string{"critical", "warning"} {
		ends := i.Updated
		switch {
		case i.State == alerts.Resolved:
			ends = i.Closed
		case s == severity(i):
			ends = i.Updated.Add(keeps)
		}
		if !ends.After(i.Opened) {
			ends = i.Opened.Add(time.Second) // the API wants an end after the start
		}
		labels := map[string]string{
			"alertname": "Driftd" + strings.ToUpper(string(i.Class[:1])) + string(i.Class[1:]),
			"model":     i.Ref.Name, "version": i.Ref.Version, "slot": i.Slot, "class": string(i.Class), "severity": s, "incident": i.ID,
		}
		if i.Owner != "" {
			labels["owner"] = i.Owner
		}
		out = append(out, alert{
			Labels:      labels,
			Annotations: map[string]string{"summary": i.Headline, "description": description(i)},
			StartsAt:    i.Opened, EndsAt: ends, GeneratorURL: a.link(i),
		})
	}
	return out
}

// description is the outcome and the facts, a line each.
func description(i alerts.Incident) string {
	var lines []string
	if done := i.Outcome(); done != "" {
		lines = append(lines, done)
	}
	for _, f := range i.Facts {
		lines = append(lines, f.Name+": "+f.Text)
	}
	return strings.Join(lines, "\n")
}
