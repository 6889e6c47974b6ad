package clickhouse

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

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

// Error reads "insert 18230 rows into outcomes (insert_outcomes.sql): … (hint)".
func (e *Error) Error() string {
	text := fmt.Sprintf("%s (%s): %v", e.Subject, e.Query, e.Err)
	if hint := hint(e.Err); hint != "" {
		text += " (" + hint + ")"
	}
	return text
}

// Unwrap returns what the driver said.
func (e *Error) Unwrap() error { return e.Err }

// hint says what a person can do about the failures that a person causes; ""
// for all others.
func hint(err error) string {
	if exception, ok := errors.AsType[*clickhouse.Exception](err); ok {
		switch {
		case slices.Contains(unknownUser, exception.Code):
			return "check clickhouse.username and clickhouse.password_file"
		case exception.Code == 497:
			return "grant this to the user of clickhouse.username"
		case exception.Code == 81:
			return "run `driftd migrate`"
		}
		return ""
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return "check clickhouse.addresses, and that the server listens there"
	}
	if strings.Contains(err.Error(), "unexpected packet") {
		return "clickhouse.addresses wants the port of the native protocol, mostly 9000, or 9440 with secure: true"
	}
	return ""
}

// Codes for a name or a password that the server does not accept.
var unknownUser = []int32{192, 193, 194, 516}

// Refused reports whether the server does not accept the name or the password:
// asking again will not help.
func Refused(err error) bool {
	exception, ok := errors.AsType[*clickhouse.Exception](err)
	return ok && slices.Contains(unknownUser, exception.Code)
}

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
