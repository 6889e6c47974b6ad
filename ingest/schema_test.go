package ingest

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest/schema"
	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/avro"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
	"google.golang.org/protobuf/encoding/protowire"
)

// registryDoor stands before a schema registry and can be shut.
type registryDoor struct {
	url    string
	shut   atomic.Bool
	asked  atomic.Int64
	client *sr.Client // past the door
	prefix string     // of subjects
}

func newRegistryDoor(t testing.TB, registry string) *registryDoor {
	t.Helper()
	target, err := url.Parse(registry)
	if err != nil {
		t.Fatal(err)
	}
	d := &registryDoor{prefix: fmt.Sprintf("s%d-", time.Now().UnixNano())}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.asked.Add(1)
		if d.shut.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	d.url = server.URL + target.Path
	if d.client, err = sr.NewClient(sr.URLs(registry)); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *registryDoor) register(t testing.TB, subject string, s sr.Schema) int {
	t.Helper()
	made, err := d.client.CreateSchema(t.Context(), d.prefix+subject, s)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

const (
	avroEvent = `{"type":"record","name":"Event","fields":[{"name":"prediction_id","type":"string"},{"name":"model","type":"string"},{"name":"version","type":"int"},
		{"name":"timestamp","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"score","type":["null","double"],"default":null},
		{"name":"features","type":{"type":"record","name":"Features","fields":[{"name":"tenure","type":"%s"},{"name":"plan","type":{"type":"enum","name":"Plan","symbols":["basic","pro"]}}%s]}}]}`
	protoEvent = `syntax = "proto3"; import "google/protobuf/timestamp.proto"; message Other {}
		message Event { string prediction_id = 1; string model = 2; int32 version = 3; google.protobuf.Timestamp timestamp = 4; optional double score = 5;
		message Features { double tenure = 1; Plan plan = 2; %s } Features features = 6; } enum Plan { basic = 0; pro = 1; }`
)

// framed returns the message in the wire format.
func framed(id int, indexes string, message []byte) string {
	return string(binary.BigEndian.AppendUint32([]byte{0}, uint32(id))) + indexes + string(message)
}

func avroMessage(t testing.TB, text string, id int, name string, features map[string]any) string {
	t.Helper()
	b, err := avro.MustParse(text).Encode(map[string]any{"prediction_id": name, "model": "churn", "version": 3, "timestamp": time.UnixMicro(1795405014123456), "score": 0.25, "features": features})
	if err != nil {
		t.Fatal(err)
	}
	return framed(id, "", b)
}

func protoMessage(id int, name string, tenure float64, more ...byte) string {
	text := func(b []byte, n protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), s)
	}
	number := func(b []byte, n protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
	}
	features := protowire.AppendFixed64(protowire.AppendTag(nil, 1, protowire.Fixed64Type), math.Float64bits(tenure))
	features = append(number(features, 2, 1), more...)
	b := text(text(nil, 1, name), 2, "churn")
	b = text(number(b, 3, 3), 4, string(number(number(nil, 1, 1795405014), 2, 123456000)))
	b = protowire.AppendFixed64(protowire.AppendTag(b, 5, protowire.Fixed64Type), math.Float64bits(0.25))
	b = text(b, 6, string(features))
	return framed(id, "\x02\x02", b) // the second message of its file
}

// collected keeps what batches hold, by id or by reason.
type collected struct {
	memory
	mu      sync.Mutex
	rows    map[string]string
	rejects map[Reason]Reject
	batches map[int64]*Batch // by first offset
}

func row(n Numbers, i int) sql.NullFloat64 {
	return sql.NullFloat64{Float64: n.Values[i], Valid: n.Nulls[i] == 0}
}

func textRow(t Texts, i int) sql.NullString {
	return sql.NullString{String: t.Text(i), Valid: t.Keys[i] != NullText}
}

func collect() *collected {
	c := &collected{rows: make(map[string]string), rejects: make(map[Reason]Reject), batches: make(map[int64]*Batch)}
	c.before = func(_ context.Context, b *Batch, _ bool) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.batches[b.First] = b
		for _, p := range b.Predictions {
			for i, id := range p.ID {
				c.rows[id] = fmt.Sprint(p.Version.Text(i), " ", p.Time[i].Format(time.RFC3339Nano), " ", row(p.Score, i), " ", row(p.Numbers[0], i), " ", textRow(p.Texts[0], i), " ", p.Extra[i])
			}
		}
		for _, r := range b.Rejects {
			c.rejects[r.Reason] = r
		}
		return nil
	}
	return c
}

// bothRegistries runs the test over the models of the broker and of the
// registry, and over the real ones.
func bothRegistries(t *testing.T, test func(t *testing.T, broker, topic string, door *registryDoor)) {
	t.Run("model", func(t *testing.T) {
		leakless(t)
		_, broker := fake(t, kfake.GroupMinSessionTimeout(time.Second))
		registry := srfake.New()
		t.Cleanup(registry.Close)
		test(t, broker, "predictions", newRegistryDoor(t, registry.URL()))
	})
	t.Run("real", func(t *testing.T) {
		leakless(t)
		broker, topic := realTopic(t, 1)
		test(t, broker, topic, newRegistryDoor(t, parts.SchemaRegistry(t)))
	})
}

func schemaConfig(broker, topic string, format schema.Format, door *registryDoor) Config {
	cfg := realConfig(broker, topic)
	cfg.Topics[0].Format = format
	cfg.SchemaRegistry = &schema.Config{URL: door.url}
	return cfg
}

// Events in both formats, whose schema changes on the way, and messages that
// are none.
func TestAvroAndProtobuf(t *testing.T) {
	const row = "3 2026-11-23T03:36:54.123456Z {0.25 true} {%s true} {pro true} map[%s]"
	for _, format := range []schema.Format{schema.Avro, schema.Protobuf} {
		t.Run(string(format), func(t *testing.T) {
			bothRegistries(t, func(t *testing.T, broker, topic string, door *registryDoor) {
				var messages []string
				want := map[string]string{}
				add := func(id, text, message string) { want[id], messages = text, append(messages, message) }
				var bad string
				if format == schema.Avro {
					one, two := fmt.Sprintf(avroEvent, "int", ""), fmt.Sprintf(avroEvent, "double", `,{"name":"city","type":["null","string"],"default":null}`)
					first, second := door.register(t, "v", sr.Schema{Schema: one}), door.register(t, "v", sr.Schema{Schema: two})
					for i := range 20 {
						id := fmt.Sprintf("e%02d", i)
						if i%10 < 5 {
							add(id, fmt.Sprintf(row, fmt.Sprint(i), ""), avroMessage(t, one, first, id, map[string]any{"tenure": i, "plan": "pro"}))
						} else {
							add(id, fmt.Sprintf(row, fmt.Sprint(i)+".5", `city:"Ulm"`), avroMessage(t, two, second, id, map[string]any{"tenure": float64(i) + .5, "plan": "pro", "city": "Ulm"}))
						}
					}
					bad = framed(first, "", []byte("\x08ab"))
				} else {
					first := door.register(t, "v", sr.Schema{Type: sr.TypeProtobuf, Schema: fmt.Sprintf(protoEvent, "")})
					second := door.register(t, "v", sr.Schema{Type: sr.TypeProtobuf, Schema: fmt.Sprintf(protoEvent, "optional string city = 3;")})
					for i := range 20 {
						id := fmt.Sprintf("e%02d", i)
						if i%10 < 5 {
							add(id, fmt.Sprintf(row, fmt.Sprint(i), ""), protoMessage(first, id, float64(i)))
						} else {
							add(id, fmt.Sprintf(row, fmt.Sprint(i), `city:"Ulm"`), protoMessage(second, id, float64(i), []byte("\x1a\x03Ulm")...))
						}
					}
					bad = framed(first, "\x02\x02", []byte("\x0a\x08ab"))
				}
				messages = append(messages, bad, framed(1<<30, "\x00", nil), prediction("json"), "")
				// That a schema is missing is believed at once of old messages.
				records := make([]*kgo.Record, len(messages))
				for i, m := range messages {
					records[i] = &kgo.Record{Topic: topic, Value: []byte(m), Timestamp: time.UnixMilli(1795405000000)}
				}
				if err := producer(t, broker).ProduceSync(t.Context(), records...).FirstErr(); err != nil {
					t.Fatal(err)
				}
				sink := collect()
				c := start(t, schemaConfig(broker, topic, format, door), sink)
				c.drained(t)
				if diff := cmp.Diff(want, sink.rows); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
				if got := sink.rejects[UnknownSchema]; got.Offset != 21 || !strings.Contains(got.Detail, "schema 1073741824") {
					t.Errorf("unknown schema: %+v", got)
				}
				if got := sink.rejects[BadEncoding]; got.Offset != 22 || !strings.Contains(got.Detail, "first byte 0x7b") || !strings.HasPrefix(got.Excerpt, "eyJw") {
					t.Errorf("JSON in a topic of %s: %+v", format, got)
				}
				if got := sink.rejects[EmptyMessage]; got.Offset != 23 {
					t.Errorf("an empty message: %+v", got)
				}
				for reason, n := range map[Reason]float64{BadEncoding: 2, UnknownSchema: 1, EmptyMessage: 1} {
					if got := testutil.ToFloat64(c.metrics.rejects.WithLabelValues(string(reason))); got != n {
						t.Errorf("%v rejects %s counted, want %v", got, reason, n)
					}
				}
				if n := door.asked.Load(); n != 3 {
					t.Errorf("the registry was asked %d times, want 3: once for each schema", n)
				}
			})
		})
	}
}

// Newer clients name the schema in a header, by its GUID; the real registry
// here knows none.
func TestSchemaNamedInAHeader(t *testing.T) {
	_, broker := fake(t)
	registry := srfake.New()
	defer registry.Close()
	door := newRegistryDoor(t, registry.URL())
	text := fmt.Sprintf(avroEvent, "int", "")
	made, err := door.client.CreateSchema(t.Context(), "a", sr.Schema{Schema: text})
	if err != nil {
		t.Fatal(err)
	}
	guid, err := hex.DecodeString(strings.ReplaceAll(made.GUID, "-", ""))
	if err != nil {
		t.Fatal(err)
	}
	message := avroMessage(t, text, made.ID, "a", map[string]any{"tenure": 1, "plan": "pro"})
	err = producer(t, broker).ProduceSync(t.Context(), &kgo.Record{Topic: "predictions", Value: []byte(message[5:]), Headers: []kgo.RecordHeader{
		{Key: "other"}, {Key: schema.HeaderName, Value: append([]byte{1}, guid...)},
	}}).FirstErr()
	if err != nil {
		t.Fatal(err)
	}
	sink := collect()
	start(t, schemaConfig(broker, "predictions", schema.Avro, door), sink).drained(t)
	if diff := cmp.Diff([]string{"a"}, sink.ids()); diff != "" {
		t.Error(diff)
	}
}

// While the registry is away the partition waits: what came before is stored,
// nothing is rejected, the wait is told, and a process may end. When the
// registry is back all is stored once.
func TestRegistryAway(t *testing.T) {
	bothRegistries(t, func(t *testing.T, broker, topic string, door *registryDoor) {
		text := fmt.Sprintf(avroEvent, "int", "")
		first := door.register(t, "a", sr.Schema{Schema: text})
		other := fmt.Sprintf(avroEvent, "double", "")
		second := door.register(t, "b", sr.Schema{Schema: other})
		ids, _ := names("a", 100)
		messages := make([]string, len(ids))
		for i, id := range ids {
			if i < 50 {
				messages[i] = avroMessage(t, text, first, id, map[string]any{"tenure": 1, "plan": "pro"})
			} else {
				messages[i] = avroMessage(t, other, second, id, map[string]any{"tenure": 1.5, "plan": "pro"})
			}
		}
		p := producer(t, broker)
		sink := collect()
		cfg := schemaConfig(broker, topic, schema.Avro, door)
		c := start(t, cfg, sink)
		produce(t, p, topic, 0, messages[:10]...)
		c.drained(t)
		door.shut.Store(true)
		produce(t, p, topic, 0, messages[10:60]...)
		eventually(t, "what came before is stored", func() bool { return len(sink.ids()) == 50 })
		waits := func(c *running) {
			t.Helper()
			eventually(t, "the wait is told", func() bool { return testutil.ToFloat64(c.metrics.stalled) == 1 })
			if err := c.Healthy(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%s/0 waits at offset 50: ask the schema registry: schema %d", topic, second)) {
				t.Errorf("health: %v", err)
			}
		}
		waits(c)
		asked := door.asked.Load()
		eventually(t, "it asks again", func() bool { return door.asked.Load() > asked+2 })
		c.stop() // must not hang
		if err := c.Healthy(); err == nil || strings.Contains(err.Error(), "waits") {
			t.Errorf("health after the end: %v", err)
		}
		if got := testutil.ToFloat64(c.metrics.stalled); got != 0 {
			t.Errorf("%v partitions wait after the end", got)
		}
		c = start(t, cfg, sink)
		waits(c) // its cache is empty, and its first message is of the second schema
		if len(sink.ids()) != 50 || len(sink.rejects) != 0 {
			t.Errorf("%d rows, rejects %v while the registry is away", len(sink.ids()), sink.rejects)
		}
		produce(t, p, topic, 0, messages[60:80]...) // must not push aside what waits
		produce(t, p, topic, 0, messages[80:]...)
		asked = door.asked.Load()
		eventually(t, "it asks again", func() bool { return door.asked.Load() > asked+2 })
		door.shut.Store(false)
		c.drained(t)
		if diff := cmp.Diff(ids, sink.ids()); diff != "" {
			t.Error(diff)
		}
		sink.check(t)
		eventually(t, "all is well", func() bool { return c.Healthy() == nil && testutil.ToFloat64(c.metrics.stalled) == 0 })
	})
}

// A range that was being stored when its process died is decoded again while
// the registry is away: it waits, and then is the same batch.
func TestReplayWaitsForTheRegistry(t *testing.T) {
	bothRegistries(t, func(t *testing.T, broker, topic string, door *registryDoor) {
		text := fmt.Sprintf(avroEvent, "int", "")
		id := door.register(t, "a", sr.Schema{Schema: text})
		ids, _ := names("a", 30)
		messages := make([]string, len(ids))
		for i, name := range ids {
			messages[i] = avroMessage(t, text, id, name, map[string]any{"tenure": i, "plan": "pro"})
		}
		produce(t, producer(t, broker), topic, 0, messages...)
		sink := collect()
		cfg := schemaConfig(broker, topic, schema.Avro, door)
		cfg.StopTimeout, cfg.Flush.Rows = 0, 20
		doom(t, cfg, sink, func(die func(context.Context) error) {
			sink.after = func(ctx context.Context, _ *Batch) error { return die(ctx) }
		})
		sink.after = nil
		first := sink.batches[0]
		if first == nil || first.Last != 19 {
			t.Fatalf("first batch: %+v", first)
		}
		door.shut.Store(true)
		cfg.Flush.Rows = 7
		c := start(t, cfg, sink)
		eventually(t, "the replay waits", func() bool { return testutil.ToFloat64(c.metrics.stalled) == 1 })
		door.shut.Store(false)
		c.drained(t)
		if diff := cmp.Diff(first, sink.batches[0], cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
			t.Errorf("the batch of the same range (-first +again):\n%s", diff)
		}
		if diff := cmp.Diff(ids, sink.ids()); diff != "" {
			t.Error(diff)
		}
		sink.check(t)
	})
}

// The group may take the partition away while it waits.
func TestRebalanceWhileTheRegistryIsAway(t *testing.T) {
	bothRegistries(t, func(t *testing.T, broker, topic string, door *registryDoor) {
		text := fmt.Sprintf(avroEvent, "int", "")
		id := door.register(t, "a", sr.Schema{Schema: text})
		door.shut.Store(true)
		produce(t, producer(t, broker), topic, 0, avroMessage(t, text, id, "a", map[string]any{"tenure": 1, "plan": "pro"}))
		sink := collect()
		cfg := schemaConfig(broker, topic, schema.Avro, door)
		one := start(t, cfg, sink)
		eventually(t, "it waits", func() bool { return testutil.ToFloat64(one.metrics.stalled) == 1 })
		two := start(t, cfg, sink)
		owners := func() float64 {
			return testutil.ToFloat64(one.metrics.assigned) + testutil.ToFloat64(two.metrics.assigned)
		}
		eventually(t, "both are members and one waits", func() bool {
			return !errors.Is(two.Healthy(), errNotJoined) && owners() == 1 && testutil.ToFloat64(one.metrics.stalled)+testutil.ToFloat64(two.metrics.stalled) == 1
		})
		door.shut.Store(false)
		one.drained(t)
		if diff := cmp.Diff([]string{"a"}, sink.ids()); diff != "" {
			t.Error(diff)
		}
		sink.check(t)
	})
}
