package ingest

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

var schedules = flag.Int("schedules", 15, "how many random schedules TestRandomSchedules runs; 1 with -seed repeats one")

// spot is one offset of one life of a topic.
type spot struct {
	life      string // topic id
	partition int
	offset    int64
}

// again is a row that was stored where another one, or the same, had been.
type again struct {
	at      spot
	old, id string
	suspect bool
}

// ledger is a sink that remembers every row by where it came from, and finds what
// a storage that knows tokens and looks up suspects would have twice.
type ledger struct {
	mu      sync.Mutex
	rng     *rand.Rand
	calm    bool
	rows    map[spot]string
	doubled []again
	faults  int
}

func (l *ledger) Insert(_ context.Context, b *Batch, suspect bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	fate := 9
	if !l.calm {
		fate = l.rng.IntN(10)
	}
	if fate == 0 {
		l.faults++
		return definite{errDown}
	}
	n := 0
	put := func(offset int64, id string) {
		if n++; fate == 1 && n%2 == 0 { // stored in part
			return
		}
		at := spot{b.TopicID, b.Partition, offset}
		if old, twice := l.rows[at]; twice && (!suspect || old != id) {
			l.doubled = append(l.doubled, again{at, old, id, suspect})
		}
		l.rows[at] = id
	}
	for _, p := range b.Predictions {
		for i, id := range p.ID {
			put(p.Offset[i], id)
		}
	}
	if fate <= 2 { // the answer is lost, or it never was whole
		l.faults++
		return errDown
	}
	return nil
}

// world is one random schedule and the model of what must come of it.
type world struct {
	t       *testing.T
	rng     *rand.Rand
	cluster *kfake.Cluster
	broker  string
	cfg     Config
	sink    *ledger
	members []*running
	plain   *kgo.Client
	tx      *kgo.Client
	life    string
	next    int
	starts  [modelPartitions]int64 // of the log
	gaps    float64                // counted by members that are gone

	want    map[spot]string // committed records of the present life
	deleted map[spot]bool   // retention took them: stored or counted
	known   map[spot]string // every record of every life
	steps   []string
}

const modelPartitions = 2

// Random schedules of everything that may happen, against a model of offsets and
// rows. A seed that fails is printed and repeats its schedule:
//
//	go test ./ingest -run TestRandomSchedules -schedules 1 -seed N
//
// The moments at which goroutines meet are not repeated. The broker is kfake, which
// can lose its topics quickly; it shows records of aborted transactions when fetches
// are small, so that they are not.
func TestRandomSchedules(t *testing.T) {
	n := *schedules
	if testing.Short() {
		n = 5
	}
	first := parts.Seed(t)
	for i := range uint64(n) {
		if !t.Run(fmt.Sprintf("seed=%d", first+i), func(t *testing.T) { randomSchedule(t, first+i) }) {
			return
		}
	}
}

func randomSchedule(t *testing.T, seed uint64) {
	cluster, broker := fake(t)
	w := &world{
		t: t, rng: rand.New(rand.NewPCG(seed, 0)), cluster: cluster, broker: broker, cfg: config(broker),
		sink: &ledger{rng: rand.New(rand.NewPCG(seed, 1)), rows: map[spot]string{}},
		want: map[spot]string{}, deleted: map[spot]bool{}, known: map[spot]string{},
	}
	w.cfg.Topics = []Topic{{Name: "events", Kind: PredictionsTopic}}
	w.cfg.Flush.Rows = 1 + w.rng.IntN(60)
	w.create()
	w.join()
	for range 30 {
		w.step()
	}
	w.settle()
}

func (w *world) step() {
	steps := []struct {
		share int
		name  string
		do    func()
	}{
		{30, "produce", w.produce},
		{12, "commit a transaction", func() { w.transaction(kgo.TryCommit) }},
		{10, "abort a transaction", func() { w.transaction(kgo.TryAbort) }},
		{14, "wait", func() { time.Sleep(time.Duration(w.rng.IntN(30)) * time.Millisecond) }},
		{8, "join", w.join},
		{8, "leave", func() { w.leave(time.Second) }},
		{12, "kill", func() { w.leave(0) }},
		{4, "retention", w.retention},
		{2, "create the topic anew", w.recreate},
	}
	n := w.rng.IntN(100)
	for _, s := range steps {
		if n -= s.share; n < 0 {
			w.steps = append(w.steps, s.name)
			s.do()
			return
		}
	}
}

func (w *world) create() {
	w.t.Helper()
	if err := w.cluster.CreateTopic("events", modelPartitions, nil); err != nil {
		w.t.Fatal(err)
	}
	c, err := newCluster(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.close()
	ids, err := c.topicIDs(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.life = ids["events"].String()
	w.plain = producer(w.t, w.broker)
	w.tx = producer(w.t, w.broker, kgo.TransactionalID("model"))
}

// send writes up to n messages and returns where they are.
func (w *world) send(client *kgo.Client, n int) map[spot]string {
	w.t.Helper()
	sent := map[spot]string{}
	for range 1 + w.rng.IntN(n) {
		id := fmt.Sprintf("e%06d", w.next)
		w.next++
		r := &kgo.Record{Topic: "events", Partition: int32(w.rng.IntN(modelPartitions)), Value: []byte(prediction(id))}
		if err := client.ProduceSync(w.t.Context(), r).FirstErr(); err != nil {
			w.t.Fatal(err)
		}
		at := spot{w.life, int(r.Partition), r.Offset}
		sent[at], w.known[at] = id, id
	}
	return sent
}

func (w *world) commit(sent map[spot]string) {
	for at, id := range sent {
		w.want[at] = id
	}
}

func (w *world) produce() { w.commit(w.send(w.plain, 40)) }

func (w *world) transaction(end kgo.TransactionEndTry) {
	w.t.Helper()
	if err := w.tx.BeginTransaction(); err != nil {
		w.t.Fatal(err)
	}
	sent := w.send(w.tx, 15)
	if w.rng.IntN(2) == 0 { // others in between
		w.produce()
	}
	if err := w.tx.EndTransaction(w.t.Context(), end); err != nil {
		w.t.Fatal(err)
	}
	if end == kgo.TryCommit {
		w.commit(sent)
	}
}

func (w *world) join() {
	if len(w.members) < 3 {
		w.members = append(w.members, start(w.t, w.cfg, w.sink))
	}
}

// leave ends a member; with no grace it commits nothing of what is under way.
func (w *world) leave(grace time.Duration) {
	if len(w.members) == 0 {
		return
	}
	i := w.rng.IntN(len(w.members))
	m := w.members[i]
	w.members = slices.Delete(w.members, i, i+1)
	m.cfg.StopTimeout = grace
	m.stop()
	w.gaps += testutil.ToFloat64(m.metrics.gaps.WithLabelValues("events"))
}

// retention takes away the first part of a partition, read or not.
func (w *world) retention() {
	w.t.Helper()
	partition, end := w.rng.IntN(modelPartitions), int64(-1)
	for at := range w.want {
		if at.partition == partition {
			end = max(end, at.offset)
		}
	}
	if end < 0 {
		return
	}
	from := w.rng.Int64N(end + 1)
	if from <= w.starts[partition] {
		return
	}
	w.starts[partition] = from
	if err := w.cluster.DeleteRecords("events", int32(partition), from); err != nil {
		w.t.Fatal(err)
	}
	for at := range w.want {
		if at.partition == partition && at.offset < from {
			w.deleted[at] = true
			delete(w.want, at)
		}
	}
}

// recreate ends a life of the topic: what was not read of it is gone.
func (w *world) recreate() {
	w.t.Helper()
	w.plain.Close()
	w.tx.Close()
	if err := w.cluster.DeleteTopic("events"); err != nil {
		w.t.Fatal(err)
	}
	w.want, w.deleted, w.starts = map[spot]string{}, map[spot]bool{}, [modelPartitions]int64{}
	w.create()
}

// settle lets everything come in and compares.
func (w *world) settle() {
	w.t.Helper()
	w.sink.mu.Lock()
	w.sink.calm = true
	w.sink.mu.Unlock()
	w.join()
	last := w.members[len(w.members)-1]
	missing := func() (n int) {
		w.sink.mu.Lock()
		defer w.sink.mu.Unlock()
		for at := range w.want {
			if _, ok := w.sink.rows[at]; !ok {
				n++
			}
		}
		return n
	}
	// Not Drained: offsets alone cannot tell a topic from its successor.
	for deadline := time.Now().Add(parts.Patience); missing() > 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	last.drained(w.t)
	for len(w.members) > 0 {
		w.leave(time.Second)
	}
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	var wrong []string
	for at, id := range w.want {
		if got := w.sink.rows[at]; got != id {
			wrong = append(wrong, fmt.Sprintf("%v: stored %q, want %q", at, got, id))
		}
	}
	// What a member reads of a topic before it notices that it is another one of that
	// name is stored as the former one's, even over it, and anew as its own.
	type place struct {
		partition int
		offset    int64
		id        string
	}
	sent := map[place]bool{}
	for at, id := range w.known {
		sent[place{at.partition, at.offset, id}] = true
	}
	for at, id := range w.sink.rows {
		if unnoticed := at.life != w.life && sent[place{at.partition, at.offset, id}]; w.known[at] != id && !unnoticed {
			wrong = append(wrong, fmt.Sprintf("%v: stored %q, never sent there", at, id))
		}
		if _, committed := w.want[at]; !committed && !w.deleted[at] && at.life == w.life {
			wrong = append(wrong, fmt.Sprintf("%v: stored %q of an aborted transaction", at, id))
		}
	}
	// A partition of which nothing was read yet is read from where its log begins.
	begun := map[spot]int64{}
	for at := range w.sink.rows {
		offset := at.offset
		at.offset = 0
		if first, ok := begun[at]; !ok || offset < first {
			begun[at] = offset
		}
	}
	unread := 0
	for at := range w.deleted {
		first, read := begun[spot{at.life, at.partition, 0}]
		if _, ok := w.sink.rows[at]; !ok && read && first < at.offset {
			unread++
		}
	}
	if float64(unread) > w.gaps {
		wrong = append(wrong, fmt.Sprintf("%d messages fell to retention unread, %v offsets counted", unread, w.gaps))
	}
	for _, a := range w.sink.doubled {
		if a.at.life == w.life || a.old == a.id || !sent[place{a.at.partition, a.at.offset, a.id}] {
			wrong = append(wrong, fmt.Sprintf("%v %q then %q, suspect=%v", a.at, a.old, a.id, a.suspect))
		}
	}
	if len(wrong) > 0 {
		w.t.Errorf("%d wrong, such as %q; after %q", len(wrong), wrong[:min(3, len(wrong))], w.steps)
	}
	w.t.Logf("%d messages, %d stored, %d failed inserts, %d fell to retention unread", w.next, len(w.sink.rows), w.sink.faults, unread)
}
