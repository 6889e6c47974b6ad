package chengine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) {
	holdEngine()
	parts.Main(m)
}

// running is an engine of the test's own, for tests that hurt it.
type running struct {
	*chengine.Engine
	registry *prometheus.Registry
	log      *bytes.Buffer // complete after stop
	stop     func() error  // ends Run and returns what it returned
}

func start(t *testing.T, dir string) running {
	t.Helper()
	library := parts.Library(t)
	r := running{registry: prometheus.NewRegistry(), log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	r.Engine = chengine.New(chengine.Config{Path: dir, Library: library, MaxMemory: 2 << 30}, log, r.registry)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	var result error
	go func() {
		defer close(done)
		result = r.Run(ctx)
	}()
	r.stop = func() error {
		cancel()
		<-done
		return result
	}
	t.Cleanup(func() { r.stop() })
	wait, release := context.WithTimeout(ctx, time.Minute)
	defer release()
	if err := r.Ready(wait); err != nil {
		t.Fatalf("Ready: %v", err)
	}
	return r
}

func options(at chengine.Endpoint) *clickhouse.Options {
	return &clickhouse.Options{
		Addr: []string{at.Address},
		Auth: clickhouse.Auth{Database: "default", Username: at.Username, Password: at.Password},
	}
}

func open(t *testing.T, o *clickhouse.Options) driver.Conn {
	t.Helper()
	conn, err := clickhouse.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// eventually polls until ok, for what another process does in its own time.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

func TestEngineAnswersTheDriverAndHTTP(t *testing.T) {
	at := parts.Engine(t)
	var zone string
	if err := open(t, options(at)).QueryRow(t.Context(), "SELECT timezone()").Scan(&zone); err != nil || zone != "UTC" {
		t.Errorf("time zone %q, %v, want UTC", zone, err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+at.HTTPAddress, strings.NewReader("SELECT 6 * 7"))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(at.Username, at.Password)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); string(body) != "42\n" {
		t.Errorf("over HTTP: %s %q, want 42", response.Status, body)
	}
}

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

func restarts(t *testing.T, reg *prometheus.Registry) float64 {
	return value(t, reg, "driftd_engine_restarts_total")
}

func value(t *testing.T, reg *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			m := f.GetMetric()[0]
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

func TestPoolAndDataSurviveAKilledEngine(t *testing.T) {
	e := start(t, t.TempDir())
	before := e.Endpoint()
	conn := open(t, options(before))
	ctx := t.Context()
	if err := conn.Exec(ctx, "CREATE TABLE kept (x UInt64) ENGINE = MergeTree ORDER BY x"); err != nil {
		t.Fatal(err)
	}
	const rounds, rows = 3, 1000
	for round := 1; round <= rounds; round++ {
		batch, err := conn.PrepareBatch(ctx, "INSERT INTO kept")
		if err != nil {
			t.Fatal(err)
		}
		for x := range rows {
			if err := batch.Append(uint64(x)); err != nil {
				t.Fatal(err)
			}
		}
		if err := batch.Send(); err != nil {
			t.Fatal(err)
		}
		pid := e.PID()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, time.Minute, "the same pool answers again", func() bool {
			return e.PID() != pid && conn.Ping(ctx) == nil
		})
		var n uint64
		if err := conn.QueryRow(ctx, "SELECT count() FROM kept").Scan(&n); err != nil || n != uint64(round*rows) {
			t.Fatalf("after kill %d: %d rows, %v, want %d", round, n, err, round*rows)
		}
	}
	if after := e.Endpoint(); after != before {
		t.Errorf("endpoint %+v became %+v", before, after)
	}
	if err := e.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	if got := restarts(t, e.registry); got != rounds {
		t.Errorf("restarts = %v, want %d", got, rounds)
	}
	if got := value(t, e.registry, "driftd_engine_up"); got != 1 {
		t.Errorf("up = %v, want 1", got)
	}
	if problems, err := testutil.GatherAndLint(e.registry); err != nil || len(problems) > 0 {
		t.Errorf("metrics: %v %v", problems, err)
	}
}

func TestStopIsBoundedAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	e := start(t, dir)
	pid := e.PID()
	conn := open(t, options(e.Endpoint()))
	if err := conn.Exec(t.Context(), "CREATE TABLE kept (x UInt64) ENGINE = MergeTree ORDER BY x"); err != nil {
		t.Fatal(err)
	}
	busy := make(chan error, 1)
	go func() {
		busy <- conn.Exec(context.Background(), "SELECT sum(sleepEachRow(1)) FROM numbers(60) SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 100000000")
	}()
	eventually(t, 10*time.Second, "a long query runs", func() bool {
		var n uint64
		err := conn.QueryRow(t.Context(), "SELECT count() FROM system.processes WHERE query LIKE '%sleepEachRow(1)%' AND query NOT LIKE '%processes%'").Scan(&n)
		return err == nil && n > 0
	})
	begin := time.Now()
	if err := e.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if took := time.Since(begin); took > 10*time.Second { // the documented bound
		t.Errorf("stop took %s", took)
	}
	if !gone(pid) {
		t.Errorf("process %d is still there", pid)
	}
	if err := <-busy; err == nil {
		t.Error("the query under way reported success")
	}
	if err := e.Ready(t.Context()); err == nil {
		t.Error("Ready: no error after the stop")
	}
	if got := value(t, e.registry, "driftd_engine_up"); got != 0 {
		t.Errorf("up = %v, want 0", got)
	}
	again := start(t, dir)
	var n uint64
	if err := open(t, options(again.Endpoint())).QueryRow(t.Context(), "SELECT count() FROM kept").Scan(&n); err != nil {
		t.Errorf("after a stop and a new start: %v", err)
	}
}

func TestSecondEngineOnADirectoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	e := start(t, dir)
	pid := e.PID()
	second := chengine.New(chengine.Config{Path: dir, Library: parts.Library(t)}, nil, nil)
	err := second.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("Run: %v, want an error that names %s and process %d", err, dir, os.Getpid())
	}
	if err := open(t, options(e.Endpoint())).Ping(t.Context()); err != nil || e.PID() != pid {
		t.Errorf("the first engine suffered: %v", err)
	}
}

func TestDirectoryIsClosedToOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "engine")
	start(t, dir)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v, want 0700", info.Mode().Perm(), err)
	}
}
