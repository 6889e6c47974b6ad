package ingest

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// discard counts rows.
type discard struct{ rows atomic.Int64 }

func (d *discard) Insert(_ context.Context, b *Batch, _ bool) error {
	for _, p := range b.Predictions {
		d.rows.Add(int64(p.Rows()))
	}
	d.rows.Add(int64(b.Outcomes.Rows() + len(b.Rejects)))
	return nil
}

// BenchmarkRound is one round of the lockstep: produce, wait until stored. The
// producer's own time is reported apart.
func BenchmarkRound(b *testing.B) {
	_, broker := fake(b)
	c := start(b, config(broker), &discard{})
	p := producer(b, broker)
	_, predictions := names("a", 2000)
	outcomes := make([]string, 1000)
	for i := range outcomes {
		outcomes[i] = outcome(fmt.Sprintf("a-%06d", i))
	}
	c.drained(b)
	var producing time.Duration
	for b.Loop() {
		began := time.Now()
		produce(b, p, "predictions", 0, predictions...)
		produce(b, p, "outcomes", 0, outcomes...)
		producing += time.Since(began)
		c.drained(b)
	}
	b.ReportMetric(float64(producing.Milliseconds())/float64(b.N), "ms-producing/op")
}

// wide is a model of 40 features, and a message of about 1 kB.
func wide(seed int64) (Model, []byte) {
	m := Model{Name: "wide", Task: model.Binary}
	random := rand.New(rand.NewSource(seed))
	var s strings.Builder
	s.WriteString(`{"prediction_id":"7e0c8f3e-30a4-4a3c-9c29-3a2b6d0e8f11","model":"wide","version":"3","timestamp":"2026-11-23T03:36:54.123Z","features":{`)
	for i := range 40 {
		if i > 0 {
			s.WriteByte(',')
		}
		name := fmt.Sprintf("feature_%02d", i)
		if i < 32 {
			m.Features = append(m.Features, Feature{Name: name, Kind: Number})
			fmt.Fprintf(&s, `%q:%.4f`, name, random.NormFloat64())
		} else {
			m.Features = append(m.Features, Feature{Name: name, Kind: Category})
			fmt.Fprintf(&s, `%q:"value_%d"`, name, random.Intn(10))
		}
	}
	s.WriteString(`},"score":0.83,"prediction":"1","role":"served"}`)
	return m, []byte(s.String())
}

// BenchmarkThroughput reads a full topic. The CPU figure holds the fake broker
// too, which runs in this process.
func BenchmarkThroughput(b *testing.B) {
	m, message := wide(1)
	_, broker := fake(b, kfake.SeedTopics(4, "predictions"))
	p := producer(b, broker, kgo.ProducerBatchCompression(kgo.Lz4Compression()), kgo.ProducerLinger(5*time.Millisecond))
	const events = 200_000
	for i := range events {
		p.Produce(b.Context(), &kgo.Record{Topic: "predictions", Partition: int32(i % 4), Value: message}, nil)
	}
	if err := p.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(message)) * events)
	n := 0
	var before, after syscall.Rusage
	b.ResetTimer()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n++
		cfg := config(broker)
		cfg.Group = fmt.Sprintf("g%d", n)
		cfg.Flush.After = time.Second / 10
		sink := &discard{}
		c, err := New(cfg, []Model{m}, sink, discardLog, prometheus.NewRegistry())
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan error)
		go func() { ended <- c.Run(ctx) }()
		for sink.rows.Load() < events {
			time.Sleep(time.Millisecond)
		}
		cancel()
		<-ended
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		b.Fatal(err)
	}
	cpu := time.Duration(after.Utime.Nano() - before.Utime.Nano() + after.Stime.Nano() - before.Stime.Nano())
	b.ReportMetric(events*float64(n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(events*float64(n)/cpu.Seconds(), "events/s/core")
}

// BenchmarkDecode is the decoder with the batch's columns alone.
func BenchmarkDecode(b *testing.B) {
	m, message := wide(1)
	d, err := newDecoding(Topic{Kind: PredictionsTopic}, Defaults(), []Model{m}, newMetrics(nil, nil, []Model{m}))
	if err != nil {
		b.Fatal(err)
	}
	batch := newRange(place{"predictions", 0}, 0, d.decoder.Models())
	b.SetBytes(int64(len(message)))
	b.ReportAllocs()
	for b.Loop() {
		p, reject := d.decoder.Prediction(message, time.Time{})
		if reject != nil {
			b.Fatal(reject)
		}
		if batch.addPrediction(0, p, d.sizes); batch.filled[0].Rows() == 50_000 {
			batch = newRange(place{"predictions", 0}, 0, d.decoder.Models())
		}
	}
}

// BenchmarkColumns is one decoded prediction into the batch's columns.
func BenchmarkColumns(b *testing.B) {
	m, message := wide(1)
	d, err := newDecoding(Topic{Kind: PredictionsTopic}, Defaults(), []Model{m}, newMetrics(nil, nil, []Model{m}))
	if err != nil {
		b.Fatal(err)
	}
	p, reject := d.decoder.Prediction(message, time.Time{})
	if reject != nil {
		b.Fatal(reject)
	}
	batch := newRange(place{"predictions", 0}, 0, d.decoder.Models())
	b.ReportAllocs()
	for b.Loop() {
		if batch.addPrediction(0, p, d.sizes); batch.filled[0].Rows() == 50_000 {
			batch = newRange(place{"predictions", 0}, 0, d.decoder.Models())
		}
	}
}
