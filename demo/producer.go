package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// producer sends events as a careful service would: keyed by request, in
// batches, every one acknowledged.
type producer struct {
	client *kgo.Client

	mu   sync.Mutex
	errs []error
}

func newProducer(ctx context.Context, broker string) (*producer, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(broker),
		kgo.ProducerBatchCompression(kgo.Lz4Compression()),
		kgo.MaxBufferedRecords(100_000),
	)
	if err != nil {
		return nil, fmt.Errorf("produce to %s: %w", broker, err)
	}
	if err := client.Ping(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("produce to %s: %w", broker, err)
	}
	return &producer{client: client}, nil
}

// send hands an event over; flush reports what became of it.
func (p *producer) send(m message) {
	record := &kgo.Record{Topic: m.topic, Key: []byte(m.key), Value: m.value, Timestamp: m.at}
	p.client.Produce(context.Background(), record, func(_ *kgo.Record, err error) {
		if err != nil {
			p.mu.Lock()
			p.errs = append(p.errs, err)
			p.mu.Unlock()
		}
	})
}

// flush waits until every event is acknowledged.
func (p *producer) flush(ctx context.Context) error {
	if err := p.client.Flush(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.errs...)
}

func (p *producer) close() { p.client.Close() }
