//go:build linux

package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// load is what the producers send while everything is killed. All of them are
// idempotent, as a producer must be for its own retries not to be events of their
// own; some write transactions, a third of which they abort.
type load struct {
	t      *testing.T
	broker string
	seed   uint64
	stop   context.CancelFunc
	ended  sync.WaitGroup

	mu    sync.Mutex
	acked map[string]bool // ids the broker acknowledged, outside of transactions or committed
	sent  atomic.Int64
}

const (
	predictionPartitions = 3
	outcomePartitions    = 2
	transactional        = 2 // producers of each sort
	plain                = 2
	pause                = 40 * time.Millisecond // between the batches of one producer
)

func startLoad(t *testing.T, broker string, seed uint64) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{t: t, broker: broker, seed: seed, stop: cancel, acked: make(map[string]bool)}
	t.Cleanup(l.finish)
	for i := range plain {
		l.ended.Go(func() { l.plain(ctx, i) })
	}
	for i := range transactional {
		l.ended.Go(func() { l.transactions(ctx, i) })
	}
	return l
}

// finish ends the producers and waits until all they began is committed or aborted.
func (l *load) finish() {
	l.stop()
	l.ended.Wait()
}

func (l *load) client(opts ...kgo.Opt) *kgo.Client {
	client, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(l.broker), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0),
		kgo.TransactionTimeout(time.Minute), kgo.RetryBackoffFn(func(int) time.Duration { return 100 * time.Millisecond }),
	}, opts...)...)
	if err != nil {
		panic(err) // options that are constants
	}
	return client
}

func (l *load) plain(ctx context.Context, n int) {
	rng := rand.New(rand.NewPCG(l.seed, uint64(n)))
	client := l.client()
	defer client.Close()
	for batch := 0; ctx.Err() == nil; batch++ {
		records, ids := l.batch(rng, fmt.Sprintf("p%d-%d", n, batch))
		// Not ctx: a batch that was begun is finished, whatever is killed.
		for i, r := range client.ProduceSync(context.Background(), records...) {
			if r.Err != nil {
				l.t.Errorf("produce %s: %v", ids[i], r.Err)
				return
			}
		}
		l.acknowledge(ids)
		time.Sleep(pause)
	}
}

func (l *load) transactions(ctx context.Context, n int) {
	rng := rand.New(rand.NewPCG(l.seed, uint64(100+n)))
	id := kgo.TransactionalID(fmt.Sprintf("faults-%d", n))
	client := l.client(id)
	defer func() { client.Close() }()
	for tx := 0; ; tx++ {
		last := ctx.Err() != nil // the last one ends whatever an earlier client left open
		end, ids, err := l.transaction(client, rng, fmt.Sprintf("t%d-%d", n, tx), last)
		switch {
		case err != nil && last:
			l.t.Errorf("end the transactions of producer %d: %v", n, err)
			return
		case err != nil: // fenced or timed out while the broker was down: begin anew
			client.Close()
			client = l.client(id)
			continue
		case end == kgo.TryCommit:
			l.acknowledge(ids)
		}
		if last {
			return
		}
		time.Sleep(pause)
	}
}

// transaction writes one and commits or aborts it. After an error its end is not
// known here; the log will tell.
func (l *load) transaction(client *kgo.Client, rng *rand.Rand, name string, commit bool) (kgo.TransactionEndTry, []string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := client.BeginTransaction(); err != nil {
		return kgo.TryAbort, nil, err
	}
	end := kgo.TransactionEndTry(commit || rng.IntN(3) > 0)
	var all []string
	for i := range 1 + rng.IntN(4) {
		records, ids := l.batch(rng, fmt.Sprintf("%s-%d", name, i))
		if err := client.ProduceSync(ctx, records...).FirstErr(); err != nil {
			return end, nil, err
		}
		all = append(all, ids...)
		time.Sleep(time.Duration(rng.IntN(30)) * time.Millisecond)
	}
	return end, all, client.EndTransaction(ctx, end)
}

func (l *load) acknowledge(ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids {
		l.acked[id] = true
	}
}

// batch makes some messages with ids that occur nowhere else.
func (l *load) batch(rng *rand.Rand, name string) (records []*kgo.Record, ids []string) {
	for i := range 10 + rng.IntN(40) {
		id := fmt.Sprintf("%s-%d", name, i)
		r := &kgo.Record{Topic: "predictions", Partition: int32(rng.IntN(predictionPartitions)), Key: []byte(id)}
		at := time.Now().Add(-time.Duration(rng.Int64N(int64(40 * 24 * time.Hour)))).UTC().Format(time.RFC3339Nano)
		switch p := rng.IntN(100); {
		case p < 50:
			r.Value = fmt.Appendf(nil, `{"prediction_id":%q,"model":"churn","version":"3","timestamp":%q,"features":{"tenure":%d,"plan":"pro"},"score":%.3f,"prediction":"1"}`, id, at, rng.IntN(100), rng.Float64())
		case p < 80:
			r.Value = fmt.Appendf(nil, `{"prediction_id":%q,"model":"fraud","version":"1","timestamp":%q,"features":{"amount":%.2f},"score":%.3f}`, id, at, 1000*rng.Float64(), rng.Float64())
		case p < 82:
			r.Value = fmt.Appendf(nil, `{"prediction_id":%q,"model":`, id) // cut short
		case p < 83: // no value at all
		default:
			r.Topic, r.Partition = "outcomes", int32(rng.IntN(outcomePartitions))
			r.Value = fmt.Appendf(nil, `{"prediction_id":%q,"model":"churn","timestamp":%q,"label":"1"}`, id, at)
		}
		records, ids = append(records, r), append(ids, id)
	}
	l.sent.Add(int64(len(records)))
	return records, ids
}
