package ingest_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	topic      = "bench.predictions"
	partitions = 8
	numbers    = 32
	categories = 8
	seed       = 7
)

// feature returns the name of the i-th feature; the numbers come first.
func feature(i int) string { return fmt.Sprintf("feature_%02d", i) }

// totals are what any contender must have stored.
type totals struct {
	rows, third uint64  // third: rows whose last category is value_3
	sum         float64 // of the first feature
}

func (w totals) differ(got totals) error {
	if got.rows != w.rows || got.third != w.third || math.Abs(got.sum-w.sum) > 1e-6*float64(w.rows) {
		return fmt.Errorf("stored %+v, want %+v", got, w)
	}
	return nil
}

// produce fills a new topic of 8 partitions with events of about 1 kB,
// compressed with lz4.
func produce(t *testing.T, broker string) totals {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.ProducerBatchCompression(kgo.Lz4Compression()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(5*time.Millisecond), kgo.MaxBufferedRecords(20_000))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	admin := &kafka.Client{Addr: kafka.TCP(broker), Timeout: parts.Patience}
	created, err := admin.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1}}})
	if err == nil {
		err = created.Errors[topic]
	}
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, seed))
	began := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	want := totals{rows: uint64(*events)}
	size := 0
	for i := range *events {
		// A day of traffic.
		at := began.Add(time.Duration(i) * 24 * time.Hour / time.Duration(*events))
		value, first, last := event(random, at)
		size += len(value)
		want.sum += first
		if last == 3 {
			want.third++
		}
		client.Produce(t.Context(), &kgo.Record{Topic: topic, Partition: int32(i % partitions), Value: value}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events of %d bytes, seed %d", *events, size / *events, seed)
	return want
}

// event writes one message and returns its first number and its last category.
func event(random *rand.Rand, at time.Time) (text []byte, first float64, last int) {
	text = fmt.Appendf(make([]byte, 0, 1200), `{"prediction_id":"%016x-%016x","model":"bench","version":"%d","timestamp":"%s","features":{`,
		random.Uint64(), random.Uint64(), 3+random.IntN(2), at.Format("2006-01-02T15:04:05.000Z"))
	for i := range numbers + categories {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(strconv.AppendQuote(text, feature(i)), ':')
		if i >= numbers {
			last = random.IntN(10)
			text = fmt.Appendf(text, `"value_%d"`, last)
			continue
		}
		x := math.Round(random.NormFloat64()*1e5) / 1e4
		if i == 0 {
			first = x
		}
		text = strconv.AppendFloat(text, x, 'f', -1, 64)
	}
	return fmt.Appendf(text, `},"score":%.4f,"prediction":"%d","role":"served"}`, random.Float64(), random.IntN(2)), first, last
}
