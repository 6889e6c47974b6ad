package clickhouse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

// Profiles implements [evaluate.Profiler]: one profile of the score, of the
// class and of each declared feature.
func (s *Store) Profiles(ctx context.Context, p evaluate.Policy, ref model.Ref, from, to time.Time) ([]evaluate.Profile, error) {
	var profiles []evaluate.Profile
	for _, series := range seriesOf(p) {
		profile := evaluate.Profile{Series: series}
		file, row := "profile_numbers", addNumber
		if series.Kind == drift.Categorical {
			file, row = "profile_texts", addText
		}
		err := s.read(ctx, call{
			file:    file,
			subject: fmt.Sprintf("profile series %s of %s", series.Name, ref),
			names:   map[string]any{"Table": predictionsTable(ref.Name), "Series": series},
			args:    args{"model": ref.Name, "version": ref.Version, "from": from, "to": to, "name": series.Name, "longest": maxCategory, "knots": drift.MaxKnots, "most": mostTexts + 1},
		}, func(rows driver.Rows) error { return row(&profile, rows) })
		if err != nil {
			return nil, err
		}
		if len(profile.Texts) > mostTexts {
			leave(&profile, drift.MaxCategories)
		}
		profiles = append(profiles, profile)
	}
	return profiles, nil
}

// mostTexts are as many categories as are known by name.
const mostTexts = drift.MaxCategories + drift.MaxOther

// leave leaves the first so many texts, and adds up the rows of the others.
func leave(f *evaluate.Profile, most int) {
	for _, n := range f.N[most:] {
		f.Rest += n
	}
	f.Texts, f.N = slices.Clip(f.Texts[:most]), slices.Clip(f.N[:most])
}

func addNumber(f *evaluate.Profile, rows driver.Rows) error {
	var special int32
	var x float64
	var n, below uint64
	if err := rows.Scan(&special, &x, &n, &below); err != nil {
		return err
	}
	switch special {
	case drift.Null:
		f.Null = n
	case drift.NaN:
		f.NaN = n
	case drift.NegInf:
		f.NegInf = n
	case drift.PosInf:
		f.PosInf = n
	case drift.Invalid:
		f.Invalid = n
	default:
		f.Values, f.N, f.Below = append(f.Values, x), append(f.N, n), append(f.Below, below)
	}
	return nil
}

func addText(f *evaluate.Profile, rows driver.Rows) error {
	var special int32
	var text string
	var n, rest uint64
	if err := rows.Scan(&special, &text, &n, &rest); err != nil {
		return err
	}
	switch special {
	case drift.Null:
		f.Null = n
	case drift.Invalid:
		f.Invalid = n
	default:
		f.Texts, f.N, f.Rest = append(f.Texts, text), append(f.N, n), rest
	}
	return nil
}
