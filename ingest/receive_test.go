package ingest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/segmentio/kafka-go"
)

func TestRetentionGapIsCounted(t *testing.T) {
	for _, pending := range []bool{false, true} {
		t.Run(fmt.Sprintf("pending=%v", pending), func(t *testing.T) {
			cluster, broker := fake(t)
			ids, messages := names("a", 100)
			p := producer(t, broker)
			cfg := config(broker)
			sink := &memory{}
			produce(t, p, "predictions", 0, messages[:10]...)
			if pending {
				cfg.StopTimeout = 0
				doom(t, cfg, sink, func(die func(context.Context) error) {
					sink.before = func(ctx context.Context, _ *Batch, _ bool) error { return die(ctx) }
				})
				sink.before = nil
			} else {
				c := start(t, cfg, sink)
				c.drained(t)
				c.stop()
			}
			from := 10 // next offset to read
			if pending {
				from = 0
			}
			produce(t, p, "predictions", 0, messages[10:]...)
			if err := cluster.DeleteRecords("predictions", 0, 60); err != nil {
				t.Fatal(err)
			}
			c := start(t, cfg, sink)
			c.drained(t)
			want := append(append([]string{}, ids[:from]...), ids[60:]...)
			if diff := cmp.Diff(want, sink.ids()); diff != "" {
				t.Error(diff)
			}
			if got := testutil.ToFloat64(c.metrics.gaps.WithLabelValues("predictions")); got != float64(60-from) {
				t.Errorf("%v offsets counted as lost, want %d", got, 60-from)
			}
		})
	}
}

func TestRecreatedTopicIsReadFromItsStart(t *testing.T) {
	for _, running := range []bool{false, true} {
		t.Run(fmt.Sprintf("running=%v", running), func(t *testing.T) {
			cluster, broker := fake(t)
			_, old := names("old", 100)
			ids, fresh := names("new", 20)
			cfg := config(broker)
			c := start(t, cfg, &memory{})
			p := producer(t, broker)
			produce(t, p, "predictions", 0, old...)
			c.drained(t)
			sink := &memory{}
			if running {
				c.sink = sink // no insert is under way
			} else {
				c.stop()
			}
			if err := cluster.DeleteTopic("predictions"); err != nil {
				t.Fatal(err)
			}
			if running {
				time.Sleep(300 * time.Millisecond)
			}
			if err := cluster.CreateTopic("predictions", 1, nil); err != nil {
				t.Fatal(err)
			}
			produce(t, producer(t, broker), "predictions", 0, fresh...)
			if !running {
				c = start(t, cfg, sink)
			}
			eventually(t, "20 rows stored", func() bool { return len(sink.ids()) == 20 })
			if diff := cmp.Diff(ids, sink.ids()); diff != "" {
				t.Error(diff)
			}
			want := 0.0
			if running {
				want = 1
			} // else the broker has deleted the group's offset with the topic, and nobody remembers it
			if got := testutil.ToFloat64(c.metrics.resets.WithLabelValues("predictions")); got != want {
				t.Errorf("resets counted: %v, want %v", got, want)
			}
			eventually(t, "lag 0", func() bool {
				lag, err := c.Lag(t.Context())
				return err == nil && lag["predictions"] == 0
			})
		})
	}
}

// A committed offset or a pending range past the end of the log, as after the
// loss of a broker, makes the partition start anew.
func TestOffsetsPastTheEnd(t *testing.T) {
	for _, test := range []struct {
		name     string
		offset   int64
		metadata string
	}{
		{"offset past the end", 500, ""},
		{"pending range past the end", 500, span{500, 600}.pending()},
		{"pending range reaches past the end", 5, span{5, 600}.pending()},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, broker := fake(t)
			ids, messages := names("a", 20)
			produce(t, producer(t, broker), "predictions", 0, messages...)
			transport := &kafka.Transport{}
			defer transport.CloseIdleConnections()
			client := &kafka.Client{Addr: kafka.TCP(broker), Timeout: parts.Patience, Transport: transport}
			_, err := client.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: "driftd", GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{
				"predictions": {{Partition: 0, Offset: test.offset, Metadata: test.metadata}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			sink := &memory{}
			c := start(t, config(broker), sink, func(c *Consumer) { c.patience = 2 })
			eventually(t, "all rows stored", func() bool { return len(sink.ids()) == 20 })
			if diff := cmp.Diff(ids, sink.ids()); diff != "" {
				t.Error(diff)
			}
			if got := testutil.ToFloat64(c.metrics.resets.WithLabelValues("predictions")); got != 1 {
				t.Errorf("resets counted: %v, want 1", got)
			}
			for _, call := range sink.calls() {
				if call.first == test.offset {
					t.Errorf("a range of the old log was stored: %+v", call)
				}
			}
			eventually(t, "nothing in flight", func() bool { return testutil.ToFloat64(c.metrics.inFlight) == 0 })
		})
	}
}
