package clickhouse

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// ownEngine is a store in an engine that this test may kill and configure.
func ownEngine(t *testing.T) (s *Store, engine *chengine.Engine, dir string) {
	t.Helper()
	dir = t.TempDir()
	engine = chengine.New(chengine.Config{Path: dir, Library: parts.Library(t)}, nil, nil)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- engine.Run(ctx) }()
	t.Cleanup(func() { stop(); <-stopped })
	if err := engine.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	at := engine.Endpoint()
	s = open(t, Options{Addresses: []string{at.Address}, Database: "driftd", Username: at.Username, Password: at.Password})
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.EnsureModel(ctx, flights); err != nil {
		t.Fatal(err)
	}
	return s, engine, dir
}

// hostile restarts the engine with other settings in its user's profile, as its
// administrator might have chosen them. The engine's files are written anew at
// every start and read some time later: in between they are changed here. heal
// restarts it as it was.
func hostile(t *testing.T, s *Store, engine *chengine.Engine, dir, settings, name, value string) (heal func()) {
	t.Helper()
	path := filepath.Join(dir, "users.xml")
	ctx, stop := context.WithCancel(t.Context())
	var changing sync.WaitGroup
	changing.Go(func() {
		own := []byte("<profile>default</profile>\n      <quota>default</quota>\n    </driftd>")
		for ctx.Err() == nil {
			text, err := os.ReadFile(path)
			if err == nil && bytes.Contains(text, own) {
				text = bytes.Replace(text, own, bytes.Replace(own, []byte("default"), []byte("hostile"), 1), 1)
				text = bytes.Replace(text, []byte("</profiles>"), []byte("<hostile><profile>default</profile>"+settings+"</hostile></profiles>"), 1)
				_ = os.WriteFile(path, text, 0o600)
			}
			time.Sleep(time.Millisecond)
		}
	})
	heal = func() {
		stop()
		changing.Wait()
		restart(t, s, engine)
	}
	for range 5 {
		restart(t, s, engine)
		if scalar[string](t, s, "SELECT value FROM system.settings_profile_elements WHERE profile_name = 'hostile' AND setting_name = '"+name+"' UNION ALL SELECT '' LIMIT 1") == value {
			return heal
		}
	}
	t.Fatalf("the profile never had %s = %s", name, value)
	return nil
}

// restart kills the engine and waits until its successor answers.
func restart(t *testing.T, s *Store, engine *chengine.Engine) {
	t.Helper()
	before := engine.PID()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(parts.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if pid := engine.PID(); pid > 0 && pid != before && s.Ping(t.Context()) == nil {
			return
		}
	}
	t.Fatalf("the engine did not come back within %s", parts.Patience)
}

// Whatever the server's profile says about inserts, ours are acknowledged when
// they are stored, whole, and a repeat is dropped.
func TestServersProfileDoesNotDecide(t *testing.T) {
	s, engine, dir := ownEngine(t)
	hostile(t, s, engine, dir, `<async_insert>1</async_insert><wait_for_async_insert>0</wait_for_async_insert>
		<async_insert_busy_timeout_max_ms>60000</async_insert_busy_timeout_max_ms><async_insert_use_adaptive_busy_timeout>0</async_insert_use_adaptive_busy_timeout>
		<insert_deduplicate>0</insert_deduplicate><max_partitions_per_insert_block>1</max_partitions_per_insert_block>`, "async_insert", "1")
	for range 2 {
		insert(t, s, hundred(0))
		if diff := cmp.Diff([3]uint64{100, 50, 1}, copies(t, s)); diff != "" {
			t.Errorf("at the moment of the acknowledgement: %s", diff)
		}
	}
}

// A server that has had enough refuses, and says whether that leaves doubt; when
// it is well again, the same range goes in once.
func TestServerUnderPressure(t *testing.T) {
	s, engine, dir := ownEngine(t)
	insert(t, s, hundred(0)) // a part is there
	reader := s.options
	reader.Username, reader.Password = engine.Endpoint().Reader, engine.Endpoint().ReaderPassword
	want := [3]uint64{100, 50, 1}
	for i, c := range []struct {
		name      string
		code      int32
		ambiguous bool
		hurt      func(t *testing.T) (patient *Store, heal func())
	}{
		{"too many parts", 252, false, func(t *testing.T) (*Store, func()) {
			run(t, s, "ALTER TABLE predictions_flights MODIFY SETTING parts_to_delay_insert = 1, parts_to_throw_insert = 1")
			return s, func() {
				run(t, s, "ALTER TABLE predictions_flights RESET SETTING parts_to_delay_insert, parts_to_throw_insert")
			}
		}},
		{"not allowed", 497, false, func(t *testing.T) (*Store, func()) { return open(t, reader), func() {} }},
		{"out of memory", 241, true, func(t *testing.T) (*Store, func()) {
			return s, hostile(t, s, engine, dir, "<max_memory_usage>3000000</max_memory_usage>", "max_memory_usage", "3000000")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := hundreds(int64(1_000_000*(i+1)), 50_000)
			patient, heal := c.hurt(t)
			err := patient.Insert(t.Context(), b, false)
			failure, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("insert: %v, want a failure", err)
			}
			t.Log(err)
			if exception, ok := errors.AsType[*clickhouse.Exception](err); !ok || exception.Code != c.code {
				t.Errorf("%v: want code %d", err, c.code)
			}
			if failure.Ambiguous() && !c.ambiguous {
				t.Error("the refusal leaves doubt")
			}
			heal()
			if diff := cmp.Diff(want, copies(t, s)); diff != "" && !failure.Ambiguous() {
				t.Errorf("stored by an insert that was refused: %s", diff)
			}
			if err := s.Insert(t.Context(), b, failure.Ambiguous()); err != nil {
				t.Fatal(err)
			}
			want[0], want[1] = want[0]+50_000, want[1]+50_000
			if diff := cmp.Diff(want, copies(t, s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Tokens outlive the server: it keeps them on disk.
func TestRestartedServerKnowsItsTokens(t *testing.T) {
	s, engine, _ := ownEngine(t)
	insert(t, s, hundred(0))
	for range 2 {
		restart(t, s, engine)
		insert(t, s, hundred(0))
		if diff := cmp.Diff([3]uint64{100, 50, 1}, copies(t, s)); diff != "" {
			t.Errorf("the same insert after a restart: %s", diff)
		}
	}
}

// A column that somebody drops or retypes under us refuses the insert without
// doubt; once it is back, the same range goes in once.
func TestSchemaDriftUnderWay(t *testing.T) {
	for _, c := range []struct{ name, drift, mend string }{
		{"column dropped", "ALTER TABLE predictions_flights DROP COLUMN f_wind", "ALTER TABLE predictions_flights ADD COLUMN f_wind Nullable(Float64)"},
		{"table dropped", "RENAME TABLE predictions_flights TO aside", "RENAME TABLE aside TO predictions_flights"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := migrated(t, flights)
			run(t, s, "%s", c.drift)
			err := s.Insert(t.Context(), hundred(0), false)
			var a interface{ Ambiguous() bool }
			if !errors.Is(err, ErrSchemaDiffers) || !errors.As(err, &a) || a.Ambiguous() {
				t.Errorf("insert: %v, want ErrSchemaDiffers without doubt", err)
			}
			run(t, s, "%s", c.mend)
			insert(t, s, hundred(0))
			if diff := cmp.Diff([3]uint64{100, 50, 1}, copies(t, s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Daemons that start at the same time with the same new features do not stand in
// each other's way.
func TestEnsureModelRace(t *testing.T) {
	s := migrated(t)
	wide := flights
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		wide.Features = append(wide.Features, ingest.Feature{Name: name, Kind: ingest.Number})
	}
	for _, m := range []ingest.Model{flights, wide} {
		var starts sync.WaitGroup
		for range 8 {
			other := open(t, s.options)
			starts.Go(func() {
				if err := other.EnsureModel(t.Context(), m); err != nil {
					t.Error(err)
				}
			})
		}
		starts.Wait()
		types, err := s.columnTypes(t.Context(), "predictions_flights")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range m.Features {
			if types[featureColumn(f.Name, false)] == "" {
				t.Errorf("no column for %s after the race", f.Name)
			}
		}
	}
}
