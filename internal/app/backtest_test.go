package app_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// Sixty days of one model: version 1 is good and serves until version 2, which
// guesses, takes its place on day 40 and keeps it. Both score every request.
const (
	storyDays  = 60
	promoted   = 40
	requests   = 200
	churnModel = `models:
  - name: churn
    task: binary
    positive: "1"
    features: {tenure: number}
    bucket: 24h
    schedule: "10 0 * * *"
    labels: {maturity: 24h, minimum: 50}
    reference: {first_days: 14}
`
)

var firstDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return firstDay.AddDate(0, 0, n) }

// churned writes the story as files.
func churned(t *testing.T, dir string) (predictions, outcomes string) {
	t.Helper()
	const seed = 7
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, seed))
	var p, o strings.Builder
	p.WriteString("prediction_id,model,version,role,timestamp,tenure,score\n")
	o.WriteString("prediction_id,model,timestamp,label\n")
	for i := range storyDays * requests {
		at := firstDay.Add(time.Duration(i) * 24 * time.Hour / requests)
		churns := rng.Float64() < 0.3
		good := 0.1 + 0.3*rng.Float64()
		label := "0"
		if churns {
			label, good = "1", 1-good
		}
		if rng.Float64() < 0.05 {
			good = 1 - good // good is not perfect
		}
		roles := []string{"served", "shadow"}
		if !at.Before(day(promoted)) {
			slices.Reverse(roles)
		}
		fmt.Fprintf(&p, "r%d,churn,1,%s,%s,%.3f,%.3f\n", i, roles[0], at.Format(time.RFC3339), 10*rng.NormFloat64(), good)
		fmt.Fprintf(&p, "r%d,churn,2,%s,%s,%.3f,%.3f\n", i, roles[1], at.Format(time.RFC3339), 10*rng.NormFloat64(), rng.Float64())
		fmt.Fprintf(&o, "r%d,churn,%s,%s\n", i, at.Add(time.Hour).Format(time.RFC3339), label)
	}
	return write(t, dir, "predictions.csv", p.String()), write(t, dir, "outcomes.csv", o.String())
}

// churn stores the story in a database of its own.
func churn(t *testing.T) (*clickhouse.Store, config.Config) {
	t.Helper()
	dir := t.TempDir()
	registry := write(t, dir, "registry.json", `{"models": {"churn": {"aliases": {"champion": "2"}, "versions": {"1": {}, "2": {}}}}}`)
	c := parse(t, server(t, dir)+"registry: {file: "+registry+"}\n"+churnModel)
	migrate(t, c)
	store, c, done, err := app.OpenEvents(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	predictions, outcomes := churned(t, dir)
	for kind, file := range map[string]string{"predictions": predictions, "outcomes": outcomes} {
		loader := app.NewLoader(store, c, app.LoadOptions{Kind: kind, Comma: ','}, slog.New(slog.DiscardHandler))
		if loaded, err := loader.Load(t.Context(), file, func(app.Progress) {}); err != nil || loaded.Rejected > 0 {
			t.Fatalf("load %s: %+v, %v", file, loaded, err)
		}
	}
	return store, c
}

// content is a checksum of the rows of every table, and what databases there are.
func content(t *testing.T, c config.Config) map[string]string {
	t.Helper()
	o, err := c.ClickHouse.Options()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := driver.Open(&driver.Options{Addr: o.Addresses, Auth: driver.Auth{Database: o.Database, Username: o.Username, Password: o.Password}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	list := func(sql string, args ...any) []string {
		var all []string
		if err := conn.QueryRow(t.Context(), sql, args...).Scan(&all); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return all
	}
	sums := map[string]string{"databases": strings.Join(list("SELECT groupArray(name) FROM system.databases WHERE startsWith(name, currentDatabase())"), " ")}
	for _, table := range list("SELECT groupArray(name) FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'") {
		// A merge would take away rows that newer ones replace.
		if err := conn.Exec(t.Context(), "SYSTEM STOP MERGES `"+table+"`"); err != nil {
			t.Fatal(err)
		}
		sums[table] = list("SELECT [toString(count()), toString(groupBitXor(sipHash64(toString(tuple(*)))))] FROM `" + table + "`")[1]
	}
	file, err := os.ReadFile(c.Registry.File)
	if err != nil {
		t.Fatal(err)
	}
	sums["registry"] = string(file)
	return sums
}

func TestBacktestDemotesInAReplayAndLeavesNoTrace(t *testing.T) {
	store, c := churn(t)
	before := content(t, c)
	got, err := app.Backtest(t.Context(), store, c, c.Models[0], app.BacktestOptions{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, content(t, c)); diff != "" {
		t.Errorf("the history is another one (-before +after):\n%s", diff)
	}
	if want := []app.Holder{{Version: "1", From: day(0), Source: "served"}, {Version: "2", From: day(promoted), Source: "served"}}; !cmp.Equal(want, got.Slot) {
		t.Errorf("slot: %s", cmp.Diff(want, got.Slot))
	}
	if len(got.Actions) != 1 {
		t.Fatalf("actions %+v, want one", got.Actions)
	}
	a := got.Actions[0]
	if a.From != "2" || a.To != "1" || a.Stage != "effective" || a.LogM < a.Threshold || a.Tick.Before(day(promoted+2)) || a.Tick.After(day(promoted+8)) {
		t.Errorf("action %+v, want 2 demoted for 1 within days of %s", a, day(promoted))
	}
	// Nobody moved the slot in truth: from there on the replay departs.
	if want := []app.Departure{{From: a.Tick, Holds: "1", Recorded: "2"}}; !cmp.Equal(want, got.Departures) {
		t.Errorf("departures: %s", cmp.Diff(want, got.Departures))
	}
	at := slices.IndexFunc(got.Incidents, func(i app.Told) bool { return i.Class == "performance" })
	if at < 0 {
		t.Fatalf("incidents %+v, want one of performance", got.Incidents)
	}
	i := got.Incidents[at]
	if i.Version != "2" || i.Closed == nil || !i.Paged || i.Onset == nil || i.Onset.Before(day(promoted-5)) || i.Onset.After(day(promoted+2)) || *i.Delay != i.Opened.Sub(*i.Onset).Seconds() {
		t.Errorf("incident %+v, want a closed page on version 2 with its onset about %s", i, day(promoted))
	}
	if r := got.Classes[slices.IndexFunc(got.Classes, func(r app.ClassRate) bool { return r.Class == "demotion" })]; r.Total != 1 || r.Max != 1 || r.Min != 0 || *r.Budget != 0.01 {
		t.Errorf("rate of demotions %+v", r)
	}
	if got.Ticks != storyDays+3 || got.Windows == 0 || got.Blocks == 0 {
		t.Errorf("%d ticks, %d windows, %d blocks; want %d ticks", got.Ticks, got.Windows, got.Blocks, storyDays+3)
	}
}

// A schedule of every six hours closes no more windows than a daily one.
func TestBacktestNeedsOnlyTheTicksAtWhichSomethingCloses(t *testing.T) {
	store, c := churn(t)
	run := func(schedule string, every bool) app.Backtested {
		t.Helper()
		other := parse(t, strings.Replace(churnModel, "10 0 * * *", schedule, 1))
		got, err := app.Backtest(t.Context(), store, c, other.Models[0], app.BacktestOptions{From: day(38), To: day(48), EveryTick: every}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	few, all := run("5 */6 * * *", false), run("5 */6 * * *", true)
	if few.Ticks != 10 || all.Ticks != 40 {
		t.Errorf("%d ticks and %d, want 10 and 40", few.Ticks, all.Ticks)
	}
	if len(few.Actions) != 1 || len(all.Actions) != 1 || !few.Actions[0].Tick.Equal(all.Actions[0].Tick) || few.Actions[0].LogM != all.Actions[0].LogM {
		t.Errorf("actions %+v, with every tick %+v", few.Actions, all.Actions)
	}
}

func TestBacktestRefusesWhatItCannotReplay(t *testing.T) {
	store, c := churn(t)
	m := c.Models[0]
	other := parse(t, strings.Replace(churnModel, "tenure: number", "income: number", 1)).Models[0]
	kind := parse(t, strings.Replace(churnModel, "tenure: number", "tenure: category", 1)).Models[0]
	nobody := parse(t, strings.Replace(churnModel, "name: churn", "name: fraud", 1)).Models[0]
	yearly := parse(t, strings.Replace(churnModel, "10 0 * * *", "0 0 1 1 *", 1)).Models[0]
	for _, test := range []struct {
		model    config.Model
		from, to time.Time
		want     string
	}{
		{nobody, time.Time{}, time.Time{}, "no predictions of fraud are stored"},
		{other, time.Time{}, time.Time{}, `feature "income" of churn has no column`},
		{kind, time.Time{}, time.Time{}, `feature "tenure" of churn is stored as number, the policy declares category`},
		{m, day(10), day(9), "nothing lies between"},
		{m, day(100), day(200), "none after"},
		{m, day(-20), day(-10), "none before"},
		{yearly, time.Time{}, day(30), "has no tick from"}, // not to now, which is after the next one some day
	} {
		_, err := app.Backtest(t.Context(), store, c, test.model, app.BacktestOptions{From: test.from, To: test.to}, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}

// What a daemon stored is recomputed to the last digit, and rows that came
// late are told.
func TestRecomputedVerdictsAreTheStoredOnes(t *testing.T) {
	store, c := churn(t)
	tick := day(20).Add(10 * time.Minute)
	daemon := run(t, app.Options{Config: c, Stepped: day(0)})
	daemon.started()
	if err := daemon.Advance(t.Context(), day(21)); err != nil {
		t.Fatal(err)
	}
	before := content(t, c)
	recompute := func(ticks ...time.Time) (all []app.Recomputed) {
		t.Helper()
		if err := app.Recompute(t.Context(), store, c, c.Models[0], ticks, slog.New(slog.DiscardHandler), func(r app.Recomputed) { all = append(all, r) }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, r := range recompute(tick.AddDate(0, 0, -4), tick.AddDate(0, 0, -3), tick) {
		if !r.Stored || len(r.Differs) > 0 || len(r.Verdicts) != 2 {
			t.Errorf("%s: stored %t, %d verdicts, differences %q", r.Tick, r.Stored, len(r.Verdicts), r.Differs)
		}
	}
	if next := recompute(day(25))[0]; next.Stored || len(next.Verdicts) != 2 || len(next.Differs) > 0 {
		t.Errorf("a tick that was never judged: %+v", next)
	}
	if diff := cmp.Diff(before, content(t, c)); diff != "" {
		t.Errorf("the history is another one (-before +after):\n%s", diff)
	}
	late := write(t, t.TempDir(), "late.csv", "prediction_id,model,version,timestamp,tenure,score\n"+strings.Repeat("x,churn,1,2026-03-20T12:00:00Z,1e6,0.5\n", 1))
	loader := app.NewLoader(store, c, app.LoadOptions{Kind: "predictions", Comma: ','}, slog.New(slog.DiscardHandler))
	if _, err := loader.Load(t.Context(), late, func(app.Progress) {}); err != nil {
		t.Fatal(err)
	}
	if got := recompute(tick)[0]; len(got.Differs) == 0 || !strings.Contains(strings.Join(got.Differs, "\n"), "churn@1: ") {
		t.Errorf("differences %q, want those of version 1", got.Differs)
	}
	var text bytes.Buffer
	all, err := app.History(t.Context(), store, "churn", "alias champion")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range all {
		fmt.Fprintln(&text, h.What, h.Version, h.State)
	}
	if !strings.HasPrefix(text.String(), "slot 2 first_seen\n") {
		t.Errorf("history:\n%s", text.String())
	}
}
