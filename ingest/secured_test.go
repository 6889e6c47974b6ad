package ingest

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/segmentio/kafka-go/sasl"

	"github.com/driftd/driftd/internal/parts"
)

// These tests run against a real Apache Kafka with a listener for each way to
// secure a connection.

// unsecured returns a JSON Web Token without signature, as the broker of the
// tests takes them.
func unsecured(t *testing.T, expires time.Time) string {
	t.Helper()
	encode := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return encode(map[string]string{"alg": "none"}) + "." +
		encode(map[string]any{"sub": "driftd", "iat": expires.Add(-time.Hour).Unix(), "exp": expires.Unix()}) + "."
}

// endpoint is a token endpoint that takes the client driftd with the secret.
func endpoint(t *testing.T) (url string, asked *atomic.Int32) {
	asked = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		id, secret, _ := r.BasicAuth()
		if err := r.ParseForm(); err != nil || id != "driftd" || secret != "secret" || r.Form.Get("grant_type") != "client_credentials" || r.Form.Get("scope") != "kafka" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client"}`)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, unsecured(t, time.Now().Add(time.Hour)))
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestEveryWayToSecureAConnection(t *testing.T) {
	k := parts.KafkaSecured(t)
	login := func(mechanism string) *SASL {
		return &SASL{Mechanism: mechanism, Username: "driftd", PasswordFile: file(t, "password", "secret\n")}
	}
	tokens, asked := endpoint(t)
	for _, test := range []struct {
		name, broker string
		tls          *TLS
		sasl         *SASL
	}{
		{"TLS", k.TLS, &TLS{CAFile: k.CA}, nil},
		{"mutual TLS", k.MTLS, &TLS{CAFile: k.CA, CertFile: k.Cert, KeyFile: k.Key}, nil},
		{"plain", k.SASL, &TLS{CAFile: k.CA}, login("plain")},
		{"scram-sha-256", k.SASL, &TLS{CAFile: k.CA}, login("scram-sha-256")},
		{"scram-sha-512", k.SASL, &TLS{CAFile: k.CA}, login("scram-sha-512")},
		{"token in a file", k.Bearer, nil, &SASL{Mechanism: "oauthbearer", TokenFile: file(t, "token", unsecured(t, time.Now().Add(time.Hour))+"\n")}},
		{"token of an endpoint", k.Bearer, nil, &SASL{Mechanism: "oauthbearer", Extensions: map[string]string{"logicalCluster": "lkc-1"}, OAuth: &OAuth{
			TokenURL: tokens, ClientID: "driftd", ClientSecretFile: file(t, "secret", "secret\n"), Scopes: []string{"kafka"},
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			leakless(t)
			topic := fmt.Sprintf("secured-%d", time.Now().UnixNano())
			createTopic(t, k.Plain, topic, 1)
			cfg := realConfig(test.broker, topic)
			cfg.TLS, cfg.SASL = test.tls, test.sasl
			if problems := cfg.Validate(); len(problems) > 0 {
				t.Fatal(problems)
			}
			sink := &memory{}
			c := start(t, cfg, sink)
			produce(t, producer(t, k.Plain), topic, 0, prediction("a"))
			c.drained(t)
			if diff := cmp.Diff([]string{"a"}, sink.ids()); diff != "" {
				t.Error(diff)
			}
			if err := c.Healthy(); err != nil {
				t.Error(err)
			}
		})
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("%d tokens were asked for: want one, kept until it expires", n)
	}
}

// What stands in the way is said truly by the log and by readiness, both of
// which take it from Healthy.
func TestASecuredBrokerSaysWhatIsWrong(t *testing.T) {
	k := parts.KafkaSecured(t)
	other, otherCA := authority(t)
	key, err := x509.MarshalPKCS8PrivateKey(other.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	foreign := &TLS{CAFile: k.CA, CertFile: file(t, "cert.pem", otherCA), KeyFile: file(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))}
	wrong := func(mechanism string) *SASL {
		return &SASL{Mechanism: mechanism, Username: "driftd", PasswordFile: file(t, "password", "wrong")}
	}
	ca := &TLS{CAFile: k.CA}
	for _, test := range []struct {
		name, broker string
		tls          *TLS
		sasl         *SASL
		want         string
	}{
		{"wrong password, plain", k.SASL, ca, wrong("plain"), "SASL Authentication failed"},
		{"wrong password, scram-sha-256", k.SASL, ca, wrong("scram-sha-256"), "SASL Authentication failed"},
		{"wrong password, scram-sha-512", k.SASL, ca, wrong("scram-sha-512"), "SASL Authentication failed"},
		{"mechanism that is not offered", k.Bearer, nil, wrong("plain"), "Unsupported SASL Mechanism"},
		{"unknown authority", k.TLS, &TLS{CAFile: file(t, "ca.pem", otherCA)}, nil, "certificate signed by unknown authority"},
		{"another host's certificate", k.TLS, &TLS{CAFile: k.CA, ServerName: "kafka-1"}, nil, "kafka-1"},
		{"no certificate of ours", k.MTLS, ca, nil, "cert_file"},
		{"certificate of a foreign authority", k.MTLS, foreign, nil, "kafka.tls.cert_file"},
		{"plain text to TLS", k.TLS, nil, nil, "kafka.tls"},
		{"login in plain text to TLS", k.SASL, nil, wrong("plain"), "kafka.tls"},
		{"TLS to plain text", k.Plain, ca, nil, "kafka.tls"},
		{"no login", k.SASL, ca, nil, "kafka.sasl"},
		{"expired token", k.Bearer, nil, &SASL{Mechanism: "oauthbearer", TokenFile: file(t, "token", unsecured(t, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))}, "expired at 2026-01-02T03:04:05Z"},
		{"no token", k.Bearer, nil, &SASL{Mechanism: "oauthbearer", TokenFile: file(t, "token", "two\nlines")}, "the token is not one"},
		{"endpoint refuses", k.Bearer, nil, &SASL{Mechanism: "oauthbearer", OAuth: func() *OAuth {
			url, _ := endpoint(t)
			return &OAuth{TokenURL: url, ClientID: "driftd", ClientSecretFile: file(t, "secret", "wrong")}
		}()}, "invalid_client"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := realConfig(test.broker, "predictions")
			cfg.TLS, cfg.SASL = test.tls, test.sasl
			c := start(t, cfg, &memory{})
			eventually(t, "the cause is known", func() bool { return strings.Contains(c.Healthy().Error(), test.want) })
			t.Log(c.Healthy())
			// It stays the cause while joining is tried again and again.
			failures := func() float64 { return testutil.ToFloat64(c.metrics.errors.WithLabelValues(opJoin)) }
			before := failures()
			eventually(t, "more attempts", func() bool { return failures() > before+1 })
			eventually(t, "the cause stays", func() bool { return strings.Contains(c.Healthy().Error(), test.want) })
			for range 20 {
				if err := c.Healthy(); !strings.Contains(err.Error(), test.want) {
					t.Fatalf("the cause was replaced by: %v", err)
				}
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
}

// A token or a password that is renewed in its file is taken at the next login.
func TestSecretsAreReadAgain(t *testing.T) {
	k := parts.KafkaSecured(t)
	for _, test := range []struct {
		name, broker, before, after string
		sasl                        func(path string) *SASL
		tls                         *TLS
	}{
		{"token", k.Bearer, unsecured(t, time.Now().Add(-time.Hour)), unsecured(t, time.Now().Add(time.Hour)),
			func(path string) *SASL { return &SASL{Mechanism: "oauthbearer", TokenFile: path} }, nil},
		{"password", k.SASL, "old", "secret",
			func(path string) *SASL {
				return &SASL{Mechanism: "scram-sha-512", Username: "driftd", PasswordFile: path}
			}, &TLS{CAFile: k.CA}},
	} {
		t.Run(test.name, func(t *testing.T) {
			topic := fmt.Sprintf("renewed-%d", time.Now().UnixNano())
			createTopic(t, k.Plain, topic, 1)
			cfg := realConfig(test.broker, topic)
			path := filepath.Join(t.TempDir(), "secret")
			write := func(text string) {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write(test.before)
			cfg.TLS, cfg.SASL = test.tls, test.sasl(path)
			c := start(t, cfg, &memory{})
			eventually(t, "the login fails", func() bool { return c.Healthy() != errNotJoined })
			write(test.after)
			produce(t, producer(t, k.Plain), topic, 0, prediction("a"))
			c.drained(t)
		})
	}
}

// A broker ends a connection whose login is too old. It is made anew, with a new
// login, and nothing is lost or doubled.
func TestLoginsThatExpireAreRepeated(t *testing.T) {
	k := parts.KafkaSecured(t)
	topic := fmt.Sprintf("expiring-%d", time.Now().UnixNano())
	createTopic(t, k.Plain, topic, 1)
	cfg := realConfig(k.Bearer, topic)
	cfg.SASL = &SASL{Mechanism: "oauthbearer", TokenFile: file(t, "token", unsecured(t, time.Now().Add(time.Hour)))}
	m, err := cfg.SASL.mechanism()
	if err != nil {
		t.Fatal(err)
	}
	logins := &counted{Mechanism: m}
	sink := &memory{}
	c := start(t, cfg, sink, func(c *Consumer) { c.cluster.dialer.SASLMechanism, c.cluster.transport.SASL = logins, logins })
	p := producer(t, k.Plain)
	ids, messages := names("a", 40)
	for _, message := range messages {
		produce(t, p, topic, 0, message)
		time.Sleep(250 * time.Millisecond)
	}
	c.drained(t)
	if diff := cmp.Diff(ids, sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
	t.Logf("%d logins, %v failed joins", logins.starts.Load(), testutil.ToFloat64(c.metrics.errors.WithLabelValues(opJoin)))
	if n := logins.starts.Load(); n < 6 {
		t.Errorf("%d logins in 10 s: no connection was ended, this test tests nothing", n)
	}
}

// counted counts logins.
type counted struct {
	sasl.Mechanism
	starts atomic.Int32
}

func (c *counted) Start(ctx context.Context) (sasl.StateMachine, []byte, error) {
	c.starts.Add(1)
	return c.Mechanism.Start(ctx)
}
