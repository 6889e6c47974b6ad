package clickhouse

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema. Steps only ever go forward, and each of
// their statements may be run again: a server that dies between two of them
// leaves a schema that the next run completes.
type migration struct {
	version    uint32
	name       string
	checksum   string
	statements []string
}

// migrations returns all steps in order.
func migrations() ([]migration, error) {
	files, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	steps := make([]migration, 0, len(files))
	for i, file := range files {
		text, err := migrationFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(file, "migrations/")
		number, _, _ := strings.Cut(name, "_")
		version, err := strconv.ParseUint(number, 10, 32)
		if err != nil || version != uint64(i+1) {
			return nil, fmt.Errorf("migration %s: want number %d: they are numbered without gaps", name, i+1)
		}
		sum := sha256.Sum256(text)
		steps = append(steps, migration{
			version:    uint32(version),
			name:       name,
			checksum:   hex.EncodeToString(sum[:8]),
			statements: split(string(text)),
		})
	}
	return steps, nil
}

var comment = regexp.MustCompile(`(?m)^\s*--.*$`)

// split cuts a file at the semicolons that end a line, without comments.
func split(text string) []string {
	var statements []string
	for part := range strings.SplitSeq(comment.ReplaceAllString(text, ""), ";\n") {
		if part = strings.TrimSpace(part); part != "" {
			statements = append(statements, part)
		}
	}
	return statements
}

// Migrate makes the database and brings its schema up to date. It refuses a
// schema that is newer, or whose past differs.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.createDatabase(ctx); err != nil {
		return err
	}
	if err := s.exec(ctx, call{file: "create_schema_migrations", subject: "create table schema_migrations"}); err != nil {
		return err
	}
	pending, err := s.pending(ctx)
	if err != nil {
		return err
	}
	for _, step := range pending {
		for i, statement := range step.statements {
			if err := s.conn.Exec(ctx, statement); err != nil {
				return &Error{Query: step.name, Subject: fmt.Sprintf("run statement %d of %d", i+1, len(step.statements)), Err: err, sent: true}
			}
		}
		err := s.insertRows(ctx, call{file: "insert_schema_migration", subject: "record migration " + step.name},
			[][]any{{step.version, step.name, step.checksum}})
		if err != nil {
			return err
		}
	}
	if err := s.fillBins(ctx); err != nil {
		return err
	}
	if err := s.checkWindows(ctx); err != nil {
		return err
	}
	return s.setDurability(ctx)
}

// Plan returns the statements that Migrate would run, in order.
func (s *Store) Plan(ctx context.Context) ([]string, error) {
	pending, err := s.pending(ctx)
	if err != nil {
		return nil, err
	}
	var plan []string
	for _, step := range pending {
		plan = append(plan, step.statements...)
	}
	return plan, nil
}

// CheckSchema returns an [ErrSchemaDiffers] that says what to do unless the
// schema is exactly the one of this version of driftd.
func (s *Store) CheckSchema(ctx context.Context) error {
	pending, err := s.pending(ctx)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		return fmt.Errorf("%w: database %s lacks %s and later: run `driftd migrate`", ErrSchemaDiffers, s.options.Database, pending[0].name)
	}
	return s.checkWindows(ctx)
}

// pending compares what was applied with what there is.
func (s *Store) pending(ctx context.Context) ([]migration, error) {
	steps, err := migrations()
	if err != nil {
		return nil, err
	}
	applied := 0
	err = s.read(ctx, call{file: "schema_migrations", subject: "read applied migrations"}, func(rows driver.Rows) error {
		var version uint32
		var name, checksum string
		if err := rows.Scan(&version, &name, &checksum); err != nil {
			return err
		}
		switch {
		case applied >= len(steps):
			return fmt.Errorf("%w: database %s has %s, which this version of driftd does not know: run the newer driftd", ErrSchemaDiffers, s.options.Database, name)
		case version != steps[applied].version || checksum != steps[applied].checksum:
			return fmt.Errorf("%w: database %s was made by another %s (version %d, checksum %s, want %d, %s): use another database",
				ErrSchemaDiffers, s.options.Database, name, version, checksum, steps[applied].version, steps[applied].checksum)
		}
		applied++
		return nil
	})
	if missing(err) {
		return steps, nil
	}
	return steps[applied:], err
}

// missing says that the table or the database is not there.
func missing(err error) bool {
	exception, ok := errors.AsType[*clickhouse.Exception](err)
	return ok && (exception.Code == 60 || exception.Code == 81)
}

// createDatabase makes the database over a connection of its own: one that
// starts in a database that is not there is refused.
func (s *Store) createDatabase(ctx context.Context) error {
	if err := s.Ping(ctx); !missing(err) {
		return err
	}
	conn, err := s.options.dial("default")
	if err != nil {
		return err
	}
	defer conn.Close()
	c := call{file: "create_database", names: s.options.Database}
	sql, err := c.render()
	if err == nil {
		err = conn.Exec(ctx, sql)
	}
	if err != nil {
		return &Error{Query: c.file + ".sql", Subject: "create database " + s.options.Database, Err: err}
	}
	return nil
}
