package ingest

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestMetricsStartAtZeroAndAreWellNamed(t *testing.T) {
	registry := prometheus.NewRegistry()
	newMetrics(registry, []Topic{{Name: "predictions", Kind: PredictionsTopic}}, []Model{churn})
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %+v", err, problems)
	}
	for name, series := range map[string]int{
		"driftd_ingest_events_total": 2, "driftd_ingest_rejects_total": len(Reasons), "driftd_ingest_type_violations_total": 2,
		"driftd_ingest_gap_offsets_total": 1, "driftd_ingest_lag_events": 1, "driftd_ingest_insert_duration_seconds": 2,
	} {
		if got, err := testutil.GatherAndCount(registry, name); err != nil || got != series {
			t.Errorf("%s: %d series at the start, want %d (%v)", name, got, series, err)
		}
	}
}
