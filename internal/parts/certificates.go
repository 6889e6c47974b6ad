package parts

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Certificates are files (PEM) that belong to one authority.
type Certificates struct {
	CA        string // the authority
	Cert, Key string // a client's
	Server    string // key, certificate and authority of a server at 127.0.0.1
}

// Certify makes certificates in the test's own directory.
func Certify(t testing.TB) Certificates {
	t.Helper()
	c, err := certify(t.TempDir())
	if err != nil {
		t.Fatalf("make certificates: %v", err)
	}
	return c
}

func certify(dir string) (Certificates, error) {
	c := Certificates{
		CA: filepath.Join(dir, "ca.pem"), Cert: filepath.Join(dir, "client.pem"),
		Key: filepath.Join(dir, "client-key.pem"), Server: filepath.Join(dir, "server.pem"),
	}
	ca, caKey, err := issue("driftd test authority", nil, nil)
	if err != nil {
		return c, err
	}
	chain := encode("CERTIFICATE", ca.Raw)
	errs := []error{os.WriteFile(c.CA, chain, 0o600)}
	for _, name := range []string{"server", "client"} {
		cert, key, err := issue(name, ca, caKey)
		if err != nil {
			return c, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return c, err
		}
		certText, keyText := encode("CERTIFICATE", cert.Raw), encode("PRIVATE KEY", der)
		if name == "client" {
			errs = append(errs, os.WriteFile(c.Cert, certText, 0o600), os.WriteFile(c.Key, keyText, 0o600))
			continue
		}
		errs = append(errs, os.WriteFile(c.Server, append(append(keyText, certText...), chain...), 0o600))
	}
	return c, errors.Join(errs...)
}

// issue makes a certificate for loopback, signed by the parent; without one, an
// authority that signs itself.
func issue(name string, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if parent == nil {
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, nil
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
