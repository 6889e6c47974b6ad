package clickhouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// readable are the tables and views that dashboards read whole. Neither events nor
// their rejects are among them.
var readable = []string{
	"actions", "bucket_counts", "counted_buckets", "evidence", "health", "incidents", "newest_verdicts", "orders", "reference_bins",
	"results", "results_latest", "score_bins", "slot_history", "ticks", "verdicts",
}

// ErrNoUser means that the server lets this user make no other one.
var ErrNoUser = errors.New("the user for dashboards was not made")

// EnsureReader makes the user of dashboards anew, if there is to be one. It returns an
// [ErrNoUser] where that is not allowed.
func (s *Store) EnsureReader(ctx context.Context) error {
	if s.options.Reader == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(s.options.ReaderPassword))
	for _, c := range s.readerCalls("'" + hex.EncodeToString(sum[:]) + "'") {
		err := s.exec(ctx, c)
		if exception, ok := errors.AsType[*clickhouse.Exception](err); ok && slices.Contains(mayNot, exception.Code) {
			return fmt.Errorf("%w: %w", ErrNoUser, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mayNot are the codes of a server that refuses to make users: the right is missing,
// or users are only in its files.
var mayNot = []int32{497, 514, 495}

// PlanReader returns the statements of EnsureReader, without the password's hash.
func (s *Store) PlanReader() ([]string, error) {
	if s.options.Reader == "" {
		return nil, nil
	}
	var plan []string
	for _, c := range s.readerCalls("'<SHA-256 of the password, in hex>'") {
		sql, err := c.render()
		if err != nil {
			return nil, err
		}
		plan = append(plan, sql)
	}
	return plan, nil
}

func (s *Store) readerCalls(hash string) []call {
	names := map[string]any{"User": s.options.Reader, "Database": s.options.Database, "Hash": hash, "Tables": readable}
	return []call{
		{file: "create_reader_user", subject: "create user " + s.options.Reader, names: names},
		{file: "grant_reader_user", subject: "grant reading to " + s.options.Reader, names: names},
	}
}
