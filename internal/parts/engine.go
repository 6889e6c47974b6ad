package parts

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/driftd/driftd/internal/chengine"
)

var engine part[chengine.Endpoint]

// Library returns the path of libchdb.so.
func Library(t testing.TB) string {
	t.Helper()
	if path := os.Getenv(chengine.LibraryEnv); path != "" {
		return path
	}
	path, err := cached("chdb", engineVersion, "libchdb.so")
	if err != nil {
		absent(t, "the ClickHouse engine", "fetch-engine", err)
	}
	return path
}

// Engine returns the running ClickHouse engine. It is shared: use [Database] for
// tables.
func Engine(t testing.TB) chengine.Endpoint {
	t.Helper()
	library := Library(t)
	return engine.get(t, "the ClickHouse engine", func() (chengine.Endpoint, error) {
		dir, err := os.MkdirTemp("", "driftd-engine-")
		if err != nil {
			return chengine.Endpoint{}, err
		}
		e := chengine.New(chengine.Config{Path: dir, Library: library, MaxMemory: 4 << 30}, nil, nil)
		ctx, cancel := context.WithCancel(context.Background())
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			e.Run(ctx) // its error is what Ready returns
		}()
		atExit(func() {
			cancel()
			<-stopped
			os.RemoveAll(dir)
		})
		wait, done := context.WithTimeout(ctx, Patience)
		defer done()
		if err := e.Ready(wait); err != nil {
			return chengine.Endpoint{}, err
		}
		return e.Endpoint(), nil
	})
}

// Database creates an empty database in the shared engine, drops it after the test,
// and returns the options that connect to it.
func Database(t testing.TB) *clickhouse.Options {
	t.Helper()
	at := Engine(t)
	options := &clickhouse.Options{
		Addr: []string{at.Address},
		Auth: clickhouse.Auth{Database: "default", Username: at.Username, Password: at.Password},
	}
	name := "test_" + strings.ToLower(rand.Text())
	execute := func(statement string) error {
		conn, err := clickhouse.Open(options)
		if err != nil {
			return err
		}
		defer conn.Close()
		return conn.Exec(context.Background(), statement)
	}
	if err := execute("CREATE DATABASE " + name); err != nil {
		t.Fatalf("create database %s: %v", name, err)
	}
	t.Cleanup(func() {
		if err := execute(fmt.Sprintf("DROP DATABASE IF EXISTS %s SYNC", name)); err != nil {
			t.Errorf("drop database %s: %v", name, err)
		}
	})
	own := *options
	own.Auth.Database = name
	return &own
}
