package clickhouse

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/parts"
)

// Each schedule is a world of its own, a day with a few requests, predicted by up
// to three versions, that get outcomes early, late, corrected, twice, or not at
// all, on the days around. Its messages are delivered in an order of their own.
const (
	worlds       = 240
	worldRequest = 9
)

// event is one message with its place in Kafka.
type event struct {
	partition int
	offset    int64
	p         *prediction
	o         *outcome
}

// world returns the messages of one world.
func world(rng *rand.Rand, w int) []event {
	const maturity = 72 * time.Hour
	begin := at(w, 0)
	var events []event
	for r := range worldRequest {
		id := fmt.Sprintf("w%d-r%d", w, r)
		made := begin.Add(time.Duration(rng.IntN(86_400_000)) * time.Millisecond)
		predicted := rng.IntN(8) > 0 // else its outcomes are orphans
		for v := range 3 {
			if !predicted || rng.IntN(3) == 0 {
				continue
			}
			for again := range 1 + rng.IntN(5)/4 {
				p := prediction{
					ID: id, Version: []string{"1", "2", runOf2, runUnknown}[v+rng.IntN(2)], At: made.Add(time.Duration(again) * time.Hour),
					Role: []string{"served", "shadow"}[rng.IntN(2)], Class: []string{"", "0", "1"}[rng.IntN(3)],
				}
				if p.Score = any(rng.Float64()); rng.IntN(6) == 0 {
					p.Score = nil
				}
				events = append(events, event{p: &p})
			}
		}
		for range rng.IntN(4) {
			o := outcome{ID: id, Label: []string{"0", "1", "maybe"}[rng.IntN(3)]}
			switch rng.IntN(5) {
			case 0:
				o.At = made // the outcome carries the time of the prediction
			case 1:
				o.At = made.Add(-time.Duration(rng.IntN(80)) * time.Hour)
			case 2:
				o.At = made.Add(maturity + time.Duration(rng.IntN(3)-1)*time.Millisecond)
			default:
				o.At = made.Add(time.Duration(rng.IntN(90)) * time.Hour)
			}
			events = append(events, event{o: &o})
		}
	}
	// Producers repeat themselves: the same message at another place.
	for _, e := range slices.Clone(events) {
		if rng.IntN(6) == 0 {
			events = append(events, e)
		}
	}
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	for i := range events {
		events[i].partition, events[i].offset = rng.IntN(2), int64(w*1000+i)
	}
	return events
}

// recompute is the matured table and the orphans of a stretch, from all messages,
// without an order of arrival.
func recompute(events []event, p evaluate.Policy, resolved map[string]string, from, to time.Time, hash func(string) uint64) ([]evaluate.Matured, int) {
	type key struct{ version, id string }
	first := map[key]event{}
	labels := map[string][]event{}
	predicted, asked := map[string]bool{}, map[string]bool{}
	for _, e := range events {
		if e.o != nil {
			labels[e.o.ID] = append(labels[e.o.ID], e)
			if !e.o.At.Before(from) && e.o.At.Before(to) {
				asked[e.o.ID] = true
			}
			continue
		}
		if !e.p.At.Before(from.Add(-p.Maturity)) && e.p.At.Before(to.Add(p.Maturity)) {
			predicted[e.p.ID] = true
		}
		version := cmp.Or(resolved[e.p.Version], e.p.Version)
		if version == runUnknown || e.p.At.Before(from) || !e.p.At.Before(to) {
			continue
		}
		k := key{version, e.p.ID}
		// At one time, what came last in Kafka replaces what came before.
		if f, ok := first[k]; !ok || cmp.Or(e.p.At.Compare(f.p.At), cmp.Compare(f.offset, e.offset)) < 0 {
			first[k] = e
		}
	}
	byVersion := map[string]*evaluate.Matured{}
	keys := slices.SortedFunc(maps.Keys(first), func(a, b key) int { return cmp.Compare(hash(a.id), hash(b.id)) })
	for _, k := range keys {
		e := first[k]
		m := byVersion[k.version]
		if m == nil {
			m = &evaluate.Matured{Version: k.version}
			byVersion[k.version] = m
		}
		m.Predicted++
		var last *event
		for _, l := range labels[k.id] {
			if l.o.At.Sub(e.p.At).Abs() <= p.Maturity && (last == nil || cmp.Or(l.o.At.Compare(last.o.At), cmp.Compare(l.partition, last.partition), cmp.Compare(l.offset, last.offset)) > 0) {
				last = &l
			}
		}
		if last == nil {
			continue
		}
		score, ok := e.p.Score.(float64)
		if !ok {
			score = math.NaN()
		}
		positive := last.o.Label == p.Positive
		correct, called := e.p.Class == last.o.Label, e.p.Class == p.Positive
		if e.p.Class == "" {
			called = score >= 0.5
			correct = called == positive
		}
		m.ID, m.Score = append(m.ID, hash(k.id)), append(m.Score, score)
		m.Correct, m.Positive = append(m.Correct, correct), append(m.Positive, positive)
		m.Called = append(m.Called, called)
	}
	var all []evaluate.Matured
	for _, version := range slices.Sorted(maps.Keys(byVersion)) {
		all = append(all, *byVersion[version])
	}
	orphans := 0
	for id := range asked {
		if !predicted[id] {
			orphans++
		}
	}
	return all, orphans
}

// Whatever the order in which ranges are delivered, however often, certain or
// doubted, and whenever parts are merged: the matured table is that of a
// recomputation from the messages.
func TestMaturedDoesNotDependOnDelivery(t *testing.T) {
	seed := parts.Seed(t)
	rng := rand.New(rand.NewPCG(seed, seed))
	s := migrated(t, flights)
	p := policy(flights)
	all := make([][]event, worlds)
	for w := range all {
		all[w] = world(rng, w)
	}
	deliver(t, s, rng, all)
	resolved := map[string]string{runOf2: "2"}
	if err := s.Resolve(t.Context(), "flights", at(0, 0), []Unresolved{{ID: runOf2, First: at(0, 0)}}, resolved); err != nil {
		t.Fatal(err)
	}
	hashes := map[string]uint64{}
	rows, err := s.conn.Query(t.Context(), "SELECT DISTINCT prediction_id, cityHash64(prediction_id) FROM (SELECT prediction_id FROM predictions_flights UNION ALL SELECT prediction_id FROM outcomes)")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var hash uint64
		if err := rows.Scan(&id, &hash); err != nil {
			t.Fatal(err)
		}
		hashes[id] = hash
	}
	labelled, orphaned := 0, 0
	messages := slices.Concat(all...)
	for w := range all {
		from, to := at(w, 0), at(w+1, 0)
		want, wantOrphans := recompute(messages, p, resolved, from, to, func(id string) uint64 { return hashes[id] })
		got, err := s.Matured(t.Context(), p, from, to)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("world %d: recomputed (-) and matured (+):\n%s", w, diff)
		}
		_, orphans, err := s.Orphans(t.Context(), p, from, to)
		if err != nil || orphans != uint64(wantOrphans) {
			t.Fatalf("world %d: %d orphans, %v, want %d", w, orphans, err, wantOrphans)
		}
		for _, m := range got {
			labelled += len(m.ID)
		}
		orphaned += wantOrphans
	}
	if labelled < 5*worlds || orphaned < worlds/4 {
		t.Errorf("%d labelled rows and %d orphans: the worlds say too little", labelled, orphaned)
	}
}

// deliver stores the messages of all worlds in rounds, each round one range of a
// partition with some messages of every world, in an order of its own per world.
// Ranges come again, as they are or doubted, and some of their rows by a retry
// that took effect in part.
func deliver(t *testing.T, s *Store, rng *rand.Rand, all [][]event) {
	t.Helper()
	const rounds = 6
	var parts [2][rounds][]event
	for _, events := range all {
		for _, e := range events {
			round := rng.IntN(rounds)
			parts[e.partition][round] = append(parts[e.partition][round], e)
		}
	}
	order := rng.Perm(2 * rounds)
	for _, i := range append(order, order[:rounds]...) { // half of the ranges come twice
		b := ranged(i%2, parts[i%2][i/2])
		suspect := rng.IntN(2) == 0
		if suspect && rng.IntN(2) == 0 {
			half := ranged(i%2, parts[i%2][i/2][:len(parts[i%2][i/2])/2])
			if err := s.Insert(t.Context(), half, true); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Insert(t.Context(), b, suspect); err != nil {
			t.Fatal(err)
		}
		if rng.IntN(4) == 0 {
			run(t, s, "OPTIMIZE TABLE %s FINAL", []string{"predictions_flights", "outcomes"}[rng.IntN(2)])
		}
	}
}

// ranged lays messages of one partition out as a batch.
func ranged(partition int, events []event) *ingest.Batch {
	var rows []prediction
	var outcomes []outcome
	var offsets, outcomeOffsets []int64
	for _, e := range events {
		if e.p != nil {
			rows, offsets = append(rows, *e.p), append(offsets, e.offset)
			continue
		}
		outcomes, outcomeOffsets = append(outcomes, *e.o), append(outcomeOffsets, e.offset)
	}
	b := batch(flights, 0, rows, outcomes...)
	b.Partition = partition
	b.Predictions[0].Offset, b.Outcomes.Offset = offsets, outcomeOffsets
	b.First, b.Last = slices.Min(append(offsets, outcomeOffsets...)), slices.Max(append(offsets, outcomeOffsets...))
	return b
}
