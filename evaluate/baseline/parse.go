package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/driftd/driftd/drift"
	"github.com/driftd/driftd/evaluate/performance"
)

// format is the version of the file that is read.
const format = 1

// maxRows keeps sums of counts exact in programs that have only floating point.
const maxRows = 1 << 53

type file struct {
	Format  uint64            `json:"format"`
	Rows    uint64            `json:"rows"`
	From    *time.Time        `json:"from"`
	To      *time.Time        `json:"to"`
	Series  []series          `json:"series"`
	Metrics map[string]metric `json:"metrics"`
	Window  string            `json:"window"`
	Blocks  []block           `json:"blocks"`
}

type metric struct {
	Value *float64 `json:"value"`
	Lower *float64 `json:"lower"`
	Upper *float64 `json:"upper"`
	N     *float64 `json:"n"`
}

// Parse reads a file. The error names the field, its value and the remedy.
func Parse(text []byte) (Baseline, error) {
	if len(text) > MaxSize {
		return Baseline{}, fmt.Errorf("%d bytes: want at most %d: keep fewer points or fewer blocks", len(text), MaxSize)
	}
	var f file
	if err := decode(text, &f); err != nil {
		return Baseline{}, err
	}
	b := Baseline{Rows: f.Rows, places: make(map[string]int, len(f.Series))}
	for _, step := range []func(*Baseline) error{f.head, f.series, f.metrics, f.blocks} {
		if err := step(&b); err != nil {
			return Baseline{}, err
		}
	}
	return b, nil
}

// decode reads one JSON value with no key that is not known.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		want := wrong.Type.String()
		switch wrong.Type.Kind() {
		case reflect.Uint64:
			want = "a whole number, 0 or more"
		case reflect.Slice:
			want = "a list"
		case reflect.Struct, reflect.Map:
			want = "an object"
		}
		return fmt.Errorf("%s: %s at byte %d: want %s", strings.ReplaceAll(wrong.Field, "tally.", ""), wrong.Value, wrong.Offset, want)
	}
	if err != nil {
		return fmt.Errorf("%w: write the file with driftd_baseline, or see docs/baseline.md", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("byte %d: something follows the object: want one JSON object", d.InputOffset())
	}
	return nil
}

func (f file) head(b *Baseline) error {
	switch {
	case f.Format != format:
		return fmt.Errorf("format: %d: want %d; a newer one needs a newer driftd", f.Format, format)
	case f.Rows < MinRows || f.Rows > maxRows:
		return fmt.Errorf("rows: %d: want %d to %d: a reference takes that many", f.Rows, MinRows, uint64(maxRows))
	case (f.From == nil) != (f.To == nil):
		return errors.New("from, to: one is missing: state both or none")
	case f.From != nil:
		if !f.From.Before(*f.To) {
			return fmt.Errorf("to: %s: want a time after from, %s", f.To.Format(time.RFC3339), f.From.Format(time.RFC3339))
		}
		b.From, b.To = f.From.UTC(), f.To.UTC()
		if b.From.Year() < 1970 || b.To.Year() > 2200 {
			return fmt.Errorf("from, to: %s to %s: want years from 1970 to 2200", b.From.Format(time.RFC3339), b.To.Format(time.RFC3339))
		}
	}
	return nil
}

func (f file) series(b *Baseline) error {
	if len(f.Series) == 0 {
		return errors.New("series: none: give one for each feature, the score and the class")
	}
	for i, s := range f.Series {
		if s.Name == "" {
			return fmt.Errorf("series[%d].name: it is empty: give the feature's name, %s or %s", i, ScoreSeries, ClassSeries)
		}
		if _, twice := b.places[s.Name]; twice {
			return fmt.Errorf("series[%d].name: %q is there twice: give each series once", i, s.Name)
		}
		one, err := s.freeze(f.Rows)
		if err != nil {
			return fmt.Errorf("series %q: %w", s.Name, err)
		}
		b.places[s.Name] = i
		b.Series = append(b.Series, one)
	}
	for name, kind := range map[string]drift.Kind{ScoreSeries: drift.Numeric, ClassSeries: drift.Categorical} {
		if one, ok := b.Find(name); ok && one.Layout.Kind != kind {
			return fmt.Errorf("series %q: kind: want %s", name, kinds[kind])
		}
	}
	return nil
}

// statable lists the metrics that may be stated.
func statable() []string {
	var names []string
	for _, m := range performance.Catalog {
		if m.Statable() {
			names = append(names, m.Name)
		}
	}
	return names
}

func (f file) metrics(b *Baseline) error {
	for name, m := range f.Metrics {
		metric, known := performance.Lookup(name)
		if !known || !metric.Statable() {
			return fmt.Errorf("metrics: %q: want one of %s", name, strings.Join(statable(), ", "))
		}
		last := 0.0
		for _, field := range []struct {
			name string
			x    *float64
		}{{"lower", m.Lower}, {"value", m.Value}, {"upper", m.Upper}} {
			if field.x == nil {
				return fmt.Errorf("metrics.%s.%s: it is missing: state value, its 95 %% interval lower to upper, and n", name, field.name)
			}
			if *field.x < last || *field.x > 1 {
				return fmt.Errorf("metrics.%s.%s: %v: want 0 ≤ lower ≤ value ≤ upper ≤ 1", name, field.name, *field.x)
			}
			last = *field.x
		}
		if m.N == nil || *m.N < 1 || *m.N > maxRows || *m.N != float64(int64(*m.N)) {
			return fmt.Errorf("metrics.%s.n: want the number of rows it was measured on, at least 1", name)
		}
		if b.Metrics == nil {
			b.Metrics = map[string]performance.Estimate{}
		}
		b.Metrics[name] = performance.Stated(name, *m.Value, *m.Lower, *m.Upper, int(*m.N), metric.Better == performance.Lower)
	}
	return nil
}
