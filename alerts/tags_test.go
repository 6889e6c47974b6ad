package alerts_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
)

// annotated returns the tags the plan writes on the version, nil when none.
func annotated(plan alerts.Plan, version string) map[string]string {
	for _, l := range plan.Lines {
		if l.What == alerts.Annotate && l.Ref.Version == version {
			return l.Tags
		}
	}
	return nil
}

func TestHealthTag(t *testing.T) {
	for _, test := range []struct {
		name    string
		status  evaluate.Status
		last    string
		serving bool
		want    string
	}{
		{"healthy", evaluate.Healthy, "", true, alerts.HealthHealthy},
		{"warning", evaluate.Warning, alerts.HealthHealthy, true, alerts.HealthWarning},
		{"critical is degraded", evaluate.Critical, alerts.HealthWarning, true, alerts.HealthDegraded},
		{"never judged", evaluate.Inconclusive, "", true, alerts.HealthUnknown},
		{"not judged this time stays as it was", evaluate.Errored, alerts.HealthWarning, true, alerts.HealthWarning},
		{"demoted stays", evaluate.Healthy, alerts.HealthDemoted, false, alerts.HealthDemoted},
		{"until a person lets it serve again", evaluate.Inconclusive, alerts.HealthDemoted, true, alerts.HealthUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, _, past := worse()
			past.Tags = map[string]map[string]string{"2": {alerts.TagHealth: test.last, alerts.TagSince: "2026-01-01T00:00:00Z"}}
			if !test.serving {
				past.Serving.Ref = ref("1")
			}
			v := evaluate.Verdict{Ref: ref("2"), Status: test.status, Serving: test.serving}
			got := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), "2")
			if got[alerts.TagHealth] != test.want {
				t.Errorf("health %q, want %q", got[alerts.TagHealth], test.want)
			}
			since := "2026-01-01T00:00:00Z"
			if test.want != test.last {
				since = tick.Format(time.RFC3339)
			}
			if got[alerts.TagSince] != since {
				t.Errorf("since %q, want %q", got[alerts.TagSince], since)
			}
		})
	}
}

func TestTagsAreWrittenOnChangeOnly(t *testing.T) {
	p, _, past := worse()
	value := 0.72
	v := evaluate.Verdict{Ref: ref("2"), Status: evaluate.Healthy, Serving: true, ReferenceID: "r1",
		Results: []evaluate.Result{{Check: "auc", Value: &value, Rows: 900}}}
	tags := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), "2")
	var summary struct {
		Live map[string]struct{ Now float64 }
	}
	if err := json.Unmarshal([]byte(tags[alerts.TagSummary]), &summary); err != nil || summary.Live["auc"].Now != value {
		t.Errorf("summary %s (%v), want auc %v", tags[alerts.TagSummary], err, value)
	}
	past.Tags = map[string]map[string]string{"2": tags}
	value = 0.73 // the summary is a day's, not a tick's
	if got := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick.Add(59*time.Minute)), "2"); got != nil {
		t.Errorf("written again: %s", cmp.Diff(tags, got))
	}
	later := tick.Add(23 * time.Hour)
	want := maps.Clone(tags)
	want[alerts.TagChecked] = later.Format(time.RFC3339)
	if diff := cmp.Diff(want, annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, later), "2")); diff != "" {
		t.Errorf("after an hour nothing but when it was judged is new: %s", diff)
	}
	unjudged := evaluate.Verdict{Ref: ref("2"), Status: evaluate.Healthy, Serving: true, ReferenceID: "r1"}
	for _, unjudged.Status = range []evaluate.Status{evaluate.Inconclusive, evaluate.Errored} {
		past.Tags["2"] = maps.Clone(tags)
		past.Tags["2"][alerts.TagReason] = "it was another one"
		if got := annotated(alerts.Decide(p, []evaluate.Verdict{unjudged}, past, later), "2"); got[alerts.TagChecked] != tags[alerts.TagChecked] {
			t.Errorf("%s counts as judged at %s", unjudged.Status, got[alerts.TagChecked])
		}
	}
	past.Tags["2"] = tags
	if got := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick.Add(24*time.Hour)), "2"); got == nil {
		t.Error("a day later the summary was not written anew")
	}
	past.Serving.Known = false
	if got := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick.Add(48*time.Hour)), "2"); got != nil {
		t.Errorf("written to a registry that cannot be reached: %v", got)
	}
}

func TestTheTagLinksToAPageAboutTheVersion(t *testing.T) {
	p, v, past := worse()
	p.Links.Grafana = "https://grafana.example"
	v.Ref.Name = "fraud & loss"
	got := annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), "2")
	if want := "https://grafana.example/d/driftd-version/version-health?var-model=fraud+%26+loss&var-version=2"; got[alerts.TagLink] != want {
		t.Errorf("link %q, want %q", got[alerts.TagLink], want)
	}
	p.Links.Page = "https://driftd.example"
	got = annotated(alerts.Decide(p, []evaluate.Verdict{v}, past, tick), "2")
	if want := "https://driftd.example/models/fraud%20&%20loss/2"; got[alerts.TagLink] != want {
		t.Errorf("link %q, want %q", got[alerts.TagLink], want)
	}
}

func TestTagsKeepWithinWhatEveryRegistryAccepts(t *testing.T) {
	w := newWorld(t)
	p, v, _ := worse()
	long := strings.Repeat("é", 3000)
	v.Evidence[0].Check = long
	p.Links.Page = "https://driftd.example"
	for k := range 200 {
		value := float64(k)
		v.Results = append(v.Results, evaluate.Result{Check: fmt.Sprint(long, k), Value: &value})
	}
	if _, err := w.run(p, tick, w.serving(), v); err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`^[a-z0-9_]+$`)
	for version, tags := range w.written {
		if len(tags) > 12 {
			t.Errorf("version %s: %d tags, want at most 12", version, len(tags))
		}
		for name, value := range tags {
			if !key.MatchString(name) || utf8.RuneCountInString(value) > 1000 {
				t.Errorf("version %s: tag %q with %d characters", version, name, utf8.RuneCountInString(value))
			}
		}
	}
}
