package drift_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/config"
)

// TestLongReference runs a daemon that pins a reference of many labelled predictions,
// one of whose features is an id that never comes twice.
func TestLongReference(t *testing.T) {
	const days = 14
	f := newEngine(t)
	f.configure(t, 1, 1)
	from := day0.AddDate(0, 0, -days)
	text, err := os.ReadFile(f.config)
	if err != nil {
		t.Fatal(err)
	}
	stated := fmt.Sprintf("labels: {maturity: 1h}, reference: {from: %s, to: %s}, features: {id: category, ", from.Format(time.RFC3339), day0.Format(time.RFC3339))
	if err := os.WriteFile(f.config, []byte(strings.Replace(string(text), "features: {", stated, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(f.config)
	if err != nil {
		t.Fatal(err)
	}
	store, name := f.open(t, c), c.Models[0].Policy.Model
	if err := store.EnsureModel(t.Context(), c.Models[0].Ingest); err != nil {
		t.Fatal(err)
	}
	f.predict(t, name, 1, from, days*24*time.Hour, *long, 0)
	f.exec(t, fmt.Sprintf("ALTER TABLE driftd.predictions_%s UPDATE f_id = prediction_id WHERE 1 SETTINGS mutations_sync = 2", name))
	f.exec(t, fmt.Sprintf("INSERT INTO driftd.outcomes (model, ts, prediction_id, label, _offset) SELECT '%s', ts, prediction_id, class, _offset FROM driftd.predictions_%s", name, name))
	d := startDaemon(t, f.config, f.dir, day0.Add(90*time.Minute))
	engine, began := usageOf(t, f.engine), time.Now()
	d.advance(day0.Add(2*time.Hour + 15*time.Minute))
	wall, after, engineAfter := time.Since(began), usageOf(t, d.cmd.Process.Pid), usageOf(t, f.engine)
	var rows, stored uint64
	if err := f.conn.QueryRow(t.Context(), "SELECT rows, length(body) + length(columns) FROM driftd.references").Scan(&rows, &stored); err != nil {
		t.Fatal(err)
	}
	if rows != uint64(*long) {
		t.Errorf("a reference of %d rows was pinned, want %d", rows, *long)
	}
	say(t, "A reference of %d labelled predictions, %d features and an id: pinned in %.1f s, daemon's peak %d MB, CPU of the engine %.1f s, peak %d MB; %d kB stored\n\n",
		*long, *features, wall.Seconds(), after.peak>>20, (engineAfter.cpu - engine.cpu).Seconds(), engineAfter.peak>>20, stored>>10)
	d.stop()
}
