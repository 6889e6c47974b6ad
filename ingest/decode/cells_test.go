package decode

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestCells(t *testing.T) {
	names := []string{"label", "score", "absent"}
	for _, test := range []struct {
		row  string
		want []Cell
	}{
		{`{"x": [1, {"label": 2}], "label": 1.0, "score": 0.25}`, []Cell{{"1", 1, true, true}, {"0.25", 0.25, true, true}, {}}},
		{`{"label": "ye\u0073", "score": null}`, []Cell{{Class: "yes", There: true}, {There: true}, {}}},
		{`{"lab\u0065l": true, "score": NaN}`, []Cell{{Class: "true", There: true}, {"NaN", math.NaN(), true, true}, {}}},
		{`{"label": 0, "label": 1, "score": "0.5"}`, []Cell{{"1", 1, true, true}, {Class: "0.5", There: true}, {}}},
		{`{}`, []Cell{{}, {}, {}}},
	} {
		got, err := Cells([]byte(test.row), names)
		if err != nil {
			t.Errorf("%s: %v", test.row, err)
		}
		if diff := cmp.Diff(test.want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.row, diff)
		}
	}
	for _, row := range []string{``, `[1]`, `{`, `{"label"`, `{"label": }`, `{"label": 1 "score": 2}`, `{"label": 1}}`} {
		if got, err := Cells([]byte(row), names); err == nil {
			t.Errorf("%q was read as %+v", row, got)
		}
	}
}
