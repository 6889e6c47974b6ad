package mlflow

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"
)

// Config says how to reach the server.
type Config struct {
	// URL is the server's address, with the path prefix if it has one.
	URL string `mapstructure:"url"`
	// TokenFile holds a bearer token. Username and PasswordFile are HTTP basic
	// authentication. Files are read for every request, so that a rotated
	// secret needs no restart.
	TokenFile    string `mapstructure:"token_file"`
	Username     string `mapstructure:"username"`
	PasswordFile string `mapstructure:"password_file"`
	// CAFile holds the certificates (PEM) to trust instead of the system's.
	CAFile string `mapstructure:"ca_file"`
	// CertFile and KeyFile (PEM) are what driftd shows to a server that asks
	// for a client certificate. They are read again for every connection.
	CertFile string `mapstructure:"cert_file"`
	KeyFile  string `mapstructure:"key_file"`
	// Headers are sent with every request, e.g. X-MLFLOW-WORKSPACE.
	Headers map[string]string `mapstructure:"headers"`
	// Timeout bounds one attempt of one request.
	Timeout time.Duration `mapstructure:"timeout"`
	// RatePerSecond bounds requests per second over time; Burst is how many may
	// be made at once before that.
	RatePerSecond float64 `mapstructure:"rate_per_second"`
	Burst         int     `mapstructure:"burst"`
}

// DefaultConfig is a local server without authentication.
func DefaultConfig() Config {
	return Config{URL: "http://127.0.0.1:5000", Timeout: 10 * time.Second, RatePerSecond: 5, Burst: 10}
}

// Validate reports every field that cannot work, joined.
func (c Config) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	if u, err := url.Parse(c.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		wrong("url %q: give the server's address, e.g. http://mlflow:5000", c.URL)
	} else if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		wrong("url %q: leave out credentials, query and fragment; credentials go into username and password_file", u.Redacted())
	}
	if c.TokenFile != "" && c.Username != "" {
		wrong("token_file %q: give either a token or a username, not both", c.TokenFile)
	}
	if (c.Username == "") != (c.PasswordFile == "") {
		wrong("username %q and password_file %q: give both or neither", c.Username, c.PasswordFile)
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		wrong("cert_file %q and key_file %q: give both or neither", c.CertFile, c.KeyFile)
	}
	for _, file := range []struct{ field, path string }{
		{"token_file", c.TokenFile}, {"password_file", c.PasswordFile}, {"ca_file", c.CAFile},
		{"cert_file", c.CertFile}, {"key_file", c.KeyFile},
	} {
		if file.path == "" {
			continue
		}
		if _, err := os.ReadFile(file.path); err != nil {
			wrong("%s %q: %w", file.field, file.path, errors.Unwrap(err))
		}
	}
	for key, value := range c.Headers {
		if key == "" || strings.ContainsAny(key, " :\r\n") || strings.ContainsAny(value, "\r\n") {
			wrong("headers %q: a header is one name and one line", key)
		}
	}
	if c.Timeout <= 0 {
		wrong("timeout %s: give a positive duration, e.g. 10s", c.Timeout)
	}
	if !(c.RatePerSecond > 0) || c.RatePerSecond > 1e4 {
		wrong("rate_per_second %v: give a number above 0, at most 10000", c.RatePerSecond)
	}
	if c.Burst < 1 || c.Burst > 1e4 {
		wrong("burst %d: give at least 1, at most 10000", c.Burst)
	}
	return errors.Join(errs...)
}
