package config

import (
	"net/url"
	"strings"

	"github.com/driftd/driftd/alerts"
)

// Grafana is the grafana section.
type Grafana struct {
	URL string `mapstructure:"url"`
}

// links checks the addresses that messages lead to.
func (c checker) links(f *file) alerts.Links {
	l := alerts.Links{Page: c.address("http.external_url", f.HTTP.ExternalURL), Grafana: c.address("grafana.url", f.Grafana.URL)}
	if f.Registry.MLflow != nil {
		l.MLflow = strings.TrimSuffix(f.Registry.MLflow.URL, "/")
	}
	return l
}

// address returns the base address without the slash at its end.
func (c checker) address(path, text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		c.problem(path, "%q: give the address that people open, such as https://driftd.example", short(text))
		return ""
	}
	return strings.TrimSuffix(text, "/")
}
