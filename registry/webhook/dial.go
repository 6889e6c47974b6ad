package webhook

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// addressError refuses to connect.
type addressError struct {
	address netip.Addr
	hint    string
}

// Error names the address.
func (e *addressError) Error() string {
	return fmt.Sprintf("%s is not a public address%s", e.address, e.hint)
}

var (
	// carrier is between private and public: the inside of providers (RFC 6598).
	carrier = netip.MustParsePrefix("100.64.0.0/10")
	// metadata is where a cloud hands out credentials, beside the link-local ones.
	metadata = netip.MustParseAddr("fd00:ec2::254")
)

// mayDial is asked for every address that a name resolved to, at the moment it is
// connected to: a name that resolves to another one later is checked again.
func (c Config) mayDial(_, address string, _ syscall.RawConn) error {
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
		return &addressError{ip, " that a request may go to"}
	case c.AllowPrivate:
		return nil
	case ip.IsPrivate(), ip.IsLoopback(), carrier.Contains(ip):
		return &addressError{ip, ": set allow_private if the receiver is in your own network"}
	}
	return nil
}
