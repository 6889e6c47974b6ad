package decode

import (
	"database/sql"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/google/go-cmp/cmp"
)

var models = []Model{
	{Name: "churn", Task: model.Binary, Features: []Feature{{Name: "tenure", Kind: Number}, {Name: "plan", Kind: Category}, {Name: "balance", Kind: Number}}, Segments: []string{"region", "tier"}},
	{Name: "animal", Task: model.Multiclass, Classes: []string{"dog", "cat", "em\u00fa"}},
	{Name: "price", Task: model.Regression},
	{Name: "visit", Task: model.Binary, Features: []Feature{{Name: "n", Kind: Number}, {Name: "since", Kind: Timestamp}, {Name: "plan", Kind: Category}, {Name: "last", Kind: Timestamp}}},
}

const maxBytes = 10_000

var recorded = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func decoder(t testing.TB) *Decoder {
	t.Helper()
	d, err := New(models, maxBytes)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func number(f float64) sql.NullFloat64 { return sql.NullFloat64{Float64: f, Valid: true} }
func text(s string) sql.NullString     { return sql.NullString{String: s, Valid: true} }

// head are the mandatory fields of a prediction of churn.
const head = `"prediction_id":"c0a8","model":"churn","version":"3","timestamp":"2026-11-23T03:36:54.123Z"`

var noNumber sql.NullFloat64

func TestPrediction(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 36, 54, 123_000_000, time.UTC)
	churn := func(change func(*Prediction)) Prediction {
		p := Prediction{
			Model: 1, ID: "c0a8", Version: "3", Time: at, Role: "served",
			Numbers: []sql.NullFloat64{noNumber, noNumber}, Texts: []sql.NullString{{}}, Segments: []string{"", ""}, WrongType: []int{},
		}
		change(&p)
		return p
	}
	other := func(at int, change func(*Prediction)) Prediction {
		return churn(func(p *Prediction) {
			p.Model, p.Numbers, p.Texts, p.Segments = at, nil, nil, nil
			if at == 0 {
				p.Scores = make([]sql.NullFloat64, 3)
			}
			change(p)
		})
	}
	for _, test := range []struct {
		name, message string
		want          Prediction
	}{
		{"everything", `{` + head + `,"features":{"tenure":12,"plan":"pro","balance":null},"score":0.83,"prediction":"1","role":"shadow","segment":{"region":"eu"}}`, churn(func(p *Prediction) {
			p.Numbers[0], p.Texts[0] = number(12), text("pro")
			p.Score, p.Class, p.Role, p.Segments[0] = number(0.83), "1", "shadow", "eu"
		})},
		{"only what is mandatory", `{` + head + `}`, churn(func(*Prediction) {})},
		{"nulls are absent", `{` + head + `,"features":null,"score":null,"prediction":null,"role":null,"segment":null}`, churn(func(*Prediction) {})},
		{"features in another order", `{` + head + `,"features":{"balance":-0.5,"plan":"pro","tenure":1e3}}`, churn(func(p *Prediction) {
			p.Numbers[0], p.Numbers[1], p.Texts[0] = number(1000), number(-0.5), text("pro")
		})},
		{"integer version and id, time in milliseconds", `{"prediction_id":77,"model":"churn","version":3,"timestamp":1795405014123}`, churn(func(p *Prediction) { p.ID = "77" })},
		{"time with an offset", `{"prediction_id":"c0a8","model":"churn","version":"3","timestamp":"2026-11-23T05:36:54.123+02:00"}`, churn(func(*Prediction) {})},
		{"booleans are 0 and 1", `{` + head + `,"features":{"tenure":true,"balance":false,"plan":true},"prediction":true}`, churn(func(p *Prediction) {
			p.Numbers[0], p.Numbers[1], p.Texts[0], p.Class = number(1), number(0), text("true"), "true"
		})},
		{"coded categories are their text", `{` + head + `,"features":{"plan":3.0},"prediction":1.0,"segment":{"tier":2}}`, churn(func(p *Prediction) {
			p.Texts[0], p.Class, p.Segments[1] = text("3"), "1", "2"
		})},
		{"a wrong type is null and kept", `{` + head + `,"features":{"tenure":"12","plan":["pro"],"balance":{"eur":1}}}`, churn(func(p *Prediction) {
			p.WrongType = []int{0, 1, 2}
			p.Extra = map[string]string{"tenure": `"12"`, "plan": `["pro"]`, "balance": `{"eur":1}`}
		})},
		{"undeclared features are kept", `{` + head + `,"features":{"new":"x","tenure":1,"n":2.50}}`, churn(func(p *Prediction) {
			p.Numbers[0], p.Undeclared = number(1), 2
			p.Extra = map[string]string{"new": `"x"`, "n": `2.50`}
		})},
		{"of a key that occurs twice the last one counts", `{` + head + `,"score":0.1,"score":0.2,"features":{"tenure":1,"tenure":2}}`, churn(func(p *Prediction) {
			p.Score, p.Numbers[0] = number(0.2), number(2)
		})},
		{"a score outside of [0,1] is stored as it is", `{` + head + `,"score":1.7}`, churn(func(p *Prediction) { p.Score = number(1.7) })},
		{"infinities and what exceeds float64", `{` + head + `,"score":-Infinity,"features":{"tenure":1e400,"balance":Infinity,"plan":"\"Infinity"}}`, churn(func(p *Prediction) {
			p.Score, p.Numbers[0], p.Numbers[1] = number(math.Inf(-1)), number(math.Inf(1)), number(math.Inf(1))
			p.Texts[0] = text(`"Infinity`)
		})},
		{"every bit of a number", `{` + head + `,"score":0.1234567890123456789,"features":{"tenure":9007199254740993,"balance":-0.0}}`, churn(func(p *Prediction) {
			p.Score, p.Numbers[0], p.Numbers[1] = number(0.1234567890123456789), number(9007199254740992), number(math.Copysign(0, -1))
		})},
		{"escapes", `{` + head + `,"features":{"pl\u0061n":"p\"\u00e9\n"},"segment":{"region":"\ud83d\ude00"}}`, churn(func(p *Prediction) {
			p.Texts[0], p.Segments[0] = text("p\"é\n"), "😀"
		})},
		{"multiclass takes the score of its class", `{"prediction_id":"c0a8","model":"animal","version":"3","timestamp":"2026-11-23T03:36:54.123Z","prediction":"cat","scores":{"cat":0.7,"dog":0.3}}`, other(0, func(p *Prediction) {
			p.Class, p.Score = "cat", number(0.7)
			p.Scores[0], p.Scores[1] = number(0.3), number(0.7)
		})},
		{"multiclass keeps its own score beside those of classes", `{"prediction_id":"c0a8","model":"animal","version":"3","timestamp":"2026-11-23T03:36:54.123Z","prediction":"cat","score":0.6,"scores":{"em\u00fa":0.1,"ant":0.2}}`, other(0, func(p *Prediction) {
			p.Class, p.Score = "cat", number(0.6)
			p.Scores[2] = number(0.1)
		})},
		{"regression predicts a number", `{"prediction_id":"c0a8","model":"price","version":"3","timestamp":"2026-11-23T03:36:54.123Z","prediction":12.5}`, other(2, func(p *Prediction) { p.Score = number(12.5) })},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := decoder(t)
			if test.want.Extra == nil { // leftovers of another event must not show
				if _, reject := d.Prediction([]byte(`{`+head+`,"features":{"tenure":"1","plan":"x","balance":7,"q":1},"score":1,"prediction":"9","segment":{"region":"us","tier":"x"}}`), recorded); reject != nil {
					t.Fatal(reject)
				}
			}
			got, reject := d.Prediction([]byte(test.message), recorded)
			if reject != nil {
				t.Fatalf("rejected: %+v", *reject)
			}
			if diff := cmp.Diff(test.want, *got, sameBits, emptyIsNil); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

var sameBits = cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })

var emptyIsNil = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type().Kind().String() == "slice" }, cmp.Transformer("", func(s any) any { return fmt.Sprintf("%v", s) }))

func TestNaN(t *testing.T) {
	got, reject := decoder(t).Prediction([]byte(`{`+head+`,"score":NaN,"features":{"tenure":NaN}}`), recorded)
	if reject != nil {
		t.Fatal(reject)
	}
	if !got.Score.Valid || !math.IsNaN(got.Score.Float64) || !got.Numbers[0].Valid || !math.IsNaN(got.Numbers[0].Float64) {
		t.Errorf("score %v, tenure %v: want NaN", got.Score, got.Numbers[0])
	}
}

func TestOutcome(t *testing.T) {
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name, message string
		want          Outcome
	}{
		{"text label", `{"prediction_id":"a","model":"churn","timestamp":"2026-11-23T03:00:00Z","label":"1"}`, Outcome{Model: "churn", ID: "a", Time: at, Label: "1"}},
		{"number label", `{"prediction_id":"a","model":"churn","timestamp":"2026-11-23T03:00:00Z","label":0.0}`, Outcome{Model: "churn", ID: "a", Time: at, Label: "0"}},
		{"boolean label", `{"prediction_id":"a","model":"animal","timestamp":"2026-11-23T03:00:00Z","label":false}`, Outcome{Model: "animal", ID: "a", Time: at, Label: "false"}},
		{"value", `{"prediction_id":"a","model":"price","timestamp":"2026-11-23T03:00:00Z","value":-1.5,"label":"x"}`, Outcome{Model: "price", ID: "a", Time: at, Value: number(-1.5)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, reject := decoder(t).Outcome([]byte(test.message), recorded)
			if reject != nil {
				t.Fatalf("rejected: %+v", *reject)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRejects(t *testing.T) {
	long := strings.Repeat("x", maxID+1)
	for _, test := range []struct {
		name    string
		outcome bool
		message string
		reason  Reason
		model   string
		detail  string // part of it
	}{
		{"null value", false, ``, EmptyMessage, "", "no value"},
		{"not JSON", false, `{"model":`, BadJSON, "", "JSON"},
		{"two objects", false, `{` + head + `}{}`, BadJSON, "", "tail"},
		{"an array", false, `[1]`, BadJSON, "", "array"},
		{"not UTF-8", false, "{\"model\":\"\xff\"}", BadJSON, "", "UTF-8"},
		{"nested too deeply", false, `{` + head + `,"features":{"x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}}`, BadJSON, "", "cannot parse"},
		{"too large", false, `{` + head + `,"x":"` + strings.Repeat("x", maxBytes) + `"}`, TooLarge, "", "10000"},
		{"no model", false, `{"prediction_id":"a"}`, MissingField, "", "model"},
		{"model is no text", false, `{"model":{}}`, BadField, "", "model {}"},
		{"unknown model", false, `{"model":"other"}`, UnknownModel, "other", `"other"`},
		{"no id", false, `{"model":"churn","version":"3","timestamp":1}`, MissingField, "churn", "prediction_id"},
		{"empty id", false, `{"prediction_id":"","model":"churn"}`, MissingField, "churn", "prediction_id"},
		{"fractional id", false, `{"prediction_id":1.5,"model":"churn"}`, BadField, "churn", "prediction_id 1.5"},
		{"long id", false, `{"prediction_id":"` + long + `","model":"churn"}`, BadField, "churn", "513 bytes: send at most 512"},
		{"no version", false, `{"prediction_id":"a","model":"churn"}`, MissingField, "churn", "version"},
		{"version is an object", false, `{"prediction_id":"a","model":"churn","version":{"v":3}}`, BadField, "churn", `version {"v":3}`},
		{"no timestamp", false, `{"prediction_id":"a","model":"churn","version":3}`, MissingField, "churn", "timestamp"},
		{"timestamp is no time", false, `{"prediction_id":"a","model":"churn","version":3,"timestamp":"yesterday"}`, BadField, "churn", `"yesterday"`},
		{"fractional timestamp", false, `{"prediction_id":"a","model":"churn","version":3,"timestamp":1795405014.123}`, BadField, "churn", "milliseconds"},
		{"timestamp in seconds", false, `{"prediction_id":"a","model":"churn","version":3,"timestamp":1795405014}`, TimestampPast, "churn", "milliseconds"},
		{"timestamp in microseconds", false, `{"prediction_id":"a","model":"churn","version":3,"timestamp":1795405014123000}`, TimestampFuture, "churn", "unit"},
		{"more than a day ahead", false, `{"prediction_id":"a","model":"churn","version":3,"timestamp":"2026-11-24T04:00:00.001Z"}`, TimestampFuture, "churn", "clock"},
		{"score is text", false, `{` + head + `,"score":"0.8"}`, BadField, "churn", `score "0.8"`},
		{"a number that is none", false, `{` + head + `,"score":1-2}`, BadJSON, "", "comma"},
		{"prediction is a list", false, `{` + head + `,"prediction":[0,1]}`, BadField, "churn", "prediction [0,1]"},
		{"prediction is NaN", false, `{` + head + `,"prediction":NaN}`, BadField, "churn", "prediction NaN"},
		{"role is a list", false, `{` + head + `,"role":[]}`, BadField, "churn", "role []"},
		{"features is a list", false, `{` + head + `,"features":[1,2]}`, BadField, "churn", "features [1,2]"},
		{"feature name too long", false, `{` + head + `,"features":{"` + long + `":1}}`, BadField, "churn", "513 bytes"},
		{"segment is text", false, `{` + head + `,"segment":"eu"}`, BadField, "churn", `segment "eu"`},
		{"segment value is an object", false, `{` + head + `,"segment":{"region":{}}}`, BadField, "churn", "segment.region {}"},
		{"outcome without label", true, `{` + head + `}`, NoOutcome, "churn", "label"},
		{"outcome with empty label", true, `{` + head + `,"label":""}`, NoOutcome, "churn", "label"},
		{"outcome without value", true, `{"prediction_id":"a","model":"price","timestamp":"2026-11-23T03:00:00Z","label":"7"}`, NoOutcome, "price", "value"},
		{"outcome whose label is a list", true, `{` + head + `,"label":[]}`, BadField, "churn", "label []"},
		{"outcome whose value is text", true, `{"prediction_id":"a","model":"price","timestamp":"2026-11-23T03:00:00Z","value":"7"}`, BadField, "price", `value "7"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var reject *Reject
			if test.outcome {
				_, reject = decoder(t).Outcome([]byte(test.message), recorded)
			} else {
				_, reject = decoder(t).Prediction([]byte(test.message), recorded)
			}
			if reject == nil {
				t.Fatal("not rejected")
			}
			if reject.Reason != test.reason || reject.Model != test.model || !strings.Contains(reject.Detail, test.detail) || len(reject.Detail) > 400 {
				t.Errorf("got %+v, want reason %s, model %q, detail with %q", *reject, test.reason, test.model, test.detail)
			}
			seen[test.reason] = true
		})
	}
	for _, reason := range Reasons {
		// Those of package schema are its own.
		if !seen[reason] && reason != UnknownSchema && reason != BadEncoding {
			t.Errorf("no case for %s", reason)
		}
	}
}

var seen = map[Reason]bool{}

func TestRecordWithoutTimestampHasNoFuture(t *testing.T) {
	message := []byte(`{"prediction_id":"a","model":"churn","version":3,"timestamp":"2199-01-01T00:00:00Z"}`)
	if _, reject := decoder(t).Prediction(message, time.Time{}); reject != nil {
		t.Errorf("rejected: %+v", *reject)
	}
	message = []byte(`{"prediction_id":"a","model":"churn","version":3,"timestamp":"2300-01-01T00:00:00Z"}`)
	if _, reject := decoder(t).Prediction(message, time.Time{}); reject == nil || reject.Reason != BadField {
		t.Errorf("a time the storage cannot hold: %+v", reject)
	}
}

func TestExcerpt(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"short", "short"},
		{"123456789", "12345678"},
		{"1234567é", "1234567"},
		{"123456é9", "123456é"},
		{"12345😀", "12345"},
		{"\xff\xfe", "\uFFFD\uFFFD"},
		{"1234567\xff", "1234567"}, // no room for the replacement
		{"", ""},
	} {
		if got := Excerpt([]byte(test.in), 8); got != test.want {
			t.Errorf("%q: %q, want %q", test.in, got, test.want)
		}
	}
}

func TestBadModels(t *testing.T) {
	for _, test := range []struct {
		name   string
		models []Model
		want   string
	}{
		{"no name", []Model{{Task: model.Binary}}, "name"},
		{"no task", []Model{{Name: "a"}}, "task"},
		{"twice", []Model{{Name: "a", Task: model.Binary}, {Name: "a", Task: model.Binary}}, "twice"},
		{"feature without kind", []Model{{Name: "a", Task: model.Binary, Features: []Feature{{Name: "x"}}}}, "kind"},
		{"feature twice", []Model{{Name: "a", Task: model.Binary, Features: []Feature{{"x", Number}, {"x", Category}}}}, "differ"},
		{"segment twice", []Model{{Name: "a", Task: model.Binary, Segments: []string{"x", "x"}}}, "differ"},
	} {
		if _, err := New(test.models, 1); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
}
