package outbound

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// AddressError refuses to connect.
type AddressError struct {
	address netip.Addr
	hint    string
}

// Error names the address.
func (e *AddressError) Error() string {
	return fmt.Sprintf("%s is not a public address%s", e.address, e.hint)
}

var (
	// carrier is between private and public: the inside of providers (RFC 6598).
	carrier = netip.MustParsePrefix("100.64.0.0/10")
	// metadata is where a cloud hands out credentials, beside the link-local ones.
	metadata = netip.MustParseAddr("fd00:ec2::254")
)

// Client returns a client for requests, each of which may take so long, to an
// address that a person configured. It connects to public addresses only, unless
// private ones are allowed, follows no redirect, since what is meant for one
// receiver goes to no other, and uses no proxy, which would connect where nobody
// looks.
func Client(timeout time.Duration, allowPrivate bool) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.DialContext = (&net.Dialer{Timeout: timeout, Control: guard(allowPrivate).mayDial}).DialContext
	return &http.Client{Timeout: timeout, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// guard tells whether private addresses are allowed.
type guard bool

// mayDial is asked for every address that a name resolved to, at the moment it is
// connected to: a name that resolves to another one later is checked again.
func (g guard) mayDial(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return err
	}
	ip = ip.Unmap().WithZone("")
	switch {
	case ip.IsLinkLocalUnicast(), ip.IsMulticast(), ip.IsUnspecified(), ip == metadata:
		return &AddressError{ip, " that a request may go to"}
	case bool(g):
		return nil
	case ip.IsPrivate(), ip.IsLoopback(), carrier.Contains(ip):
		return &AddressError{ip, ": set allow_private if the receiver is in your own network"}
	}
	return nil
}
