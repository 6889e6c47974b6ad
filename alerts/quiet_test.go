package alerts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

func quietHours(t *testing.T, texts ...string) []alerts.Quiet {
	t.Helper()
	var all []alerts.Quiet
	for _, text := range texts {
		q, err := alerts.ParseQuiet(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, q)
	}
	return all
}

func TestQuietHours(t *testing.T) {
	// 2026-09-17 is a Thursday. Berlin is at UTC+2, until 2026-10-25 01:00 UTC.
	for _, test := range []struct {
		text string
		in   []string
		out  []string
	}{
		{"sat-sun", []string{"2026-09-19T00:00:00Z", "2026-09-20T23:59:59Z"}, []string{"2026-09-18T23:59:59Z", "2026-09-21T00:00:00Z"}},
		{"fri-mon", []string{"2026-09-18T12:00:00Z", "2026-09-21T12:00:00Z"}, []string{"2026-09-17T12:00:00Z", "2026-09-22T12:00:00Z"}},
		{"mon,wed 09:00-17:00", []string{"2026-09-16T09:00:00Z", "2026-09-14T16:59:00Z"}, []string{"2026-09-16T17:00:00Z", "2026-09-15T12:00:00Z"}},
		{"22:30-07:00", []string{"2026-09-17T22:30:00Z", "2026-09-17T06:59:00Z"}, []string{"2026-09-17T22:29:00Z", "2026-09-17T07:00:00Z"}},
		// The night of Friday ends on Saturday morning; that of Saturday is another one.
		{"mon-fri 18:00-08:00", []string{"2026-09-19T07:59:00Z", "2026-09-18T18:00:00Z"}, []string{"2026-09-19T08:00:00Z", "2026-09-19T18:00:00Z", "2026-09-21T07:59:00Z"}},
		{"sun 20:00-24:00 Europe/Berlin", []string{"2026-09-20T18:00:00Z", "2026-09-20T21:59:00Z"}, []string{"2026-09-20T17:59:00Z", "2026-09-20T22:00:00Z"}},
		// The clock on the wall counts, in summer and in winter.
		{"08:00-09:00 Europe/Berlin", []string{"2026-10-24T06:30:00Z", "2026-10-26T07:30:00Z"}, []string{"2026-10-24T07:30:00Z", "2026-10-26T06:30:00Z"}},
		{"sat-sun America/New_York", []string{"2026-09-21T03:59:00Z"}, []string{"2026-09-19T03:59:00Z"}},
	} {
		t.Run(test.text, func(t *testing.T) {
			q := quietHours(t, test.text)[0]
			for want, times := range map[bool][]string{true: test.in, false: test.out} {
				for _, text := range times {
					at, err := time.Parse(time.RFC3339, text)
					if err != nil {
						t.Fatal(err)
					}
					if q.Covers(at) != want {
						t.Errorf("covers %s: %t", text, !want)
					}
				}
			}
			if q.String() != test.text {
				t.Errorf("reads %q", q)
			}
		})
	}
	for text, want := range map[string]string{
		"":                          "mon-fri 18:00-08:00",
		"mo-fr":                     "no time zone",
		"mon-tue-wed":               "mon-fri 18:00-08:00",
		"mon 8-9":                   "no time zone",
		"08:00-08:00":               "differ",
		"08:00-24:01":               "00:00 to 24:00",
		"24:00-08:00":               "00:00 to 24:00",
		"08:60-09:00":               "00:00 to 24:00",
		"mon 08:00-09:00 Mars/Base": `"Mars/Base" is no time zone`,
		"mon 08:00-09:00 Local":     `"Local" is no time zone`,
		"mon 08:00-09:00 UTC now":   `"UTC"`,
	} {
		if _, err := alerts.ParseQuiet(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// In quiet hours a demotion is proposed, pages, and waits: for a person, or for
// the end of the hours.
func TestADemotionWaitsForTheEndOfQuietHours(t *testing.T) {
	agree := alerts.Order{ID: "order/alice", Model: "churn", Kind: alerts.OrderApprove, Proposal: "newest", By: "alice"}
	for _, test := range []struct {
		name   string
		orders map[int]alerts.Order
		ticks  int
		want   []alerts.Stage
		by     string
	}{
		{"they end, and traffic takes its time", nil, 7, []alerts.Stage{alerts.Proposed, alerts.Intent, alerts.Done, alerts.Expired}, ""},
		{"they last", nil, 3, []alerts.Stage{alerts.Proposed}, ""},
		{"they end", nil, 6, []alerts.Stage{alerts.Proposed, alerts.Intent, alerts.Done, alerts.Expired, alerts.Effective}, ""},
		{"alice agrees", map[int]alerts.Order{2: agree}, 4, []alerts.Stage{alerts.Proposed, alerts.Intent, alerts.Done, alerts.Agreed, alerts.Effective}, "alice"},
		{"alice agrees as they end", map[int]alerts.Order{4: agree}, 6, []alerts.Stage{alerts.Proposed, alerts.Intent, alerts.Done, alerts.Agreed, alerts.Effective}, "alice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			if w.served["1"] = 100; test.ticks > 6 {
				w.served = map[string]uint64{"2": 100}
			}
			p, v, _ := worse()
			p.Approval, p.Quiet = 4*time.Hour, quietHours(t, "00:00-01:00") // four ticks
			w.asked(p, v, test.ticks, test.orders)
			if diff := cmp.Diff(test.want, w.stages()); diff != "" {
				t.Errorf("audit rows: %s", diff)
			}
			pages := map[string]int{}
			for _, e := range w.incident("2", alerts.ClassPerformance).Timeline {
				if e.Reach == alerts.ToOwner {
					pages[e.Text]++
				}
			}
			for text, n := range pages {
				if n > 1 {
					t.Errorf("%d times: %s", n, text)
				}
			}
			if len(pages) == 0 {
				t.Error("nobody was told")
			}
			for _, a := range w.rows {
				if a.Stage == alerts.Done && a.By != test.by {
					t.Errorf("done by %q, want %q", a.By, test.by)
				}
			}
		})
	}
}

// A switch that a crash cut short is not finished in quiet hours.
func TestAnIntentIsNotResumedInQuietHours(t *testing.T) {
	p, v, past := worse()
	p.Quiet = quietHours(t, "00:00-01:00")
	past.Actions = []alerts.Action{{ID: "a", Model: "churn", From: "2", To: "1", Stage: alerts.Intent, Tick: tick.Add(-time.Hour), At: tick.Add(-time.Hour)}}
	plan := alerts.Decide(p, []evaluate.Verdict{v}, past, tick)
	if l := plan.Lines[0]; l.What != alerts.Verify || l.Reason != alerts.BlockedQuiet {
		t.Errorf("%s because of %s, want it refused", l.What, l.Reason)
	}
}
