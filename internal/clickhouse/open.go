package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/evaluate"
)

// Store is driftd's memory. It is safe for concurrent use.
type Store struct {
	conn       driver.Conn
	options    Options
	metrics    *metrics
	groups     groups
	turns      *turns        // of statements of ticks
	prompt     *turns        // of those that must not wait for them: who acts on a model leads it for a while only
	counting   chan struct{} // of models that are counted
	inserts    line[[][]any]
	reads      reads
	references references
	few        func(group []evaluate.ReferenceSeries, held []evaluate.Held) bool // whether values are read to be counted
}

// Open returns a store that connects when it is first used. A nil registerer
// means no metrics.
func Open(o Options, reg prometheus.Registerer) (*Store, error) {
	o.Database = cmp.Or(o.Database, "driftd")
	o.Username = cmp.Or(o.Username, "default")
	o.DialTimeout = cmp.Or(o.DialTimeout, 5*time.Second)
	o.Durability = cmp.Or(o.Durability, PageCache)
	if len(o.Addresses) == 0 {
		return nil, fmt.Errorf("open clickhouse: no address")
	}
	conn, err := o.dial(o.Database)
	if err != nil {
		return nil, err
	}
	return &Store{
		conn:    conn,
		options: o,
		metrics: newMetrics(reg),
		turns:   newTurns(maxTurns, maxShared),
		prompt:  newTurns(maxTurns, 1),

		counting: make(chan struct{}, maxCounting),
		few:      few,
		groups:   groups{waiting: map[string][]*member{}, running: map[string]int{}},
	}, nil
}

// dial makes a pool of connections that start in the given database.
func (o Options) dial(database string) (driver.Conn, error) {
	conn, err := clickhouse.Open(&clickhouse.Options{
		Addr:        o.Addresses,
		Auth:        clickhouse.Auth{Database: database, Username: o.Username, Password: o.Password},
		TLS:         o.TLS,
		DialTimeout: o.DialTimeout,
		// A socket that idled through a restart of the server or a firewall's
		// patience fails its next statement: none gets that old.
		MaxIdleConns:    8,
		MaxOpenConns:    32,
		ConnMaxLifetime: 10 * time.Minute,
		ReadTimeout:     2 * time.Minute,
		Compression:     &clickhouse.Compression{Method: compression(o.Addresses)},
		// Larger blocks go out in pieces: the buffer stays with the connection.
		MaxCompressionBuffer: 1 << 20,
		Settings:             settings(),
	})
	if err != nil {
		return nil, fmt.Errorf("open clickhouse %v: %w", o.Addresses, err)
	}
	return conn, nil
}

// compression returns LZ4 for a server elsewhere. On this machine it would cost
// both sides more than it saves.
func compression(addresses []string) clickhouse.CompressionMethod {
	for _, address := range addresses {
		host, _, _ := net.SplitHostPort(address)
		if ip := net.ParseIP(host); host != "localhost" && !ip.IsLoopback() {
			return clickhouse.CompressionLZ4
		}
	}
	return clickhouse.CompressionNone
}

// settings are stated on every statement: a server's profile may say otherwise.
func settings() clickhouse.Settings {
	return clickhouse.Settings{
		// An asynchronous insert is acknowledged by another rule than ours.
		"async_insert":       0,
		"insert_deduplicate": 1,
		"max_query_size":     4 << 20,
		// Every replacing table's partition is a function of its key.
		"do_not_merge_across_partitions_select_final":        1,
		"deduplicate_blocks_in_dependent_materialized_views": 1,
		// Late events of one batch may touch many months.
		"max_partitions_per_insert_block": 0,
	}
}

// Ping says whether the server answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, call{file: "ping", subject: "ping clickhouse"}, discard)
}

// Close closes all connections.
func (s *Store) Close() error { return s.conn.Close() }
