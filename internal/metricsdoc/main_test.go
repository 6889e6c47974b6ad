package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"

	"github.com/driftd/driftd/internal/app"
)

func TestThePageIsTheOneTheCodeMakes(t *testing.T) {
	committed, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	var made bytes.Buffer
	if err := write(&made); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), made.String()); diff != "" {
		t.Errorf("docs/metrics.md differs: go generate ./internal/metricsdoc\n%s", diff)
	}
}

var types = map[string]dto.MetricType{
	"counter": dto.MetricType_COUNTER, "gauge": dto.MetricType_GAUGE, "histogram": dto.MetricType_HISTOGRAM,
}

// Every metric is linted, those included that have no sample before something
// goes wrong.
func TestMetricsAreWellNamed(t *testing.T) {
	metrics, err := app.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	if len(metrics) < 20 {
		t.Fatalf("only %d metrics found: the rules would hold of nothing", len(metrics))
	}
	var families []*dto.MetricFamily
	seen := map[string]bool{}
	for _, m := range metrics {
		kind, ok := types[m.Type]
		if !ok || seen[m.Name] || !strings.HasPrefix(m.Name, "driftd_") || !strings.HasSuffix(m.Help, ".") {
			t.Errorf("%+v: want a known type, a name of its own that begins with driftd_, and a sentence", m)
		}
		seen[m.Name] = true
		sample := &dto.Metric{}
		for _, label := range m.Labels {
			name, value := label, "x"
			sample.Label = append(sample.Label, &dto.LabelPair{Name: &name, Value: &value})
		}
		families = append(families, &dto.MetricFamily{Name: &m.Name, Help: &m.Help, Type: &kind, Metric: []*dto.Metric{sample}})
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
}
