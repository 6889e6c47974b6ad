package chengine

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"math/big"
	"net"
	"os"
	"strconv"
	"strings"
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

// ownUser may do everything.
const ownUser = "driftd"

// newEndpoint chooses free ports and fresh passwords where none are configured.
func newEndpoint(c Config) (Endpoint, error) {
	at := Endpoint{Username: ownUser, Password: rand.Text(), Reader: cmp.Or(c.Reader, "reader"), ReaderPassword: rand.Text()}
	if c.ReaderPasswordFile != "" {
		text, err := os.ReadFile(c.ReaderPasswordFile)
		if err != nil {
			return Endpoint{}, fmt.Errorf("password of %s: %w", at.Reader, err)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		if at.ReaderPassword = strings.TrimSuffix(line, "\r"); at.ReaderPassword == "" {
			return Endpoint{}, fmt.Errorf("password of %s: the first line of %s is empty", at.Reader, c.ReaderPasswordFile)
		}
	}
	var err error
	if at.Address, err = freeAddress(""); err != nil {
		return Endpoint{}, err
	}
	if c.HTTPPort == 0 {
		at.HTTPAddress, err = freeAddress(at.Address)
		return at, err
	}
	at.HTTPAddress = net.JoinHostPort("127.0.0.1", strconv.Itoa(c.HTTPPort))
	l, err := net.Listen("tcp", at.HTTPAddress)
	if err != nil {
		return Endpoint{}, fmt.Errorf("serve HTTP for dashboards: %w: choose another http_port", err)
	}
	return at, l.Close()
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
