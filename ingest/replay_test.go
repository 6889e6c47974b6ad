package ingest

import (
	"cmp"
	"context"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/parts"
	gocmp "github.com/google/go-cmp/cmp"
)

// rejectsInMemory is a store of rejects in memory.
type rejectsInMemory struct {
	all    []Rejected
	stored map[string]bool // by place and offset
	saves  int
	before func() error
}

func (r *rejectsInMemory) key(topic string, partition int, offset int64) string {
	return fmt.Sprintf("%s/%d/%d", topic, partition, offset)
}

func (r *rejectsInMemory) Replayable(_ context.Context, f RejectFilter, after Rejected, limit int) ([]Rejected, error) {
	var page []Rejected
	for _, x := range r.all {
		later := cmp.Or(cmp.Compare(x.Topic, after.Topic), cmp.Compare(x.Partition, after.Partition), cmp.Compare(x.Offset, after.Offset)) > 0
		if later && len(page) < min(limit, 7) && !r.stored[r.key(x.Topic, x.Partition, x.Offset)] && (f.Reason == "" || f.Reason == string(x.Reason)) {
			page = append(page, x)
		}
	}
	return page, nil
}

func (r *rejectsInMemory) SaveReplays(_ context.Context, replays []Replayed) error {
	if r.before != nil {
		if err := r.before(); err != nil {
			return err
		}
	}
	for _, x := range replays {
		r.saves++
		if x.Stored {
			r.stored[r.key(x.Topic, x.Partition, x.Offset)] = true
			continue
		}
		for i, old := range r.all {
			if old.Topic == x.Topic && old.Partition == x.Partition && old.Offset == x.Offset {
				r.all[i].Model, r.all[i].Reason, r.all[i].Detail = x.Model, x.Reason, x.Detail
			}
		}
	}
	return nil
}

// unknown are n rejects per partition of a model that was not configured; every
// fifth is of one that still is not, every seventh has no id either.
func unknown(n int) *rejectsInMemory {
	r := &rejectsInMemory{stored: map[string]bool{}}
	for partition := range 2 {
		for i := range n {
			message := prediction(fmt.Sprintf("p%d-%03d", partition, i))
			switch {
			case i%5 == 0:
				message = strings.Replace(message, `"churn"`, `"other"`, 1)
			case i%7 == 0:
				message = strings.Replace(message, `"prediction_id"`, `"id"`, 1)
			}
			r.all = append(r.all, Rejected{Topic: "predictions", Partition: partition, Reject: Reject{
				Offset: int64(10 * i), Time: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Kind: PredictionsTopic,
				Model: "churn", Reason: UnknownModel, Detail: "old", Message: []byte(message), Size: len(message),
			}})
		}
	}
	slices.SortFunc(r.all, func(a, b Rejected) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return r
}

// missing is a sink in memory that looks every event up.
type missing struct{ *memory }

func (m missing) InsertMissing(ctx context.Context, b *Batch) error { return m.Insert(ctx, b, true) }

func replaying(ctx context.Context, sink *memory, rejects *rejectsInMemory, f RejectFilter, dry bool) (Replay, error) {
	return NewReplayer(Defaults(), []Model{churn}, missing{sink}, rejects).Run(ctx, f, dry, func(int) {})
}

func TestReplayStoresWhatCanBeReadNow(t *testing.T) {
	rejects, sink := unknown(40), &memory{}
	want := Replay{Stored: 2 * (40 - 8 - 4), Failed: map[Reason]int{UnknownModel: 16, MissingField: 8}}

	dry, err := replaying(t.Context(), sink, rejects, RejectFilter{}, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, dry); diff != "" || len(sink.ids()) > 0 || rejects.saves > 0 {
		t.Errorf("dry run: %d stored, %d saved, %s", len(sink.ids()), rejects.saves, diff)
	}

	got, err := replaying(t.Context(), sink, rejects, RejectFilter{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := len(sink.ids()); n != want.Stored {
		t.Errorf("%d events, want %d", n, want.Stored)
	}
	sink.check(t)
	for _, call := range sink.calls() {
		if !call.suspect || call.at.topic != "predictions" {
			t.Errorf("%+v: events are looked up, at their own place", call)
		}
	}

	// Again: nothing is stored, and nothing is recorded of what stays as it is.
	before := rejects.saves
	got, err = replaying(t.Context(), sink, rejects, RejectFilter{}, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(Replay{Failed: want.Failed}, got); diff != "" || rejects.saves != before {
		t.Errorf("second replay: %d saved, %s", rejects.saves-before, diff)
	}
	// What still cannot be read has its newest reason, and can be selected by it.
	got, err = replaying(t.Context(), sink, rejects, RejectFilter{Reason: string(MissingField)}, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(Replay{Failed: map[Reason]int{MissingField: 8}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReplayThatIsKilledGoesOn(t *testing.T) {
	seed := int64(parts.Seed(t))
	random := rand.New(rand.NewSource(seed))
	rejects, sink := unknown(100), &memory{}
	kills := 0
	dies := func() error {
		if kills < 40 && random.Intn(3) == 0 {
			kills++
			return errCrash
		}
		return nil
	}
	rejects.before = dies
	sink.before = func(context.Context, *Batch, bool) error { return dies() }
	sink.after = func(context.Context, *Batch) error { return dies() }
	for {
		if _, err := replaying(t.Context(), sink, rejects, RejectFilter{}, false); err == nil {
			break
		}
	}
	if n, want := len(sink.ids()), 2*(100-20-12); n != want || len(rejects.stored) != want {
		t.Errorf("%d events, %d marked, want %d", n, len(rejects.stored), want)
	}
	sink.check(t)
	if kills < 10 {
		t.Errorf("%d kills: the storm was none", kills)
	}
}
