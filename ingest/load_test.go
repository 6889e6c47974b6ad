package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
)

// fileRows are rows of a file in memory; those at an odd tenth position are bad.
type fileRows struct {
	n, at int
	cut   int // position at which reading fails; 0 for none
}

var errCut = errors.New("the file was cut off")

func (l *fileRows) Next() (Row, error) {
	if l.cut > 0 && l.at == l.cut {
		return Row{}, errCut
	}
	if l.at == l.n {
		return Row{}, io.EOF
	}
	row := Row{Offset: int64(l.at), Place: fmt.Sprintf("line %d", l.at+1), Value: []byte(prediction(fmt.Sprintf("p%06d", l.at)))}
	switch l.at % 100 {
	case 10:
		row.Value = []byte(`{"model":"churn"}`)
	case 30:
		row.Wrong = "2 cells, the header has 3"
	}
	row.Size = len(row.Value)
	if l.at%100 == 50 {
		row.Size = 10 << 20 // too long to be read
	}
	l.at++
	return row, nil
}

// want is what is stored of n lines.
func (l *fileRows) want() []string {
	var all []string
	for i := range l.n {
		switch i % 100 {
		case 10:
			all = append(all, string(MissingField))
		case 30:
			all = append(all, string(BadRow))
		case 50:
			all = append(all, string(TooLarge))
		default:
			all = append(all, fmt.Sprintf("p%06d", i))
		}
	}
	return sorted(all)
}

// journal remembers loads as the store does: the greatest Next is the last.
type journal struct {
	states []Load
	before func(Load) error
}

func (j *journal) Load(context.Context, string) (Load, bool, error) {
	if len(j.states) == 0 {
		return Load{}, false, nil
	}
	return slices.MaxFunc(j.states, func(a, b Load) int {
		if a.Finished != b.Finished {
			if a.Finished {
				return 1
			}
			return -1
		}
		return int(a.Next - b.Next)
	}), true, nil
}

func (j *journal) SaveLoad(_ context.Context, l Load) error {
	if j.before != nil {
		if err := j.before(l); err != nil {
			return err
		}
	}
	j.states = append(j.states, l)
	return nil
}

// loading runs a load from where the journal says it is.
func loading(ctx context.Context, flush int, rows Rows, sink Sink, j *journal) (Load, error) {
	cfg := Defaults()
	cfg.Flush.Rows = flush
	at, known, _ := j.Load(ctx, "")
	if !known {
		at = Load{Source: "file:1", Kind: PredictionsTopic, Started: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
	}
	return NewLoader(cfg, []Model{churn}, sink, j, discardLog).Run(ctx, at, rows, func(Load) {})
}

func TestLoadStoresEveryRowOnce(t *testing.T) {
	sink, j := &memory{}, &journal{}
	rows := &fileRows{n: 1234}
	last, err := loading(t.Context(), 300, rows, sink, j)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows.want(), sink.ids()); diff != "" {
		t.Error(diff)
	}
	sink.check(t)
	want := Load{
		Source: "file:1", Kind: PredictionsTopic, Started: last.Started,
		Next: 1234, Pending: 1234, Rows: 1234, Events: 1234 - 38, Rejected: 38, Finished: true,
	}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Error(diff)
	}
	for i, call := range sink.calls() {
		if call.suspect || call.at.topic != "file:1" || call.first != int64(i)*300 {
			t.Errorf("insert %d: %+v", i, call)
		}
	}
}

func TestRejectsOfFilesSayWhere(t *testing.T) {
	var rejects []Reject
	sink := &memory{before: func(_ context.Context, b *Batch, _ bool) error {
		rejects = append(rejects, b.Rejects...)
		return nil
	}}
	if _, err := loading(t.Context(), 300, &fileRows{n: 60}, sink, &journal{}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rejects {
		got = append(got, fmt.Sprintf("%d %s %s %s|%s|%s %d", r.Offset, r.Place, r.Kind, r.Reason, r.Detail, r.Message, r.Size))
	}
	want := []string{
		`10 line 11 predictions missing_field|prediction_id is missing or empty: every event needs it|{"model":"churn"} 17`,
		fmt.Sprintf("30 line 31 predictions bad_row|2 cells, the header has 3|%s %d", "", len(prediction("p000030"))),
		"50 line 51 predictions too_large|the row has 10485760 bytes, more than are read: send fewer features or raise kafka.max_message| 10485760",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The storm: the process is gone at random moments, before and after each step,
// and the batches are cut differently every time.
func TestLoadThatIsKilledGoesOn(t *testing.T) {
	seed := int64(parts.Seed(t))
	random := rand.New(rand.NewSource(seed))
	kills, replays := 0, 0
	for round := range 30 {
		sink, j := &memory{}, &journal{}
		n := random.Intn(3000)
		for life := 0; ; life++ {
			ctx, kill := context.WithCancel(t.Context())
			die := func() error {
				kills++
				kill()
				return errCrash
			}
			dies := func() bool { return life < 20 && random.Intn(6) == 0 }
			j.before = func(Load) error {
				if dies() {
					return die()
				}
				return nil
			}
			sink.before = func(_ context.Context, b *Batch, suspect bool) error {
				if suspect {
					replays++
				}
				if dies() {
					return die()
				}
				if len(b.Predictions) > 0 && dies() {
					half := *b
					half.Predictions = []*Predictions{firstHalf(b.Predictions[0])}
					sink.keep(&half, suspect)
					return die()
				}
				return nil
			}
			sink.after = func(context.Context, *Batch) error {
				if dies() {
					return die()
				}
				return nil
			}
			last, err := loading(ctx, 1+random.Intn(400), &fileRows{n: n}, sink, j)
			kill()
			if err != nil {
				if !errors.Is(err, errCrash) && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				continue
			}
			want := (&fileRows{n: n}).want()
			if diff := cmp.Diff(want, sink.ids()); diff != "" {
				t.Fatalf("round %d, life %d: %s", round, life, diff)
			}
			if last.Next != int64(n) || last.Rows != int64(n) || last.Events+last.Rejected != int64(n) {
				t.Errorf("%d rows are counted as %+v", n, last)
			}
			sink.check(t)
			break
		}
	}
	t.Logf("%d kills, %d suspect inserts", kills, replays)
	if kills < 30 || replays < 10 {
		t.Error("the storm was none")
	}
}

func TestStorageThatComesBackIsWaitedFor(t *testing.T) {
	failures := 3
	sink, j := &memory{}, &journal{}
	sink.before = func(context.Context, *Batch, bool) error {
		if failures--; failures >= 0 {
			return errDown
		}
		return nil
	}
	if _, err := loading(t.Context(), 300, &fileRows{n: 100}, sink, j); err != nil {
		t.Fatal(err)
	}
	if calls := sink.calls(); len(calls) != 1 || !calls[0].suspect {
		t.Errorf("%+v: an ambiguous failure makes the next attempt suspect", calls)
	}
}

func TestFileThatEndsTooEarlyIsNotFinished(t *testing.T) {
	sink, j := &memory{}, &journal{}
	last, err := loading(t.Context(), 300, &fileRows{n: 1000, cut: 700}, sink, j)
	if !errors.Is(err, errCut) || last.Finished || last.Next != 700 {
		t.Fatalf("%+v %v", last, err)
	}
	if diff := cmp.Diff((&fileRows{n: 700}).want(), sink.ids()); diff != "" {
		t.Error(diff)
	}
	// The same file again: nothing more, and the same error.
	last, err = loading(t.Context(), 50, &fileRows{n: 1000, cut: 700}, sink, j)
	if !errors.Is(err, errCut) || last.Finished {
		t.Fatalf("%+v %v", last, err)
	}
	if n := len(sink.ids()); n != 700 {
		t.Errorf("%d rows are stored", n)
	}
	sink.check(t)
}

func TestRowsFromTheFutureAreMeasuredByTheFirstRun(t *testing.T) {
	future := strings.Replace(prediction("a"), "2026-11-23", "2026-12-23", 1)
	sink := &memory{}
	rows := &single{value: future}
	if _, err := loading(t.Context(), 10, rows, sink, &journal{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{string(TimestampFuture)}, sink.ids()); diff != "" {
		t.Error(diff)
	}
}

// single is one row.
type single struct {
	value string
	done  bool
}

func (s *single) Next() (Row, error) {
	if s.done {
		return Row{}, io.EOF
	}
	s.done = true
	return Row{Value: []byte(s.value), Size: len(s.value), Place: "line 1"}, nil
}
