package clickhouse

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sys/unix"
)

// events are the tables of what came from outside, beside those of models. A
// scratch database reads them where they are.
var events = []string{"features", "loads", "outcomes", "reject_replays", "rejects", "version_ids"}

// Scratch returns a store on a database of its own, in which a model can be
// evaluated without a trace: events are read from s, where nothing is written.
// What evaluations have left is there as of now if past is set, else there is
// nothing. drop ends it; what a process that was killed left behind, the next
// Scratch drops.
func (s *Store) Scratch(ctx context.Context, name string, past bool) (scratch *Store, drop func() error, err error) {
	if err := s.sweep(ctx); err != nil {
		return nil, nil, err
	}
	o := s.options
	o.Database, o.Durability = s.scratchName(), PageCache
	if scratch, err = Open(o, nil); err != nil {
		return nil, nil, err
	}
	drop = func() error { // also when ctx has ended
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return errors.Join(s.dropDatabase(ctx, o.Database), scratch.Close())
	}
	// A statement that was given up may still make its table, under the hands of
	// the one that drops them all: this second is waited for.
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err = scratch.Migrate(whole); err == nil {
		err = scratch.borrow(whole, s.options.Database, predictionsTable(name), past)
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return nil, nil, errors.Join(err, drop())
	}
	return scratch, drop, nil
}

// borrow puts readers in the place of the tables of events and, if asked to,
// the parts of the other tables beside their own: links, not copies.
func (s *Store) borrow(ctx context.Context, from, predictions string, past bool) error {
	var tables []string
	if err := s.engines(ctx, func(table, _ string) error { tables = append(tables, table); return nil }); err != nil {
		return err
	}
	for _, table := range append(tables, predictions) {
		var err error
		names := map[string]string{"Table": table, "Database": from}
		event := slices.Contains(events, table)
		if event {
			err = s.exec(ctx, call{file: "drop_table", subject: "drop empty table " + table, names: table})
		}
		if err == nil && (event || table == predictions) {
			err = s.exec(ctx, call{file: "create_reader", subject: fmt.Sprintf("read table %s of %s", table, from), names: names})
		} else if err == nil && past && table != "schema_migrations" {
			err = s.exec(ctx, call{file: "copy_table", subject: fmt.Sprintf("copy table %s of %s", table, from), names: names})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// idle is how long nothing happens in a scratch database before it is taken for
// abandoned, when its process cannot be asked.
const idle = 15 * time.Minute

func (s *Store) scratchPrefix() string { return s.options.Database + "_scratch_" }

// hostPrefix begins the names of this machine's: the process number follows.
func (s *Store) hostPrefix() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	sum := sha256.Sum256([]byte(host))
	return s.scratchPrefix() + hex.EncodeToString(sum[:4]) + "_"
}

func (s *Store) scratchName() string {
	return fmt.Sprintf("%s%d_%s", s.hostPrefix(), os.Getpid(), strings.ToLower(rand.Text()[:8]))
}

// sweep drops the scratch databases of processes of this machine that are gone,
// and any other that has long been idle.
func (s *Store) sweep(ctx context.Context) error {
	var gone []string
	err := s.read(ctx, call{
		file: "scratches", subject: "look for abandoned scratch databases",
		args: args{"prefix": s.scratchPrefix(), "idle": int64(idle.Seconds())},
	}, func(rows driver.Rows) error {
		var name string
		var abandoned bool
		err := rows.Scan(&name, &abandoned)
		if ours, ok := strings.CutPrefix(name, s.hostPrefix()); ok {
			pid, _, _ := strings.Cut(ours, "_")
			n, bad := strconv.Atoi(pid)
			abandoned = bad == nil && unix.Kill(n, 0) == unix.ESRCH
		}
		if abandoned {
			gone = append(gone, name)
		}
		return err
	})
	for _, name := range gone {
		err = errors.Join(err, s.dropDatabase(ctx, name))
	}
	return err
}

func (s *Store) dropDatabase(ctx context.Context, name string) error {
	return s.exec(ctx, call{file: "drop_database", subject: "drop scratch database " + name, names: name})
}
