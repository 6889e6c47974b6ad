package baseline

import (
	"encoding/json"
	"fmt"

	"github.com/driftd/driftd/drift"
)

// kinds are the names of kinds in the file, those of the configuration.
var kinds = map[drift.Kind]string{drift.Numeric: "number", drift.Categorical: "category"}

type series struct {
	Name   string          `json:"name"`
	Kind   string          `json:"kind"`
	Values json.RawMessage `json:"values"` // numbers or texts, by kind
	tally
}

// tally are the rows of a series in the whole or in one block. N[i] are equal to
// value i of the series; Below[i] lie between it and the value before.
type tally struct {
	N      []uint64 `json:"n"`
	Below  []uint64 `json:"below"`
	Null   uint64   `json:"null"`
	NaN    uint64   `json:"nan"`
	NegInf uint64   `json:"neg_inf"`
	PosInf uint64   `json:"pos_inf"`
}

// total returns all rows of the tally; an error says that there are more than
// most.
func (t tally) total(most uint64) (uint64, error) {
	var sum uint64
	for _, list := range [][]uint64{t.N, t.Below, {t.Null, t.NaN, t.NegInf, t.PosInf}} {
		for _, n := range list {
			if n > most-sum {
				return 0, fmt.Errorf("n, below, null, nan, neg_inf and pos_inf: their sum is more than %d rows: count every row once", most)
			}
			sum += n
		}
	}
	return sum, nil
}

// fits says whether the tally is over a series of so many values of a kind.
func (t tally) fits(kind drift.Kind, values int) error {
	switch {
	case len(t.N) != values:
		return fmt.Errorf("n: %d counts for %d values: want one each", len(t.N), values)
	case kind == drift.Numeric && len(t.Below) != 0 && len(t.Below) != values:
		return fmt.Errorf("below: %d counts for %d values: want one each, or none when every value is listed", len(t.Below), values)
	case kind == drift.Categorical && (len(t.Below) > 0 || t.NaN+t.NegInf+t.PosInf > 0):
		return fmt.Errorf("below, nan, neg_inf, pos_inf: categories have none: leave them out")
	}
	return nil
}

// special counts the rows that are no values.
func (t tally) special() drift.Counts {
	return drift.NewCounts(map[int32]uint64{drift.Null: t.Null, drift.NaN: t.NaN, drift.NegInf: t.NegInf, drift.PosInf: t.PosInf})
}

// freeze checks the series, of so many rows, and lays out its cells.
func (s series) freeze(rows uint64) (Series, error) {
	out := Series{Name: s.Name}
	var err error
	switch s.Kind {
	case kinds[drift.Numeric]:
		err = s.freezeNumbers(&out)
	case kinds[drift.Categorical]:
		err = s.freezeTexts(&out)
	default:
		err = fmt.Errorf("kind: %q: want number or category", s.Kind)
	}
	if err != nil {
		return out, err
	}
	total, err := s.total(rows)
	if err == nil && total != rows {
		err = fmt.Errorf("n, below, null, nan, neg_inf and pos_inf: their sum is %d, rows is %d: count every row once", total, rows)
	}
	out.Counts.Add(s.special())
	return out, err
}

func (s series) freezeNumbers(out *Series) error {
	values, err := list[float64](s.Values)
	if err != nil {
		return err
	}
	if len(values) > drift.MaxKnots {
		return fmt.Errorf("values: %d of them: want at most %d: keep the smallest and the quantiles j/1000, and count what lies between in below", len(values), drift.MaxKnots)
	}
	if err := s.fits(drift.Numeric, len(values)); err != nil {
		return err
	}
	out.Layout, out.Counts, err = drift.NewQuantiles(values, s.N, s.below())
	return err
}

func (s series) freezeTexts(out *Series) error {
	values, err := list[string](s.Values)
	if err != nil {
		return err
	}
	out.texts = values
	if err := s.fits(drift.Categorical, len(values)); err != nil {
		return err
	}
	byText := make(map[string]uint64, len(values))
	for i, text := range values {
		if _, twice := byText[text]; twice || s.N[i] == 0 {
			return fmt.Errorf("values: %q: want every category once, with the rows that have it", text)
		}
		byText[text] = s.N[i]
	}
	out.Layout = drift.NewCategorical(byText)
	out.Counts = out.Layout.CountTexts(values, s.N)
	return nil
}

// below returns the counts below each value: none when every value is listed.
func (t tally) below() []uint64 {
	if len(t.Below) == 0 {
		return make([]uint64, len(t.N))
	}
	return t.Below
}

// list reads values, none of which is null.
func list[T any](text json.RawMessage) ([]T, error) {
	var read []*T
	if len(text) > 0 {
		if err := json.Unmarshal(text, &read); err != nil {
			return nil, fmt.Errorf("values: %w: want them to be of the series' kind", err)
		}
	}
	values := make([]T, len(read))
	for i, v := range read {
		if v == nil {
			return nil, fmt.Errorf("values[%d]: null: count missing values in null", i)
		}
		values[i] = *v
	}
	return values, nil
}
