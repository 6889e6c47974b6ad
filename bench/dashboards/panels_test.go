package dashboards_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/dashboards/seed"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/parts"
)

var (
	measure = flag.Bool("measure", false, "seed and measure; without it, nothing is done")
	results = flag.String("results", "", "append the tables to this `file`")
	scale   = flag.Int("scale", 1, "divide the numbers of models by this, for a trial")
)

// runs of each panel; the middle one is told.
const runs = 7

func TestMain(m *testing.M) { parts.Main(m) }

// A year of 100 models, judged hourly: the boards about one model, over the year.
func TestYear(t *testing.T) {
	fleet := seed.Fleet{Models: 100 / *scale, Versions: 2, Features: 20, To: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Days: 365, Step: time.Hour}
	scope := dashboards.Scope{From: fleet.To.AddDate(-1, 0, 0), To: fleet.To, Interval: 12 * time.Hour, Values: map[string][]string{
		"model": {"model-0003"}, "feature": {"plan"}, "metric": {"auc"},
	}}
	var boards []dashboards.Board
	for _, b := range dashboards.Boards() {
		if b.UID != dashboards.FleetUID && b.UID != dashboards.ActionsUID {
			boards = append(boards, b)
		}
	}
	table(t, "A year of hourly verdicts of", fleet, scope, boards)
}

// 1,000 models, judged hourly for a month: the boards about all of them.
func TestFleet(t *testing.T) {
	fleet := seed.Fleet{Models: 1000 / *scale, Versions: 2, Features: 10, To: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Days: 30, Step: time.Hour}
	scope := dashboards.Scope{From: fleet.To.AddDate(0, 0, -30), To: fleet.To, Interval: time.Hour}
	table(t, "A month of hourly verdicts of", fleet, scope, []dashboards.Board{dashboards.Boards()[0], dashboards.Boards()[5]})
}

// table seeds a database and writes how long each panel of the boards takes.
func table(t *testing.T, title string, fleet seed.Fleet, scope dashboards.Scope, boards []dashboards.Board) {
	if !*measure {
		t.Skip("no -measure: `make bench-dashboards` sets it")
	}
	reader := seeded(t, fleet)
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %d models × %d versions × %d inputs (%s verdicts, %s results)\n\n| panel | median ms | slowest ms | rows |\n|---|---|---|---|\n",
		title, fleet.Models, fleet.Versions, fleet.Features, rows(t, reader, "verdicts"), rows(t, reader, "results"))
	type line struct {
		name            string
		median, slowest time.Duration
		rows            int
	}
	var lines []line
	for _, b := range boards {
		for _, p := range b.Panels {
			sql, err := dashboards.Expand(p.Query(), scope)
			if err != nil {
				t.Fatal(err)
			}
			var took []time.Duration
			n := 0
			for range runs {
				began := time.Now()
				body := post(t, reader, sql+"\nFORMAT JSONCompact")
				took = append(took, time.Since(began))
				n = bytes.Count(body, []byte("\n\t\t["))
			}
			slices.Sort(took)
			lines = append(lines, line{b.Title + ": " + p.Title, took[runs/2], took[runs-1], n})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(b.median, a.median) })
	for _, l := range lines {
		fmt.Fprintf(&out, "| %s | %d | %d | %d |\n", l.name, l.median.Milliseconds(), l.slowest.Milliseconds(), l.rows)
	}
	fmt.Fprintln(&out)
	t.Log("\n" + out.String())
	if *results == "" {
		return
	}
	file, err := os.OpenFile(*results, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(out.Bytes()); err != nil {
		t.Fatal(err)
	}
}

// seeded makes the fleet and returns the address of one who may read it.
func seeded(t *testing.T, fleet seed.Fleet) string {
	t.Helper()
	at, o := parts.Engine(t), parts.Database(t)
	store, err := clickhouse.Open(clickhouse.Options{Addresses: o.Addr, Database: o.Auth.Database, Username: o.Auth.Username, Password: o.Auth.Password}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	statements, err := fleet.Statements()
	if err != nil {
		t.Fatal(err)
	}
	address := func(user, password string) string {
		return "http://" + at.HTTPAddress + "/?" + url.Values{"user": {user}, "password": {password}, "database": {o.Auth.Database}}.Encode()
	}
	// A verdict holds arrays: large blocks of them would not fit.
	owner := address(at.Username, at.Password) + "&max_block_size=5000&min_insert_block_size_rows=50000&min_insert_block_size_bytes=100000000"
	for i, statement := range statements {
		began := time.Now()
		post(t, owner, statement)
		t.Logf("seeded %d of %d in %v", i+1, len(statements), time.Since(began).Round(time.Millisecond))
	}
	return address(at.Reader, at.ReaderPassword)
}

func rows(t *testing.T, address, table string) string {
	t.Helper()
	return strings.TrimSpace(string(post(t, address, "SELECT formatReadableQuantity(count()) FROM "+table+" FORMAT TSV")))
}

func post(t *testing.T, address, sql string) []byte {
	t.Helper()
	resp, err := http.Post(address, "text/plain", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%.200s: %s: %s", sql, resp.Status, body)
	}
	return body
}
