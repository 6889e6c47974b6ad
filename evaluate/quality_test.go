package evaluate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// feed is a model whose predictions come by the hour: an independent, plain
// form of the store. Its faults are functions of the hour's start.
type feed struct {
	*memory // pins
	seed    uint64
	start   time.Time
	rows    func(time.Time) int     // served predictions in the hour
	null    func(time.Time) float64 // share of balance
	text    func(time.Time) float64 // share of balance that is no number
	novel   func(time.Time) float64 // share of plan that is new
	reject  func(time.Time) float64 // share of messages
	stored  bool                    // what is counted is not at hand
	asked   int                     // how often stored hours were asked for
}

// busy has 1,000 predictions in an hour of the day, half of that on weekends,
// and a tenth at night, give or take a twentieth.
func busy(seed uint64, start time.Time) *feed {
	f := &feed{memory: &memory{pinned: map[string]evaluate.Reference{}}, seed: seed, start: start}
	f.rows = func(t time.Time) int {
		n := 1000.0
		if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
			n /= 2
		}
		if t.Hour() < 6 {
			n /= 10
		}
		return int(n * (1 + 0.05*f.rng(t, 1).NormFloat64()))
	}
	f.null = func(t time.Time) float64 { return 0.02 + 0.004*f.rng(t, 2).Float64() }
	none := func(time.Time) float64 { return 0 }
	f.text, f.novel = none, none
	f.reject = func(t time.Time) float64 { return 0.002 * f.rng(t, 3).Float64() }
	return f
}

func (f *feed) rng(t time.Time, salt uint64) *rand.Rand {
	return rand.New(rand.NewPCG(f.seed+salt, uint64(t.Unix())))
}

// since makes a fault of a stretch of time.
func since(from time.Time, hours int, fault float64, before func(time.Time) float64) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if !t.Before(from) && t.Before(from.Add(time.Duration(hours)*time.Hour)) {
			return fault
		}
		return before(t)
	}
}

func (f *feed) hours(from, to time.Time, yield func(t time.Time, rows int)) {
	if from.Before(f.start) {
		from = f.start
	}
	for t := from; t.Before(to); t = t.Add(time.Hour) {
		if n := f.rows(t); n > 0 {
			yield(t, n)
		}
	}
}

func (f *feed) Activity(_ context.Context, _ evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	a := evaluate.Activity{Version: "1"}
	f.hours(from, to, func(t time.Time, n int) {
		if a.Rows == 0 {
			a.First = t
		}
		a.Last, a.Rows = t, a.Rows+uint64(n)
	})
	if a.Rows == 0 {
		return nil, nil
	}
	return []evaluate.Activity{a}, nil
}

// hour draws the values of one hour: balances below 100, null or no number, and
// plans, new or not.
func (f *feed) hour(t time.Time, rows int, see func(balance float64, special int32, plan string)) {
	rng, null, text, novel := f.rng(t, 4), f.null(t), f.text(t), f.novel(t)
	for range rows {
		balance, special, plan := float64(rng.IntN(100)), int32(0), []string{"basic", "plus", "pro"}[rng.IntN(3)]
		switch u := rng.Float64(); {
		case u < null:
			special = drift.Null
		case u < null+text:
			special = drift.Invalid
		}
		if rng.Float64() < novel {
			plan = "galactic"
		}
		see(balance, special, plan)
	}
}

func (f *feed) Profiles(_ context.Context, _ evaluate.Policy, _ model.Ref, from, to time.Time) ([]evaluate.Profile, error) {
	balance := evaluate.Profile{Series: evaluate.Series{Name: "balance", Kind: drift.Numeric}, N: make([]uint64, 100)}
	for x := range 100 {
		balance.Values = append(balance.Values, float64(x))
	}
	plan := evaluate.Profile{Series: evaluate.Series{Name: "plan", Kind: drift.Categorical}, Texts: []string{"basic", "plus", "pro"}, N: make([]uint64, 3)}
	f.hours(from, to, func(t time.Time, n int) {
		f.hour(t, n, func(x float64, special int32, text string) {
			switch special {
			case drift.Null:
				balance.Null++
			case drift.Invalid:
				balance.Invalid++
			default:
				balance.N[int(x)]++
			}
			for i := range plan.Texts {
				if plan.Texts[i] == text {
					plan.N[i]++
				}
			}
		})
	})
	return []evaluate.Profile{balance, plan}, nil
}

func (f *feed) Counts(_ context.Context, p evaluate.Policy, ref evaluate.Reference, from, to time.Time, window time.Duration) ([]evaluate.Counts, error) {
	if window == p.Bucket {
		f.asked++
	}
	return f.counts(ref, from, to, window), nil
}

func (f *feed) counts(ref evaluate.Reference, from, to time.Time, window time.Duration) (all []evaluate.Counts) {
	for at := from; at.Before(to); at = at.Add(window) {
		balance, plan := map[int32]uint64{}, map[int32]uint64{}
		f.hours(at, at.Add(window), func(t time.Time, n int) {
			f.hour(t, n, func(x float64, special int32, text string) {
				cell := ref.Series[0].Layout.Cell(x)
				if special != 0 {
					cell = special
				}
				balance[cell]++
				plan[ref.Series[1].Layout.CellOf(text)]++
			})
		})
		if len(plan) > 0 {
			all = append(all, evaluate.Counts{From: at, To: at.Add(window), Series: map[string]drift.Counts{"balance": drift.NewCounts(balance), "plan": drift.NewCounts(plan)}})
		}
	}
	return all
}

// Holds and Counted say that every hour came in time.
func (f *feed) Holds(_ context.Context, _ evaluate.Policy, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return filled(from, to, time.Hour), nil
}

func (f *feed) Counted(_ context.Context, _ evaluate.Reference, from, to time.Time) ([]evaluate.Held, error) {
	return filled(from, to, time.Hour), nil
}

func (f *feed) Count(_ context.Context, p evaluate.Policy, ref evaluate.Reference, held []evaluate.Held, _ time.Time) ([]evaluate.Counts, bool, error) {
	if f.stored {
		return nil, false, nil
	}
	return f.counts(ref, held[0].Bucket, held[len(held)-1].Bucket.Add(p.Bucket), p.Bucket), true, nil
}

func (f *feed) Matured(context.Context, evaluate.Policy, time.Time, time.Time) ([]evaluate.Matured, error) {
	return nil, nil
}

func (f *feed) Arrivals(_ context.Context, _ evaluate.Policy, buckets []time.Time) ([]evaluate.Arrival, error) {
	var all []evaluate.Arrival
	for _, t := range buckets {
		if t.Before(f.start) {
			continue
		}
		a := evaluate.Arrival{Bucket: t, Served: uint64(f.rows(t))}
		a.Rejected = uint64(f.reject(t) * float64(a.Served))
		a.Served -= a.Rejected
		if a.Events = a.Served; a.Rejected > 0 {
			a.Reason = "bad_field"
		}
		all = append(all, a)
	}
	return all, nil
}

// qualityPolicy is what the configuration makes of a model without a section
// about data quality.
func qualityPolicy(start time.Time) evaluate.Policy {
	p := evaluate.Policy{
		Model: "churn", Task: model.Binary, Positive: "1", Bucket: time.Hour, Lateness: 5 * time.Minute,
		Source:  evaluate.ReferenceSource{From: start, To: start.AddDate(0, 0, 14), FirstDays: 14},
		Drift:   evaluate.DriftPolicy{Window: 24 * time.Hour, Measures: []string{"psi"}, Tolerate: map[string]float64{"psi": 0.1}},
		Quality: evaluate.QualityPolicy{Tolerate: map[string]float64{}},
		Budgets: evaluate.Budgets{DriftAlerts: 2, DataAlerts: 2},
	}
	for _, m := range drift.Catalog {
		if m.Quality() && m.Default {
			p.Quality.Checks, p.Quality.Tolerate[m.Name] = append(p.Quality.Checks, m.Name), m.Tolerance
		}
	}
	for _, s := range drift.Stream {
		p.Quality.Checks, p.Quality.Tolerate[s.Name] = append(p.Quality.Checks, s.Name), s.Tolerance
	}
	return p
}

// hourly judges every hour of [from, to) and returns when data quality was
// first not as it should be and when it was again, as texts.
func hourly(t *testing.T, f *feed, p evaluate.Policy, from, to time.Time) []string {
	t.Helper()
	e := evaluate.New(f, f, f).WithArrivals(f)
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: f.pinned}
	var told []string
	levels := map[string]evaluate.Level{}
	for tick := from.Add(6 * time.Minute); tick.Before(to); tick = tick.Add(time.Hour) {
		verdicts, err := e.Evaluate(t.Context(), p, "1", past, tick)
		if err != nil {
			t.Fatalf("%s: %v", tick, err)
		}
		past.References = f.pinned
		for _, v := range verdicts {
			past.Verdicts[v.Ref.Version] = v
			for _, ev := range v.Evidence {
				if ev.Kind != evaluate.Quality || ev.Level == levels[ev.Feature] {
					continue
				}
				levels[ev.Feature] = ev.Level
				text := fmt.Sprintf("%s %s", tick.Format("01-02 15:04"), ev.Feature)
				if ev.Level == evaluate.None {
					told = append(told, text+" over")
					continue
				}
				loud, _ := ev.Loudest()
				if ev.Broken != "" {
					for _, voice := range ev.Voices {
						if voice.Check == ev.Broken {
							loud = voice
						}
					}
					text += " broken"
				}
				text += fmt.Sprintf(" %s %.2f", loud.Check, *loud.Now)
				if loud.Before != nil {
					text += fmt.Sprintf(" before %.2f", *loud.Before)
				}
				if !loud.Since.IsZero() {
					text += loud.Since.Format(" since 15:04")
				}
				told = append(told, text+" "+v.Data().Reason)
			}
		}
	}
	return told
}

func TestDataQualityIsToldOnceAndAtOnceWhereItBreaks(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday
	begin := start.AddDate(0, 0, 42)                     // a Monday, six weeks on
	at := begin.Add(38 * time.Hour)                      // Tuesday, 14:00
	end := begin.AddDate(0, 0, 6)
	for _, c := range []struct {
		name  string
		fault func(*feed)
		end   time.Time
		want  []string
	}{
		{"nothing is wrong, and weekends have half the rows as ever", func(*feed) {}, begin.AddDate(0, 0, 28), nil},
		{"nulls", func(f *feed) { f.null = since(at, 3, 0.97, f.null) }, end,
			[]string{"04-14 15:06 balance broken missing 0.97 before 0.02 data_quality", "04-17 00:06 balance over"}},
		{"texts where numbers were", func(f *feed) { f.text = since(at, 3, 1, f.text) }, end,
			[]string{"04-14 15:06 balance broken invalid 0.98 before 0.00 data_quality", "04-17 00:06 balance over"}},
		{"a new plan", func(f *feed) { f.novel = since(at, 3, 0.6, f.novel) }, end,
			[]string{"04-14 15:06 plan broken unseen 0.58 before 0.00 data_quality", "04-17 00:06 plan over"}},
		{"a third null waits for the window", func(f *feed) { f.null = since(at, 24, 0.33, f.null) }, end,
			[]string{"04-15 00:06 balance missing 0.19 before 0.02 data_quality", "04-18 00:06 balance over"}},
		{"a few nulls in one window are no news", func(f *feed) { f.null = since(at, 3, 0.3, f.null) }, end, nil},
		{"a few nulls for good are", func(f *feed) { f.null = since(at, 1000, 0.06, f.null) }, end,
			[]string{"04-17 00:06 balance missing 0.06 before 0.02 data_quality"}},
		{"rejects", func(f *feed) { f.reject = since(at, 3, 0.8, f.reject) }, end,
			[]string{"04-14 15:06  broken rejects 0.80 before 0.00 data_quality", "04-14 19:06  over"}},
		{"a third rejected waits for the window", func(f *feed) { f.reject = since(at, 24, 0.31, f.reject) }, end,
			[]string{"04-15 00:06  rejects 0.17 before 0.00 data_quality", "04-18 00:06  over"}},
		{"silence", func(f *feed) { f.rows = silent(at, 3, f.rows) }, end,
			[]string{"04-14 15:06  broken freshness 0.00 before 1006.17 since 14:00 data_quality", "04-14 19:06  over"}},
		{"silence at night takes until it should be over", func(f *feed) { f.rows = silent(at.Add(10*time.Hour), 8, f.rows) }, end,
			[]string{"04-15 03:06  broken freshness 0.00 before 100.78 since 00:00 data_quality", "04-15 10:06  over"}},
		{"a week at a third", func(f *feed) {
			rows := f.rows
			f.rows = func(t time.Time) int {
				if t.Before(begin.AddDate(0, 0, 1)) {
					return rows(t)
				}
				return rows(t) / 3
			}
		}, begin.AddDate(0, 0, 4), []string{"04-15 00:06  volume 6254.00 before 18540.00 data_quality"}},
		{"null at night, as ever", func(f *feed) {
			null := f.null
			f.null = func(t time.Time) float64 {
				if t.Hour() < 3 {
					return 1
				}
				return null(t)
			}
			f.rows = steady(f.rows)
		}, end, nil},
		{"no traffic at night, as ever", func(f *feed) {
			rows := f.rows
			f.rows = func(t time.Time) int {
				if t.Hour() < 6 || t.Weekday() == time.Sunday {
					return 0
				}
				return rows(t)
			}
		}, begin.AddDate(0, 0, 14), nil},
		{"a third of the rows of the reference", func(f *feed) { // the volume of today counts
			rows := f.rows
			f.rows = func(t time.Time) int { return rows(t) / 3 }
			f.null = since(at, 3, 0.97, f.null)
		}, at.Add(4 * time.Hour), []string{"04-14 15:06 balance broken missing 0.96 before 0.02 data_quality"}},
	} {
		for _, stored := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, stored %t", c.name, stored), func(t *testing.T) {
				f := busy(20260302, start)
				f.stored = stored
				c.fault(f)
				got := hourly(t, f, qualityPolicy(start), begin, c.end)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestStoredHoursAreAskedForOnlyWhenANewOneIsMostlyBad(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	begin := start.AddDate(0, 0, 42)
	f := busy(20260302, start)
	f.null = since(begin.Add(38*time.Hour), 3, 0.97, f.null)
	hourly(t, f, qualityPolicy(start), begin, begin.AddDate(0, 0, 6))
	if f.asked != 3 {
		t.Errorf("asked %d times, want once for each of the hours with nulls", f.asked)
	}
}

// silent stops all traffic for some hours.
func silent(from time.Time, hours int, before func(time.Time) int) func(time.Time) int {
	return func(t time.Time) int {
		if !t.Before(from) && t.Before(from.Add(time.Duration(hours)*time.Hour)) {
			return 0
		}
		return before(t)
	}
}

// steady has the volume of noon at all hours.
func steady(before func(time.Time) int) func(time.Time) int {
	return func(t time.Time) int { return before(t.Truncate(24 * time.Hour).Add(12 * time.Hour)) }
}

// A stream that is too young for weeks is compared with days: silence and
// rejects can be told from these, a quiet weekend can not.
func TestAYoungStreamIsComparedWithDays(t *testing.T) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	f := busy(7, start)
	rows := f.rows
	f.rows = func(t time.Time) int { // nothing at all on Sundays
		if t.Weekday() == time.Sunday {
			return 0
		}
		return rows(t)
	}
	if got := hourly(t, f, qualityPolicy(start), start.Add(time.Hour), start.AddDate(0, 0, 22)); got != nil {
		t.Errorf("the first weekends are told: %v", got)
	}
	past := evaluate.Past{Verdicts: map[string]evaluate.Verdict{}, References: map[string]evaluate.Reference{}}
	verdicts, err := evaluate.New(f, f, f).WithArrivals(f).Evaluate(t.Context(), qualityPolicy(start), "1", past, start.AddDate(0, 0, 10).Add(6*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, r := range verdicts[0].Results {
		if r.Feature == "" && evaluate.DataCheck(r.Check) {
			said[r.Check] = r.Status.String() + " " + r.Reason
		}
	}
	if diff := cmp.Diff(map[string]string{"rejects": "healthy earlier_days", "volume": "inconclusive too_few_weeks", "freshness": "inconclusive too_few_weeks"}, said); diff != "" {
		t.Error(diff)
	}
	stop := start.AddDate(0, 0, 10).Add(10 * time.Hour)
	f.rows = silent(stop, 5, rows)
	f.pinned = map[string]evaluate.Reference{}
	want := []string{"03-12 11:06  broken freshness 0.00 before 891.70 since 10:00 data_quality", "03-12 17:06  over"}
	if diff := cmp.Diff(want, hourly(t, f, qualityPolicy(start), start.Add(time.Hour), start.AddDate(0, 0, 11))); diff != "" {
		t.Error(diff)
	}
}
