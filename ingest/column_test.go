package ingest

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go/protocol"

	"github.com/driftd/driftd/internal/model"
)

func TestTextsKeepsEveryTextOnce(t *testing.T) {
	var texts Texts
	texts.AppendNullable(sql.NullString{})
	for _, text := range []string{"a", "", "a", "b", "", "b"} {
		texts.Append(text)
	}
	texts.AppendNullable(sql.NullString{String: "a", Valid: true})
	if diff := cmp.Diff([]string{"", "", "a", "b"}, texts.Dictionary); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]uint32{NullText, 2, EmptyText, 2, 3, EmptyText, 3, 2}, texts.Keys); diff != "" {
		t.Error(diff)
	}
}

func TestAppendTextsTranslatesKeys(t *testing.T) {
	var left, right, whole Texts
	left.Append("b")
	left.Append("a")
	right.AppendNullable(sql.NullString{})
	right.Append("a")
	right.Append("")
	right.Append("c")
	for _, part := range []Texts{{}, left, right, {}} {
		whole.AppendTexts(part)
	}
	var got []string
	for row := range whole.Keys {
		got = append(got, whole.Text(row))
	}
	if diff := cmp.Diff([]string{"b", "a", "", "a", "", "c"}, got); diff != "" {
		t.Error(diff)
	}
	if whole.Keys[2] != NullText || whole.Keys[4] != EmptyText {
		t.Errorf("keys %v: the null and the empty text must keep apart", whole.Keys)
	}
}

// Numbers pass through rows that are turned into columns now and then.
func TestNumbersReachTheirColumns(t *testing.T) {
	m, message := wide(1)
	for _, rows := range []int{1, turnRows - 1, turnRows, 3*turnRows + 1} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			d, err := newDecoding(Topic{Kind: PredictionsTopic}, Defaults(), []Model{m}, newMetrics(nil, nil, []Model{m}))
			if err != nil {
				t.Fatal(err)
			}
			b := newRange(place{"predictions", 0}, 0, d.decoder.Models())
			p, reject := d.decoder.Prediction(message, time.Time{})
			if reject != nil {
				t.Fatal(reject)
			}
			first := p.Numbers[0].Float64
			for row := range rows {
				p.Numbers[1] = sql.NullFloat64{Float64: float64(row), Valid: row%2 == 0}
				b.addPrediction(int64(row), p, d.sizes)
			}
			got := b.close().Predictions[0]
			for i := range got.Numbers {
				if len(got.Numbers[i].Values) != rows || len(got.Numbers[i].Nulls) != rows {
					t.Fatalf("column %d has %d values and %d nulls, want %d", i, len(got.Numbers[i].Values), len(got.Numbers[i].Nulls), rows)
				}
			}
			for row := range rows {
				want, null := float64(row), uint8(0)
				if row%2 == 1 {
					want, null = 0, 1
				}
				if got.Numbers[0].Values[row] != first || got.Numbers[1].Values[row] != want || got.Numbers[1].Nulls[row] != null {
					t.Errorf("row %d: %v %v null %d, want %v %v null %d", row, got.Numbers[0].Values[row], got.Numbers[1].Values[row], got.Numbers[1].Nulls[row], first, want, null)
				}
			}
		})
	}
}

// Scores of declared classes reach their columns, and nothing stays of the row before.
func TestScoresOfClassesReachTheirColumns(t *testing.T) {
	m := Model{Name: "iris", Task: model.Multiclass, Classes: []string{"setosa", "virginica"}}
	d, err := newDecoding(Topic{Kind: PredictionsTopic}, Defaults(), []Model{m}, newMetrics(nil, nil, []Model{m}))
	if err != nil {
		t.Fatal(err)
	}
	b := newRange(place{"predictions", 0}, 0, d.decoder.Models())
	for row, scores := range []string{`{"setosa":0.9,"virginica":0.1,"versicolor":0}`, `{"virginica":0.4}`, `{}`, `{"setosa":0.2,"virginica":null}`} {
		b.add(record{offset: int64(row), value: protocol.NewBytes(fmt.Appendf(nil, `{"prediction_id":"%d","model":"iris","version":"1","timestamp":"2026-11-23T03:00:00Z","prediction":"virginica","scores":%s}`, row, scores))}, d)
	}
	got := b.close()
	if len(got.Rejects) > 0 || len(got.Predictions) != 1 {
		t.Fatalf("rejected: %+v", got.Rejects)
	}
	p := got.Predictions[0]
	if diff := cmp.Diff([]Numbers{{[]float64{0.9, 0, 0, 0.2}, []uint8{0, 1, 1, 0}}, {[]float64{0.1, 0.4, 0, 0}, []uint8{0, 0, 1, 1}}}, p.Scores); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Numbers{[]float64{0.1, 0.4, 0, 0}, []uint8{0, 0, 1, 1}}, p.Score); diff != "" {
		t.Errorf("of the predicted class: %s", diff)
	}
}
