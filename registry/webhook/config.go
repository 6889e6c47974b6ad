package webhook

import (
	"errors"
	"fmt"
	"time"

	"github.com/driftd/driftd/internal/outbound"
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

	if err := outbound.CheckURL(c.URL, c.AllowPrivate); err != nil {
		wrong("%w", err)
	}
	if c.SecretFile == "" {
		wrong("secret_file missing: name the file that holds the key of the signature")
	} else if _, err := outbound.Keys(c.SecretFile); err != nil {
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
