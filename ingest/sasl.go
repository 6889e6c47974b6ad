package ingest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// SASL authenticates us to the brokers. Which fields a mechanism needs is said
// beside them.
type SASL struct {
	Mechanism    string            `mapstructure:"mechanism"`     // plain, scram-sha-256, scram-sha-512, oauthbearer or aws-msk-iam
	Username     string            `mapstructure:"username"`      // plain, scram
	PasswordFile string            `mapstructure:"password_file"` // plain, scram: read at every login
	TokenFile    string            `mapstructure:"token_file"`    // oauthbearer: read at every login
	OAuth        *OAuth            `mapstructure:"oauth"`         // oauthbearer: where tokens are had, instead of token_file
	Extensions   map[string]string `mapstructure:"extensions"`    // oauthbearer: sent with the token, as some providers ask
	AWS          *AWS              `mapstructure:"aws"`           // aws-msk-iam
}

// OAuth is a token endpoint and the client credentials that it takes.
type OAuth struct {
	TokenURL         string   `mapstructure:"token_url"`
	ClientID         string   `mapstructure:"client_id"`
	ClientSecretFile string   `mapstructure:"client_secret_file"` // read at every request
	Scopes           []string `mapstructure:"scopes"`
	CAFile           string   `mapstructure:"ca_file"` // PEM; instead of the system's authorities
}

// AWS says which identity of Amazon Web Services we have: that of the
// environment (variables, profile, web identity, pod, instance), unless a
// profile or a role to assume is named.
type AWS struct {
	Region  string `mapstructure:"region"` // of the cluster
	Profile string `mapstructure:"profile"`
	RoleARN string `mapstructure:"role_arn"`
}

// Names of the mechanisms in the configuration.
const (
	saslPlain    = "plain"
	saslScram256 = "scram-sha-256"
	saslScram512 = "scram-sha-512"
	saslOAuth    = "oauthbearer"
	saslMSK      = "aws-msk-iam"
)

var mechanisms = []string{saslPlain, saslScram256, saslScram512, saslOAuth, saslMSK}

// extensionKey is a name of RFC 7628, section 3.1.
var extensionKey = regexp.MustCompile(`^[A-Za-z]+$`)

// validate notes what is wrong, field by field.
func (s *SASL) validate(check func(ok bool, field, format string, args ...any)) {
	if !slices.Contains(mechanisms, s.Mechanism) {
		check(false, "sasl.mechanism", "%q: want one of %s", s.Mechanism, strings.Join(mechanisms, ", "))
		return
	}
	oauth, msk := s.Mechanism == saslOAuth, s.Mechanism == saslMSK
	password := !oauth && !msk
	idle := func(given bool, field string) {
		check(!given, "sasl."+field, "has no effect with mechanism %s: remove it", s.Mechanism)
	}
	if password {
		check(s.Username != "", "sasl.username", "empty: name the user")
		check(s.PasswordFile != "", "sasl.password_file", "empty: name the file that holds the password")
	} else {
		idle(s.Username != "", "username")
		idle(s.PasswordFile != "", "password_file")
	}
	if oauth {
		check((s.TokenFile == "") != (s.OAuth == nil), "sasl", "mechanism oauthbearer needs either token_file or oauth, not both")
		if s.OAuth != nil {
			s.OAuth.validate(check)
		}
		for key, value := range s.Extensions {
			check(extensionKey.MatchString(key) && key != "auth", "sasl.extensions", "%q: a name has letters only, and is not auth", key)
			check(printable(value), "sasl.extensions", "%s: %q: a value is one line of ASCII", key, value)
		}
	} else {
		idle(s.TokenFile != "", "token_file")
		idle(s.OAuth != nil, "oauth")
		idle(s.Extensions != nil, "extensions")
	}
	if !msk {
		idle(s.AWS != nil, "aws")
		return
	}
	check(s.AWS != nil && s.AWS.Region != "", "sasl.aws.region", "missing: name the cluster's region, e.g. eu-central-1")
	check(s.AWS == nil || s.AWS.Profile == "" || s.AWS.RoleARN == "", "sasl.aws", "profile and role_arn: give one of the two")
}

func (o OAuth) validate(check func(ok bool, field, format string, args ...any)) {
	u, err := url.Parse(o.TokenURL)
	secure := err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()))
	check(secure, "sasl.oauth.token_url", "%q: give the endpoint's https address: a secret is sent there", o.TokenURL)
	check(o.ClientID != "", "sasl.oauth.client_id", "empty: name the client")
	check(o.ClientSecretFile != "", "sasl.oauth.client_secret_file", "empty: name the file that holds the secret")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// printable reports whether a value can be sent as an extension.
func printable(value string) bool {
	return value != "" && strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// mechanism returns how to log in, nil for not at all. It reads the secrets'
// files once to say early what is wrong with them.
func (s *SASL) mechanism() (sasl.Mechanism, error) {
	if s == nil {
		return nil, nil
	}
	switch {
	case s.Mechanism == saslMSK:
		return bearer{token: s.AWS.token}, nil
	case s.OAuth != nil:
		token, err := s.OAuth.source()
		return bearer{token, s.Extensions}, err
	case s.TokenFile != "":
		token := func(context.Context) (string, error) { return secret("kafka.sasl.token_file", s.TokenFile) }
		_, err := token(context.Background())
		return bearer{token, s.Extensions}, err
	}
	m := password{s}
	_, err := m.login()
	return m, err
}

// password logs in with a name and a password. The file is read every time, so
// that a changed password needs no restart.
type password struct{ *SASL }

// Name implements [sasl.Mechanism].
func (p password) Name() string { return strings.ToUpper(p.Mechanism) }

// Start implements [sasl.Mechanism].
func (p password) Start(ctx context.Context) (sasl.StateMachine, []byte, error) {
	m, err := p.login()
	if err != nil {
		return nil, nil, err
	}
	return m.Start(ctx)
}

func (p password) login() (m sasl.Mechanism, err error) {
	secret, err := secret("kafka.sasl.password_file", p.PasswordFile)
	if err != nil {
		return nil, err
	}
	switch p.Mechanism {
	case saslPlain:
		return plain.Mechanism{Username: p.Username, Password: secret}, nil
	case saslScram256:
		m, err = scram.Mechanism(scram.SHA256, p.Username, secret)
	default:
		m, err = scram.Mechanism(scram.SHA512, p.Username, secret)
	}
	if err != nil {
		return nil, fmt.Errorf("kafka.sasl: user %q, password from %s: %w", p.Username, p.PasswordFile, err)
	}
	return m, nil
}

// secret reads a file that holds one secret. Editors and `echo` end a file with
// a newline that is not part of it.
func secret(field, path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", field, err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
