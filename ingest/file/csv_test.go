package file

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/ingest/decode"
)

func TestPandasWritesWhatAStreamSays(t *testing.T) {
	want := strings.Join([]string{
		`{"model":"churn","version":"3","prediction_id":"p0","timestamp":"2026-11-23T12:00:00.5Z","features":{"tenure":1.0,"plan":"pro","active":true},"segment":{"region":"eu"},"score":0.1,"prediction":1,"comment":"a, b"}`,
		`{"model":"churn","version":"3","prediction_id":"p1","timestamp":"2026-11-23T12:01:00.5Z","features":{"tenure":null,"plan":"free","active":false},"segment":{"region":"us"},"score":0.2,"prediction":0,"comment":"say \"hi\""}`,
		`{"model":"churn","version":"3","prediction_id":"p2","timestamp":"2026-11-23T12:02:00.5Z","features":{"tenure":2.5,"plan":null,"active":true},"segment":{"region":"eu"},"score":0.3,"prediction":null,"comment":"two\nlines"}`,
		`{"model":"churn","version":"3","prediction_id":"p3","timestamp":"2026-11-23T12:03:00.5Z","features":{"tenure":null,"plan":"pro","active":false},"segment":{"region":"us"},"score":0.4,"prediction":1,"comment":null}`,
		`{"model":"churn","version":"3","prediction_id":"p4","timestamp":"2026-11-23T12:04:00.5Z","features":{"tenure":1e-07,"plan":"pro","active":true},"segment":{"region":"eu"},"score":0.5,"prediction":0,"comment":"é"}`,
		`{"model":"churn","version":"3","prediction_id":"p5","timestamp":"2026-11-23T12:05:00.5Z","features":{"tenure":-3.0,"plan":"free","active":null},"segment":{"region":"us"},"score":0.6,"prediction":1,"comment":null}`,
	}, "\n") + "\n"
	o := withModel()
	o.Version = "3"
	if diff := cmp.Diff(want, values(t, filepath.Join("testdata", "pandas.csv"), o)); diff != "" {
		t.Error(diff)
	}
	_, notes, err := all(t, filepath.Join("testdata", "pandas.csv"), o)
	if diff := cmp.Diff([]string{"columns that are no field of predictions: comment", "6 time(s) without a zone were taken for UTC"}, notes); diff != "" || err != nil {
		t.Error(diff, err)
	}
	o.Comma = ';'
	if diff := cmp.Diff(want, values(t, filepath.Join("testdata", "pandas_semicolon.csv.gz"), o)); diff != "" {
		t.Error(diff)
	}
}

func TestCellsBecomeWhatTheirColumnSays(t *testing.T) {
	for _, test := range []struct{ column, cell, want string }{
		{"prediction_id", "007", `"007"`},
		{"version", "3", `"3"`},
		{"version", "3.0", `"3.0"`},
		{"timestamp", "1764000000000", `1764000000000`},
		{"timestamp", "2026-11-23T12:00:00+01:00", `"2026-11-23T12:00:00+01:00"`},
		{"timestamp", "2026-11-23 12:00:00+01:00", `"2026-11-23T11:00:00Z"`},
		{"timestamp", "2026-11-23 12:00:00 UTC", `"2026-11-23T12:00:00Z"`},
		{"timestamp", "2026-11-23T12:00:00.25", `"2026-11-23T12:00:00.25Z"`},
		{"timestamp", "23.11.2026", `"23.11.2026"`},
		{"score", "0.5", `0.5`},
		{"score", " 0.5 ", `0.5`},
		{"score", "+.5", `0.5`},
		{"score", "1e400", `1e400`},
		{"score", "nan", `NaN`},
		{"score", "-inf", `-Infinity`},
		{"score", "0x10", `"0x10"`},
		{"score", "1_000", `"1_000"`},
		{"score", "0,5", `"0,5"`},
		{"score", "", `null`},
		{"features.tenure", "12", `12`},
		{"features.since", "1764000000000", `1764000000000`},
		{"features.since", "2026-11-23", `"2026-11-23"`},
		{"features.since", "2026-11-23 12:00:00+01:00", `"2026-11-23T11:00:00Z"`},
		{"features.since", "True", `"True"`},
		{"features.tenure", "True", `true`},
		{"features.tenure", "many", `"many"`},
		{"features.plan", "12", `"12"`},
		{"features.plan", "12.00", `12`},
		{"features.plan", "012.0", `"012.0"`},
		{"features.plan", "12.50", `"12.50"`},
		{"features.plan", "False", `false`},
		{"features.plan", "é\"\t\x01", `"é\"\t\u0001"`},
		{"features.other", "12", `12`},
		{"features.other", "012", `"012"`},
		{"features.a.b", "x", `"x"`},
		{"segment.region", "1.0", `1`},
		{"scores.1", "0.25", `0.25`},
		{"prediction", "1.0", `1`},
		{"prediction", "yes", `"yes"`},
		{"whatever", "1", `1`},
	} {
		o := withModel()
		inner := test.column
		var place string
		if outer, rest, ok := strings.Cut(test.column, "."); ok {
			place = fmt.Sprintf(`{"model":"churn",%q:{%q:%s}}`, outer, rest, test.want)
		} else {
			place = fmt.Sprintf(`{"model":"churn",%q:%s}`, inner, test.want)
		}
		path := written(t, test.column+",x\n\""+strings.ReplaceAll(test.cell, `"`, `""`)+"\",x\n")
		want := strings.TrimSuffix(place, "}") + `,"x":"x"}` + "\n"
		if got := values(t, path, o); got != want {
			t.Errorf("%s %q:\n got %s\nwant %s", test.column, test.cell, got, want)
		}
	}
}

func TestStatedModelAndVersionFillHoles(t *testing.T) {
	o := withModel()
	o.Version = "7"
	got := values(t, written(t, "prediction_id,model,version,tenure\na,,,1\nb,other,8,2\n"), o)
	want := `{"prediction_id":"a","model":"churn","version":"7","features":{"tenure":1}}
{"prediction_id":"b","model":"other","version":"8","features":{"tenure":2}}
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = values(t, written(t, "{}\n { \"model\" : \"other\" }\n"), o)
	want = "{\"model\":\"churn\",\"version\":\"7\"}\n{\"model\":\"churn\",\"version\":\"7\",\"model\" : \"other\" }\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	o.Topic.Kind = ingest.OutcomesTopic
	if got := values(t, written(t, "{}\n"), o); got != "{\"model\":\"churn\"}\n" {
		t.Errorf("an outcome got a version: %s", got)
	}
}

// Columns are where the mapping of a topic reads, and are typed by what it reads.
func TestColumnsFollowTheMapping(t *testing.T) {
	var m ingest.Mapping
	source := func(text string) (s decode.Source) {
		if err := s.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return s
	}
	m.Root = ingest.Pointer{"payload"}
	m.Fields = map[string][]decode.Source{
		"prediction_id": {source("/id")}, "version": {source("/meta/v")}, "features": {source("/in")}, "features.plan": {source("/contract.plan")},
		"score": {source("/out/0")}, "segment.region": {source("/where")},
	}
	o := withModel()
	o.Topic.Mapping = &m
	rows := "payload.id,payload.meta.v,payload.in.tenure,active,payload.out.0,payload.where,payload.score,id\n" + "007,1.10,12,True,0.5,1.0,x,y\n"
	want := `{"payload":{"id":"007","meta":{"v":"1.10"},"in":{"tenure":12,"active":true},"out":{"0":0.5},"where":1,"score":"x"},"id":"y"}` + "\n"
	path := written(t, rows)
	if diff := cmp.Diff(want, values(t, path, o)); diff != "" {
		t.Error(diff)
	}
	_, notes, err := all(t, path, o)
	if diff := cmp.Diff([]string{"columns that are no field of predictions: payload.score, id"}, notes); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestBadRowsAreReportedWithTheirLine(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	content := "prediction_id,score,note\n" + // line 1
		"a,1,\"two\nlines\"\n" + // 2 and 3
		"b,1\n" + // 4: ragged
		"\n" + // 5: blank
		"c,1,x,y\n" + // 6: ragged
		"d,1," + long + "\n" + // 7
		"e,1,caf\xe9\n" + // 8
		"f,1,5\" pipe\n" + // 9
		"g,1,\"open\n" + // 10
		"h,1,x\n" + // 11
		"i,1,\"a\"b\n" + // 12
		"j,1,\"\"\"\"\r\n" + // 13
		"k,1,\"never closed\n" + // 14
		"l,1,x" // 15, without a newline
	o := predictions()
	o.MaxRow = 1000
	rows, _, err := all(t, written(t, content), o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d %s %d %s %s", r.Offset, r.Place, r.Long, r.Value, r.Wrong))
	}
	const unclosed = "a quote is not closed: close it, or double it if it belongs to the text"
	want := []string{
		`0 line 2 0 {"prediction_id":"a","score":1,"note":"two\nlines"} `,
		"1 line 4 0 b,1 2 cells, the header has 3: quote cells that contain the delimiter or a line break",
		"2 line 6 0 c,1,x,y 4 cells, the header has 3: quote cells that contain the delimiter or a line break",
		fmt.Sprintf("3 line 7 %d  ", len(long)+5),
		"4 line 8 0 e,1,caf\xe9 column note is not valid UTF-8: convert the file, e.g. with iconv",
		"5 line 9 0 f,1,5\" pipe cell 3 has a quote within it: put the whole cell in quotes and double the one within",
		"6 line 10 0 g,1,\"open cell 3 goes on after its closing quote: double quotes that belong to the text",
		`7 line 11 0 {"prediction_id":"h","score":1,"note":"x"} `,
		"8 line 12 0 i,1,\"a\"b cell 3 goes on after its closing quote: double quotes that belong to the text",
		`9 line 13 0 {"prediction_id":"j","score":1,"note":"\""} `,
		"10 line 14 0 k,1,\"never closed " + unclosed,
		`11 line 15 0 {"prediction_id":"l","score":1,"note":"x"} `,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLongLinesOfNDJSONArePassedOver(t *testing.T) {
	o := predictions()
	o.MaxRow = 100
	rows, notes, err := all(t, written(t, "{}\n\n"+strings.Repeat("x", 10<<20)+"\n{\"a\":\""+strings.Repeat("y", 92)+"\"}\n{\"b\":\""+strings.Repeat("y", 93)+"\"}\r\n \n{}"), o)
	if err != nil {
		t.Fatal(err)
	}
	want := []got{
		{0, "line 1", "{}", "", 0}, {2, "line 3", "", "", 10<<20 + 1}, {3, "line 4", `{"a":"` + strings.Repeat("y", 92) + `"}`, "", 0},
		{4, "line 5", "", "", 103}, {6, "line 7", "{}", "", 0},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2 blank line(s) passed over"}, notes); diff != "" {
		t.Error(diff)
	}
}

// Whatever encoding/csv makes of a text that it accepts, we make of it too.
func FuzzRecordsAgreeWithTheStandardLibrary(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a\n\"x\"\"y\"\n", "a,b\n\"1\n2\",3\n", "\"\"\n", ",,\n", "a\r\nb\r\n", "\"a\"b,c\n", "a\"b\n", "\"a", "\"a\r\nb\",\"\"", "\"\",\"\"\"\"\n\"a\nb\nc\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		theirs := csv.NewReader(strings.NewReader(text))
		theirs.FieldsPerRecord = -1
		want, err := theirs.ReadAll()
		r := records{lines: lines{text: bufio.NewReader(strings.NewReader(text)), limit: 1 << 20}, comma: ','}
		var got [][]string
		consumed := 0
		wrong := false
		for {
			rec, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			consumed += len(rec.raw)
			if len(rec.raw) == 0 && rec.wrong == "" {
				continue
			}
			if rec.wrong != "" {
				wrong = true
				continue
			}
			var cells []string
			for _, cell := range rec.cells {
				cells = append(cells, string(cell))
			}
			got = append(got, cells)
		}
		if least := len(bytes.ReplaceAll([]byte(text), []byte("\r"), nil)) - strings.Count(text, "\n"); consumed < least-strings.Count(text, "\n") {
			t.Errorf("%d of %d bytes are in a record", consumed, least)
		}
		// A lone carriage return ends a line for neither of us, but theirs drops one
		// before the end of the text.
		if err != nil || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			return
		}
		if wrong {
			t.Fatalf("refused, but the standard library reads %q", want)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
