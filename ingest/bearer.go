package ingest

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-msk-iam-sasl-signer-go/signer"
	"github.com/segmentio/kafka-go/sasl"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// bearer logs in with a token: SASL OAUTHBEARER, RFC 7628.
type bearer struct {
	token      func(ctx context.Context) (string, error) // asked at every login
	extensions map[string]string
}

// Name implements [sasl.Mechanism].
func (b bearer) Name() string { return "OAUTHBEARER" }

// tokenForm is what RFC 6750 lets a token be; a file of anything else would
// break the message.
var tokenForm = regexp.MustCompile(`^[-A-Za-z0-9._~+/]+=*$`)

var errNoToken = errors.New("kafka.sasl: the token is not one: want letters, digits and -._~+/ on one line")

// Start implements [sasl.Mechanism].
func (b bearer) Start(ctx context.Context) (sasl.StateMachine, []byte, error) {
	token, err := b.token(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !tokenForm.MatchString(token) {
		return nil, nil, errNoToken
	}
	var first strings.Builder
	fmt.Fprintf(&first, "n,,\x01auth=Bearer %s\x01", token)
	for _, key := range slices.Sorted(maps.Keys(b.extensions)) {
		fmt.Fprintf(&first, "%s=%s\x01", key, b.extensions[key])
	}
	first.WriteString("\x01")
	return bearerLogin{token}, []byte(first.String()), nil
}

// bearerLogin is one login. The broker says nothing when it is content.
type bearerLogin struct{ token string }

// Next implements [sasl.StateMachine].
func (l bearerLogin) Next(_ context.Context, challenge []byte) (bool, []byte, error) {
	if len(challenge) == 0 {
		return true, nil, nil
	}
	return false, nil, fmt.Errorf("the broker refused the token%s: %.200q", l.expired(), challenge)
}

// expired says since when the token is of no use, if it is a JSON Web Token
// that tells.
func (l bearerLogin) expired() string {
	parts := strings.Split(l.token, ".")
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if len(parts) < 2 {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(text, &claims) != nil || claims.Expires == 0 {
		return ""
	}
	at := time.Unix(int64(claims.Expires), 0).UTC()
	if at.After(time.Now()) {
		return ""
	}
	return ", which expired at " + at.Format(time.RFC3339)
}

// source returns tokens of the endpoint, each until shortly before it expires.
func (o *OAuth) source() (func(context.Context) (string, error), error) {
	roots, err := authorities(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("kafka.sasl.oauth.ca_file: %w", err)
	}
	if _, err := o.secret(); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	client := &http.Client{Transport: transport, Timeout: requestTimeout}
	var mu sync.Mutex
	var token *oauth2.Token
	return func(ctx context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if token.Valid() {
			return token.AccessToken, nil
		}
		secret, err := o.secret()
		if err != nil {
			return "", err
		}
		c := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: secret, TokenURL: o.TokenURL, Scopes: o.Scopes}
		if token, err = c.Token(context.WithValue(ctx, oauth2.HTTPClient, client)); err != nil {
			return "", fmt.Errorf("kafka.sasl.oauth: get a token from %s: %w", o.TokenURL, err)
		}
		return token.AccessToken, nil
	}, nil
}

func (o *OAuth) secret() (string, error) {
	return secret("kafka.sasl.oauth.client_secret_file", o.ClientSecretFile)
}

// token signs a token for Amazon MSK: an address that only our identity can
// have signed, good for 15 minutes.
func (a *AWS) token(ctx context.Context) (token string, err error) {
	switch {
	case a.RoleARN != "":
		token, _, err = signer.GenerateAuthTokenFromRole(ctx, a.Region, a.RoleARN, "driftd")
	case a.Profile != "":
		token, _, err = signer.GenerateAuthTokenFromProfile(ctx, a.Region, a.Profile)
	default:
		token, _, err = signer.GenerateAuthToken(ctx, a.Region)
	}
	if err != nil {
		return "", fmt.Errorf("kafka.sasl.aws: sign a token for region %s: %w", a.Region, err)
	}
	return token, nil
}
