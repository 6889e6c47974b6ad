package decode

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
)

// The short way to read a time says the same as the library, or nothing.
func TestTimesAreReadAsTheLibraryDoes(t *testing.T) {
	check := func(text string) {
		t.Helper()
		got, ok := utc([]byte(text))
		want, err := time.Parse(time.RFC3339Nano, text)
		if ok && (err != nil || !got.Equal(want) || got.Location() != time.UTC) {
			t.Errorf("%s is %s; the library says %s, %v", text, got, want, err)
		}
	}
	for _, text := range []string{
		"2026-11-23T03:36:54Z", "2026-11-23T03:36:54.1Z", "2026-11-23T03:36:54.123456789Z", "2026-11-23T03:36:54.1234567891Z", "2026-11-23T03:36:54.Z",
		"2026-02-28T00:00:00Z", "2026-02-29T00:00:00Z", "2024-02-29T23:59:59Z", "2100-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-12-31T24:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01t00:00:00Z",
		"2026-11-23T03:36:54", "2026-11-23 03:36:54Z", "2026-11-23T03:36:54z", "2026-11-23T03:36:54.12a4Z", "2026-11-23T03:36:5aZ", "0000-01-01T00:00:00Z", "", "Z",
	} {
		check(text)
	}
	if _, ok := utc([]byte("2026-11-23T03:36:54.123Z")); !ok {
		t.Error("the usual form is left to the library")
	}
	random := rand.New(rand.NewPCG(parts.Seed(t), 0))
	for range 100_000 {
		check(fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d.%0*dZ", random.IntN(10000), random.IntN(14), random.IntN(33), random.IntN(25), random.IntN(61), random.IntN(61), 1+random.IntN(10), random.IntN(10)))
	}
}

func TestTimestampUnits(t *testing.T) {
	models := []Model{{Name: "m", Task: model.Binary}}
	for _, test := range []struct {
		unit, timestamp string
		want            string // time, or reason
	}{
		{"s", `1795405014`, "2026-11-23T03:36:54Z"},
		{"s", `1795405014.123`, "2026-11-23T03:36:54.123Z"},
		{"s", `1795405014.1234567`, "2026-11-23T03:36:54.1234567Z"},
		{"s", `1795405014.123456789`, "2026-11-23T03:36:54.123456789Z"},
		{"s", `795405014.1234567899`, "1995-03-17T01:50:14.123456789Z"},
		{"s", `1795405014.1234567899`, string(BadField)}, // more digits than are counted
		{"s", `1795405014123`, string(TimestampFuture)},
		{"s", `1.795405014e9`, "2026-11-23T03:36:54Z"},
		{"s", `1e9`, string(BadField)},
		{"s", `-1`, string(TimestampPast)},
		{"s", `-9223372036854775808`, string(TimestampPast)},
		{"ms", `1795405014123`, "2026-11-23T03:36:54.123Z"},
		{"", `1795405014123`, "2026-11-23T03:36:54.123Z"},
		{"ms", `1795405014`, string(TimestampPast)},
		{"ms", `1795405014123.5`, string(BadField)},
		{"us", `1795405014123456`, "2026-11-23T03:36:54.123456Z"},
		{"us", `1795405014123`, string(TimestampPast)},
		{"ns", `1795405014123456789`, "2026-11-23T03:36:54.123456789Z"},
		{"ns", `99999999999999999999`, string(BadField)},
		{"us", `9999999999999999999`, string(TimestampFuture)},
		{"s", `"2026-11-23T03:36:54Z"`, "2026-11-23T03:36:54Z"},
		{"s", `"1795405014"`, string(BadField)},
		{"s", `NaN`, string(BadField)},
		{"s", `true`, string(BadField)},
	} {
		d, err := NewMapped(models, maxBytes, Predictions, Mapping{TimestampUnit: test.unit})
		if err != nil {
			t.Fatal(err)
		}
		p, reject := d.Prediction([]byte(`{"prediction_id":"a","model":"m","version":1,"timestamp":`+test.timestamp+`}`), recorded)
		got := ""
		if reject != nil {
			got = string(reject.Reason)
		} else {
			got = p.Time.Format(time.RFC3339Nano)
		}
		if got != test.want {
			t.Errorf("%s in %q: %s, want %s", test.timestamp, test.unit, got, test.want)
		}
	}
}

// A moment among the features is its age at the prediction, wherever the event's own
// time stands.
func TestAgeOfTimestampFeatures(t *testing.T) {
	const day = 86_400_000.0
	for _, test := range []struct {
		unit, value string
		days        float64
		kept        string // beside the columns, when it is no time
	}{
		{"", `"2026-11-23T03:36:54.123Z"`, 0, ""},
		{"", `"2026-11-22T03:36:54.123Z"`, 1, ""},
		{"", `"2026-11-24T05:36:54.123+02:00"`, -1, ""},
		{"", `"2026-11-23"`, (3*3600e3 + 36*60e3 + 54e3 + 123) / day, ""},
		{"", `"2026-11-23T03:36:54.1229999Z"`, 1 / day, ""}, // storage keeps milliseconds
		{"", `"0001-01-01T00:00:00Z"`, (1795405014123 + 62135596800e3) / day, ""},
		{"", `1795405014122`, 1 / day, ""},
		{"ms", `1795405014122`, 1 / day, ""},
		{"s", `1795405014.023`, 100 / day, ""},
		{"s", `1795405014.122`, 1 / day, ""},
		{"us", `1795405013123000`, 1000 / day, ""},
		{"", `-1`, (1795405014123 + 1) / day, ""},
		{"", `"2026-11-23 03:36:54"`, 0, `"2026-11-23 03:36:54"`}, // of which zone?
		{"", `"1795405014122"`, 0, `"1795405014122"`},
		{"", `"2026-02-29"`, 0, `"2026-02-29"`},
		{"", `"soon"`, 0, `"soon"`},
		{"", `true`, 0, `true`},
		{"", `NaN`, 0, `NaN`},
		{"", `{"at":1}`, 0, `{"at":1}`},
		{"", `1795405014122.5`, 0, `1795405014122.5`},
	} {
		d, err := NewMapped(models, maxBytes, Predictions, Mapping{TimestampUnit: test.unit})
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]string{"": "1795405014123", "ms": "1795405014123", "us": "1795405014123000", "s": "1795405014.123"}[test.unit]
		for _, message := range []string{
			`{"prediction_id":"a","model":"visit","version":1,"timestamp":` + at + `,"features":{"n":7,"last":` + test.value + `,"plan":"x"}}`,
			`{"features":{"last":` + test.value + `,"since":null,"n":7},"prediction_id":"a","model":"visit","version":1,"timestamp":` + at + `}`,
			`{"features":{"last":"soon","n":7,"last":` + test.value + `},"prediction_id":"a","model":"visit","version":1,"timestamp":` + at + `}`,
		} {
			p, reject := d.Prediction([]byte(message), recorded)
			if reject != nil {
				t.Fatalf("%s: %+v", message, reject)
			}
			want := number(test.days)
			if test.kept != "" {
				want = noNumber
			}
			if got := p.Numbers[2]; got.Valid != want.Valid || math.Abs(got.Float64-want.Float64) > 1e-9 || p.Extra["last"] != test.kept {
				t.Errorf("%s: %+v days, %q kept; want %+v, %q", message, got, p.Extra["last"], want, test.kept)
			}
			if p.Numbers[0] != number(7) || p.Numbers[1] != noNumber {
				t.Errorf("%s: beside it %+v", message, p.Numbers)
			}
		}
	}
}
