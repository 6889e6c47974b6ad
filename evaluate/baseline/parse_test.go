package baseline

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
)

// small is a correct file: 1,000 rows, two blocks.
const small = `{"format": 1, "rows": 1000, "from": "2026-09-01T00:00:00Z", "to": "2026-09-03T00:00:00Z",
 "series": [
  {"name": "tenure", "kind": "number", "values": [1, 2.5, 9], "n": [100, 500, 100], "below": [0, 200, 90], "null": 7, "nan": 2, "neg_inf": 0, "pos_inf": 1},
  {"name": "plan", "kind": "category", "values": ["free", "pro"], "n": [300, 690], "null": 10},
  {"name": "(score)", "kind": "number", "values": [0.5], "n": [1000]},
  {"name": "(class)", "kind": "category", "values": ["0", "1"], "n": [600, 400]}],
 "metrics": {"auc": {"value": 0.91, "lower": 0.9, "upper": 0.92, "n": 5000}},
 "window": "24h",
 "blocks": [
  {"from": "2026-09-01T00:00:00Z", "series": [
   {"name": "tenure", "n": [50, 250, 50], "below": [0, 100, 45], "null": 4, "nan": 1},
   {"name": "plan", "n": [100, 395], "null": 5},
   {"name": "(score)", "n": [500]},
   {"name": "(class)", "n": [300, 200]}]},
  {"from": "2026-09-02T00:00:00Z", "series": [
   {"name": "tenure", "n": [50, 250, 50], "below": [0, 100, 45], "null": 3, "nan": 1, "pos_inf": 1},
   {"name": "plan", "n": [200, 295], "null": 5},
   {"name": "(score)", "n": [500]},
   {"name": "(class)", "n": [300, 200]}]}]}`

func TestParse(t *testing.T) {
	b, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if b.Rows != 1000 || b.To.Sub(b.From) != 48*time.Hour || b.Window != 24*time.Hour || len(b.Series) != 4 || len(b.Blocks) != 2 {
		t.Errorf("read %+v", b)
	}
	tenure, _ := b.Find("tenure")
	want := drift.Counts{
		Cells: []int32{drift.PosInf, drift.NaN, drift.Null, 1, 2, 3, 4, 5},
		N:     []uint64{1, 2, 7, 100, 200, 500, 90, 100},
	}
	if diff := cmp.Diff(want, tenure.Counts); diff != "" {
		t.Errorf("tenure (-want +got):\n%s", diff)
	}
	plan, _ := b.Find("plan")
	if diff := cmp.Diff([]string{"pro", "free"}, plan.Layout.Categories); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
	// The file lists free first, the layout the larger category.
	if diff := cmp.Diff(drift.Counts{Cells: []int32{drift.Null, 0, 1}, N: []uint64{5, 395, 100}}, b.Blocks[0].Series["plan"]); diff != "" {
		t.Errorf("plan in the first block (-want +got):\n%s", diff)
	}
	// ln(.91/.09) less z999/z95 times the distance to ln(.9/.1).
	if auc := b.Metrics["auc"]; auc.Baseline < 0.893 || auc.Baseline > 0.894 || auc.N != 5000 {
		t.Errorf("auc %+v, want a bound of 0.8938", auc)
	}
}

func TestBlocksOverLongerWindows(t *testing.T) {
	b, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Over(24 * time.Hour); len(got) != 2 {
		t.Errorf("%d blocks of a day, want 2", len(got))
	}
	// 1970 began on a Thursday, and so do weeks: both days are in one.
	week := b.Over(7 * 24 * time.Hour)
	if len(week) != 1 || !week[0].From.Equal(time.Date(2026, time.August, 27, 0, 0, 0, 0, time.UTC)) || week[0].Series["plan"].Total() != 1000 {
		t.Errorf("a week: %+v", week)
	}
	if b.Blocks[0].Series["plan"].Total() != 500 {
		t.Error("the sum changed its parts")
	}
	for _, window := range []time.Duration{time.Hour, 36 * time.Hour} {
		if got := b.Over(window); got != nil {
			t.Errorf("blocks of a day became %d of %s", len(got), window)
		}
	}
}

// Each case is the correct file with one thing changed, and what the error says.
func TestErrorsNameTheFieldTheValueAndTheRemedy(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"newer format":          {`"format": 1`, `"format": 2`, "format: 2: want 1; a newer one needs a newer driftd"},
		"no format":             {`"format": 1, `, ``, "format: 0: want 1"},
		"unknown key":           {`"rows"`, `"rowz": 1, "rows"`, `unknown field "rowz": write the file with driftd_baseline`},
		"not JSON":              {small, `rows: 5`, "write the file with driftd_baseline"},
		"two objects":           {small, small + "{}", "want one JSON object"},
		"wrong type":            {`"rows": 1000`, `"rows": "many"`, "rows: string at byte"},
		"negative":              {`"null": 7`, `"null": -7`, "series.null: number -7 at byte 220: want a whole number, 0 or more"},
		"few rows":              {`"rows": 1000`, `"rows": 999`, "rows: 999: want 1000 to"},
		"rows not counted":      {`"rows": 1000`, `"rows": 1001`, `series "tenure": n, below, null, nan, neg_inf and pos_inf: their sum is 1000, rows is 1001: count every row once`},
		"rows counted twice":    {`"null": 7, "nan": 2`, `"null": 8, "nan": 2`, `series "tenure": n, below, null, nan, neg_inf and pos_inf: their sum is more than 1000 rows`},
		"sum that overflows":    {`"n": [300, 690], "null": 10`, `"n": [999, 18446744073709551615], "null": 2`, `series "plan": n, below, null, nan, neg_inf and pos_inf: their sum is more than 1000 rows`},
		"half a stretch":        {`"from": "2026-09-01T00:00:00Z", "to": "2026-09-03T00:00:00Z",`, `"from": "2026-09-01T00:00:00Z",`, "from, to: one is missing: state both or none"},
		"backwards":             {`"to": "2026-09-03T00:00:00Z"`, `"to": "2026-08-03T00:00:00Z"`, "to: 2026-08-03T00:00:00Z: want a time after from"},
		"year 1":                {`"from": "2026-09-01T00:00:00Z"`, `"from": "0001-09-01T00:00:00Z"`, "want years from 1970 to 2200"},
		"no name":               {`"name": "plan", "kind"`, `"name": "", "kind"`, "series[1].name: it is empty"},
		"twice":                 {`"name": "plan", "kind"`, `"name": "tenure", "kind"`, `series[1].name: "tenure" is there twice`},
		"unknown kind":          {`"kind": "category", "values": ["free"`, `"kind": "text", "values": ["free"`, `series "plan": kind: "text": want number or category`},
		"score is no category":  {`{"name": "(score)", "kind": "number", "values": [0.5]`, `{"name": "(score)", "kind": "category", "values": ["a"]`, `series "(score)": kind: want number`},
		"values of other kind":  {`[1, 2.5, 9]`, `[1, "2.5", 9]`, `series "tenure": values: json: cannot unmarshal string`},
		"null among values":     {`[1, 2.5, 9]`, `[1, null, 9]`, `series "tenure": values[1]: null: count missing values in null`},
		"not ascending":         {`[1, 2.5, 9]`, `[1, 9, 2.5]`, `series "tenure": freeze numeric layout: value 2 is 2.5 after 9`},
		"below the minimum":     {`"below": [0, 200, 90]`, `"below": [1, 199, 90]`, `1 rows below the smallest value 1: make the minimum the first value`},
		"value does not occur":  {`"n": [100, 500, 100]`, `"n": [600, 0, 100]`, "occurs 0 times"},
		"count missing":         {`"n": [100, 500, 100]`, `"n": [100, 600]`, `series "tenure": n: 2 counts for 3 values: want one each`},
		"category twice":        {`["free", "pro"]`, `["pro", "pro"]`, `series "plan": values: "pro": want every category once`},
		"category with nan":     {`"n": [300, 690], "null": 10`, `"n": [300, 690], "nan": 10`, `series "plan": below, nan, neg_inf, pos_inf: categories have none`},
		"unknown metric":        {`"auc"`, `"ece"`, `metrics: "ece": want one of accuracy, auc, brier, precision, recall, specificity, f1`},
		"metric without bounds": {`"lower": 0.9, `, ``, "metrics.auc.lower: it is missing"},
		"metric out of order":   {`"lower": 0.9, `, `"lower": 0.95, `, "metrics.auc.value: 0.91: want 0 ≤ lower ≤ value ≤ upper ≤ 1"},
		"metric of no rows":     {`"n": 5000`, `"n": 0`, "metrics.auc.n: want the number of rows"},
		"no window":             {`"window": "24h",`, ``, `window: "": want how long each block is`},
		"within a window":       {`{"from": "2026-09-02T00:00:00Z", "series"`, `{"from": "2026-09-02T01:00:00Z", "series"`, "blocks[1].from: 2026-09-02T01:00:00Z: want the start of a window of 24h0m0s"},
		"block twice":           {`{"from": "2026-09-02T00:00:00Z", "series"`, `{"from": "2026-09-01T00:00:00Z", "series"`, "blocks[1].from: 2026-09-01T00:00:00Z: want blocks in order of time"},
		"series not in block":   {"   {\"name\": \"(score)\", \"n\": [500]},\n   {\"name\": \"(class)\", \"n\": [300, 200]}]}]}", `{"name": "(score)", "n": [500]}]}]}`, "blocks[1]: series: 3 of them: want the 4 of the baseline"},
		"more than the whole":   {`"n": [100, 395], "null": 5`, `"n": [200, 295], "null": 5`, `series "plan": subtract counts`},
		"uneven block":          {`"n": [100, 395], "null": 5`, `"n": [100, 394], "null": 5`, `blocks[0]: series "plan": it has 499 rows, another series 500`},
		"too large":             {small, strings.Repeat(" ", MaxSize+1), "10485761 bytes: want at most 10485760"},
		"no series":             {small, `{"format": 1, "rows": 1000}`, "series: none"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(small, c.old) {
				t.Fatalf("the correct file has no %s", c.old)
			}
			at := strings.LastIndex(small, c.old)
			if name != "within a window" && name != "block twice" && name != "series not in block" {
				at = strings.Index(small, c.old)
			}
			_, err := Parse([]byte(small[:at] + c.new + small[at+len(c.old):]))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant  %s", err, c.want)
			}
		})
	}
}

// What is read is whole, whatever the bytes.
func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(`{"format":1,"rows":1000,"series":[{"name":"x","kind":"number","null":1000}]}`))
	f.Add([]byte(`{"format":1,"rows":1000,"series":[{"name":"x","kind":"category","values":["a"],"n":[18446744073709551615],"null":1001}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := Parse(text)
		if err != nil {
			return
		}
		for _, s := range b.Series {
			if err := s.Layout.Validate(); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
			if err := s.Layout.Check(s.Counts); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
			if s.Counts.Total() != b.Rows {
				t.Errorf("%s counts %d rows of %d", s.Name, s.Counts.Total(), b.Rows)
			}
			var blocks []drift.Counts
			for _, block := range b.Blocks {
				blocks = append(blocks, block.Series[s.Name])
			}
			for _, m := range drift.Catalog {
				if m.Applies(s.Layout.Kind) {
					if _, err := drift.NewVariation(m, s.Layout, blocks); err != nil {
						t.Errorf("%s: %v", s.Name, err)
					}
				}
			}
		}
		if _, err := json.Marshal(b); err != nil { // it is stored as JSON: nothing is NaN or infinite
			t.Error(err)
		}
	})
}
