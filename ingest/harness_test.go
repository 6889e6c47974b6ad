package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

var churn = Model{
	Name: "churn", Task: model.Binary,
	Features: []Feature{{Name: "tenure", Kind: Number}, {Name: "plan", Kind: Category}},
	Segments: []string{"region"},
}

// prediction is a message with the given id.
func prediction(id string) string {
	return fmt.Sprintf(`{"prediction_id":%q,"model":"churn","version":"3","timestamp":"2026-11-23T03:36:54.123Z","features":{"tenure":12,"plan":"pro"},"score":0.83,"prediction":"1","segment":{"region":"eu"}}`, id)
}

func outcome(id string) string {
	return fmt.Sprintf(`{"prediction_id":%q,"model":"churn","timestamp":"2026-11-23T04:00:00Z","label":"1"}`, id)
}

// insert is one call of a sink.
type insert struct {
	at          place
	first, last int64
	rows        int
	suspect     bool
}

// memory is a sink that keeps rows by offset and, as the storage does, one copy
// of a row however often its range comes.
type memory struct {
	mu      sync.Mutex
	rows    map[place]map[int64]string // message id, or reason of the reject
	inserts []insert
	doubled []string // offsets inserted again by a call that was not suspect
	before  func(ctx context.Context, b *Batch, suspect bool) error
	after   func(ctx context.Context, b *Batch) error
}

func (m *memory) Insert(ctx context.Context, b *Batch, suspect bool) error {
	if m.before != nil {
		if err := m.before(ctx, b, suspect); err != nil {
			return err
		}
	}
	m.keep(b, suspect)
	if m.after != nil {
		return m.after(ctx, b)
	}
	return nil
}

func (m *memory) keep(b *Batch, suspect bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := place{b.Topic, b.Partition}
	if m.rows == nil {
		m.rows = make(map[place]map[int64]string)
	}
	if m.rows[at] == nil {
		m.rows[at] = make(map[int64]string)
	}
	n := 0
	put := func(offset int64, what string) {
		n++
		if old, twice := m.rows[at][offset]; twice && (!suspect || old != what) {
			m.doubled = append(m.doubled, fmt.Sprintf("%s@%d %q then %q", at, offset, old, what))
		}
		if offset < b.First || offset > b.Last {
			m.doubled = append(m.doubled, fmt.Sprintf("%s@%d outside of its batch %d-%d", at, offset, b.First, b.Last))
		}
		m.rows[at][offset] = what
	}
	for _, p := range b.Predictions {
		for i, id := range p.ID {
			put(p.Offset[i], id)
		}
	}
	for i, id := range b.Outcomes.ID {
		put(b.Outcomes.Offset[i], id)
	}
	for _, r := range b.Rejects {
		put(r.Offset, string(r.Reason))
	}
	m.inserts = append(m.inserts, insert{at, b.First, b.Last, n, suspect})
}

// ids returns what is stored, sorted.
func (m *memory) ids() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, rows := range m.rows {
		for _, id := range rows {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

func (m *memory) calls() []insert {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.inserts)
}

func (m *memory) check(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.doubled) > 0 {
		t.Errorf("%d rows stored twice or wrongly: %s", len(m.doubled), strings.Join(m.doubled[:min(5, len(m.doubled))], "; "))
	}
}

// fake starts kfake with one broker and the usual topics.
func fake(t testing.TB, opts ...kfake.Opt) (*kfake.Cluster, string) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SeedTopics(1, "predictions"), kfake.SeedTopics(1, "outcomes")}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, c.ListenAddrs()[0]
}

func config(broker string) Config {
	cfg := Defaults()
	cfg.Brokers = []string{broker}
	cfg.Topics = []Topic{{Name: "predictions", Kind: PredictionsTopic}, {Name: "outcomes", Kind: OutcomesTopic}}
	cfg.Flush.After = 3 * time.Millisecond
	cfg.SessionTimeout = 6 * time.Second // the least a broker allows
	return cfg
}

// running is a consumer under test.
type running struct {
	*Consumer
	registry *prometheus.Registry
	ctx      context.Context
	cancel   context.CancelFunc
	ended    chan error
}

// start runs a consumer until the test ends or stop is called.
func start(t testing.TB, cfg Config, sink Sink, change ...func(*Consumer)) *running {
	t.Helper()
	registry := prometheus.NewRegistry()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	c, err := New(cfg, []Model{churn}, sink, log, registry)
	if err != nil {
		t.Fatal(err)
	}
	c.watchInterval = 100 * time.Millisecond
	c.joinBackoff = 50 * time.Millisecond
	for _, f := range change {
		f(c)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{Consumer: c, registry: registry, ctx: ctx, cancel: cancel, ended: make(chan error, 1)}
	go func() { r.ended <- c.Run(ctx) }()
	t.Cleanup(r.stop)
	return r
}

// stop ends the consumer and waits for it.
func (r *running) stop() {
	r.cancel()
	if err, more := <-r.ended; more {
		close(r.ended)
		if err != nil {
			panic(err)
		}
	}
}

func (r *running) drained(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), parts.Patience)
	defer cancel()
	if err := r.Drained(ctx); err != nil {
		t.Fatal(err)
	}
}

func producer(t testing.TB, broker string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(broker), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(0)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

func produce(t testing.TB, client *kgo.Client, topic string, partition int, messages ...string) {
	t.Helper()
	records := make([]*kgo.Record, len(messages))
	for i, m := range messages {
		records[i] = &kgo.Record{Topic: topic, Partition: int32(partition), Value: []byte(m)}
	}
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// names returns n ids with a prefix, and the prediction messages that carry them.
func names(prefix string, n int) (ids, messages []string) {
	for i := range n {
		id := fmt.Sprintf("%s-%06d", prefix, i)
		ids, messages = append(ids, id), append(messages, prediction(id))
	}
	return ids, messages
}

// eventually waits for a condition that other goroutines bring about.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(parts.Patience); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", parts.Patience, what)
		}
	}
}

var discardLog = slog.New(slog.DiscardHandler)

var errDown = errors.New("storage is down")

// definite is an error that knows that nothing was applied.
type definite struct{ error }

func (definite) Ambiguous() bool { return false }

// unavailable is a sink that stores nothing until it has recovered.
func unavailable() (sink *memory, restore func()) {
	var up atomic.Bool
	return &memory{before: func(context.Context, *Batch, bool) error {
		if up.Load() {
			return nil
		}
		return definite{errDown}
	}}, func() { up.Store(true) }
}

// leakless fails the test when goroutines of the consumer outlive it.
func leakless(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		var left []string
		for range 3000 {
			buffer := make([]byte, 1<<20)
			stacks := string(buffer[:runtime.Stack(buffer, true)])
			left = left[:0]
			for stack := range strings.SplitSeq(stacks, "\n\n") {
				// Not kafka-go's own: a request in flight while its pool is closed
				// makes the pool once more, and nothing of ours can end that one.
				ours := strings.Contains(stack, "driftd/ingest.(*")
				if ours && !strings.Contains(stack, "testing.tRunner") {
					left = append(left, stack)
				}
			}
			if len(left) == 0 {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("%d goroutines left:\n%s", len(left), strings.Join(left, "\n\n"))
	})
}

// cancelled is closed when the consumer was told to end.
func (r *running) cancelled() <-chan struct{} { return r.ctx.Done() }

// committedMetadata reads what the group has committed for predictions/0, and
// its pending range as the metadata.
func committedMetadata(t *testing.T, r *running) kafka.OffsetFetchPartition {
	t.Helper()
	at := place{"predictions", 0}
	all, err := r.cluster.committed(t.Context(), []place{at})
	if err != nil {
		t.Fatal(err)
	}
	r.cluster.close()
	c := all[at]
	c.Metadata, _ = parseMetadata(c.Metadata)
	return c
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}
