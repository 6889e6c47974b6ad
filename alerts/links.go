package alerts

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// Links are the addresses under which people look further, without a slash at the
// end; "" where there is nothing.
type Links struct {
	Page    string // driftd's own page
	Grafana string // with driftd's dashboards
	MLflow  string
}

// Link is an address and what is there.
type Link struct{ Name, URL string }

// Version is the address of a page about the version: driftd's own, or Grafana's;
// "" when there is none.
func (l Links) Version(ref model.Ref) string {
	switch {
	case l.Page != "":
		return fmt.Sprintf("%s/models/%s/%s", l.Page, url.PathEscape(ref.Name), url.PathEscape(ref.Version))
	case l.Grafana != "":
		return l.dashboard(url.Values{}, ref)
	}
	return ""
}

// dashboard is the address of the version's dashboard in Grafana.
func (l Links) dashboard(span url.Values, ref model.Ref) string {
	span.Set("var-model", ref.Name)
	span.Set("var-version", ref.Version)
	return l.Grafana + "/d/driftd-version/version-health?" + span.Encode()
}

// Of lists where to look at the incident, at the time it is about.
func (l Links) Of(i Incident) []Link {
	var all []Link
	from, to := i.Window()
	span := url.Values{"from": {strconv.FormatInt(from.UnixMilli(), 10)}, "to": {strconv.FormatInt(to.UnixMilli(), 10)}}
	if l.Page != "" && i.Ref.Version != "" {
		all = append(all, Link{i.Ref.String(), l.Version(i.Ref) + "?" + span.Encode()})
	}
	if at := l.Incident(i); at != "" {
		all = append(all, Link{"incident", at})
	}
	if l.Grafana != "" {
		all = append(all, Link{"Grafana", l.dashboard(span, i.Ref)})
	}
	if l.MLflow != "" && i.Ref.Version != "" {
		all = append(all, Link{"MLflow", fmt.Sprintf("%s/#/models/%s/versions/%s", l.MLflow, url.PathEscape(i.Ref.Name), url.PathEscape(i.Ref.Version))})
	}
	return all
}

// Incident is the address of the incident's page, "" when there is none.
func (l Links) Incident(i Incident) string {
	if l.Page == "" || i.Class == ClassDigest {
		return ""
	}
	return l.Page + "/incidents/" + url.PathEscape(i.ID)
}

// Window is the time that the incident is about, from the first onset to its end or
// its newest state, with a quarter of it on both sides.
func (i Incident) Window() (from, to time.Time) {
	from, to = i.began(), i.Updated
	for _, e := range i.Evidence {
		if !e.Onset.IsZero() && e.Onset.Before(from) {
			from = e.Onset
		}
	}
	if i.State == Resolved {
		to = i.Closed
	}
	margin := max(to.Sub(from), time.Hour) / 4
	return from.Add(-margin), to.Add(margin)
}
