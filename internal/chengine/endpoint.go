package chengine

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net"
	"strconv"
)

// Endpoint is where the engine listens and who may connect. It stays the same over
// restarts of the child within one [Engine.Run].
type Endpoint struct {
	Address     string // native protocol, "127.0.0.1:port"
	HTTPAddress string // HTTP, "127.0.0.1:port"

	Username string // may do everything
	Password string

	Reader         string // may only SELECT, within limits of time, memory and rows
	ReaderPassword string
}

// Listeners are opened below Linux's ephemeral range (32768 and up). A port from
// that range could be handed to another connection while the engine restarts, even
// to the one that tries to reach the engine: it would then connect to itself.
const (
	minPort = 10000
	maxPort = 32767
)

// newEndpoint chooses free ports and fresh passwords.
func newEndpoint() (Endpoint, error) {
	at := Endpoint{Username: "driftd", Password: rand.Text(), Reader: "reader", ReaderPassword: rand.Text()}
	var err error
	if at.Address, err = freeAddress(""); err != nil {
		return Endpoint{}, err
	}
	at.HTTPAddress, err = freeAddress(at.Address)
	return at, err
}

// freeAddress returns a loopback address that nobody listens on, other than taken.
func freeAddress(taken string) (string, error) {
	var last error
	for range 100 {
		n, err := rand.Int(rand.Reader, big.NewInt(maxPort-minPort+1))
		if err != nil {
			return "", fmt.Errorf("choose engine port: %w", err)
		}
		address := net.JoinHostPort("127.0.0.1", strconv.FormatInt(minPort+n.Int64(), 10))
		if address == taken {
			continue
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			last = err
			continue
		}
		l.Close()
		return address, nil
	}
	return "", fmt.Errorf("choose engine port: %w", last)
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address) // built by freeAddress
	return p
}
