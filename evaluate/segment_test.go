package evaluate_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// regions is a feed with regions, an independent, plain form of the store: a
// tenth of the rows is eu, one in a thousand is li, one in a hundred has none.
type regions struct {
	*feed
	shift   time.Time // from when on the balances of eu are in the upper half
	all     bool      // those of all others, too
	gone    time.Time // from when on there is no eu
	late    time.Time // from when on the rows of eu come late
	arrived bool
	counted bool // what arrived
	saved   []evaluate.Verdict
}

func (r *regions) region(i int) string {
	switch {
	case i%1000 == 7:
		return "li"
	case i%100 == 1:
		return ""
	case i%10 == 0:
		return "eu"
	}
	return []string{"us", "ap=1"}[i%2]
}

// each gives every row of the hours in [from, to).
func (r *regions) each(from, to time.Time, see func(balance float64, special int32, plan, region string)) {
	r.hours(from, to, func(t time.Time, n int) {
		i := 0
		r.hour(t, n, func(balance float64, special int32, plan string) {
			region := r.region(i)
			i++
			if region == "eu" && (!r.gone.IsZero() && !t.Before(r.gone) || !r.late.IsZero() && !t.Before(r.late) && !r.counted) {
				return
			}
			if !r.shift.IsZero() && !t.Before(r.shift) && (r.all || region == "eu") {
				balance = float64(50 + int(balance)/2)
			}
			see(balance, special, plan, region)
		})
	})
}

func (r *regions) Profiles(ctx context.Context, p evaluate.Policy, ref model.Ref, from, to time.Time) ([]evaluate.Profile, error) {
	all, err := r.feed.Profiles(ctx, p, ref, from, to)
	if len(p.Segments) == 0 {
		return all, err
	}
	mix, n := evaluate.Profile{Series: evaluate.Series{Name: evaluate.MixSeries("region"), Kind: drift.Categorical}}, map[string]uint64{}
	r.each(from, to, func(_ float64, _ int32, _, region string) { n[region]++ })
	for _, region := range []string{"ap=1", "eu", "li", "us"} {
		mix.Texts, mix.N = append(mix.Texts, region), append(mix.N, n[region])
	}
	mix.Null = n[""]
	return append(all, mix), err
}

func (r *regions) Counts(_ context.Context, _ evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	var all []evaluate.Counts
	for at := from; at.Before(to); at = at.Add(window) {
		type key struct{ segment, series string }
		cells := map[key]map[int32]uint64{}
		r.each(at, at.Add(window), func(balance float64, special int32, plan, region string) {
			for _, s := range ref.Series {
				cell := drift.Null
				switch {
				case s.Name == "balance" && special == 0:
					cell = s.Layout.Cell(balance)
				case s.Name == "balance":
					cell = special
				case s.Name == "plan":
					cell = s.Layout.CellOf(plan)
				case region != "":
					cell = s.Layout.CellOf(region)
				}
				for _, segment := range []string{"", "region=" + region} {
					watched := slices.ContainsFunc(ref.Segments, func(w evaluate.Segment) bool { return w.Name() == segment })
					if k := (key{segment, s.Name}); segment == "" || watched {
						if cells[k] == nil {
							cells[k] = map[int32]uint64{}
						}
						cells[k][cell]++
					}
				}
			}
		})
		c := evaluate.Counts{From: at, To: at.Add(window), Series: map[string]drift.Counts{}}
		for k, n := range cells {
			c.Put(k.segment, k.series, drift.NewCounts(n))
		}
		if len(cells) > 0 {
			all = append(all, c)
		}
	}
	return all, nil
}

// Holds and Counted know of one bucket: the first that is late.
func (r *regions) Holds(context.Context, evaluate.Policy, evaluate.Reference, time.Time, time.Time) ([]evaluate.Held, error) {
	return r.bucket(r.arrived), nil
}

func (r *regions) Counted(context.Context, evaluate.Reference, time.Time, time.Time) ([]evaluate.Held, error) {
	return r.bucket(r.counted), nil
}

func (r *regions) bucket(whole bool) []evaluate.Held {
	if !whole {
		return []evaluate.Held{{Bucket: r.late, Rows: 1, Offsets: 1}}
	}
	return []evaluate.Held{{Bucket: r.late, Rows: 2, Offsets: 3}}
}

func (r *regions) Count(context.Context, evaluate.Policy, evaluate.Reference, []evaluate.Held, time.Time) ([]evaluate.Counts, bool, error) {
	r.counted = r.arrived
	return nil, false, nil
}

func (r *regions) Judged(_ context.Context, _ model.Ref, at time.Time) (evaluate.Verdict, bool, error) {
	for _, v := range slices.Backward(r.saved) {
		if !v.DriftTo.After(at) {
			return v, true, nil
		}
	}
	return evaluate.Verdict{}, false, nil
}

// judge judges every day of [from, to) and returns the last verdict.
func (r *regions) judge(t *testing.T, p evaluate.Policy, from, to, arrives time.Time) evaluate.Verdict {
	t.Helper()
	e := evaluate.New(r, r, r)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}}
	for tick := from.Add(10 * time.Minute); tick.Before(to); tick = tick.AddDate(0, 0, 1) {
		past.References = map[string]evaluate.Reference{}
		for version, ref := range r.pinned {
			past.References[version] = ref
		}
		r.arrived = !tick.Before(arrives)
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatal(err)
		}
		past.Verdicts["1"] = verdicts[0]
		r.saved = append(r.saved, verdicts[0])
	}
	return r.saved[len(r.saved)-1]
}

func shifted(v evaluate.Verdict) []string {
	var names []string
	for _, e := range v.Evidence {
		if e.Kind == evaluate.Drift && e.Level >= evaluate.Alerted {
			names = append(names, e.Named())
		}
	}
	slices.Sort(names)
	return names
}

func newRegions(start time.Time) (*regions, evaluate.Policy) {
	f := busy(20261125, start)
	p := qualityPolicy(start)
	p.Segments, p.Quality = []string{"region"}, evaluate.QualityPolicy{}
	return &regions{feed: f}, p
}

func TestOneSegmentDriftsAlone(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	begin := start.AddDate(0, 0, 15)
	for _, c := range []struct {
		name   string
		change func(*regions)
		want   []string
	}{
		{"nothing", func(*regions) {}, nil},
		{"eu", func(r *regions) { r.shift = begin.AddDate(0, 0, 3) }, []string{"balance (region=eu)"}},
		{"all", func(r *regions) { r.shift, r.all = begin.AddDate(0, 0, 3), true }, []string{"balance", "balance (region=ap=1)", "balance (region=eu)", "balance (region=us)"}},
		{"eu is gone", func(r *regions) { r.gone = begin.AddDate(0, 0, 3) }, []string{"(segment region)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, p := newRegions(start)
			c.change(r)
			v := r.judge(t, p, begin, begin.AddDate(0, 0, 12), begin)
			if diff := gocmp.Diff(c.want, shifted(v)); diff != "" {
				t.Error(diff)
			}
			if v.Drift.Status == evaluate.Inconclusive {
				t.Errorf("the version stands at %v", v.Drift)
			}
			for _, e := range v.Evidence {
				if e.Level >= evaluate.Alerted && (e.Moved == nil || e.Segment == "region=eu" && e.Moved.Rows > 6_000) {
					t.Errorf("%s moved: %+v", e.Named(), e.Moved)
				}
			}
		})
	}
}

// A segment without rows has no say, and takes none from the version.
func TestAnEmptySegmentLeavesTheVersionJudged(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	begin := start.AddDate(0, 0, 15)
	r, p := newRegions(start)
	r.gone, p.Drift.Tolerate["psi"] = begin.AddDate(0, 0, 3), 50 // the mix is not to speak
	v := r.judge(t, p, begin, begin.AddDate(0, 0, 6), begin)
	if v.Drift != (evaluate.Standing{Status: evaluate.Healthy}) {
		t.Errorf("the version stands at %v", v.Drift)
	}
	empty := 0
	for _, result := range v.Results {
		if result.Segment == "region=eu" && result.Status == evaluate.Inconclusive && result.Reason == string(drift.NoData) {
			empty++
		}
	}
	if empty != 2 {
		t.Errorf("%d of the 2 series of eu say that they have too few rows", empty)
	}
}

func TestSegmentsAreFrozenAndShareTheBudget(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	r, p := newRegions(start)
	r.judge(t, p, start.AddDate(0, 0, 15), start.AddDate(0, 0, 16), start)
	ref := r.pinned["1"]
	var names []string
	for _, s := range ref.Segments {
		names = append(names, s.Name())
		for _, one := range s.Series {
			if !one.Variation["psi"].Known() || one.Counts.Total() != s.Rows {
				t.Errorf("%s of %s: %d rows of %d, variation %+v", one.Name, s.Name(), one.Counts.Total(), s.Rows, one.Variation["psi"])
			}
		}
	}
	slices.Sort(names)
	if diff := gocmp.Diff([]string{"region=ap=1", "region=eu", "region=us"}, names); diff != "" {
		t.Error(diff)
	}
	if len(ref.Unwatched) != 1 || ref.Unwatched[0].Reason != evaluate.SegmentFew || !slices.Equal(ref.Unwatched[0].Values, []string{"li"}) {
		t.Errorf("not watched: %+v", ref.Unwatched)
	}
	without := ref
	without.Segments = nil
	// 3 series and 3 segments of 2 are 9 detectors: three times as many.
	if gap := p.Thresholds(ref).Drift - p.Thresholds(without).Drift; fmt.Sprintf("%.3f", gap) != "1.099" {
		t.Errorf("the threshold rises by %.3f, want ln 3", gap)
	}
	if outline := ref.Outline(); len(outline.Watched()) != 9 || p.Thresholds(outline).Drift != p.Thresholds(ref).Drift {
		t.Errorf("the outline has %d series and the threshold %v", len(outline.Watched()), p.Thresholds(outline).Drift)
	}
}

func TestLateRowsOfASegmentAreJudgedAsIfInTime(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	begin := start.AddDate(0, 0, 15)
	change := begin.AddDate(0, 0, 3)
	judge := func(arrives time.Time) evaluate.Verdict {
		r, p := newRegions(start)
		r.shift, r.late = change, change
		return r.judge(t, p, begin, begin.AddDate(0, 0, 12), arrives)
	}
	sets := gocmp.Options{
		cmpopts.IgnoreFields(evaluate.Verdict{}, "Revision", "Revised", "Results"),
		cmpopts.SortSlices(func(a, b evaluate.Evidence) bool { return cmp.Compare(a.Named(), b.Named()) < 0 }),
	}
	late := judge(begin.AddDate(0, 0, 9))
	if diff := gocmp.Diff(judge(begin), late, sets); diff != "" || late.Revision != 1 {
		t.Errorf("revision %d (-in time +late): %s", late.Revision, diff)
	}
	if got := shifted(late); !slices.Equal(got, []string{"balance (region=eu)"}) {
		t.Errorf("shifted: %q", got)
	}
}
