package decode

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// style is how a producer writes JSON.
type style struct{ name, comma, colon, format string }

// styles: compact, and as Python writes it, with spaces and 16 to 17 digits.
var styles = []style{{"compact", ",", ":", "%.4f"}, {"python", ", ", ": ", "%v"}}

// wide is a model of 32 numbers and 8 categories of 10 values.
func wide() Model {
	m := Model{Name: "wide", Task: model.Binary}
	for i := range 40 {
		kind := Number
		if i >= 32 {
			kind = Category
		}
		m.Features = append(m.Features, Feature{fmt.Sprintf("feature_%02d", i), kind})
	}
	return m
}

// features writes a features object of the wide model.
func (s style) features(random *rand.Rand) string {
	var members []string
	for _, f := range wide().Features {
		if f.Kind == Number {
			members = append(members, s.member(f.Name, fmt.Sprintf(s.format, random.NormFloat64())))
		} else {
			members = append(members, s.member(f.Name, fmt.Sprintf("%q", fmt.Sprintf("value_%d", random.Intn(10)))))
		}
	}
	return s.object(members...)
}

func (s style) member(name, value string) string { return `"` + name + `"` + s.colon + value }
func (s style) object(members ...string) string  { return "{" + strings.Join(members, s.comma) + "}" }

// BenchmarkPrediction decodes 64 different events of 40 features, 1 kB each.
func BenchmarkPrediction(b *testing.B) {
	for _, s := range styles {
		b.Run(s.name, func(b *testing.B) {
			d, err := New([]Model{wide()}, 1<<20)
			if err != nil {
				b.Fatal(err)
			}
			bench(b, d, func(i int, random *rand.Rand) Record { return Record{Value: []byte(s.event(i, random, true))} })
		})
	}
}

// event is an event of driftd's own.
func (s style) event(i int, random *rand.Rand, timed bool) string {
	members := []string{
		s.member("prediction_id", fmt.Sprintf(`"7e0c8f3e-30a4-4a3c-9c29-3a2b6d0e%04x"`, i)), s.member("model", `"wide"`), s.member("version", `"3"`),
	}
	if timed {
		members = append(members, s.member("timestamp", `"2026-11-23T03:36:54.123Z"`))
	}
	return s.object(append(members, s.member("features", s.features(random)), s.member("score", fmt.Sprint(random.Float64())),
		s.member("prediction", `"1"`), s.member("role", `"served"`))...)
}

// Once names, texts and buffers are known, an event costs no allocation, but for
// a new chunk of ids now and then.
func TestDecodingDoesNotAllocate(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for _, s := range styles {
		d, err := New([]Model{wide()}, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		var messages [][]byte
		for i := range 64 {
			messages = append(messages, []byte(s.event(i, random, true)))
		}
		next := 0
		if n := testing.AllocsPerRun(10_000, func() {
			if _, reject := d.Prediction(messages[next%len(messages)], time.Time{}); reject != nil {
				t.Fatal(*reject)
			}
			next++
		}); n > 0 {
			t.Errorf("%s: %v allocations an event", s.name, n)
		}
	}
}

// bench decodes 64 different records again and again.
func bench(b *testing.B, d *Decoder, record func(i int, random *rand.Rand) Record) {
	random := rand.New(rand.NewSource(1))
	var records [64]Record
	total := 0
	for i := range records {
		records[i] = record(i, random)
		total += len(records[i].Value)
	}
	b.SetBytes(int64(total / len(records)))
	b.ReportAllocs()
	events := 0
	for i := 0; b.Loop(); i++ {
		all, reject := d.Predictions(records[i%len(records)])
		if reject != nil {
			b.Fatal(*reject)
		}
		events += len(all)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
}

// BenchmarkPreset decodes compact events of the wide model, in the form of each
// preset; in those of KServe, 8 rows a message.
func BenchmarkPreset(b *testing.B) {
	s := styles[0]
	var names []string
	for _, f := range wide().Features {
		names = append(names, f.Name)
	}
	list := func(n int, item func() string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = item()
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	instance := func(random *rand.Rand) string {
		at := 0
		return list(40, func() string {
			if at++; at > 32 {
				return fmt.Sprintf("%q", fmt.Sprintf("value_%d", random.Intn(10)))
			}
			return fmt.Sprintf(s.format, random.NormFloat64())
		})
	}
	headers := func(i int, kind string) []Header {
		return []Header{
			{"ce_specversion", []byte("1.0")}, {"ce_id", fmt.Appendf(nil, "7e0c8f3e-30a4-4a3c-9c29-3a2b6d0e%04x", i)}, {"ce_type", []byte("org.kubeflow.serving.inference." + kind)},
			{"ce_time", []byte("2026-11-23T03:36:54.123Z")}, {"ce_inferenceservicename", []byte("wide")},
		}
	}
	fields := map[string][]Source{"version": {source("constant 3")}}
	for _, preset := range []struct {
		mapping Mapping
		record  func(i int, random *rand.Rand) Record
	}{
		{Mapping{Preset: "driftd"}, func(i int, random *rand.Rand) Record { return Record{Value: []byte(s.event(i, random, true))} }},
		{Mapping{Preset: "cloudevents"}, func(i int, random *rand.Rand) Record {
			return Record{Value: []byte(s.object(s.member("specversion", `"1.0"`), s.member("type", `"p"`), s.member("source", `"/s"`), s.member("id", fmt.Sprint(i)),
				s.member("time", `"2026-11-23T03:36:54.123Z"`), s.member("data", s.event(i, random, false))))}
		}},
		{Mapping{Preset: "cloudevents-binary"}, func(i int, random *rand.Rand) Record {
			return Record{Value: []byte(s.event(i, random, false)), Headers: headers(i, "request")}
		}},
		{Mapping{Preset: "debezium"}, func(i int, random *rand.Rand) Record {
			return Record{Value: []byte(s.object(s.member("before", "null"), s.member("after", s.event(i, random, false)),
				s.member("source", `{"connector":"postgresql","table":"predictions","lsn":24023128}`), s.member("op", `"c"`), s.member("ts_ms", "1795405014123")))}
		}},
		{Mapping{Preset: "fastapi", Fields: map[string][]Source{"model": {source("constant wide")}}}, func(i int, random *rand.Rand) Record {
			return Record{Value: []byte(s.object(s.member("request_id", fmt.Sprintf("%q", fmt.Sprint(i))), s.member("timestamp", `"2026-11-23T03:36:54.123Z"`),
				s.member("request", s.object(s.member("features", s.features(random)))),
				s.member("response", s.object(s.member("churn_probability", "0.83"), s.member("churn_prediction", "1"), s.member("model_version", `"5f0c2a7be4a14d35"`)))))}
		}},
		{Mapping{Preset: "kserve-v1-request", FeatureNames: names, Fields: fields}, func(i int, random *rand.Rand) Record {
			return Record{Value: []byte(s.object(s.member("instances", list(8, func() string { return instance(random) })))), Headers: headers(i, "request")}
		}},
		{Mapping{Preset: "kserve-v1-response", Fields: fields}, func(i int, random *rand.Rand) Record {
			return Record{Value: []byte(s.object(s.member("predictions", list(8, func() string { return fmt.Sprint(random.Float64()) })))), Headers: headers(i, "response")}
		}},
		{Mapping{Preset: "kserve-v2-request", Fields: fields}, func(i int, random *rand.Rand) Record {
			var tensors []string
			for _, f := range wide().Features {
				kind, item := `"FP64"`, func() string { return fmt.Sprintf(s.format, random.NormFloat64()) }
				if f.Kind == Category {
					kind, item = `"BYTES"`, func() string { return fmt.Sprintf("%q", fmt.Sprintf("value_%d", random.Intn(10))) }
				}
				tensors = append(tensors, s.object(s.member("name", fmt.Sprintf("%q", f.Name)), s.member("shape", "[8]"), s.member("datatype", kind), s.member("data", list(8, item))))
			}
			return Record{Value: []byte(s.object(s.member("inputs", "["+strings.Join(tensors, ",")+"]"))), Headers: headers(i, "request")}
		}},
		{Mapping{Preset: "kserve-v2-response", Fields: fields}, func(i int, random *rand.Rand) Record {
			return Record{Value: []byte(s.object(s.member("model_name", `"wide"`), s.member("outputs", "["+s.object(s.member("name", `"o"`), s.member("shape", "[8]"), s.member("datatype", `"FP64"`),
				s.member("data", list(8, func() string { return fmt.Sprint(random.Float64()) })))+"]"))), Headers: headers(i, "response")}
		}},
	} {
		b.Run(preset.mapping.Preset, func(b *testing.B) {
			d, err := NewMapped([]Model{wide()}, 1<<20, Predictions, preset.mapping)
			if err != nil {
				b.Fatal(err)
			}
			bench(b, d, preset.record)
		})
	}
}
