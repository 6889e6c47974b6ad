package schema

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// Config is the section kafka.schema_registry of the configuration.
type Config struct {
	// URL is the registry's address, with the path of its API if it has one,
	// e.g. http://apicurio:8080/apis/ccompat/v7.
	URL string `mapstructure:"url"`
	// TokenFile holds a bearer token. Username and PasswordFile are HTTP basic
	// authentication. Files are read for every request, so that a rotated
	// secret needs no restart.
	TokenFile    string `mapstructure:"token_file"`
	Username     string `mapstructure:"username"`
	PasswordFile string `mapstructure:"password_file"`
	TLS          *TLS   `mapstructure:"tls"` // nil: as the system trusts
}

// TLS says whom to trust.
type TLS struct {
	CAFile string `mapstructure:"ca_file"` // PEM; instead of the system's authorities
}

// Problem is one thing wrong with the configuration.
type Problem struct {
	Field   string // path within the section, "tls.ca_file"
	Message string // names the value and the remedy
}

// Validate reports everything that is wrong, in the order of the fields. It
// reads the files.
func (c Config) Validate() []Problem {
	var problems []Problem
	wrong := func(field, format string, args ...any) {
		problems = append(problems, Problem{field, fmt.Sprintf(format, args...)})
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		wrong("url", "%q: give the registry's address, e.g. http://schema-registry:8081", c.URL)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		wrong("url", "%q: leave out credentials, query and fragment; credentials go into username and password_file", u.Redacted())
	case c.TLS != nil && u.Scheme == "http":
		wrong("tls", "has no effect with %q: write https, or remove tls", c.URL)
	}
	if c.TokenFile != "" && c.Username != "" {
		wrong("token_file", "%q: give either a token or a username, not both", c.TokenFile)
	}
	if (c.Username == "") != (c.PasswordFile == "") {
		wrong("username", "%q with password_file %q: give both or neither", c.Username, c.PasswordFile)
	}
	readable := func(field, path string) {
		if _, err := os.ReadFile(path); path != "" && err != nil {
			wrong(field, "%q: %s", path, errors.Unwrap(err))
		}
	}
	readable("token_file", c.TokenFile)
	readable("password_file", c.PasswordFile)
	if c.TLS != nil {
		if _, err := c.TLS.config(); err != nil {
			wrong("tls.ca_file", "%q: %s", c.TLS.CAFile, err)
		}
	}
	return problems
}

// config reads the file and returns the TLS configuration.
func (t TLS) config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(t.CAFile)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in PEM found")
	}
	return c, nil
}

// secret reads a file. Editors and `echo` end it with a newline that is not part
// of the secret.
func secret(path string) (string, error) {
	b, err := os.ReadFile(path)
	return strings.TrimRight(string(b), "\r\n"), err
}
