package chengine

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

const (
	// startTimeout bounds one start. The engine needs 0.1–0.7 s on 45 million rows,
	// longer when the library must first be read from a slow disk.
	startTimeout = 2 * time.Minute
	probeTimeout = 10 * time.Second
)

var errChildEnded = errors.New("engine process ended")

// waitReady returns nil once the listeners are open and the engine has survived
// what any network brings.
func waitReady(ctx context.Context, at Endpoint, ports string, ended <-chan struct{}) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(ports); err == nil {
			break
		}
		select {
		case <-ended:
			return errChildEnded
		case <-ctx.Done():
			return fmt.Errorf("wait for listeners: %w", ctx.Err())
		case <-tick.C:
		}
	}
	return selfTest(ctx, at)
}

// selfTest makes sure that an exception in a connection's thread does not end the
// engine, which depends on a detail of the library (see runChild): a wrong password,
// then a reset connection, and then it must still answer.
func selfTest(ctx context.Context, at Endpoint) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()

	wrong, err := dialNative(ctx, at.Address, at.Username, "wrong"+at.Password)
	if err == nil {
		wrong.Close()
		return errors.New("self-test: the engine accepts a wrong password")
	}
	reset, err := dialNative(ctx, at.Address, at.Username, at.Password)
	if err != nil {
		return fmt.Errorf("self-test after a wrong password: %w", err)
	}
	reset.(*net.TCPConn).SetLinger(0) // makes Close send a reset
	reset.Close()

	last, err := dialNative(ctx, at.Address, at.Username, at.Password)
	if err != nil {
		return fmt.Errorf("self-test after a reset connection: %w", err)
	}
	defer last.Close()
	if err := pingNative(last); err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	return nil
}

// Packets of ClickHouse's native protocol that the self-test needs.
const (
	clientHello = 0
	clientPing  = 4

	serverHello     = 0
	serverException = 2
	serverPong      = 4

	// probeRevision is old enough that nothing follows the two hellos.
	probeRevision = 54420
)

// dialNative connects and authenticates.
func dialNative(ctx context.Context, address, user, password string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)

	hello := binary.AppendUvarint(nil, clientHello)
	hello = appendString(hello, "driftd self-test")
	for _, version := range []uint64{1, 0, probeRevision} {
		hello = binary.AppendUvarint(hello, version)
	}
	for _, s := range []string{"", user, password} {
		hello = appendString(hello, s)
	}
	if err := exchangeHello(conn, hello); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// exchangeHello sends the client's hello and reads the server's, which for probeRevision
// is: name, major, minor, revision, time zone, display name, patch.
func exchangeHello(conn net.Conn, hello []byte) error {
	if _, err := conn.Write(hello); err != nil {
		return fmt.Errorf("send hello: %w", err)
	}
	r := bufio.NewReader(conn)
	kind, err := binary.ReadUvarint(r)
	switch {
	case err != nil:
		return fmt.Errorf("read hello: %w", err)
	case kind == serverException:
		return errors.New("the engine refuses the connection")
	case kind != serverHello:
		return fmt.Errorf("unexpected packet %d instead of hello", kind)
	}
	const str, num = true, false
	for _, isString := range []bool{str, num, num, num, str, str, num} {
		if isString {
			err = skipString(r)
		} else {
			_, err = binary.ReadUvarint(r)
		}
		if err != nil {
			return fmt.Errorf("read hello: %w", err)
		}
	}
	return nil
}

func pingNative(conn net.Conn) error {
	if _, err := conn.Write([]byte{clientPing}); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	var pong [1]byte
	if _, err := io.ReadFull(conn, pong[:]); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	if pong[0] != serverPong {
		return fmt.Errorf("ping: unexpected packet %d", pong[0])
	}
	return nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func skipString(r *bufio.Reader) error {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return err
	}
	_, err = io.CopyN(io.Discard, r, int64(n))
	return err
}
