package webhook

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"
)

// Config says whom to ask for a switch.
type Config struct {
	// URL receives the requests. It is https unless private addresses are allowed.
	URL string `mapstructure:"url"`
	// SecretFile holds the key of the signature, at least 16 characters. Where it
	// has several lines, each signs: so a key can be replaced without a gap. It is
	// read for every request.
	SecretFile string `mapstructure:"secret_file"`
	// AllowPrivate allows addresses that are not public, as of a cluster or of
	// this machine. Link-local ones, where clouds hand out credentials, never are.
	AllowPrivate bool `mapstructure:"allow_private"`
	// Timeout bounds one attempt of one request.
	Timeout time.Duration `mapstructure:"timeout"`
	// Within is how long the switch may take from the first request until the
	// registry shows it; Poll is how often the registry is asked.
	Within time.Duration `mapstructure:"within"`
	Poll   time.Duration `mapstructure:"poll"`
}

// DefaultConfig lacks the URL and the secret.
func DefaultConfig() Config {
	return Config{Timeout: 10 * time.Second, Within: 5 * time.Minute, Poll: 5 * time.Second}
}

// Validate reports every field that cannot work, joined.
func (c Config) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		wrong("url %q: give the address that receives requests, e.g. https://deploy.example/switch", c.URL)
	case u.User != nil || u.Fragment != "":
		wrong("url %q: leave out credentials and fragment; the signature proves who asks", u.Redacted())
	case u.Scheme == "http" && !c.AllowPrivate:
		wrong("url %q: use https, or set allow_private for a receiver in your own network", c.URL)
	}
	if c.SecretFile == "" {
		wrong("secret_file missing: name the file that holds the key of the signature")
	} else if _, err := secrets(c.SecretFile); err != nil {
		wrong("secret_file %q: %w", c.SecretFile, err)
	}
	for _, d := range []struct {
		field string
		value time.Duration
	}{{"timeout", c.Timeout}, {"within", c.Within}, {"poll", c.Poll}} {
		if d.value <= 0 {
			wrong("%s %s: give a positive duration, e.g. 10s", d.field, d.value)
		}
	}
	return errors.Join(errs...)
}

// shortest is the length of a key that cannot be guessed, in characters.
const shortest = 16

// secrets reads the keys, one a line.
func secrets(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	var keys []string
	for line := range strings.Lines(string(text)) {
		if key := strings.TrimSpace(line); key != "" {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		if len(key) < shortest {
			return nil, fmt.Errorf("holds a key of %d characters: use at least %d, e.g. of `openssl rand -hex 32`", len(key), shortest)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("holds no key")
	}
	return keys, nil
}
