package clickhouse

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// Durability says when an insert counts as stored.
const (
	PageCache = "page_cache" // the operating system has it: a crash of the server loses nothing, a power cut may
	Fsync     = "fsync"      // it is on disk
)

// Config is the `clickhouse` section for a server that exists already.
type Config struct {
	Addresses    []string      `mapstructure:"addresses"`     // host:port of the native protocol
	Database     string        `mapstructure:"database"`      // default driftd
	Username     string        `mapstructure:"username"`      // default "default"
	PasswordFile string        `mapstructure:"password_file"` // first line is the password
	Secure       bool          `mapstructure:"secure"`        // TLS
	CAFile       string        `mapstructure:"ca_file"`       // PEM; default: the system's authorities
	DialTimeout  time.Duration `mapstructure:"dial_timeout"`  // default 5 s
	Durability   string        `mapstructure:"durability"`    // page_cache (default) or fsync
	Dashboards   *Dashboards   `mapstructure:"dashboards"`    // nil: no user of their own
}

// Dashboards is the user that may only read, within limits, and nothing of events.
type Dashboards struct {
	Username     string `mapstructure:"username"`      // default driftd_dashboards
	PasswordFile string `mapstructure:"password_file"` // first line is the password
	HTTPPort     int    `mapstructure:"http_port"`     // of the embedded engine; 0 is any that is free
}

// DashboardsUsername is the default name of the user.
const DashboardsUsername = "driftd_dashboards"

// Options are where and how to connect, with secrets resolved.
type Options struct {
	Addresses   []string
	Database    string
	Username    string
	Password    string
	TLS         *tls.Config // nil: plain text
	DialTimeout time.Duration
	Durability  string // PageCache or Fsync; "" is PageCache

	Reader         string // the user of dashboards that EnsureReader makes; "" is none
	ReaderPassword string
}

// Validate reports every field that cannot work, joined.
func (c Config) Validate() error {
	var errs []error
	if len(c.Addresses) == 0 {
		errs = append(errs, errors.New("addresses: none: name at least one host:port of the native protocol"))
	}
	for i, address := range c.Addresses {
		if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
			errs = append(errs, fmt.Errorf("addresses[%d] %q: want host:port, e.g. %q", i, address, "clickhouse:9000"))
		}
	}
	if c.Database != "" {
		if _, err := quote(c.Database); err != nil {
			errs = append(errs, fmt.Errorf("database: %w", err))
		}
	}
	if c.CAFile != "" && !c.Secure {
		errs = append(errs, fmt.Errorf("ca_file %q: has no effect without secure: true", c.CAFile))
	}
	if c.DialTimeout < 0 {
		errs = append(errs, fmt.Errorf("dial_timeout %s: want a positive duration", c.DialTimeout))
	}
	switch c.Durability {
	case "", PageCache, Fsync:
	default:
		errs = append(errs, fmt.Errorf("durability %q: want %s or %s", c.Durability, PageCache, Fsync))
	}
	return errors.Join(errs...)
}

// Validate reports every field that cannot work, joined.
func (d Dashboards) Validate() error {
	var errs []error
	if _, err := quote(d.Username); err != nil {
		errs = append(errs, fmt.Errorf("username: %w", err))
	}
	if d.PasswordFile == "" {
		errs = append(errs, errors.New("password_file: missing: name the file whose first line is the password"))
	}
	if d.HTTPPort < 0 || d.HTTPPort > 65535 {
		errs = append(errs, fmt.Errorf("http_port %d: want 1 to 65535, or 0 for any that is free", d.HTTPPort))
	}
	return errors.Join(errs...)
}

// Options reads the files that the configuration names and fills in defaults.
func (c Config) Options() (Options, error) {
	o := Options{
		Addresses:   c.Addresses,
		Database:    c.Database,
		Username:    c.Username,
		DialTimeout: c.DialTimeout,
		Durability:  c.Durability,
	}
	var err error
	if c.PasswordFile != "" {
		if o.Password, err = firstLine(c.PasswordFile); err != nil {
			return Options{}, fmt.Errorf("password_file: %w", err)
		}
	}
	if d := c.Dashboards; d != nil {
		o.Reader = d.Username
		if o.ReaderPassword, err = firstLine(d.PasswordFile); err != nil {
			return Options{}, fmt.Errorf("dashboards.password_file: %w", err)
		}
	}
	if c.Secure {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return Options{}, fmt.Errorf("ca_file: %w", err)
		}
		o.TLS.RootCAs = x509.NewCertPool()
		if !o.TLS.RootCAs.AppendCertsFromPEM(pem) {
			return Options{}, fmt.Errorf("ca_file %s: no certificate in it: want PEM", c.CAFile)
		}
	}
	return o, nil
}

// firstLine returns the first line of a file.
func firstLine(name string) (string, error) {
	text, err := os.ReadFile(name)
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), err
}
