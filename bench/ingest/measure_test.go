package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// figures are one run of one contender.
type figures struct {
	wall      time.Duration // until every event was stored
	client    time.Duration // CPU of its own process
	engine    time.Duration // CPU of the engine, until its merges are done
	merges    time.Duration // the part of engine that came after everything was stored
	memory    int64         // peak of its own process, bytes
	parts     uint64        // parts that were written
	diskBytes uint64
	version   string // of the engine
}

func (f figures) cpu() time.Duration { return f.client + f.engine }

func (f figures) String() string {
	per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(*events) }
	return fmt.Sprintf("wall %.2fs, µs/event %.2f = own %.2f + engine %.2f (%.2f after the last event), memory %d MB, %d parts, %d MB stored",
		f.wall.Seconds(), per(f.cpu()), per(f.client), per(f.engine), per(f.merges), f.memory>>20, f.parts, f.diskBytes>>20)
}

// scene is one run: an engine of its own and nothing stored yet.
type scene struct {
	t      *testing.T
	name   string // unique, also the consumer group
	broker string
	dir    string
	at     chengine.Endpoint
	conn   driver.Conn
}

// exec runs a statement.
func (s *scene) exec(sql string) {
	s.t.Helper()
	if err := s.conn.Exec(s.t.Context(), sql); err != nil {
		s.t.Fatalf("%s: %v\n%.300s", s.name, err, sql)
	}
}

func (s *scene) number(sql string) (n uint64) {
	s.t.Helper()
	if err := s.conn.QueryRow(s.t.Context(), sql).Scan(&n); err != nil {
		s.t.Fatalf("%s: %v\n%s", s.name, err, sql)
	}
	return n
}

// contender is one way from the topic into a table.
type contender struct {
	name, what string
	table      string
	prepare    func(*scene)        // makes the tables
	start      func(*scene) *child // begins to read; nil where the engine itself reads
	sum, third string              // how to ask for the first feature's sum and the rows whose last category is value_3
}

// measure lets c read the whole topic into a new engine.
func (c contender) measure(t *testing.T, broker, name string, want totals) figures {
	t.Helper()
	s := &scene{t: t, name: name, broker: broker, dir: t.TempDir()}
	engine := chengine.New(chengine.Config{Path: s.dir + "/engine", Library: parts.Library(t)}, nil, nil)
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- engine.Run(ctx) }()
	defer func() {
		cancel()
		<-stopped
		os.RemoveAll(s.dir + "/engine") // the next contender finds the disk as this one did
	}()
	if err := engine.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	s.at = engine.Endpoint()
	var err error
	s.conn, err = clickhouse.Open(&clickhouse.Options{
		Addr: []string{s.at.Address}, Auth: clickhouse.Auth{Database: "default", Username: s.at.Username, Password: s.at.Password},
		Settings: clickhouse.Settings{"stream_like_engine_allow_direct_select": 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.conn.Close()
	c.prepare(s)

	var f figures
	before, began := cpuOf(t, engine.PID()), time.Now()
	own := c.start(s)
	c.await(s, want.rows, own)
	f.wall = time.Since(began)
	stored := cpuOf(t, engine.PID())
	s.settle()
	settled := cpuOf(t, engine.PID())
	f.engine, f.merges = settled-before, settled-stored
	if own != nil {
		f.client, f.memory = own.stop(t)
	}
	f.parts = s.number("SELECT toUInt64(sum(value)) FROM system.events WHERE event = 'MergedIntoWideParts' OR event = 'MergedIntoCompactParts' OR event = 'InsertedWideParts' OR event = 'InsertedCompactParts'")
	f.diskBytes = s.number("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = '" + c.table[strings.Index(c.table, ".")+1:] + "'")
	if err := s.conn.QueryRow(ctx, "SELECT version()").Scan(&f.version); err != nil {
		t.Fatal(err)
	}
	got := totals{rows: s.number("SELECT count() FROM " + c.table), third: s.number("SELECT countIf(" + c.third + ") FROM " + c.table)}
	if err := s.conn.QueryRow(ctx, "SELECT sum("+c.sum+") FROM "+c.table).Scan(&got.sum); err != nil {
		t.Fatal(err)
	}
	if err := want.differ(got); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return f
}

// await returns when every event is stored.
func (c contender) await(s *scene, rows uint64, own *child) {
	s.t.Helper()
	deadline := time.Now().Add(5 * time.Minute)
	for {
		n := s.number("SELECT count() FROM " + c.table)
		if n >= rows {
			return
		}
		if time.Now().After(deadline) || own.ended() {
			s.t.Fatalf("%s: %d of %d events stored, then no more: %s", s.name, n, rows, own.output())
		}
		pause := 200 * time.Millisecond // asking costs the engine, too
		if n > rows*3/4 {
			pause = 50 * time.Millisecond
		}
		time.Sleep(pause)
	}
}

// settle waits until no merge has run for two seconds.
func (s *scene) settle() {
	for quiet := 0; quiet < 8; quiet++ {
		if s.number("SELECT count() FROM system.merges") > 0 {
			quiet = 0
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// cpuOf returns the CPU time that a process has used so far.
func cpuOf(t *testing.T, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every Linux
	return time.Duration(user+system) * tick
}
