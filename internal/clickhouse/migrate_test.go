package clickhouse

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMigrateMakesTheDatabase(t *testing.T) {
	o := options(t)
	run(t, open(t, o), "DROP DATABASE %s", o.Database)
	s := open(t, o)
	plan, err := s.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(plan) < 13 || !strings.HasPrefix(plan[0], "CREATE TABLE IF NOT EXISTS outcomes") {
		t.Errorf("plan of %d statements, the first: %.60s", len(plan), plan[0])
	}
	if err := s.CheckSchema(t.Context()); !errors.Is(err, ErrSchemaDiffers) || !strings.Contains(err.Error(), "driftd migrate") {
		t.Errorf("check before migrating: %v", err)
	}
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.CheckSchema(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if plan, err := s.Plan(t.Context()); err != nil || len(plan) != 0 {
		t.Errorf("plan after migrating: %d statements, %v", len(plan), err)
	}
}

// A server that dies between two statements leaves half of a step.
func TestMigrateCompletesWhatWasCutShort(t *testing.T) {
	s := open(t, options(t))
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range steps[0].statements[:2] {
		run(t, s, "%s", statement)
	}
	if err := s.CheckSchema(t.Context()); !errors.Is(err, ErrSchemaDiffers) {
		t.Errorf("check of half a schema: %v", err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCheckSchemaRefuses(t *testing.T) {
	for _, c := range []struct{ name, damage, want string }{
		{"newer", "INSERT INTO schema_migrations (version, name, checksum) VALUES (99, '0099_future.sql', 'x')", "newer driftd"},
		{"edited", "INSERT INTO schema_migrations (version, name, checksum) VALUES (2, '0002_evaluation.sql', 'x')", "another 0002_evaluation.sql"},
		{"window gone", "ALTER TABLE outcomes MODIFY SETTING non_replicated_deduplication_window = 0", "table outcomes has a deduplication window of 0 parts"},
		{"window gone of a model", "ALTER TABLE predictions_flights MODIFY SETTING non_replicated_deduplication_window = 5", "predictions_flights"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := migrated(t, flights)
			if err := s.CheckSchema(t.Context()); err != nil {
				t.Fatal(err)
			}
			run(t, s, "%s", c.damage)
			if err := s.CheckSchema(t.Context()); !errors.Is(err, ErrSchemaDiffers) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v: want %q", err, c.want)
			}
			if err := s.Migrate(t.Context()); !errors.Is(err, ErrSchemaDiffers) {
				t.Errorf("migrate: %v", err)
			}
		})
	}
}

// A larger window than ours is nobody's mistake.
func TestLargerWindowIsFine(t *testing.T) {
	s := migrated(t, flights)
	run(t, s, "ALTER TABLE outcomes MODIFY SETTING non_replicated_deduplication_window = 20000")
	if err := s.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestDurabilityIsATableSetting(t *testing.T) {
	o := options(t)
	settings := func(durability string) map[bool]int {
		o.Durability = durability
		s := open(t, o)
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.EnsureModel(t.Context(), flights); err != nil {
			t.Fatal(err)
		}
		insert(t, s, hundred(0))
		tables := map[bool]int{}
		if err := s.engines(t.Context(), func(_, engine string) error {
			tables[strings.Contains(engine, "fsync_after_insert = 1, fsync_part_directory = 1")]++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return tables
	}
	tables := 2 // schema_migrations and that of the model, beside those of the migrations
	steps, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		for _, statement := range step.statements {
			tables += strings.Count(statement, "CREATE TABLE")
		}
	}
	for _, c := range []struct {
		durability string
		want       map[bool]int
	}{{PageCache, map[bool]int{false: tables}}, {Fsync, map[bool]int{true: tables}}, {"", map[bool]int{false: tables}}} {
		if diff := cmp.Diff(c.want, settings(c.durability)); diff != "" {
			t.Errorf("durability %q, tables by whether they sync: %s", c.durability, diff)
		}
	}
}
