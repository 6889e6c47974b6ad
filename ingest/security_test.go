package ingest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// authority returns a self-signed certificate for loopback, and its PEM.
func authority(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestTLSWithEachSASLMechanism(t *testing.T) {
	for _, mechanism := range []string{"plain", "scram-sha-256", "scram-sha-512"} {
		t.Run(mechanism, func(t *testing.T) {
			cert, ca := authority(t)
			_, broker := fake(t, kfake.EnableSASL(), kfake.Superuser(strings.ToUpper(mechanism), "driftd", "secret"), kfake.Superuser("SCRAM-SHA-256", "admin", "admin"),
				kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}}))
			cfg := config(broker)
			cfg.TLS = &TLS{CAFile: file(t, "ca.pem", ca)}
			cfg.SASL = &SASL{Mechanism: mechanism, Username: "driftd", PasswordFile: file(t, "password", "secret\n")}
			sink := &memory{}
			c := start(t, cfg, sink)
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM([]byte(ca))
			p := producer(t, broker, kgo.DialTLSConfig(&tls.Config{RootCAs: roots}), kgo.SASL(scram.Auth{User: "admin", Pass: "admin"}.AsSha256Mechanism()))
			produce(t, p, "predictions", 0, prediction("a"))
			c.drained(t)
			if diff := cmp.Diff([]string{"a"}, sink.ids()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What keeps us from Kafka at the start is survived, counted, and said truly.
func TestUnreachableKafkaIsExplained(t *testing.T) {
	cert, _ := authority(t)
	_, otherCA := authority(t)
	refused := parts.FreeAddress(t)
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer web.Close()
	go func() { // answers as a web server does that was sent a Kafka request
		for {
			conn, err := web.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1<<10))
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	for _, test := range []struct {
		name   string
		opts   []kfake.Opt
		change func(*Config)
		want   string
	}{
		{"wrong password", []kfake.Opt{kfake.EnableSASL(), kfake.Superuser("PLAIN", "driftd", "secret")},
			func(c *Config) {
				c.SASL = &SASL{Mechanism: "plain", Username: "driftd", PasswordFile: file(t, "password", "wrong")}
			}, "SASL"},
		{"unknown authority", []kfake.Opt{kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}})},
			func(c *Config) { c.TLS = &TLS{CAFile: file(t, "ca.pem", otherCA)} }, "certificate"},
		{"something else listens", nil, func(c *Config) { c.Brokers = []string{web.Addr().String()} }, "does not speak Kafka"},
		{"nobody listens", nil, func(c *Config) { c.Brokers = []string{refused} }, "refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			leakless(t)
			_, broker := fake(t, test.opts...)
			cfg := config(broker)
			test.change(&cfg)
			c := start(t, cfg, &memory{})
			eventually(t, "the cause is known", func() bool { return strings.Contains(c.Healthy().Error(), test.want) })
			t.Log(c.Healthy())
			eventually(t, "a connection error is counted", func() bool { return testutil.ToFloat64(c.metrics.errors.WithLabelValues(opConnect)) > 0 })
			began := time.Now()
			c.stop()
			if d := time.Since(began); d >= requestTimeout {
				t.Errorf("stopping took %s, as long as a request that nobody answers", d)
			}
		})
	}
}

// Kafka may come later than we do.
func TestKafkaStartsLate(t *testing.T) {
	address, err := net.ResolveTCPAddr("tcp", parts.FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	sink := &memory{}
	c := start(t, config(address.String()), sink)
	eventually(t, "an error", func() bool { return testutil.ToFloat64(c.metrics.errors.WithLabelValues(opJoin)) > 0 })
	_, broker := fake(t, kfake.Ports(address.Port))
	produce(t, producer(t, broker), "predictions", 0, prediction("a"))
	c.drained(t)
	if err := c.Healthy(); err != nil {
		t.Error(err)
	}
}

func TestSecretsAreNamedWhenMissing(t *testing.T) {
	for _, test := range []struct {
		field  string
		change func(*Config)
	}{
		{"kafka.sasl.password_file", func(c *Config) {
			c.SASL = &SASL{Mechanism: "plain", Username: "u", PasswordFile: "absent/password"}
		}},
		{"kafka.tls.ca_file", func(c *Config) { c.TLS = &TLS{CAFile: "absent/ca.pem"} }},
		{"kafka.tls.ca_file", func(c *Config) { c.TLS = &TLS{CAFile: file(t, "absent-ca.pem", "not PEM")} }},
		{"kafka.tls.cert_file", func(c *Config) { c.TLS = &TLS{CertFile: "absent/cert.pem", KeyFile: "absent/key.pem"} }},
	} {
		cfg := config("127.0.0.1:1")
		test.change(&cfg)
		_, err := New(cfg, nil, &memory{}, discardLog, nil)
		if err == nil || !strings.Contains(err.Error(), test.field) || !strings.Contains(err.Error(), "absent") {
			t.Errorf("%s: %v", test.field, err)
		}
	}
}
