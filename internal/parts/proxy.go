package parts

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy passes TCP connections on to a server until it is told to do worse.
type Proxy struct {
	Address string // where it listens

	target string
	log    func(format string, args ...any)

	mu    sync.Mutex
	links map[*link]bool
}

// link is one connection through the proxy.
type link struct {
	proxy          *Proxy
	client, server net.Conn

	mu       sync.Mutex
	resume   chan struct{} // closed when nothing holds the bytes up
	deaf     bool          // what the server says is swallowed
	cutAfter int           // so many bytes to the server pass before all is cut; -1: all do
	gone     bool
}

// NewProxy starts a proxy that ends with the test. What is done to its connections
// is logged.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for the proxy of %s: %v", target, err)
	}
	p := &Proxy{Address: l.Addr().String(), target: target, log: t.Logf, links: make(map[*link]bool)}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.serve(client)
		}
	})
	t.Cleanup(func() {
		l.Close()
		accepting.Wait()
		p.log = func(string, ...any) {}
		p.Cut()
	})
	return p
}

func (p *Proxy) serve(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		client.Close() // the server is down: so is the connection
		return
	}
	l := &link{proxy: p, client: client, server: server, resume: make(chan struct{}), cutAfter: -1}
	close(l.resume)
	p.mu.Lock()
	p.links[l] = true
	p.mu.Unlock()
	go l.pump(server, client, false)
	go l.pump(client, server, true)
}

// each does something to every connection there is now.
func (p *Proxy) each(fault string, do func(*link)) {
	p.mu.Lock()
	links := make([]*link, 0, len(p.links))
	for l := range p.links {
		links = append(links, l)
	}
	p.mu.Unlock()
	p.log("proxy of %s: %s, %d connections", p.target, fault, len(links))
	for _, l := range links {
		do(l)
	}
}

// Cut resets every connection at both ends.
func (p *Proxy) Cut() { p.each("cut", (*link).cut) }

// CutAfter resets each connection once n more bytes have gone to the server over it.
func (p *Proxy) CutAfter(n int) {
	p.each("cut after some bytes", func(l *link) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.cutAfter = n
	})
}

// Stall holds everything up, in both directions, until Resume.
func (p *Proxy) Stall() {
	p.each("stall", func(l *link) {
		l.mu.Lock()
		defer l.mu.Unlock()
		select {
		case <-l.resume:
			l.resume = make(chan struct{})
		default:
		}
	})
}

// Resume ends a stall; nothing was lost.
func (p *Proxy) Resume() {
	p.each("resume", func(l *link) {
		l.mu.Lock()
		defer l.mu.Unlock()
		select {
		case <-l.resume:
		default:
			close(l.resume)
		}
	})
}

// DropAnswers lets everything reach the server and swallows what it says. The
// first answer so lost on a connection cuts it: the client never learns that its
// request was served.
func (p *Proxy) DropAnswers() {
	p.each("drop answers", func(l *link) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.deaf = true
	})
}

// HalfOpen ends the server's side of each connection; the client's stays open and
// silent, as after the loss of a machine.
func (p *Proxy) HalfOpen() {
	p.each("half open", func(l *link) {
		l.mu.Lock()
		l.resume = make(chan struct{}) // for ever: the pumps hold what they have
		l.mu.Unlock()
		reset(l.server)
	})
}

// Storm does one thing after the other, at moments that rng chooses, until ctx
// ends. It leaves the proxy passing. Half-open connections are not among them:
// how long those last is the client's own patience.
func (p *Proxy) Storm(ctx context.Context, rng *rand.Rand, pause time.Duration) {
	wait := func(longest time.Duration) bool {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(time.Duration(rng.Int64N(int64(longest)))):
			return true
		}
	}
	for wait(2 * pause) {
		switch rng.IntN(4) {
		case 0:
			p.Cut()
		case 1:
			p.CutAfter(rng.IntN(20_000))
		case 2:
			p.DropAnswers()
		case 3:
			p.Stall()
			wait(2 * pause)
			p.Resume()
		}
	}
}

// pump passes bytes from one end to the other.
func (l *link) pump(to, from net.Conn, answers bool) {
	defer l.cut()
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !l.pass(to, buffer[:n], answers) || err != nil {
			l.mu.Lock()
			resume := l.resume
			l.mu.Unlock()
			<-resume // a client that is to hear nothing does not hear the end either
			return
		}
	}
}

// pass writes the bytes, or does what was ordered; false ends the connection.
func (l *link) pass(to io.Writer, b []byte, answer bool) bool {
	l.mu.Lock()
	resume := l.resume
	l.mu.Unlock()
	<-resume
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return false
	}
	last := false
	switch {
	case answer && l.deaf:
		return false
	case !answer && l.cutAfter >= 0:
		if l.cutAfter < len(b) {
			b, last = b[:l.cutAfter], true
		}
		l.cutAfter -= len(b)
	}
	_, err := to.Write(b)
	return err == nil && !last
}

func (l *link) cut() {
	reset(l.client)
	reset(l.server)
	l.proxy.mu.Lock()
	delete(l.proxy.links, l)
	l.proxy.mu.Unlock()
	// A pump that was held up has an end too.
	go func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.gone = true
		select {
		case <-l.resume:
		default:
			close(l.resume)
		}
	}()
}

// reset closes the connection without the courtesy of an orderly end.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
