package dashboards_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/driftd/driftd/dashboards"
)

// bounded is how a query ends that gives many rows.
var bounded = regexp.MustCompile(`\nLIMIT (\d+)$`)

// tables are those that queries may read: what evaluations left behind.
var tables = []string{
	"actions", "bucket_counts", "counted_buckets", "health", "incidents", "newest_verdicts", "orders", "reference_bins", "references", "results",
	"score_bins", "slot_history", "system.parts", "ticks", "verdicts",
	"rejects", // the last day of them
}

var reads = regexp.MustCompile("(?:FROM|LEFT JOIN)\\s+`?([a-z_.]+)`?")

func TestQueriesAreBoundedAndReadNoEvents(t *testing.T) {
	single := map[string]bool{} // of one row
	asked := map[string]bool{}
	for _, b := range dashboards.Boards() {
		for _, p := range b.Panels {
			asked[p.SQL] = true
			single[p.SQL] = p.Kind == dashboards.Stat
		}
		for _, v := range b.Variables {
			asked[v.SQL] = true
		}
	}
	for _, m := range dashboards.Marks {
		asked[m.SQL] = true
	}
	for _, r := range dashboards.Rules {
		asked[r.SQL], single[r.SQL] = true, true
	}
	entries, err := os.ReadDir("sql")
	if err != nil || len(entries) < 40 {
		t.Fatalf("%d queries, %v", len(entries), err)
	}
	for _, entry := range entries {
		name := strings.TrimSuffix(filepath.Base(entry.Name()), ".sql")
		sql := dashboards.Query(name)
		if !asked[name] {
			t.Errorf("sql/%s.sql is asked by nothing", name)
		}
		limit := bounded.FindStringSubmatch(sql)
		if limit == nil && !single[name] {
			t.Errorf("sql/%s.sql: want a LIMIT at its end", name)
		}
		if limit != nil {
			if n, err := strconv.Atoi(limit[1]); err != nil || n > 50_000 {
				t.Errorf("sql/%s.sql: LIMIT %s: want at most 50000", name, limit[1])
			}
		}
		for _, match := range reads.FindAllStringSubmatch(sql, -1) {
			if !slices.Contains(tables, match[1]) {
				t.Errorf("sql/%s.sql reads %s: want one of %v", name, match[1], tables)
			}
		}
		if strings.Contains(sql, "FROM rejects") && !strings.Contains(sql, "INTERVAL 1 DAY") {
			t.Errorf("sql/%s.sql reads more than a day of rejects", name)
		}
		for _, macro := range []string{"$__timeFrom", "$__timeTo(", "$__timeGroup"} {
			if strings.Contains(sql, macro) {
				t.Errorf("sql/%s.sql: %s means something else in older versions of the plugin", name, macro)
			}
		}
	}
}

// read is how a plan reads one table.
type read struct{ table, indexes string }

var reading = regexp.MustCompile(`ReadFromMergeTree \(\w+\.(\w+)\)`)

// plan returns how the tables of a query are read.
func (h house) plan(t *testing.T, sql string) []read {
	t.Helper()
	text, err := h.post("EXPLAIN indexes = 1 " + sql + "\nFORMAT TSVRaw")
	if err != nil {
		t.Fatal(err)
	}
	var list []read
	at := reading.FindAllStringSubmatchIndex(string(text), -1)
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		list = append(list, read{string(text[m[2]:m[3]]), string(text[m[1]:end])})
	}
	return list
}

// byModel and byTime are the tables whose keys begin with the model, and those that
// grow with time, by the column that tells it.
var (
	byModel = []string{"actions", "bucket_counts", "counted_buckets", "incidents", "newest_verdicts", "orders", "reference_bins", "references", "results", "score_bins", "slot_history", "ticks", "verdicts"}
	byTime  = map[string]string{"bucket_counts": "bucket", "counted_buckets": "bucket", "results": "tick", "score_bins": "window_to", "ticks": "tick", "verdicts": "tick"}
)

// What a panel does not show it does not read: the key finds the model, and a key or
// a partition the time.
func TestQueriesUseKeys(t *testing.T) {
	h := seeded(t)
	seen := 0
	for _, b := range dashboards.Boards() {
		for _, p := range b.Panels {
			for name, values := range map[string]map[string][]string{
				"one": {"model": {"model-0003"}, "version": {"2"}, "feature": {"plan"}, "metric": {"auc"}},
				"all": {"feature": {"plan"}, "metric": {"auc"}},
			} {
				if name == "all" && b.UID != dashboards.FleetUID && b.UID != dashboards.ActionsUID {
					continue
				}
				scope := scopes()["all"]
				scope.From, scope.Values = fleet.To.AddDate(0, 0, -3), values
				sql, err := dashboards.Expand(p.Query(), scope)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range h.plan(t, sql) {
					seen++
					if name == "one" && slices.Contains(byModel, r.table) && !keyed(r.indexes, "PrimaryKey", "model") {
						t.Errorf("%s/%s reads all models of %s:\n%s", b.UID, p.Title, r.table, r.indexes)
					}
					if column, grows := byTime[r.table]; grows && !keyed(r.indexes, "", column) && !strings.Contains(sql, "(version, tick) IN") {
						t.Errorf("%s/%s, %s reads all times of %s:\n%s", b.UID, p.Title, name, r.table, r.indexes)
					}
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d tables read: the plans were not understood", seen)
	}
}

// keyed says whether an index of a kind, or any, is searched by a column.
func keyed(indexes, kind, column string) bool {
	lines := strings.Split(indexes, "\n")
	current, keys := "", false
	for _, line := range lines {
		word := strings.Trim(line, " │└─")
		switch {
		case slices.Contains([]string{"Min-Max", "Partition", "PrimaryKey", "Skip"}, word):
			current, keys = word, false
		case word == "Keys:":
			keys = true
		case strings.HasPrefix(word, "Condition:"):
			keys = false
		case keys && word == column && (kind == "" || kind == current):
			return true
		}
	}
	return false
}
