package alerts

import (
	"fmt"
	"net/url"
	"strconv"
	"time"
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

// Of lists where to look at the incident, at the time it is about.
func (l Links) Of(i Incident) []Link {
	var all []Link
	from, to := i.Window()
	span := url.Values{"from": {strconv.FormatInt(from.UnixMilli(), 10)}, "to": {strconv.FormatInt(to.UnixMilli(), 10)}}
	if l.Page != "" && i.Ref.Version != "" {
		all = append(all, Link{i.Ref.String(), fmt.Sprintf("%s/models/%s/%s?%s", l.Page, url.PathEscape(i.Ref.Name), url.PathEscape(i.Ref.Version), span.Encode())})
	}
	if at := l.Incident(i); at != "" {
		all = append(all, Link{"incident", at})
	}
	if l.Grafana != "" {
		span.Set("var-model", i.Ref.Name)
		span.Set("var-version", i.Ref.Version)
		all = append(all, Link{"Grafana", l.Grafana + "/d/driftd-version/version-health?" + span.Encode()})
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
