package dashboards_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/dashboards/seed"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }

// fleet is what the tests' database holds.
var fleet = seed.Fleet{Models: 11, Versions: 2, Features: 5, To: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Days: 20, Step: 6 * time.Hour}

// house is a server with a seeded database, over HTTP as a reader of dashboards.
type house struct{ url string }

// seeded returns the house of the test.
func seeded(t *testing.T) house {
	t.Helper()
	at, o := parts.Engine(t), parts.Database(t)
	store, err := clickhouse.Open(clickhouse.Options{Addresses: o.Addr, Database: o.Auth.Database, Username: o.Auth.Username, Password: o.Auth.Password, DialTimeout: 30 * time.Second}, nil)
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
	owner := house{address(at.Username, at.Password)}
	for _, statement := range statements {
		if _, err := owner.post(statement); err != nil {
			t.Fatalf("%.200s: %v", statement, err)
		}
	}
	return house{address(at.Reader, at.ReaderPassword)}
}

func (h house) post(sql string) ([]byte, error) {
	resp, err := http.Post(h.url, "text/plain", strings.NewReader(sql))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return body, err
}

// answer is what a query gave.
type answer struct {
	Meta []struct{ Name, Type string }
	Data [][]any
	Rows int
}

func (h house) ask(sql string) (answer, error) {
	var a answer
	body, err := h.post(sql + "\nFORMAT JSONCompact")
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	return a, err
}

// scopes are what boards are asked about: one, many, all, and names to be quoted.
func scopes() map[string]dashboards.Scope {
	month := dashboards.Scope{From: fleet.To.AddDate(0, 0, -fleet.Days), To: fleet.To, Interval: 12 * time.Hour}
	with := func(values map[string][]string) dashboards.Scope {
		s := month
		s.Values = values
		return s
	}
	return map[string]dashboards.Scope{
		"one":  with(map[string][]string{"model": {"model-0003"}, "version": {"2"}, "feature": {"plan"}, "metric": {"auc"}}),
		"many": with(map[string][]string{"model": {"model-0003", "model-0004"}, "version": {"1", "2"}, "feature": {"plan"}, "metric": {"auc"}}),
		"all":  with(map[string][]string{"feature": {"plan"}, "metric": {"auc"}}),
		"odd":  with(map[string][]string{"model": {seed.Awkward}, "version": {"1", "2", `\'`}, "feature": {seed.Odd}, "metric": {"auc"}}),
	}
}

// query is one that a board asks, with what it must give.
type query struct {
	name, sql string
	fits      func(answer) error
}

// queries lists all queries of a board.
func queries(b dashboards.Board) []query {
	var all []query
	for _, p := range b.Panels {
		all = append(all, query{p.Title, p.Query(), func(a answer) error { return a.fits(p) }})
	}
	for _, v := range b.Variables {
		all = append(all, query{"variable " + v.Name, dashboards.Query(v.SQL), func(a answer) error { return a.named("value", "text") }})
	}
	if b.Annotations {
		for _, m := range dashboards.Marks {
			all = append(all, query{"mark " + m.Title, dashboards.Query(m.SQL), answer.marks})
		}
	}
	return all
}

func TestEveryQueryAnswers(t *testing.T) {
	h := seeded(t)
	for _, b := range dashboards.Boards() {
		for _, q := range queries(b) {
			for name, scope := range scopes() {
				for _, v := range b.Variables { // a variable of which one is chosen has a value
					if v.Name == "model" && !v.Multi && len(scope.Values["model"]) != 1 {
						scope.Values = maps.Clone(scope.Values)
						scope.Values["model"] = []string{"model-0004"}
					}
				}
				t.Run(b.UID+"/"+q.name+"/"+name, func(t *testing.T) {
					sql, err := dashboards.Expand(q.sql, scope)
					if err != nil {
						t.Fatal(err)
					}
					a, err := h.ask(sql)
					if err != nil {
						t.Fatalf("%v\n%s", err, sql)
					}
					if len(a.Data) == 0 {
						t.Errorf("no rows\n%s", sql)
					}
					if err := q.fits(a); err != nil {
						t.Errorf("%v\n%s", err, sql)
					}
				})
			}
		}
	}
	for _, r := range dashboards.Rules {
		sql, err := dashboards.Expand(dashboards.Query(r.SQL), scopes()["all"])
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.ask(sql)
		if err != nil || len(a.Data) != 1 || len(a.Meta) != 2 || kindOf(a.Meta[0].Type) != "time" || kindOf(a.Meta[1].Type) != "number" {
			t.Errorf("%s: %v, %v, %v: want one row of time and a number", r.Title, a.Meta, a.Data, err)
		}
	}
}

// named says whether the columns have these names.
func (a answer) named(want ...string) error {
	for i, name := range want {
		if i >= len(a.Meta) || a.Meta[i].Name != name {
			return fmt.Errorf("columns %v: want %v", a.Meta, want)
		}
	}
	return nil
}

// marks says whether the columns are those of a mark.
func (a answer) marks() error {
	if len(a.Meta) == 4 {
		return a.named("time", "timeEnd", "text", "tags")
	}
	return a.named("time", "text", "tags")
}

// fits says whether the columns are those of the panel's kind.
func (a answer) fits(p dashboards.Panel) error {
	kinds := make([]string, len(a.Meta))
	for i, column := range a.Meta {
		kinds[i] = kindOf(column.Type)
	}
	at := func(i int, name, kind string) error {
		if i >= len(kinds) || name != "" && a.Meta[i].Name != name || kinds[i] != kind {
			return fmt.Errorf("columns %v: want column %d to be %s, a %s", a.Meta, i+1, name, kind)
		}
		return nil
	}
	var err error
	numbers := 0 // the first column that must be a number, as all after it
	switch p.Kind {
	case dashboards.TimeSeries:
		err, numbers = at(0, "time", "time"), 1
		if len(kinds) > 1 && a.Meta[1].Name == "series" {
			numbers = 2
		}
	case dashboards.StateTimeline:
		err, numbers = errors.Join(at(0, "time", "time"), at(1, "series", "text"), at(2, "state", "number")), 2
	case dashboards.HeatMap:
		err, numbers = errors.Join(at(0, "time", "time"), at(1, "series", "text"), at(2, "value", "number")), 2
	case dashboards.Histogram:
		err, numbers = at(0, "bin", "text"), 1
	case dashboards.Bar:
		err, numbers = at(0, "", "text"), 1
	case dashboards.Table:
		numbers = len(kinds)
	case dashboards.Stat:
	default:
		return fmt.Errorf("kind %q is not known", p.Kind)
	}
	if err != nil {
		return err
	}
	if numbers == len(kinds) && p.Kind != dashboards.Table {
		return fmt.Errorf("columns %v: none is a number", a.Meta)
	}
	for i := numbers; i < len(kinds); i++ {
		if err := at(i, "", "number"); err != nil {
			return err
		}
	}
	for _, c := range p.Columns {
		found := false
		for _, column := range a.Meta {
			found = found || column.Name == c.Name
		}
		if !found {
			return fmt.Errorf("columns %v: there is no %s", a.Meta, c.Name)
		}
	}
	return nil
}

func kindOf(column string) string {
	for _, wrapper := range []string{"LowCardinality(", "Nullable("} {
		if inner, ok := strings.CutPrefix(column, wrapper); ok {
			column = strings.TrimSuffix(inner, ")")
		}
	}
	switch {
	case strings.HasPrefix(column, "DateTime"):
		return "time"
	case column == "String", strings.HasPrefix(column, "Enum"):
		return "text"
	case column == "Bool":
		return "bool"
	case strings.HasPrefix(column, "Int"), strings.HasPrefix(column, "UInt"), strings.HasPrefix(column, "Float"):
		return "number"
	}
	return column
}
