package mlflow

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/driftd/driftd/registry"
)

// connectionError means that no complete answer arrived.
type connectionError struct {
	err     error
	timeout time.Duration // of the attempt
}

// Error adds what to do where the cause is known.
func (e *connectionError) Error() string {
	if hint := e.hint(); hint != "" {
		return e.err.Error() + " (" + hint + ")"
	}
	return e.err.Error()
}

// Unwrap returns the cause.
func (e *connectionError) Unwrap() error { return e.err }

// Is makes it registry.ErrUnreachable.
func (e *connectionError) Is(target error) bool { return target == registry.ErrUnreachable }

func (e *connectionError) hint() string {
	switch {
	case e.foreign():
		return "the server's certificate is not trusted: name the file of its issuer in ca_file, and in url a name the certificate is for"
	case e.unshown():
		return "the server wants a client certificate that it trusts: check cert_file and key_file"
	case errors.Is(e.err, http.ErrSchemeMismatch):
		return "the server does not speak TLS: write http:// in url"
	case errors.Is(e.err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s: look whether the server is overloaded, or raise timeout", e.timeout)
	case e.undialled():
		return "check registry.mlflow.url, and that the server runs"
	}
	return ""
}

// unsent reports whether the server certainly did not see the request.
func (e *connectionError) unsent() bool { return e.undialled() || e.final() }

// final reports whether the same would happen again.
func (e *connectionError) final() bool {
	_, elsewhere := errors.AsType[*redirectError](e.err)
	return elsewhere || e.foreign() || e.unshown() || errors.Is(e.err, http.ErrSchemeMismatch)
}

// undialled reports whether the connection was never made.
func (e *connectionError) undialled() bool {
	op, ok := errors.AsType[*net.OpError](e.err)
	return ok && op.Op == "dial"
}

// foreign reports whether the server could not prove who it is.
func (e *connectionError) foreign() bool {
	_, unverified := errors.AsType[*tls.CertificateVerificationError](e.err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](e.err)
	_, name := errors.AsType[x509.HostnameError](e.err)
	return unverified || unknown || name
}

// unshown reports whether the server ended the handshake because of who we are:
// the alert that says so has a type of its own that nobody can name.
func (e *connectionError) unshown() bool {
	op, ok := errors.AsType[*net.OpError](e.err)
	return ok && op.Op == "remote error" && strings.Contains(op.Err.Error(), "certificate")
}

// redirectError refuses to follow.
type redirectError struct{ to string }

// Error says where to.
func (e *redirectError) Error() string {
	return "redirected to " + e.to + ": set url to the server itself, with its final scheme and path"
}

// sameHost refuses redirects that would carry credentials to another server or
// out of TLS, usually to the login page of a proxy, and any redirect of a
// change, because its body would be lost on the way.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme || via[0].Method != http.MethodGet || len(via) > 3 {
		return &redirectError{req.URL.Scheme + "://" + req.URL.Host}
	}
	return nil
}
