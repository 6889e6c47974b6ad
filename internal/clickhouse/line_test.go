package clickhouse

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// lined joins the parts one after the other while the first run takes a second, and
// returns what was run together, in order, and everybody's error.
func lined(t *testing.T, l *line[string], ctxs map[string]context.Context, run func(ctx context.Context, group []string) error, parts ...string) (groups [][]string, errs map[string]error) {
	t.Helper()
	type end struct {
		part string
		err  error
	}
	ended := make(chan end, len(parts))
	errs = map[string]error{}
	turns := newTurns(1, 1)
	for _, part := range parts {
		ctx := ctxs[part]
		if ctx == nil {
			ctx = t.Context()
		}
		go func() {
			ended <- end{part, l.join(ctx, turns, call{file: "tags", subject: "read tags of " + part}, part, func(ctx context.Context, group []string) error {
				groups = append(groups, slices.Clone(group))
				time.Sleep(time.Second)
				return run(ctx, group)
			})}
		}()
		synctest.Wait()
	}
	for range parts {
		e := <-ended
		errs[e.part] = e.err
	}
	time.Sleep(time.Minute) // so that a run that nobody waits for is over, too
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) != 0 || len(l.running) != 0 {
		t.Errorf("left behind: %v waiting, %v running", l.waiting, l.running)
	}
	return groups, errs
}

func fine(context.Context, []string) error { return nil }

func TestWhoWaitsGoesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		groups, errs := lined(t, &line[string]{}, nil, fine, "a", "b", "c", "d")
		if len(groups) != 2 || !slices.Equal(groups[0], []string{"a"}) || !slices.Equal(groups[1], []string{"b", "c", "d"}) {
			t.Errorf("ran %v: want the first alone at once, then those who waited for it", groups)
		}
		for part, err := range errs {
			if err != nil {
				t.Errorf("%s: %v", part, err)
			}
		}
	})
}

func TestDifferentCallsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l line[string]
		plenty := newTurns(3, 3)
		start := time.Now()
		done := make(chan error)
		for day := range 3 {
			go func() {
				done <- l.join(t.Context(), plenty, call{file: "tags", args: args{"tick": at(day, 0)}}, "a", func(context.Context, []string) error {
					time.Sleep(time.Second)
					return nil
				})
			}()
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if waited := time.Since(start); waited != time.Second {
			t.Errorf("three ticks took %s, want the second that one takes", waited)
		}
	})
}

func TestTroubleOfOneIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		_, errs := lined(t, &line[string]{}, nil, func(_ context.Context, group []string) error {
			if slices.Contains(group, "c") {
				return broken
			}
			return nil
		}, "a", "b", "c", "d")
		for part, err := range errs {
			if (part == "c") != (err == broken) || part != "c" && err != nil {
				t.Errorf("%s: %v", part, err)
			}
		}
	})
}

func TestWhoGivesUpFailsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// b gives up while it waits, c and e while their run is on.
		soon, cancel := context.WithTimeout(t.Context(), time.Second/2)
		defer cancel()
		later, cancel := context.WithTimeout(t.Context(), 3*time.Second/2)
		defer cancel()
		groups, errs := lined(t, &line[string]{}, map[string]context.Context{"b": soon, "c": later, "e": later},
			func(ctx context.Context, _ []string) error { return ctx.Err() }, "a", "b", "c", "d", "e")
		if len(groups) != 2 || !slices.Equal(groups[1], []string{"c", "d", "e"}) {
			t.Errorf("ran %v: want b left out of the second", groups)
		}
		for part, err := range errs {
			e, gaveUp := errors.AsType[*Error](err)
			if gaveUp != (part == "b" || part == "c" || part == "e") {
				t.Errorf("%s: %v", part, err)
			}
			if gaveUp && (!errors.Is(err, context.DeadlineExceeded) || e.Ambiguous() != (part != "b")) {
				t.Errorf("%s: %v, ambiguous %t: want the deadline, and only one that was on its way ambiguous", part, err, e.Ambiguous())
			}
		}
	})
}

// A run that nobody waits for any more ends, and so does a line that nobody is in.
func TestTheLastToGiveUpEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		soon, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second/2, cancel)
		var ended error
		_, errs := lined(t, &line[string]{}, map[string]context.Context{"a": soon, "b": soon},
			func(ctx context.Context, _ []string) error { ended = ctx.Err(); return ended }, "a", "b")
		if !errors.Is(errs["a"], context.Canceled) || !errors.Is(errs["b"], context.Canceled) {
			t.Errorf("%v: want both cancelled", errs)
		}
		if ended != context.Canceled {
			t.Errorf("the run saw %v, want that it was cancelled", ended)
		}
	})
}

// While others have their turn, those that wait for theirs gather.
func TestWhoWaitsForATurnGoesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1, 1)
		turns.takeLine(func() int { return 1 })
		var l line[string]
		var groups [][]string
		done := make(chan error)
		for _, part := range []string{"a", "b", "c"} {
			go func() {
				done <- l.join(t.Context(), turns, call{file: "tags"}, part, func(_ context.Context, group []string) error {
					groups = append(groups, group)
					return nil
				})
			}()
		}
		synctest.Wait()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := turns.take(gone, call{file: "tags", subject: "read tags"}, func() error { return nil }); !errors.Is(err, context.Canceled) || !Failed(err) {
			t.Errorf("%v: want that who waits for a turn may give up", err)
		}
		turns.end()
		for range 3 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if len(groups) != 1 || len(groups[0]) != 3 {
			t.Errorf("ran %v, want all together", groups)
		}
	})
}
