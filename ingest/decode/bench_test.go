package decode

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// style is how a producer writes JSON.
type style struct{ name, comma, colon, format string }

// styles: compact, and as Python writes it, with spaces and 16 to 17 digits.
var styles = []style{{"compact", ",", ":", "%.4f"}, {"python", ", ", ": ", "%v"}}

// wide is a model of 32 numbers and 8 categories of 10 values.
func wide() Model {
	m := Model{Name: "wide", Task: model.Binary}
	for i := range 40 {
		kind := Number
		if i >= 32 {
			kind = Category
		}
		m.Features = append(m.Features, Feature{fmt.Sprintf("feature_%02d", i), kind})
	}
	return m
}

// features writes a features object of the wide model.
func (s style) features(random *rand.Rand) string {
	var members []string
	for _, f := range wide().Features {
		if f.Kind == Number {
			members = append(members, s.member(f.Name, fmt.Sprintf(s.format, random.NormFloat64())))
		} else {
			members = append(members, s.member(f.Name, fmt.Sprintf("%q", fmt.Sprintf("value_%d", random.Intn(10)))))
		}
	}
	return s.object(members...)
}

func (s style) member(name, value string) string { return `"` + name + `"` + s.colon + value }
func (s style) object(members ...string) string  { return "{" + strings.Join(members, s.comma) + "}" }

// BenchmarkPrediction decodes 64 different events of 40 features, 1 kB each.
func BenchmarkPrediction(b *testing.B) {
	for _, s := range styles {
		b.Run(s.name, func(b *testing.B) {
			random := rand.New(rand.NewSource(1))
			var messages [64][]byte
			total := 0
			for i := range messages {
				messages[i] = []byte(s.object(
					s.member("prediction_id", fmt.Sprintf(`"7e0c8f3e-30a4-4a3c-9c29-3a2b6d0e%04x"`, i)), s.member("model", `"wide"`),
					s.member("version", `"3"`), s.member("timestamp", `"2026-11-23T03:36:54.123Z"`),
					s.member("features", s.features(random)), s.member("score", fmt.Sprint(random.Float64())),
					s.member("prediction", `"1"`), s.member("role", `"served"`)))
				total += len(messages[i])
			}
			d, err := New([]Model{wide()}, 1<<20)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(total / len(messages)))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, reject := d.Prediction(messages[i%len(messages)], time.Time{}); reject != nil {
					b.Fatal(reject)
				}
			}
		})
	}
}
