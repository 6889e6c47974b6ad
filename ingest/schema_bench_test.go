package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest/schema"
	"github.com/twmb/avro"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
	"github.com/valyala/fastjson"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/bufbuild/protocompile"
)

// wideEncoded is the message of wide in another format, with its schema.
func wideEncoded(b *testing.B, format schema.Format) (sr.Schema, []byte) {
	_, message := wide(1)
	v := fastjson.MustParseBytes(message)
	var avroFields, protoFields, protoText strings.Builder
	features := map[string]any{}
	for i := range 40 {
		name := fmt.Sprintf("feature_%02d", i)
		kind, protoKind := "double", "double"
		if i >= 32 {
			kind, protoKind = "string", "string"
			features[name] = string(v.GetStringBytes("features", name))
			fmt.Fprintf(&protoText, "%s: %q ", name, features[name])
		} else {
			features[name] = v.GetFloat64("features", name)
			fmt.Fprintf(&protoText, "%s: %v ", name, features[name])
		}
		fmt.Fprintf(&avroFields, `,{"name":%q,"type":%q}`, name, kind)
		fmt.Fprintf(&protoFields, "%s %s = %d; ", protoKind, name, i+1)
	}
	event := map[string]any{"prediction_id": string(v.GetStringBytes("prediction_id")), "model": "wide", "version": "3", "timestamp": time.UnixMilli(1795405014123), "features": features, "score": 0.83, "prediction": "1", "role": "served"}
	if format == schema.Avro {
		text := `{"type":"record","name":"Event","fields":[{"name":"prediction_id","type":"string"},{"name":"model","type":"string"},{"name":"version","type":"string"},{"name":"timestamp","type":{"type":"long","logicalType":"timestamp-millis"}},
			{"name":"features","type":{"type":"record","name":"Features","fields":[` + avroFields.String()[1:] + `]}},{"name":"score","type":["null","double"]},{"name":"prediction","type":["null","string"]},{"name":"role","type":"string"}]}`
		encoded, err := avro.MustParse(text).Encode(event)
		if err != nil {
			b.Fatal(err)
		}
		return sr.Schema{Schema: text}, []byte(framed(1, "", encoded))
	}
	text := `syntax = "proto3"; import "google/protobuf/timestamp.proto"; message Event { string prediction_id = 1; string model = 2; string version = 3; google.protobuf.Timestamp timestamp = 4;
		message Features { ` + protoFields.String() + ` } Features features = 5; optional double score = 6; optional string prediction = 7; string role = 8; }`
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(map[string]string{"e.proto": text})})}
	files, err := compiler.Compile(b.Context(), "e.proto")
	if err != nil {
		b.Fatal(err)
	}
	m := dynamicpb.NewMessage(files[0].Messages().ByName(protoreflect.Name("Event")))
	err = prototext.Unmarshal(fmt.Appendf(nil, `prediction_id: %q model: "wide" version: "3" timestamp {seconds: 1795405014 nanos: 123000000} features {%s} score: 0.83 prediction: "1" role: "served"`, event["prediction_id"], protoText.String()), m)
	if err != nil {
		b.Fatal(err)
	}
	encoded, err := proto.Marshal(m)
	if err != nil {
		b.Fatal(err)
	}
	return sr.Schema{Schema: text, Type: sr.TypeProtobuf}, []byte(framed(1, "\x00", encoded))
}

// BenchmarkFormats takes the same event of 40 features from the bytes of each
// format to its row; "to JSON" is the part that the format adds.
func BenchmarkFormats(b *testing.B) {
	m, message := wide(1)
	decode := func(b *testing.B, load func() []byte) {
		d, err := newDecoding(Topic{Kind: PredictionsTopic}, Defaults(), []Model{m}, newMetrics(nil, nil, []Model{m}))
		if err != nil {
			b.Fatal(err)
		}
		batch := newRange(place{"predictions", 0}, 0, d.decoder.Models())
		b.ReportAllocs()
		for b.Loop() {
			p, reject := d.decoder.Prediction(load(), time.Time{})
			if reject != nil {
				b.Fatal(reject)
			}
			if batch.addPrediction(0, p, d.sizes); batch.filled[0].Rows() == 50_000 {
				batch = newRange(place{"predictions", 0}, 0, d.decoder.Models())
			}
		}
	}
	b.Run("json", func(b *testing.B) {
		decode(b, func() []byte { return message })
		b.ReportMetric(float64(len(message)), "B/event")
	})
	for _, format := range []schema.Format{schema.Avro, schema.Protobuf} {
		registered, value := wideEncoded(b, format)
		server := srfake.New()
		defer server.Close()
		server.SeedSchema("wide", 1, 1, registered)
		registry, err := schema.New(schema.Config{URL: server.URL()}, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := registry.Fetch(b.Context(), schema.Key{ID: 1}, time.Time{}); err != nil {
			b.Fatal(err)
		}
		d := registry.NewDecoder(format, 1<<20)
		load := func() []byte {
			text, reject, lacks := d.JSON(value, nil)
			if reject != nil || lacks != nil {
				b.Fatal(reject, lacks)
			}
			return text
		}
		b.Run(string(format), func(b *testing.B) {
			decode(b, load)
			b.ReportMetric(float64(len(value)), "B/event")
		})
		b.Run(string(format)+" to JSON", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				load()
			}
		})
		if format == schema.Avro {
			b.Run("avro by the library, to maps only", func(b *testing.B) {
				s := avro.MustParse(registered.Schema)
				b.ReportAllocs()
				for b.Loop() {
					var v any
					if _, err := s.Decode(value[5:], &v); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
