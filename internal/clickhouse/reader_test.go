package clickhouse

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// What makes the user is SQL that the server understands, and grants what there is.
// The embedded engine has its users in a file, and says so.
func TestReaderStatements(t *testing.T) {
	o := options(t)
	o.Reader, o.ReaderPassword = "driftd_dashboards", "it's secret"
	s := open(t, o)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanReader()
	if err != nil || len(plan) != 2 {
		t.Fatalf("%q, %v", plan, err)
	}
	for _, sql := range plan {
		if tree := scalar[string](t, s, "EXPLAIN AST "+sql); !strings.Contains(tree, "Query") {
			t.Errorf("%s is understood as %s", sql, tree)
		}
		if strings.Contains(sql, o.ReaderPassword) {
			t.Errorf("the password stands in %s", sql)
		}
	}
	for _, table := range append(slices.Clone(readable), "references", "rejects") {
		if scalar[uint64](t, s, "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = '"+table+"'") != 1 {
			t.Errorf("there is no table %s to be granted", table)
		}
	}
	if err := s.EnsureReader(t.Context()); !errors.Is(err, ErrNoUser) {
		t.Errorf("%v, want %v", err, ErrNoUser)
	}
	if err := open(t, options(t)).EnsureReader(t.Context()); err != nil {
		t.Errorf("without a user to make: %v", err)
	}
}
