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
	return startAs(t, chengine.Config{Path: dir, Library: parts.Library(t), MaxMemory: 2 << 30})
}

func startAs(t *testing.T, c chengine.Config) running {
	t.Helper()
	r := running{registry: prometheus.NewRegistry(), log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	r.Engine = chengine.New(c, log, r.registry)
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
	wait, release := context.WithTimeout(ctx, parts.Patience)
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
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(parts.Patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", parts.Patience, what)
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
		eventually(t, "the same pool answers again", func() bool {
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

func TestRestartWaitsForItsPort(t *testing.T) {
	e := start(t, t.TempDir())
	at := e.Endpoint()
	// The port is free as soon as the child ends, for 100 ms and as long as its
	// successor takes to listen. Where that one was faster, it is killed too.
	var thief net.Listener
	kills, last := 0, 0
	eventually(t, "the port is taken", func() bool {
		if pid := e.PID(); pid != last && value(t, e.registry, "driftd_engine_up") == 1 && syscall.Kill(pid, syscall.SIGKILL) == nil {
			kills, last = kills+1, pid
		}
		var err error
		thief, err = net.Listen("tcp", at.Address)
		return err == nil
	})
	eventually(t, "a start failed", func() bool { return restarts(t, e.registry) > float64(kills) })
	thief.Close()
	wait, cancel := context.WithTimeout(t.Context(), parts.Patience)
	defer cancel()
	if err := e.Ready(wait); err != nil {
		t.Fatal(err)
	}
	if err := open(t, options(at)).Ping(t.Context()); err != nil {
		t.Errorf("on the old port: %v", err)
	}
	if err := e.stop(); err != nil {
		t.Fatal(err)
	}
	if log := e.log.String(); !strings.Contains(log, "Address already in use") {
		t.Errorf("the log does not say why a start failed: %s", log)
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
	eventually(t, "a long query runs", func() bool {
		var n uint64
		err := conn.QueryRow(t.Context(), "SELECT count() FROM system.processes WHERE query LIKE '%sleepEachRow(1)%' AND query NOT LIKE '%processes%'").Scan(&n)
		return err == nil && n > 0
	})
	begin := time.Now()
	if err := e.stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	// The documented bound is 10 s. A busy machine takes longer to end a process, and
	// the query would take a minute.
	if took := time.Since(begin); took > 30*time.Second {
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
