package evaluate_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
)

// What an alert says of a series is what the rows say, from its onset to the
// alert, and it stays as it was told until the series is back.
func TestMovementIsThatOfTheRows(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	told := map[string]evaluate.Movement{}
	spells := 0
	days(t, m, m, day(time.September, 1), func(v evaluate.Verdict) {
		for _, e := range v.Evidence {
			switch before, standing := told[e.Feature]; {
			case e.Kind != evaluate.Drift:
			case (e.Moved != nil) != (e.Level == evaluate.Alerted):
				t.Errorf("%s of %s: level %s, movement %v", v.Tick, e.Feature, e.Level, e.Moved)
			case e.Moved == nil:
				delete(told, e.Feature)
			case standing:
				if diff := cmp.Diff(before, *e.Moved); diff != "" {
					t.Errorf("%s: %s was told, now it is another:\n%s", v.Tick, e.Feature, diff)
				}
			default:
				told[e.Feature] = *e.Moved
				spells++
				t.Logf("%s %s: %s", v.Tick.Format(time.DateOnly), e.Feature, e.Moved)
				if !e.Moved.From.Equal(e.Onset) || !e.Moved.To.Equal(e.Since) {
					t.Errorf("%s: told from %s to %s, want onset %s to alert %s", e.Feature, e.Moved.From, e.Moved.To, e.Onset, e.Since)
				}
				againstRows(t, m, v, e)
			}
		}
		checkListed(t, v)
	})
	if spells < 3 {
		t.Errorf("%d alerts in the summer, want at least 3", spells)
	}
}

// broken counts what came from a day on as nothing that the reference ever had: in
// another unit, of other names.
type broken struct {
	*memory
	series []string
	from   time.Time
}

func (b broken) Counts(ctx context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	windows, err := b.memory.Counts(ctx, p, ref, from, to, window)
	for _, w := range windows {
		for _, s := range ref.Series {
			if slices.Contains(b.series, s.Name) && !w.From.Before(b.from) {
				w.Series[s.Name] = drift.NewCounts(map[int32]uint64{int32(s.Layout.Cells() - 1): w.Series[s.Name].Total()})
			}
		}
	}
	return windows, err
}

// Series that broke together are listed in every window from then on, told in the
// same one, and nothing else is.
func TestBreakIsListedAndToldTogether(t *testing.T) {
	m := newMemory(t, map[string]string{"1": "v1"})
	series, at := []string{"carrier", "seats"}, day(time.June, 10)
	alerted := false
	days(t, m, broken{m, series, at}, day(time.June, 20), func(v evaluate.Verdict) {
		checkListed(t, v)
		var listed []string
		for _, e := range v.Evidence {
			if e.Listed {
				listed = append(listed, e.Feature)
			}
		}
		slices.Sort(listed)
		if want := v.DriftTo.After(at); slices.Equal(listed, series) != want || len(listed) > 0 != want {
			t.Errorf("window to %s lists %v", v.DriftTo.Format(time.DateOnly), listed)
		}
		for _, shift := range evaluate.Shifts(v.Evidence) {
			alerted = true
			if !slices.Equal(shift.Features, series) {
				t.Errorf("%v moved together, want %v", shift.Features, series)
			}
		}
	})
	if !alerted {
		t.Error("nothing was alerted in ten days")
	}
}

// days judges version 1 day by day.
func days(t *testing.T, m *memory, buckets evaluate.Buckets, end time.Time, seen func(evaluate.Verdict)) {
	t.Helper()
	p := flightsPolicy(m)
	p.Live.Metrics = nil
	e := evaluate.New(buckets, m, m)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: m.pinned}
	for tick := day(time.June, 2).Add(10 * time.Minute); tick.Before(end); tick = tick.AddDate(0, 0, 1) {
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		past.References = m.pinned
		for _, v := range verdicts {
			past.Verdicts[v.Ref.Version] = v
			seen(v)
		}
	}
}

// againstRows holds the quantiles of a numeric series to those of the sorted rows.
func againstRows(t *testing.T, m *memory, v evaluate.Verdict, e evaluate.Evidence) {
	t.Helper()
	ref := m.pinned[v.Ref.Version]
	before, after := numbers(m, e.Feature, ref.From, ref.To), numbers(m, e.Feature, e.Moved.From, e.Moved.To)
	if e.Moved.Rows == 0 || len(after) == 0 || len(e.Moved.Quantiles) != 3 {
		t.Fatalf("%s: %+v of %d rows: want three quantiles", e.Feature, e.Moved, len(after))
	}
	at := slices.IndexFunc(ref.Series, func(s evaluate.ReferenceSeries) bool { return s.Name == e.Feature })
	knots := ref.Series[at].Layout.Knots
	for i, q := range []float64{.1, .5, .9} {
		got := e.Moved.Quantiles[i]
		nearest := func(rows []float64) float64 { return rows[int(math.Ceil(q*float64(len(rows))))-1] }
		if got.Before != nearest(before) { // a decile is a knot
			t.Errorf("%s before: quantile %v is %v, want %v", e.Feature, q, got.Before, nearest(before))
		}
		want, beyond := nearest(after), 0
		if last := knots[len(knots)-1]; want > last {
			want, beyond = last, 1
		} else if want < knots[0] {
			want, beyond = knots[0], -1
		}
		// Between two knots the value is not known.
		up, found := slices.BinarySearch(knots, want)
		low, high := want, want
		if !found {
			low, high = knots[up-1], knots[up]
		}
		if got.After < low || got.After > high || got.Beyond != beyond {
			t.Errorf("%s after: quantile %v is %v (%+d), want %v to %v (%+d)", e.Feature, q, got.After, got.Beyond, low, high, beyond)
		}
	}
}

func numbers(m *memory, feature string, from, to time.Time) []float64 {
	var all []float64
	m.rows("1", from, to, func(row int, _ float64) {
		for _, column := range m.flights.Features() {
			if column.Name == feature {
				if x, ok := column.Number(row); ok {
					all = append(all, x)
				}
			}
		}
	})
	slices.Sort(all)
	return all
}

// checkListed repeats Benjamini and Hochberg's rule from the results of the
// window: the largest k of which the k-th smallest p-value is at most q·k/m.
func checkListed(t *testing.T, v evaluate.Verdict) {
	t.Helper()
	const q = 2 / 365.25
	smallest, measures := map[string]float64{}, map[string]float64{}
	for _, r := range v.Results {
		if r.P != nil && r.To.Equal(v.DriftTo) {
			if p, ok := smallest[r.Feature]; !ok || *r.P < p {
				smallest[r.Feature] = *r.P
			}
			measures[r.Feature]++
		}
	}
	var sorted []float64
	for name := range smallest {
		smallest[name] = math.Min(1, smallest[name]*measures[name])
		sorted = append(sorted, smallest[name])
	}
	slices.Sort(sorted)
	bound := -1.0
	for k, p := range sorted {
		if p <= q*float64(k+1)/float64(len(sorted)) {
			bound = p
		}
	}
	for _, e := range v.Evidence {
		p, heard := smallest[e.Feature]
		if want := heard && p <= bound; e.Kind == evaluate.Drift && e.Listed != want {
			t.Errorf("%s: %s with p %v is listed: %v, want %v", v.Tick.Format(time.DateOnly), e.Feature, p, e.Listed, want)
		}
	}
}

func TestMovementSentences(t *testing.T) {
	day := day(time.June, 1)
	plans := drift.NewCategorical(map[string]uint64{"pro": 310, "basic": 500, "free": 190})
	series := func(l drift.Layout, c drift.Counts) evaluate.ReferenceSeries {
		return evaluate.ReferenceSeries{Name: "x", Layout: l, Counts: c}
	}
	aged := func(s evaluate.ReferenceSeries) evaluate.ReferenceSeries {
		s.Age = true
		return s
	}
	numeric := func(values ...float64) drift.Layout {
		l, err := drift.NewNumeric(values, slices.Repeat([]uint64{1}, len(values)))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	var hundred []float64
	for x := range 1000 {
		hundred = append(hundred, float64(x)*1000)
	}
	amounts, flag := numeric(hundred...), numeric(0, 1)
	atAmounts := func(scale float64, nulls uint64) drift.Counts {
		cells := map[int32]uint64{drift.Null: nulls}
		for _, x := range hundred {
			cells[amounts.Cell(x*scale)]++
		}
		return drift.NewCounts(cells)
	}
	for name, c := range map[string]struct {
		series              evaluate.ReferenceSeries
		live                drift.Counts
		check               string
		want, before, after string
	}{
		"categories": {
			series(plans, plans.CountTexts([]string{"pro", "basic", "free"}, []uint64{310, 500, 190})),
			plans.CountTexts([]string{"pro", "basic", "free"}, []uint64{120, 660, 220}), "tv",
			"pro: 31 % → 12 %, basic: 50 % → 66 %, tv 0.19", "pro: 31 %, basic: 50 %", "pro: 12 %, basic: 66 %",
		},
		"numbers": {
			series(amounts, atAmounts(1, 0)), atAmounts(.5, 0), "ks",
			"median 499,000 → 249,500 (10–90 %: 99,000 to 899,000 → 49,500 to 449,500), ks 0.5",
			"499,000 (99,000 to 899,000)", "249,500 (49,500 to 449,500)",
		},
		"ages": {
			aged(series(amounts, atAmounts(1, 0))), atAmounts(.5, 0), "ks",
			"median age 499,000 → 249,500 days (10–90 %: 99,000 to 899,000 → 49,500 to 449,500), ks 0.5",
			"499,000 (99,000 to 899,000) days", "249,500 (49,500 to 449,500) days",
		},
		"another unit": {
			series(amounts, atAmounts(1, 0)), drift.NewCounts(map[int32]uint64{amounts.Cell(1e9): 900, amounts.Cell(-1): 101}), "ks",
			"median 499,000 → above 999,000 (10–90 %: 99,000 to 899,000 → below 0 to above 999,000), ks 0.899",
			"499,000 (99,000 to 899,000)", "above 999,000 (below 0 to above 999,000)",
		},
		"missing": {
			series(amounts, atAmounts(1, 2)), atAmounts(1, 1000), "missing",
			"null: 0.2 % → 50 %, median 499,000 → 499,000 (10–90 %: 99,000 to 899,000 → 99,000 to 899,000), missing 0.498",
			"null: 0.2 %, 499,000 (99,000 to 899,000)", "null: 50 %, 499,000 (99,000 to 899,000)",
		},
		"all missing": {
			series(amounts, atAmounts(1, 0)), drift.NewCounts(map[int32]uint64{drift.Null: 300}), "missing",
			"null: 0 % → 100 %, missing 1", "null: 0 %", "null: 100 %",
		},
		"two values": {
			series(flag, flag.CountNumbers([]float64{0, 1}, []uint64{970, 30})), flag.CountNumbers([]float64{0, 1}, []uint64{730, 270}), "psi",
			"= 1: 3 % → 27 %, = 0: 97 % → 73 %, psi 0.591", "= 1: 3 %, = 0: 97 %", "= 1: 27 %, = 0: 73 %",
		},
		"too few rows": {
			series(flag, flag.CountNumbers([]float64{0, 1}, []uint64{970, 30})), flag.CountNumbers([]float64{1}, []uint64{9}), "psi",
			"= 1: 3 % → 100 %, = 0: 97 % → 0 %", "= 1: 3 %, = 0: 97 %", "= 1: 100 %, = 0: 0 %",
		},
		"nothing": {series(flag, flag.CountNumbers([]float64{0, 1}, nil)), drift.Counts{}, "psi", "", "", ""},
	} {
		m := c.series.Movement(c.check, day, day.AddDate(0, 0, 1), c.live)
		if diff := cmp.Diff([]string{c.want, c.before, c.after}, []string{m.String(), m.Before(), m.After()}); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestFigure(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 2.7: "2.7", 2.7049: "2.7", 12.345: "12.3", 99.949: "99.9", 99.96: "100", 123.6: "124", 2013: "2013", -2013.4: "-2013",
		12345.6: "12,346", 1e6: "1,000,000", -1234567.8: "-1,234,568", 1e15: "1e+15", .0123456: "0.0123", .00001: "1e-05", 0.0001: "0.0001", 0.99999: "1",
		math.Inf(1): "+Inf",
	} {
		if got := evaluate.Figure(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0 %", 1: "100 %", .314: "31 %", .0994: "9.9 %", .0996: "10 %", .002: "0.2 %", .00021: "0.021 %", 1e-5: "< 0.01 %", 1e-4: "0.01 %"} {
		if got := evaluate.Percent(share); got != want {
			t.Errorf("%v: %s, want %s", share, got, want)
		}
	}
}

func TestWarnedHalfOfTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		e    evaluate.Evidence
		want bool
	}{
		"below half":  {evaluate.Evidence{Kind: evaluate.Drift, LogM: 4.4, Alert: 9}, false},
		"half":        {evaluate.Evidence{Kind: evaluate.Drift, LogM: 4.5, Alert: 9}, true},
		"alerted":     {evaluate.Evidence{Kind: evaluate.Drift, LogM: 8, Alert: 9, Level: evaluate.Alerted}, false},
		"performance": {evaluate.Evidence{Kind: evaluate.Paired, LogM: 8, Page: 9}, false},
	} {
		if got := c.e.Warned(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestShiftsThatBeganTogether(t *testing.T) {
	first, second := day(time.June, 1), day(time.June, 9)
	alerted := func(feature string, since time.Time) evaluate.Evidence {
		return evaluate.Evidence{Kind: evaluate.Drift, Feature: feature, Level: evaluate.Alerted, Since: since}
	}
	got := evaluate.Shifts([]evaluate.Evidence{
		alerted("wind", second), alerted("temp", first), alerted("dewp", first),
		{Kind: evaluate.Drift, Feature: "calm"},
		{Kind: evaluate.Absolute, Check: "auc", Level: evaluate.Paged, Since: first},
	})
	want := []evaluate.Shift{{first, []string{"dewp", "temp"}}, {second, []string{"wind"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
