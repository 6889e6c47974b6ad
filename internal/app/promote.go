package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/schedule"
)

// overflowDays of the newest data are looked at to tell what a feature is.
const overflowDays = 7

// Settle is how long a promoted feature takes to reach every running daemon,
// its batch in work included.
const Settle = 3 * featureInterval

// Promoted is what became of a feature that was promoted.
type Promoted struct {
	Name, Kind    string
	Filled, Unfit uint64 // rows of the past that have a value now, and that carry one that does not fit
}

// Features is what a model's events carry, typed or not.
type Features struct {
	Declared []ingest.Feature
	Overflow []clickhouse.Overflow // without a column, of the last days of data
}

// Declared returns the model with the features that have a column, if its
// configuration lists none: as running daemons declare it.
func Declared(ctx context.Context, s *clickhouse.Store, m config.Model) (config.Model, error) {
	if !m.Signature {
		return m, nil
	}
	stored, err := s.Features(ctx, m.Policy.Model)
	slices.SortFunc(stored, func(a, b ingest.Feature) int { return strings.Compare(a.Name, b.Name) })
	m.Ingest.Features, m.Policy.Features = stored, config.Compared(stored)
	return m, err
}

// ListFeatures returns the features of a model.
func ListFeatures(ctx context.Context, s *clickhouse.Store, m config.Model) (f Features, err error) {
	if f.Declared, err = s.Features(ctx, m.Policy.Model); err != nil {
		return f, err
	}
	f.Overflow, err = s.Overflow(ctx, m.Policy.Model, overflowDays)
	// What came before a feature had a column is kept there too.
	f.Overflow = slices.DeleteFunc(f.Overflow, func(o clickhouse.Overflow) bool {
		return slices.ContainsFunc(f.Declared, func(d ingest.Feature) bool { return d.Name == o.Name })
	})
	return f, err
}

// Promote gives a typed column to each of the named features, waits until
// running daemons fill it, and fills it for the past from what came beside the
// columns. kind is number, category, timestamp, or "" for what the values are.
func Promote(ctx context.Context, s *clickhouse.Store, m config.Model, names []string, kind string, settle time.Duration) ([]Promoted, error) {
	have, err := ListFeatures(ctx, s, m)
	if err != nil {
		return nil, err
	}
	wider := m.Ingest
	wider.Features = slices.Clone(have.Declared)
	promoted := make([]ingest.Feature, 0, len(names))
	for _, name := range names {
		f, err := have.promote(name, kind)
		if err != nil {
			return nil, fmt.Errorf("promote %q of %s: %w", name, m.Policy.Model, err)
		}
		if promoted = append(promoted, f); !slices.Contains(wider.Features, f) {
			wider.Features = append(wider.Features, f)
		}
	}
	if err := s.EnsureModel(ctx, wider); err != nil {
		return nil, err
	}
	if err := (schedule.Wall{}).Sleep(ctx, time.Now().Add(settle)); err != nil {
		return nil, err
	}
	var done []Promoted
	for _, f := range promoted {
		p := Promoted{Name: f.Name, Kind: f.Kind.String()}
		if p.Filled, p.Unfit, err = s.Backfill(ctx, wider, f); err != nil {
			return done, err
		}
		done = append(done, p)
	}
	return done, nil
}

var errNotCarried = errors.New("no event of the last 7 days of data carries it: name its kind with --as, or correct the name")

// promote tells which feature the name is to become.
func (f Features) promote(name, kind string) (ingest.Feature, error) {
	wanted := map[string]ingest.FeatureKind{"number": ingest.Number, "category": ingest.Category, "timestamp": ingest.Timestamp}[kind]
	at := slices.IndexFunc(f.Overflow, func(o clickhouse.Overflow) bool { return o.Name == name })
	if d := slices.IndexFunc(f.Declared, func(d ingest.Feature) bool { return d.Name == name }); d >= 0 {
		if declared := f.Declared[d]; wanted == 0 || wanted == declared.Kind {
			return declared, nil
		}
		return ingest.Feature{}, fmt.Errorf("it is a %s already: what is stored cannot become the other kind", f.Declared[d].Kind)
	}
	switch {
	case wanted != 0:
	case at < 0:
		return ingest.Feature{}, errNotCarried
	case f.Overflow[at].Numbers == f.Overflow[at].Rows:
		wanted = ingest.Number
	case f.Overflow[at].Times == f.Overflow[at].Rows:
		wanted = ingest.Timestamp
	case f.Overflow[at].Numbers+f.Overflow[at].Category == f.Overflow[at].Rows:
		wanted = ingest.Category
	default:
		return ingest.Feature{}, fmt.Errorf("some of its values are neither numbers nor texts (such as %s): name its kind with --as", f.Overflow[at].Example)
	}
	return ingest.Feature{Name: name, Kind: wanted}, nil
}
