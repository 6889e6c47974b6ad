package clickhouse

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Statements that look at all that went before are asked of models that need them only.
func TestOnlyWhatATickNeedsIsAsked(t *testing.T) {
	s := migrated(t)
	ref := model.Ref{Name: "flights", Version: "1"}
	asked := func(tick time.Time) map[string]bool {
		t.Helper()
		reg := prometheus.NewRegistry()
		s.metrics = newMetrics(reg)
		if _, err := s.LoadPast(t.Context(), ref.Name, tick); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.UnseenOrder(t.Context(), ref.Name, tick); err != nil {
			t.Fatal(err)
		}
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, f := range families {
			for _, m := range f.Metric {
				for _, label := range m.Label {
					switch v := label.GetValue(); v {
					case "streaks", "block_verdicts", "unseen_order":
						found[v] = true
					}
				}
			}
		}
		return found
	}
	save(t, s, evaluate.Verdict{Ref: ref, Tick: at(0, 0), Status: evaluate.Healthy})
	if got := asked(at(1, 0)); len(got) > 0 {
		t.Errorf("of a healthy version without labels and orders was asked %v", got)
	}
	save(t, s, evaluate.Verdict{Ref: ref, Tick: at(1, 0), Status: evaluate.Errored, LabelsTo: at(0, 0)})
	if err := s.SaveOrder(t.Context(), alerts.Order{ID: "o", Model: ref.Name, Kind: alerts.OrderAcknowledge, By: "alice", At: at(1, 0), Until: at(3, 0)}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]bool{"streaks": true, "block_verdicts": true, "unseen_order": true}, asked(at(1, time.Hour))); diff != "" {
		t.Errorf("of one that was not judged, has labels and an order (-want +got): %s", diff)
	}
}
