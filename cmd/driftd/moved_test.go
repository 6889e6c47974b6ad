package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// traffic writes six weeks of 300 predictions a day, of which the last nine days
// moved: traffic FILE. Customers stay 25 months longer, fewer of them are pro.
func traffic(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: traffic FILE")
	}
	var out strings.Builder
	out.WriteString("prediction_id,timestamp,score,prediction,tenure,plan,balance\n")
	start := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	for day := range 42 {
		more, pro := day*day%3, 28+day*7%5 // no two days are alike
		if day >= 33 {
			more, pro = more+25, pro-18
		}
		for i := range 300 {
			tenure := i*37%100 + more
			plan, class, balance := "basic", "0", fmt.Sprint(1000*(i%60))
			if i*61%100 < pro {
				plan = "pro"
			}
			if tenure >= 50 {
				class = "1"
			}
			if i%97 == 0 {
				balance = ""
			}
			at := start.AddDate(0, 0, day).Add(time.Duration(i) * 4 * time.Minute)
			fmt.Fprintf(&out, "%d-%d,%s,%.3f,%s,%d,%s,%s\n", day, i, at.Format(time.RFC3339), float64(tenure)/200, class, tenure, plan, balance)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out.String()), 0o644))
}

// evaluated judges a model as a daemon would have, every day: evaluated CONFIG
// VERSION FROM DAYS.
func evaluated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: evaluated CONFIG VERSION FROM DAYS")
	}
	from, err := time.Parse(time.RFC3339, args[2])
	ts.Check(err)
	days, err := strconv.Atoi(args[3])
	ts.Check(err)
	c, err := config.Load(ts.MkAbs(args[0]))
	ts.Check(err)
	p := c.Models[0].Policy
	ts.Check(withStore(ts.MkAbs("."), ts.MkAbs(args[0]), ts.Getenv(chengine.LibraryEnv), func(ctx context.Context, store *clickhouse.Store) error {
		for day := range days {
			tick := from.AddDate(0, 0, day)
			past, err := store.LoadPast(ctx, p.Model, tick)
			if err != nil {
				return err
			}
			verdicts, err := evaluate.New(store, store, store).Evaluate(ctx, p, args[1], past.Evaluate, tick)
			if err != nil {
				return err
			}
			if err := store.SaveVerdicts(ctx, verdicts); err != nil {
				return err
			}
		}
		return nil
	}))
}

// recomputed holds what explain prints as JSON of a column to the rows themselves:
// recomputed JSON CSV COLUMN REFERENCE-END.
func recomputed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: recomputed JSON CSV COLUMN REFERENCE-END")
	}
	var told struct{ Moved []movedJSON }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &told))
	table, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[1]))).ReadAll()
	ts.Check(err)
	if len(told.Moved) != 1 || told.Moved[0].Series != args[2] {
		ts.Fatalf("%s tells of %+v, want of %s alone", args[0], told.Moved, args[2])
	}
	m := told.Moved[0]
	column := slices.Index(table[0], args[2])
	var before, after []string
	for _, row := range table[1:] {
		at, err := time.Parse(time.RFC3339, row[1])
		ts.Check(err)
		switch {
		case row[1] < args[3]:
			before = append(before, row[column])
		case !at.Before(m.From) && at.Before(m.To):
			after = append(after, row[column])
		}
	}
	bin := func(text string) string { return text }
	if len(m.Quantiles) > 0 {
		bin = decile(ts, before)
		for _, q := range m.Quantiles {
			same(ts, fmt.Sprintf("quantile %v before", q.Q), q.Before, nearest(ts, before, q.Q))
			// The largest number of the reference stands for all above it.
			want, most := nearest(ts, after, q.Q), nearest(ts, before, 1)
			same(ts, fmt.Sprintf("quantile %v after", q.Q), q.After, min(want, most))
			if (q.Beyond == 1) != (want > most) {
				ts.Fatalf("quantile %v is %v, beyond %d", q.Q, want, q.Beyond)
			}
		}
	}
	p, q := map[string]float64{}, map[string]float64{}
	for _, text := range before {
		p[bin(text)]++
	}
	for _, text := range after {
		q[bin(text)]++
	}
	same(ts, "rows", float64(m.Rows), float64(len(after)))
	n, rows, bins := float64(len(before)), float64(len(after)), float64(len(m.Bins))
	var psi float64
	seen := map[[2]float64]int{}
	for _, b := range m.Bins {
		seen[[2]float64{b.Before, b.After}]++
		psi += b.Contribution
	}
	var want float64
	for _, name := range keysOf(p, q) {
		if seen[[2]float64{p[name] / n, q[name] / rows}]--; seen[[2]float64{p[name] / n, q[name] / rows}] < 0 {
			ts.Fatalf("no bin has the shares of %s, %v and %v: %+v", name, p[name]/n, q[name]/rows, m.Bins)
		}
		// By Jeffreys' rule, half a row more in every bin.
		x, y := (p[name]+.5)/(n+.5*bins), (q[name]+.5)/(rows+.5*bins)
		want += (y - x) * math.Log(y/x)
	}
	if math.Abs(psi-want) > 1e-9 || len(keysOf(p, q)) != len(m.Bins) {
		ts.Fatalf("PSI of %d bins is %v, want %v of %d", len(m.Bins), psi, want, len(keysOf(p, q)))
	}
	if m.Check == "psi" {
		same(ts, "psi", math.Round(1e9*(*m.Value)), math.Round(1e9*want))
	}
}

// decile tells in which tenth of the reference a number lies, by its number.
func decile(ts *testscript.TestScript, reference []string) func(string) string {
	var edges []float64
	for i := range 9 {
		edges = append(edges, nearest(ts, reference, float64(i+1)/10))
	}
	edges = slices.Compact(edges)
	return func(text string) string {
		x, err := strconv.ParseFloat(text, 64)
		ts.Check(err)
		at, _ := slices.BinarySearch(edges, x) // right-closed
		return fmt.Sprint("bin ", at)
	}
}

func nearest(ts *testscript.TestScript, texts []string, q float64) float64 {
	rows := make([]float64, len(texts))
	for i, text := range texts {
		var err error
		rows[i], err = strconv.ParseFloat(text, 64)
		ts.Check(err)
	}
	slices.Sort(rows)
	return rows[int(math.Ceil(q*float64(len(rows))))-1]
}

func same(ts *testscript.TestScript, what string, got, want float64) {
	if got != want {
		ts.Fatalf("%s is %v, want %v", what, got, want)
	}
}

func keysOf(maps ...map[string]float64) []string {
	var keys []string
	for _, m := range maps {
		for key := range m {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
