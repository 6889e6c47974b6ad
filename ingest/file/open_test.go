package file

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/driftd/driftd/ingest"
)

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t testing.TB, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

func TestFormatAndCompressionAreFoundByContent(t *testing.T) {
	const json, csv = "{\"a\":1}\n{\"a\":2}\n", "prediction_id,score\np,0.5\n"
	const jsonRows, csvRows = "{\"a\":1}\n{\"a\":2}\n", `{"prediction_id":"p","score":0.5}` + "\n"
	for _, test := range []struct{ name, content, want string }{
		{"ndjson", json, jsonRows},
		{"ndjson with a byte order mark", "\xef\xbb\xbf" + json, jsonRows},
		{"ndjson of Windows without a last newline", "{\"a\":1}\r\n{\"a\":2}", jsonRows},
		{"ndjson in gzip", gzipped(t, json), jsonRows},
		{"ndjson in two gzip members", gzipped(t, json[:8]) + gzipped(t, json[8:]), jsonRows},
		{"ndjson in zstd", zstandard(t, json), jsonRows},
		{"csv", csv, csvRows},
		{"csv with a byte order mark", "\xef\xbb\xbf" + csv, csvRows},
		{"csv of Windows", strings.ReplaceAll(csv, "\n", "\r\n"), csvRows},
		{"csv in gzip", gzipped(t, csv), csvRows},
		{"csv in zstd with a byte order mark", zstandard(t, "\xef\xbb\xbf"+csv), csvRows},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, values(t, written(t, test.content), predictions())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilesThatCannotBeReadSayWhy(t *testing.T) {
	parquet, err := os.ReadFile(filepath.Join("testdata", "pandas.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	stated := func(f Format, c Compression) Options {
		o := predictions()
		o.Format, o.Compression = f, c
		return o
	}
	for _, test := range []struct {
		name, content string
		o             Options
		want          string
	}{
		{"empty", "", predictions(), "the file is empty"},
		{"empty within", gzipped(t, ""), predictions(), "the file is empty"},
		{"blank", " \n \n", predictions(), "nothing but white space"},
		{"UTF-16", "\xff\xfe{\x00", predictions(), "UTF-16 text: convert it to UTF-8"},
		{"zip", "PK\x03\x04rest", predictions(), "zip archive or a spreadsheet"},
		{"xz", "\xfd7zXZ\x00", predictions(), "xz: decompress it"},
		{"binary", "a,b\x00c", predictions(), "a zero byte at 3"},
		{"JSON array", "[{\"a\":1}]", predictions(), "one JSON array: write one object a line"},
		{"not gzip", "a,b\n1,2\n", stated("", Gzip), "compression gzip was stated, but the content is none"},
		{"not parquet", "a,b\n1,2\n", stated(Parquet, ""), `begins with "a,b\n", not "PAR1"`},
		{"parquet as csv", string(parquet), stated(CSV, ""), "but the content is parquet"},
		{"parquet in gzip", gzipped(t, string(parquet)), predictions(), "a Parquet file inside gzip"},
		{"parquet cut off", string(parquet[:len(parquet)-100]), predictions(), "the file was cut off"},
		{"parquet of four bytes", "PAR1", predictions(), "the file was cut off"},
		{"parquet with a broken footer", string(parquet[:len(parquet)-60]) + strings.Repeat("\xff", 52) + string(parquet[len(parquet)-8:]), predictions(), "damaged Parquet"},
		{"semicolons", "prediction_id;score\np;1\n", predictions(), "say --delimiter ';'"},
		{"a name twice", "prediction_id,score,score\n", predictions(), `columns 2 and 3 are both called "score"`},
		{"a place twice", "prediction_id,features.tenure,tenure\n", withModel(), `columns "features.tenure" (2) and "tenure" (3) are both features.tenure`},
		{"an object and a value", "a,a.b\n", predictions(), `columns "a" (1) and "a.b" (2) are both a`},
		{"no name", "prediction_id,,score\n", predictions(), "column 2 has no name"},
		{"a header that is no text", "prediction_id,caf\xe9\n", predictions(), "header: not valid UTF-8"},
		{"a header with an open quote", "\"prediction_id,score\n", predictions(), "header: a quote is not closed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := all(t, written(t, test.content), test.o)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func withModel() Options {
	o := predictions()
	o.Model = "churn"
	return o
}

// What is whole before the damage is read; the line that was cut is none.
func TestTruncatedDataEndInAnError(t *testing.T) {
	id := func(i int) string { return fmt.Sprintf("%x", sha256.Sum256([]byte{byte(i), byte(i >> 8)})) }
	var text strings.Builder
	text.WriteString("prediction_id,score\n")
	for i := range 20000 {
		text.WriteString(id(i) + ",1\n")
	}
	csv := text.String()
	for name, packed := range map[string]string{"gzip": gzipped(t, csv), "zstd": zstandard(t, csv)} {
		rows, _, err := all(t, written(t, packed[:len(packed)*2/3]), predictions())
		if err == nil || !strings.Contains(err.Error(), "the "+name+" data end too early") || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v", name, err)
		}
		if len(rows) < 10000 {
			t.Errorf("%s: %d rows read of two thirds of 20000", name, len(rows))
		}
		for i, row := range rows {
			if want := `{"prediction_id":"` + id(i) + `","score":1}`; row.Value != want {
				t.Fatalf("%s: row %d of %d: %s", name, i, len(rows), row.Value)
			}
		}
		damaged := []byte(packed)
		damaged[len(damaged)/2] ^= 0xff
		if _, _, err := all(t, written(t, string(damaged)), predictions()); err == nil {
			t.Errorf("%s: a flipped byte went unnoticed", name)
		}
	}
}

func TestDigestIsOfContentAndMeaning(t *testing.T) {
	digest := func(f *File, err error, o Options) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		d, err := f.Digest(o)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	content := "prediction_id,score\np,1\n"
	first, err := Open(written(t, content), nil)
	want := digest(first, err, predictions())
	renamed, err := Open(written(t, content), nil)
	if digest(renamed, err, predictions()) != want {
		t.Error("renaming changes the digest")
	}
	piped, err := Open("-", strings.NewReader(content))
	if digest(piped, err, predictions()) != want {
		t.Error("standard input changes the digest")
	}
	if _, err := os.Stat(piped.file.Name()); !os.IsNotExist(err) {
		t.Errorf("the copy of standard input is left behind: %v", err)
	}
	for name, o := range map[string]Options{"kind": {Topic: ingest.Topic{Kind: ingest.OutcomesTopic}}, "model": withModel(), "version": {Topic: ingest.Topic{Kind: ingest.PredictionsTopic}, Version: "3"}} {
		other, err := Open(written(t, content), nil)
		if digest(other, err, o) == want {
			t.Errorf("another %s leaves the digest as it is", name)
		}
	}
	longer, err := Open(written(t, content+"q,1\n"), nil)
	if digest(longer, err, predictions()) == want {
		t.Error("other content leaves the digest as it is")
	}
}

func TestFileThatIsWrittenToIsNoticed(t *testing.T) {
	path := written(t, "{}\n{}\n")
	f, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.Rows(predictions())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{}\n{}\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = rows.Next()
	}
	if !strings.Contains(err.Error(), "was written to while it was read") {
		t.Error(err)
	}
}
