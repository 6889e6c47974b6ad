package chengine_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/driftd/driftd/internal/parts"
)

func TestReaderMayOnlyReadWithinItsLimits(t *testing.T) {
	at := parts.Engine(t)
	own := parts.Database(t)
	if err := open(t, own).Exec(t.Context(), "CREATE TABLE seen (x UInt8) ENGINE = MergeTree ORDER BY x"); err != nil {
		t.Fatal(err)
	}
	as := *own
	as.Auth.Username, as.Auth.Password = at.Reader, at.ReaderPassword
	reader := open(t, &as)
	for _, tc := range []struct {
		statement string
		allowed   bool
	}{
		{"SELECT count() FROM seen", true},
		{"SELECT 1 SETTINGS max_execution_time = 5", true},
		{"SELECT 1 SETTINGS max_execution_time = 0", false},
		{"SELECT 1 SETTINGS max_memory_usage = 0", false},
		{"SELECT 1 SETTINGS max_result_rows = 0", false},
		{"SELECT 1 SETTINGS readonly = 0", false},
		{"INSERT INTO seen VALUES (1)", false},
		{"DROP TABLE seen", false},
		{"CREATE TABLE made (x UInt8) ENGINE = Memory", false},
		{"SELECT * FROM file('/etc/hostname', 'LineAsString')", false},
		{"SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", false},
		{"SYSTEM STOP MERGES seen", false},
		{"SYSTEM SHUTDOWN", false},
		{"CREATE USER other", false},
	} {
		err := reader.Exec(t.Context(), tc.statement)
		if allowed := err == nil; allowed != tc.allowed {
			t.Errorf("%s: %v, want allowed = %v", tc.statement, err, tc.allowed)
		}
	}
}

func TestHostileClientsDoNotEndTheEngine(t *testing.T) {
	e := start(t, t.TempDir())
	at, pid := e.Endpoint(), e.PID()
	for name, attack := range map[string]func() error{
		"wrong password": func() error {
			o := options(at)
			o.Auth.Password = "guess"
			err := open(t, o).Ping(t.Context())
			if err == nil {
				return errors.New("it was accepted")
			}
			return nil
		},
		"control user": func() error {
			o := options(at)
			o.Auth.Username, o.Auth.Password = "default", ""
			if err := open(t, o).Ping(t.Context()); err == nil {
				return errors.New("it was accepted")
			}
			return nil
		},
		"wrong password over http": func() error {
			response, err := http.Get("http://guess:guess@" + at.HTTPAddress + "/?query=SELECT+1")
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return errors.New("it was accepted")
			}
			return nil
		},
		"control user over http": func() error {
			response, err := http.Get("http://" + at.HTTPAddress + "/?query=SYSTEM+STOP+LISTEN+TCP")
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return errors.New("it was accepted")
			}
			return nil
		},
		"http to the native port": func() error {
			return send(at.Address, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), false)
		},
		"garbage":         func() error { return send(at.Address, bytes.Repeat([]byte{0xff}, 4096), false) },
		"zeros":           func() error { return send(at.Address, make([]byte, 4096), false) },
		"silence":         func() error { return send(at.Address, nil, false) },
		"reset":           func() error { return send(at.Address, []byte{0}, true) },
		"garbage to http": func() error { return send(at.HTTPAddress, bytes.Repeat([]byte{0xff}, 4096), false) },
		"reset of an idle session": func() error {
			var held net.Conn
			o := options(at)
			o.DialContext = func(ctx context.Context, addr string) (net.Conn, error) {
				var err error
				held, err = (&net.Dialer{}).DialContext(ctx, "tcp", addr)
				return held, err
			}
			if err := open(t, o).Ping(t.Context()); err != nil {
				return err
			}
			held.(*net.TCPConn).SetLinger(0)
			return held.Close()
		},
	} {
		if err := attack(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := open(t, options(at)).Ping(t.Context()); err != nil {
			t.Fatalf("after %s the engine does not answer: %v", name, err)
		}
	}
	if now := e.PID(); now != pid {
		t.Errorf("the engine was restarted: process %d, then %d", pid, now)
	}
	if got := restarts(t, e.registry); got != 0 {
		t.Errorf("restarts = %v, want 0", got)
	}
}

func send(address string, b []byte, reset bool) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if reset {
		conn.(*net.TCPConn).SetLinger(0)
	}
	_, err = conn.Write(b)
	return err
}
