package ingest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// mechanisms makes the SASL mechanism of each name in the configuration.
var mechanisms = map[string]func(username, password string) (sasl.Mechanism, error){
	"plain": func(username, password string) (sasl.Mechanism, error) {
		return plain.Mechanism{Username: username, Password: password}, nil
	},
	"scram-sha-256": func(username, password string) (sasl.Mechanism, error) {
		return scram.Mechanism(scram.SHA256, username, password)
	},
	"scram-sha-512": func(username, password string) (sasl.Mechanism, error) {
		return scram.Mechanism(scram.SHA512, username, password)
	},
}

// mechanism reads the password and returns the mechanism, nil for none.
func (s *SASL) mechanism() (sasl.Mechanism, error) {
	if s == nil {
		return nil, nil
	}
	password, err := os.ReadFile(s.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("kafka.sasl.password_file: %w", err)
	}
	// Editors and `echo` end a file with a newline that is not part of the secret.
	m, err := mechanisms[s.Mechanism](s.Username, strings.TrimRight(string(password), "\r\n"))
	if err != nil {
		return nil, fmt.Errorf("kafka.sasl: user %q, password from %s: %w", s.Username, s.PasswordFile, err)
	}
	return m, nil
}

// config reads the files and returns the TLS configuration, nil for plain text.
func (t *TLS) config() (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	c := &tls.Config{ServerName: t.ServerName, MinVersion: tls.VersionTLS12}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("kafka.tls.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("kafka.tls.ca_file: %s: %w", t.CAFile, errNoCertificate)
		}
	}
	if t.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("kafka.tls.cert_file %s with key_file %s: %w", t.CertFile, t.KeyFile, err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return c, nil
}

var errNoCertificate = errors.New("no certificate in PEM found")
