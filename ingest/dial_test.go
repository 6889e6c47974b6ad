package ingest

import (
	"context"
	"net"
	"sync/atomic"
)

// countingDial counts what is written to the connections it makes.
type countingDial struct{ writes atomic.Int64 }

func (d *countingDial) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &countingConn{conn, &d.writes}, nil
}

type countingConn struct {
	net.Conn
	writes *atomic.Int64
}

func (c *countingConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}
