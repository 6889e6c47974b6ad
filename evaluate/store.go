package evaluate

import (
	"context"
	"errors"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/baseline"
	"github.com/driftd/driftd/internal/model"
)

// Series names one counted column of a model and how it is compared.
type Series struct {
	Name string // feature, ScoreSeries or ClassSeries
	Kind drift.Kind
	Age  bool // see [Feature]
}

// Activity is what one version did in a stretch of event time.
type Activity struct {
	Version     string
	First, Last time.Time // first and last prediction
	Rows        uint64
	Served      uint64 // rows with role "served"
}

// Counts are the cell counts of one version in one window, by series name.
type Counts struct {
	From, To time.Time
	Series   map[string]drift.Counts
	// Segments are the same of the rows of one segment, by its name; nil of none.
	Segments map[string]map[string]drift.Counts
}

// Buckets counts predictions into frozen cells and gives the counts back.
// It is the only way drift sees rows.
type Buckets interface {
	// Activity lists the versions that predicted in [from, to), sorted by version.
	Activity(ctx context.Context, p Policy, from, to time.Time) ([]Activity, error)
	// Holds returns what each bucket in [from, to), aligned to buckets, holds now of
	// ref's version, oldest first. Those without rows are absent.
	Holds(ctx context.Context, p Policy, ref Reference, from, to time.Time) ([]Held, error)
	// Counted returns what each of them held when it was counted last into ref's
	// cells, with the tick at which it was.
	Counted(ctx context.Context, ref Reference, from, to time.Time) ([]Held, error)
	// Count counts the predictions of ref's version in the buckets that hold these, oldest
	// first, into ref's cells and stores one row per bucket and series, replacing what
	// was there: counting twice counts once. It does the same for the rows of each of
	// ref's segments, and notes what was held and the tick. It returns the counts by
	// bucket, in any order, and whether it has them at hand: else [Buckets.Counts] does.
	Count(ctx context.Context, p Policy, ref Reference, held []Held, tick time.Time) (counts []Counts, atHand bool, err error)
	// Counts returns the stored counts of reference ref (by its ID) in
	// [from, to), summed over windows of the given length aligned to the
	// epoch, oldest first; windows without rows are absent.
	Counts(ctx context.Context, p Policy, ref Reference, from, to time.Time, window time.Duration) ([]Counts, error)
	// Judged returns the version's last verdict whose drift windows all ended at
	// or before the given time; false when there is none.
	Judged(ctx context.Context, ref model.Ref, at time.Time) (Verdict, bool, error)
}

// Profile is the distribution of one series over a stretch: distinct values with their
// counts, from which cells are frozen.
type Profile struct {
	Series Series
	Values []float64 // numeric: distinct finite values, ascending
	Texts  []string  // categorical: distinct values
	N      []uint64  // count of each value
	// Below are the rows between each of Values and the one before, where only those are
	// there that [drift.NewNumeric] makes knots; nil when all are.
	Below []uint64
	// Rest are the rows of all other texts, where only the first ones are there, of an open
	// layout; 0 when all are.
	Rest                      uint64
	Null, NaN, NegInf, PosInf uint64
	Invalid                   uint64 // rows with a value of another type than the series has
}

// Profiler reads distributions for pinning a reference.
type Profiler interface {
	Profiles(ctx context.Context, p Policy, ref model.Ref, from, to time.Time) ([]Profile, error)
	// Pin stores the reference. Pinning the same content again changes nothing.
	Pin(ctx context.Context, ref Reference) error
	// Whole returns a pinned reference with its cells and counts: Past may hold
	// it in outline.
	Whole(ctx context.Context, ref Reference) (Reference, error)
}

// Labels joins predictions with outcomes.
type Labels interface {
	// Matured returns, per version, the predictions made in [from, to) with
	// the last outcome whose own timestamp is at most Maturity after the
	// prediction's: what is known at maturity, however late it is asked. Of p.Sample
	// predictions it returns, and counts, one.
	Matured(ctx context.Context, p Policy, from, to time.Time) ([]Matured, error)
}

// ErrBaseline says that a version has a baseline that cannot be used.
var ErrBaseline = errors.New("the baseline cannot be used")

// Baselines knows on what versions were trained.
type Baselines interface {
	// Baseline returns the version's baseline; false when it has none. An error
	// that wraps ErrBaseline is final: the next source of a reference is used.
	// Any other one says that it could not be read now.
	Baseline(ctx context.Context, ref model.Ref) (baseline.Baseline, bool, error)
}
