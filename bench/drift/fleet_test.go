package drift_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
)

// fleet is many models that have predicted for a day and an hour, each version with a
// pinned reference: everything is in place but the evaluation.
type fleet struct {
	dir, config string
	at          chengine.Endpoint
	engine      int // process id
	conn        driver.Conn
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	f := newEngine(t)
	f.configure(t, *models, *versions)
	f.seed(t)
	return f
}

// newEngine returns a fleet without models: an engine of its own.
func newEngine(t *testing.T) *fleet {
	t.Helper()
	dir := t.TempDir()
	engine := chengine.New(chengine.Config{Path: dir + "/engine", Library: parts.Library(t)}, nil, nil)
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- engine.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-stopped
	})
	if err := engine.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	f := &fleet{dir: dir, config: filepath.Join(dir, "driftd.yaml"), at: engine.Endpoint(), engine: engine.PID()}
	var err error
	if f.conn, err = driver.Open(&driver.Options{
		Addr: []string{f.at.Address}, Auth: driver.Auth{Database: "default", Username: f.at.Username, Password: f.at.Password},
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.conn.Close() })
	return f
}

// open returns the daemon's store, with its tables.
func (f *fleet) open(t *testing.T, c config.Config) *clickhouse.Store {
	t.Helper()
	store, done, err := app.OpenStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		store.Close()
		done()
	})
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// exec runs a statement.
func (f *fleet) exec(t *testing.T, sql string) {
	t.Helper()
	if err := f.conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%v\n%.300s", err, sql)
	}
}

// predict stores a stretch of predictions of the versions 1 to n of a model: scores
// uniform, features normal about shift.
func (f *fleet) predict(t *testing.T, name string, n int, from time.Time, stretch time.Duration, rows int, shift float64) {
	t.Helper()
	columns := []string{"prediction_id", "version", "ts", "role", "score", "class", "_offset"}
	values := []string{
		"toString(cityHash64(number))", fmt.Sprintf("toString(1 + modulo(number, %d))", n),
		fmt.Sprintf("fromUnixTimestamp64Milli(%d + intDiv(number * %d, %d), 'UTC')", from.UnixMilli(), stretch.Milliseconds(), rows),
		"'served'", "randUniform(0, 1, number)", "toString(modulo(number, 2))", "number",
	}
	for i := range *features {
		columns, values = append(columns, fmt.Sprintf("f_n%d", i)), append(values, fmt.Sprintf("randNormal(%g, 1, number + %d)", shift, i))
	}
	f.exec(t, fmt.Sprintf("INSERT INTO driftd.predictions_%s (%s) SELECT %s FROM numbers(%d)", name, strings.Join(columns, ", "), strings.Join(values, ", "), rows))
}

func modelName(i int) string { return fmt.Sprintf("model_%04d", i) }

// configure writes the daemon's configuration and its registry.
func (f *fleet) configure(t *testing.T, models, versions int) {
	t.Helper()
	secret := filepath.Join(f.dir, "secret")
	if err := os.WriteFile(secret, []byte(f.at.Password), 0o600); err != nil {
		t.Fatal(err)
	}
	var inputs, text strings.Builder
	for i := range *features {
		fmt.Fprintf(&inputs, " n%d: number,", i)
	}
	path := filepath.Join(f.dir, "registry.json")
	fmt.Fprintf(&text, "clickhouse: {addresses: [%q], dial_timeout: 30s, username: %s, password_file: %s}\nregistry: {file: %s}\nhttp: {listen: \"127.0.0.1:0\"}\nmodels:\n",
		f.at.Address, f.at.Username, secret, path)
	for i := range models {
		fmt.Fprintf(&text, "  - {name: %s, task: binary, positive: \"1\", serving: {alias: champion}, schedule: \"*/15 * * * *\", features: {%s}}\n",
			modelName(i), strings.TrimSuffix(inputs.String(), ","))
	}
	if err := os.WriteFile(f.config, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	reg, err := filestore.New(filestore.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	for i := range models {
		for range versions {
			ref, err := reg.Register(t.Context(), registry.Version{Ref: model.Ref{Name: modelName(i)}})
			if err == nil && ref.Version == "1" {
				err = reg.Assign(t.Context(), registry.Slot{Kind: registry.Alias, Name: "champion"}, ref)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// rows returns the predictions of a model: of a day and the hour after it.
func (f *fleet) rows() int { return *daily * 25 / 24 * *versions }

// seed makes the tables, pins the references and stores the predictions.
func (f *fleet) seed(t *testing.T) {
	t.Helper()
	c, err := config.Load(f.config)
	if err != nil {
		t.Fatal(err)
	}
	store := f.open(t, c)
	pinned := reference(t, c.Models[0].Policy)
	for i, m := range c.Models {
		if err := store.EnsureModel(t.Context(), m.Ingest); err != nil {
			t.Fatal(err)
		}
		for v := range *versions {
			ref := pinned
			ref.Ref = model.Ref{Name: m.Policy.Model, Version: strconv.Itoa(v + 1)}
			ref.ID = fmt.Sprintf("r%d_%d", i, v)
			if err := store.Pin(t.Context(), ref); err != nil {
				t.Fatal(err)
			}
		}
		f.predict(t, m.Policy.Model, *versions, day0, 25*time.Hour, f.rows(), 0)
	}
}

// reference is what every version is compared with: of each series 20,000 rows,
// 1,001 knots, and how much 14 blocks of them differ.
func reference(t *testing.T, p evaluate.Policy) evaluate.Reference {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	const blocks, size = 14, 1500
	freeze := func(name string, draw func() float64) evaluate.ReferenceSeries {
		var all []float64
		for range blocks * size {
			all = append(all, draw())
		}
		sorted := slices.Clone(all)
		slices.Sort(sorted)
		values := slices.Compact(slices.Clone(sorted))
		n := make([]uint64, len(values))
		for i := range n {
			n[i] = 1
		}
		l, err := drift.NewNumeric(values, n)
		if err != nil {
			t.Fatal(err)
		}
		s := evaluate.ReferenceSeries{Name: name, Layout: l, Counts: l.CountNumbers(all, nil), Variation: map[string]drift.Variation{}}
		var parts []drift.Counts
		for block := range slices.Chunk(all, size) {
			parts = append(parts, l.CountNumbers(block, nil))
		}
		for _, name := range p.Drift.Measures {
			measure, err := drift.Lookup(name)
			if err == nil && measure.Applies(drift.Numeric) {
				s.Variation[name], err = drift.NewVariation(measure, l, parts)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		return s
	}
	ref := evaluate.Reference{Source: evaluate.SourceWindow, From: day0.AddDate(0, 0, -blocks), To: day0, PinnedAt: day0, Rows: blocks * size}
	ref.Series = append(ref.Series, freeze(evaluate.ScoreSeries, rng.Float64))
	normal := freeze("", rng.NormFloat64)
	for _, feature := range p.Features {
		normal.Name = feature.Name
		ref.Series = append(ref.Series, normal)
	}
	class := drift.NewCategorical(map[string]uint64{"0": blocks * size / 2, "1": blocks * size / 2})
	ref.Series = append(ref.Series, evaluate.ReferenceSeries{Name: evaluate.ClassSeries, Layout: class,
		Counts: class.CountTexts([]string{"0", "1"}, []uint64{blocks * size / 2, blocks * size / 2})})
	return ref
}

// check looks that every version was judged, over all series and all rows.
func (f *fleet) check(t *testing.T) {
	t.Helper()
	var judged, rows uint64
	if err := f.conn.QueryRow(t.Context(), "SELECT uniqExact(model, version, feature) FROM driftd.results WHERE check = 'psi' AND value IS NOT NULL AND feature != '(class)'").Scan(&judged); err != nil {
		t.Fatal(err)
	}
	if want := uint64(*models * *versions * (*features + 1)); judged != want {
		t.Errorf("%d series were judged, want %d", judged, want)
	}
	if err := f.conn.QueryRow(t.Context(), "SELECT sum(arraySum(n)) FROM driftd.bucket_counts FINAL WHERE series = '(score)'").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if want := uint64(*models * f.rows()); rows != want {
		t.Errorf("%d rows were counted, want %d", rows, want)
	}
}
