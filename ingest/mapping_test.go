package ingest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/driftd/driftd/ingest/decode"
)

// lines is a sink that keeps every row as a line.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Insert(_ context.Context, b *Batch, _ bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range b.Predictions {
		for i, id := range p.ID {
			l.all = append(l.all, fmt.Sprintf("%d %s %s %s %v", p.Offset[i], id, p.Version.Text(i), p.Segments[0].Text(i), p.Score.Values[i]))
		}
	}
	for _, r := range b.Rejects {
		l.all = append(l.all, fmt.Sprintf("%d %s %s", r.Offset, r.Reason, r.Detail))
	}
	return nil
}

// mapped is a topic whose records hold fields in key, headers and rows.
func mapped(t *testing.T) *Mapping {
	t.Helper()
	sources := func(texts ...string) []decode.Source {
		all := make([]decode.Source, len(texts))
		for i, text := range texts {
			if err := all[i].UnmarshalText([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		return all
	}
	return &Mapping{
		Rows: decode.Pointer{"rows"}, Where: map[string]string{"header type": "scored"}, Deletes: map[string]string{"/op": "d"},
		Fields: map[string][]decode.Source{
			"prediction_id": sources("row /id", "key"), "model": sources("constant churn"), "version": sources("header version"),
			"timestamp": sources("time"), "score": sources("row /p"), "segment.region": sources("header region"),
		},
	}
}

func TestRecordsAreReadAsTheirMappingSays(t *testing.T) {
	_, broker := fake(t)
	cfg := config(broker)
	cfg.Topics[0].Mapping = mapped(t)
	sink := &lines{}
	c := start(t, cfg, sink)
	p := producer(t, broker)
	record := func(kind, value string) *kgo.Record {
		r := &kgo.Record{Topic: "predictions", Key: []byte("k"), Headers: []kgo.RecordHeader{
			{Key: "version", Value: []byte("old")}, {Key: "version", Value: []byte("7")}, {Key: "type", Value: []byte(kind)}, {Key: "region", Value: []byte("eu")},
		}}
		if value != "" {
			r.Value = []byte(value)
		}
		return r
	}
	records := []*kgo.Record{
		record("scored", `{"rows":[{"p":0.5}]}`),
		record("scored", `{"rows":[{"id":"a","p":0.25},{"p":"x"},{"p":1}]}`),
		record("other", `not JSON`),
		record("scored", `{"op":"d","rows":null}`),
		record("scored", ``),
		record("scored", `{"rows":[]}`),
		record("scored", `{}`),
		record("scored", `{"rows":[{"p":[]},{"p":{}}]}`),
	}
	if err := p.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	c.drained(t)
	slices.Sort(sink.all)
	want := []string{
		"0 k 7 eu 0.5",
		"1 a 7 eu 0.25",
		`1 bad_field row 1 of 3: score "x" is no number: send a JSON number`,
		"1 k/2 7 eu 1",
		"6 missing_field /rows has no rows: send an array or an object there",
		"7 bad_field row 0 of 2: score [] is no number: send a JSON number; 1 more row is bad",
	}
	if diff := cmp.Diff(want, sink.all); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	for reason, want := range map[Reason]float64{decode.NotSelected: 1, decode.Deleted: 2, decode.NoRows: 1} {
		if got := testutil.ToFloat64(c.metrics.skipped.WithLabelValues("predictions", string(reason))); got != want {
			t.Errorf("%v messages skipped as %s, want %v", got, reason, want)
		}
	}
	for result, want := range map[string]float64{stored: 3, rejected: 3} {
		if got := testutil.ToFloat64(c.metrics.events.WithLabelValues("predictions", result)); got != want {
			t.Errorf("%v events %s, want %v", got, result, want)
		}
	}
	if got := testutil.ToFloat64(c.metrics.inFlight); got != 0 {
		t.Errorf("%v bytes of the budget are not given back", got)
	}
}

func TestKeysAndHeadersAreReadOnlyWhenAsked(t *testing.T) {
	for _, test := range []struct {
		mapping Mapping
		want    bool
	}{
		{Mapping{}, false},
		{Mapping{Preset: "debezium"}, false},
		{Mapping{Preset: "cloudevents-binary"}, true},
		{Mapping{Where: map[string]string{"key": "x"}}, true},
		{*mapped(t), true},
	} {
		topic := Topic{Kind: PredictionsTopic, Mapping: &test.mapping}
		if got := newPartition(place{}, topic, 0, nil).beside; got != test.want {
			t.Errorf("%+v: keys and headers %v, want %v", test.mapping, got, test.want)
		}
	}
}
