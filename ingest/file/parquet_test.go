package file

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The fixtures are written by pyarrow, and what they hold is said by it too:
// testdata/generate.py.
func TestEveryTypeOfParquet(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "types.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want []map[string]any
	if err := exactly(text, &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"types.parquet", "types_v2.parquet"} {
		for i, line := range strings.Split(strings.TrimSpace(values(t, filepath.Join("testdata", name), predictions())), "\n") {
			line = strings.NewReplacer("NaN", `{"number":"nan"}`, "Infinity", `{"number":"inf"}`).Replace(line)
			var got map[string]any
			if err := exactly([]byte(line), &got); err != nil {
				t.Fatalf("%s: row %d is not JSON: %v\n%s", name, i, err, line)
			}
			// More digits than a float has are compared as text.
			for _, column := range []string{"decimal_small", "decimal_large"} {
				if n, ok := got[column].(json.Number); ok {
					got[column] = map[string]any{"number": n.String()}
				}
			}
			if diff := cmp.Diff(want[i], got, cmp.Comparer(equalNumbers)); diff != "" {
				t.Errorf("%s: row %d:\n%s", name, i, diff)
			}
		}
	}
}

// exactly decodes JSON without rounding numbers.
func exactly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

func equalNumbers(a, b json.Number) bool {
	x, ok := new(big.Rat).SetString(string(a))
	y, ok2 := new(big.Rat).SetString(string(b))
	return ok && ok2 && x.Cmp(y) == 0
}

func TestOldTimesOfParquet(t *testing.T) {
	got := values(t, filepath.Join("testdata", "int96.parquet"), predictions())
	want := "{\"at\":\"2026-11-23T12:00:00.123456Z\"}\n{\"at\":\"2026-01-01T00:00:00Z\"}\n{\"at\":null}\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNestedParquetInEveryCodec(t *testing.T) {
	var want strings.Builder
	for i := range 100 {
		tenure, plan := "null", []string{`"pro"`, `"free"`, "null"}[i%3]
		if i%10 != 9 {
			tenure = fmt.Sprint(float64(i) / 4)
		}
		second := fmt.Sprintf("%02d:%02d", i/60, i%60)
		fmt.Fprintf(&want, `{"prediction_id":"p%d","model":"churn","version":"3","timestamp":"2026-11-23T12:%s.123456Z","features":{"tenure":%s,"plan":%s,"active":%t},"score":%v,"prediction":%d,"segment":{"region":"%s"}}`+"\n",
			i, second, tenure, plan, i%2 == 0, float64(i)/100, i%2, []string{"eu", "us"}[i%2])
	}
	for _, codec := range []string{"none", "snappy", "gzip", "brotli", "zstd", "lz4"} {
		got := values(t, filepath.Join("testdata", "predictions_"+codec+".parquet"), predictions())
		if diff := cmp.Diff(want.String(), got); diff != "" {
			t.Errorf("%s: %s", codec, diff)
		}
	}
}

func TestPandasParquetIsItsCSV(t *testing.T) {
	o := withModel()
	o.Version = "3"
	var want, got []map[string]any
	for path, into := range map[string]*[]map[string]any{"pandas.csv": &want, "pandas.parquet": &got} {
		for line := range strings.Lines(values(t, filepath.Join("testdata", path), o)) {
			var row map[string]any
			if err := exactly([]byte(line), &row); err != nil {
				t.Fatal(err)
			}
			*into = append(*into, row)
		}
	}
	want[3]["comment"] = "" // CSV does not tell an empty text from none
	if diff := cmp.Diff(want, got, cmp.Comparer(equalNumbers)); diff != "" {
		t.Error(diff)
	}
	_, notes, err := all(t, filepath.Join("testdata", "pandas.parquet"), o)
	if diff := cmp.Diff([]string{"columns that are no field of predictions: comment", "6 time(s) without a zone were taken for UTC"}, notes); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// A damaged file gives an error, or rows; never a panic, never rows beyond the
// promised ones.
func FuzzDamagedParquet(f *testing.F) {
	for _, name := range []string{"types.parquet", "types_v2.parquet", "predictions_snappy.parquet", "int96.parquet", "pandas.parquet"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, 0, byte(0))
		f.Add(text, len(text)/2, byte(1))
		f.Add(text, len(text)-50, byte(0xff))
	}
	f.Fuzz(func(t *testing.T, text []byte, at int, flip byte) {
		if len(text) == 0 || len(text) > 1<<16 {
			return
		}
		text = bytes.Clone(text)
		text[uint(at)%uint(len(text))] ^= flip
		r, err := newParquetRows(bytes.NewReader(text), int64(len(text)), predictions())
		if err != nil {
			return
		}
		defer r.Close()
		for range 1000 {
			if _, err := r.Next(); err != nil {
				if errors.Is(err, io.EOF) && r.offset != r.file.NumRows() {
					t.Errorf("%d rows of %d, and no error", r.offset, r.file.NumRows())
				}
				return
			}
		}
	})
}
