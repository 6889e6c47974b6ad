package mlflow

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/registry"
)

// Registry is the registry of one MLflow server. It is safe for concurrent use.
type Registry struct {
	cfg     Config
	base    string // URL without a final slash
	http    *http.Client
	limit   *limiter
	metrics *metrics
	// moving lets one Switch run at a time, so that within this process reading
	// the holder and replacing it is one step.
	moving sync.Mutex
}

var _ registry.Registry = (*Registry)(nil)

// New returns a client. It reads the certificates and contacts nobody.
func New(cfg Config, reg prometheus.Registerer) (*Registry, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = inFlight
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("ca_file: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca_file %q: holds no PEM certificate", cfg.CAFile)
		}
		transport.TLSClientConfig.RootCAs = pool
	}
	if cfg.CertFile != "" {
		show := func() (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
			return &pair, err
		}
		if _, err := show(); err != nil {
			return nil, fmt.Errorf("cert_file %q and key_file %q: %w", cfg.CertFile, cfg.KeyFile, err)
		}
		transport.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return show() }
	}
	return &Registry{
		cfg:     cfg,
		base:    strings.TrimRight(cfg.URL, "/"),
		http:    &http.Client{Transport: transport, CheckRedirect: sameHost},
		limit:   newLimiter(cfg.RatePerSecond, cfg.Burst),
		metrics: newMetrics(reg),
	}, nil
}

// authorize adds the configured headers and credentials.
func (r *Registry) authorize(req *http.Request) error {
	for key, value := range r.cfg.Headers {
		req.Header.Set(key, value)
	}
	switch {
	case r.cfg.TokenFile != "":
		token, err := secret(r.cfg.TokenFile)
		if err != nil {
			return fmt.Errorf("token_file: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
	case r.cfg.PasswordFile != "":
		password, err := secret(r.cfg.PasswordFile)
		if err != nil {
			return fmt.Errorf("password_file: %w", err)
		}
		req.SetBasicAuth(r.cfg.Username, password)
	}
	return nil
}

// secret reads a file that holds one line.
func secret(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line := strings.TrimRight(string(text), "\r\n")
	if line == "" || strings.ContainsAny(line, "\r\n") {
		return "", fmt.Errorf("%s: holds no secret of one line", path)
	}
	return line, nil
}
