package drift

import (
	"fmt"
	"math"
	"testing"
)

// The edge cases that a monitor meets, with what each check says of them. A
// reason means that there is no value; otherwise the value is near, and the
// check is loud (p of the effect below 1e-3) or quiet (above 0.1).
func TestEdgeCases(t *testing.T) {
	const loud, quiet = true, false
	normal := linspace(-3, 3, 5000, 0)
	wide, constant := freeze(t, normal), freeze(t, []float64{7})
	numbers := func(l Layout, x []float64) Counts { return l.CountNumbers(x, nil) }
	sevens := func(n uint64) Counts { return constant.CountNumbers([]float64{7}, []uint64{n}) }
	nulls := func(n uint64) Counts { return NewCounts(map[int32]uint64{Null: n}) }
	empty := freeze(t, nil) // a reference that was all null
	abc := NewCategorical(map[string]uint64{"a": 500, "b": 300, "c": 200})
	letters := func(a, b, c, other uint64) Counts {
		return abc.CountTexts([]string{"a", "b", "c", "new"}, []uint64{a, b, c, other})
	}

	// Identifiers: 20,000 rows, most categories once, some often.
	ids, idCounts := map[string]uint64{}, Counts{}
	for i := range 15000 {
		ids[fmt.Sprint(i)] = 1
	}
	ids["bot"] = 5000
	identifiers := NewCategorical(ids)
	for id, n := range ids {
		idCounts.Add(identifiers.CountTexts([]string{id}, []uint64{n}))
		if idCounts.Total() > 6000 {
			break // a few of them are enough to see that cells add up
		}
	}
	all := NewCounts(map[int32]uint64{0: 5000, int32(len(identifiers.Categories)): 15000 - 49})
	for i := range 49 {
		all.Add(NewCounts(map[int32]uint64{int32(i + 1): 1}))
	}
	fresh := func(known, unseen uint64) Counts {
		return NewCounts(map[int32]uint64{0: known, int32(len(identifiers.Categories) + 1): unseen})
	}

	// More of them than anybody keeps the names of.
	for i := range MaxOther {
		ids["more"+fmt.Sprint(i)] = 1
	}
	ids["bot"] = 50000
	open := NewCategorical(ids)
	if !open.Open || len(open.Categories) != MaxCategories || open.Categories[0] != "bot" || open.Other != nil || open.Once != 0 || open.Validate() != nil {
		t.Errorf("%d categories freeze to %d and %d others, open %t, %d once: %v", len(ids), len(open.Categories), len(open.Other), open.Open, open.Once, open.Validate())
	}
	millions := open.CountTexts([]string{"bot", "more19999", "nobody"}, []uint64{50000, 30000, 4950})
	bots := func(n, others uint64) Counts { return open.CountTexts([]string{"bot", "new"}, []uint64{n, others}) }

	// A tail so heavy that its largest value is most of its spread.
	heavy := make([]float64, 5000)
	for i := range heavy {
		heavy[i] = math.Pow(float64(i+1)/5001, -2)
	}
	tail := freeze(t, heavy)

	for _, c := range []struct {
		name            string
		check           string
		layout          Layout
		reference, live Counts
		reason          Reason
		value           float64
		loud            bool
	}{
		{"no live rows", "psi", wide, numbers(wide, normal), Counts{}, NoData, 0, quiet},
		{"no live rows", "missing", wide, numbers(wide, normal), Counts{}, NoData, 0, quiet},
		{"live all null", "psi", wide, numbers(wide, normal), nulls(500), NoData, 0, quiet},
		{"live all null", "ks", wide, numbers(wide, normal), nulls(500), NoData, 0, quiet},
		{"live all null", "range", wide, numbers(wide, normal), nulls(500), NoData, 0, quiet},
		{"live all null", "missing", wide, numbers(wide, normal), nulls(500), "", 1, loud},
		{"live all of another type", "invalid", wide, numbers(wide, normal), NewCounts(map[int32]uint64{Invalid: 500}), "", 1, loud},
		{"199 live rows", "missing", wide, numbers(wide, normal), nulls(199), TooFewRows, 0, quiet},
		{"199 reference rows", "js", wide, numbers(wide, normal[:199]), numbers(wide, normal), TooFewRows, 0, quiet},

		{"reference all null, live too", "missing", empty, nulls(500), nulls(500), "", 0, quiet},
		{"reference all null, live not", "missing", empty, nulls(500), numbers(empty, normal), "", -1, quiet},
		{"reference all null, live not", "psi", empty, nulls(500), numbers(empty, normal), NoReference, 0, quiet},
		{"reference all null, live not", "range", empty, nulls(500), numbers(empty, normal), NoReference, 0, quiet},
		{"reference all null, live not", "wasserstein", empty, nulls(500), numbers(empty, normal), NoReference, 0, quiet},

		{"constant, unchanged", "psi", constant, sevens(500), sevens(500), "", 0, quiet},
		{"constant, unchanged", "ks", constant, sevens(500), sevens(300), "", 0, quiet},
		{"constant, unchanged", "wasserstein", constant, sevens(500), sevens(500), NoSpread, 0, quiet},
		{"constant, changed", "ks", constant, sevens(500), constant.CountNumbers([]float64{8}, []uint64{300}), "", 1, loud},
		{"constant, changed", "tv", constant, sevens(500), constant.CountNumbers([]float64{8}, []uint64{300}), "", 1, loud},
		{"constant, changed", "range", constant, sevens(500), constant.CountNumbers([]float64{8}, []uint64{300}), "", 1, loud},

		{"a tenth of a new category", "psi", abc, letters(500, 300, 200, 0), letters(450, 270, 180, 100), "", .53977, loud},
		{"a tenth of a new category", "chi2", abc, letters(500, 300, 200, 0), letters(450, 270, 180, 100), "", .45883, loud},
		{"a tenth of a new category", "unseen", abc, letters(500, 300, 200, 0), letters(450, 270, 180, 100), "", .1, loud},
		{"a category gone", "psi", abc, letters(500, 300, 200, 0), letters(600, 400, 0, 0), "", 1.24387, loud},
		{"a category gone", "linf", abc, letters(500, 300, 200, 0), letters(600, 400, 0, 0), "", .2, loud},
		{"unseen of numbers", "unseen", wide, numbers(wide, normal), numbers(wide, normal), NotApplicable, 0, quiet},
		{"range of texts", "range", abc, letters(500, 300, 200, 0), letters(500, 300, 200, 0), NotApplicable, 0, quiet},

		{"identifiers, new ones as ever", "unseen", identifiers, all, fresh(250, 750), "", 0, quiet},
		{"identifiers, all new", "unseen", identifiers, all, fresh(0, 1000), "", .25, loud},

		{"millions, as ever", "psi", open, millions, bots(600, 400), "", 0, quiet},
		{"millions, all new", "unseen", open, millions, bots(0, 1000), "", 0, quiet},
		{"millions, fewer bots", "psi", open, millions, bots(100, 900), "", 1.245, loud},

		{"infinite scores", "ks", wide, numbers(wide, normal), wide.CountNumbers([]float64{math.Inf(1)}, []uint64{500}), "", 1, loud},
		{"infinite scores", "range", wide, numbers(wide, normal), wide.CountNumbers([]float64{math.Inf(1)}, []uint64{500}), "", 1, loud},
		{"below the smallest", "range", wide, numbers(wide, normal), wide.CountNumbers([]float64{-4, 0}, []uint64{100, 400}), "", .2, loud},
		{"NaN scores", "missing", wide, numbers(wide, normal), wide.CountNumbers([]float64{0, math.NaN()}, []uint64{400, 100}), "", .2, loud},

		{"a heavy tail, unchanged", "wasserstein", tail, numbers(tail, heavy), numbers(tail, heavy), "", 0, quiet},
		{"a heavy tail, doubled", "ks", tail, numbers(tail, heavy), numbers(tail, scaled(heavy, 2)), "", .293, loud},
		{"one absurd row", "wasserstein", wide, numbers(wide, normal), numbers(wide, append(linspace(-3, 3, 999, 0), 1e300)), "", .001, quiet},
	} {
		m, err := Lookup(c.check)
		if err != nil {
			t.Fatal(err)
		}
		got := m.Compare(c.layout, c.reference, c.live, m.Tolerance)
		if got.Reason != c.reason || math.Abs(got.Value-c.value) > 1e-3 {
			t.Errorf("%s: %s is %v with reason %q: want %v with %q", c.name, c.check, got.Value, got.Reason, c.value, c.reason)
		}
		if c.reason == "" && (c.loud && got.PEffect > 1e-3 || !c.loud && got.PEffect < .1) {
			t.Errorf("%s: %s has p %v: want it loud: %v", c.name, c.check, got.PEffect, c.loud)
		}
	}
}

func scaled(x []float64, by float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] * by
	}
	return out
}

func TestStreamEdgeCases(t *testing.T) {
	hours := func(rows ...uint64) Flow { return Flow{Accepted: rows} }
	weeks := []Flow{hours(90, 100, 110), hours(100, 95, 105), hours(110, 100, 90), hours(95, 105, 100), hours(100, 90, 110)}
	nights := []Flow{hours(90, 0, 0), hours(100, 0, 0), hours(110, 0, 0), hours(95, 0, 0)}
	bad := Flow{Accepted: []uint64{90, 90, 90}, Rejected: []uint64{10, 10, 10}}
	for _, c := range []struct {
		name   string
		check  StreamCheck
		weeks  []Flow
		now    Flow
		reason Reason
		value  float64
		loud   bool
	}{
		{"as ever", volume, weeks, hours(100, 100, 100), "", 0, false},
		{"a fifth", volume, weeks, hours(20, 20, 20), "", -1.605, true},
		{"five times", volume, weeks, hours(500, 500, 500), "", 1.609, true},
		{"nothing", volume, weeks, hours(0, 0, 0), "", -6.397, true},
		{"three weeks", volume, weeks[:3], hours(100, 100, 100), TooFewWeeks, 0, false},
		{"another length", volume, weeks, hours(100), BadCounts, 0, false},
		{"no buckets", volume, weeks, Flow{}, BadCounts, 0, false},
		{"fresh", freshness, weeks, hours(0, 0, 100), "", 0, false},
		{"one silent hour is tolerated", freshness, weeks, hours(100, 100, 0), "", 1, false},
		{"two silent hours", freshness, weeks, hours(100, 0, 0), "", 2, true},
		{"silent as every night", freshness, nights, hours(100, 0, 0), "", 2, false},
		{"no rejects", rejects, weeks, hours(100, 100, 100), "", 0, false},
		{"a tenth rejected", rejects, weeks, bad, "", .1, true},
		{"a tenth, as ever", rejects, []Flow{bad, bad, bad, bad}, bad, "", 0, false},
		{"a tenth, in one week before", rejects, append([]Flow{bad}, weeks[:3]...), bad, "", .0752, true},
		{"no rows at all", rejects, weeks, hours(0, 0, 0), NoData, 0, false},
		{"weeks without rows", rejects, []Flow{hours(0, 0, 0), hours(0, 0, 0), hours(0, 0, 0), hours(0, 0, 0)}, bad, NoReference, 0, false},
	} {
		got := c.check.Compare(c.weeks, c.now, c.check.Tolerance)
		if got.Reason != c.reason || math.Abs(got.Value-c.value) > 5e-3 {
			t.Errorf("%s: %s is %v with reason %q: want %v with %q", c.name, c.check.Name, got.Value, got.Reason, c.value, c.reason)
		}
		if c.reason == "" && (c.loud && got.PEffect > 1e-3 || !c.loud && got.PEffect < .1) {
			t.Errorf("%s: %s has p %v: want it loud: %v", c.name, c.check.Name, got.PEffect, c.loud)
		}
	}
}

// Where the silence begins is chosen afterwards: its p-value pays for every bucket.
func TestFreshnessPaysForTheChoice(t *testing.T) {
	flow := func(rows ...uint64) Flow { return Flow{Accepted: rows} }
	short, long := flow(100, 0), flow(100, 100, 100, 100, 100, 100, 100, 0)
	earlier := func(like Flow) []Flow {
		var weeks []Flow
		for i := range uint64(6) {
			rows := make([]uint64, len(like.Accepted))
			for j := range rows {
				rows[j] = 90 + 4*i
			}
			weeks = append(weeks, Flow{Accepted: rows})
		}
		return weeks
	}
	near(t, "p of the longer window", freshness.Compare(earlier(long), long, 0).P, 4*freshness.Compare(earlier(short), short, 0).P, 1e-12)
}
