package clickhouse

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// ErrSchemaDiffers means that the tables are not the ones this version of
// driftd works with.
var ErrSchemaDiffers = errors.New("clickhouse schema differs")

// Error is a statement that failed.
type Error struct {
	Query   string // file name in queries/ or migrations/
	Subject string // what it was about, e.g. "insert 18230 rows into outcomes"
	Err     error

	sent bool // rows were on their way
}

func (e *Error) Error() string { return fmt.Sprintf("%s (%s): %v", e.Subject, e.Query, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

// Codes with which a server refuses an insert before it writes anything.
var refusals = []int32{
	16, 47, 53, 60, 62, 81, // no such column, identifier, type mismatch, table, syntax, database
	164, 242, 252, // readonly, table is read only, too many parts
	192, 194, 497, 516, // unknown user, no password, access denied, authentication failed
}

// Ambiguous says that rows may have been stored, in part or all of them,
// although the statement failed: a lost connection, a time-out, an error in
// the middle. False means that nothing was stored.
func (e *Error) Ambiguous() bool {
	if !e.sent {
		return false
	}
	exception, ok := errors.AsType[*clickhouse.Exception](e.Err)
	return !ok || !slices.Contains(refusals, exception.Code)
}

// Is makes a missing table or column an [ErrSchemaDiffers].
func (e *Error) Is(target error) bool {
	if target != ErrSchemaDiffers {
		return false
	}
	exception, ok := errors.AsType[*clickhouse.Exception](e.Err)
	return ok && slices.Contains([]int32{16, 47, 60, 81}, exception.Code)
}

// Failed reports whether the store is among the causes of an error.
func Failed(err error) bool {
	_, ok := errors.AsType[*Error](err)
	return ok
}
