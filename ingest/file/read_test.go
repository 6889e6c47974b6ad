package file

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/model"
)

var churn = ingest.Model{
	Name: "churn", Task: model.Binary,
	Features: []ingest.Feature{{Name: "tenure", Kind: ingest.Number}, {Name: "active", Kind: ingest.Number}, {Name: "plan", Kind: ingest.Category}, {Name: "since", Kind: ingest.Timestamp}},
	Segments: []string{"region"},
}

// predictions are options that read predictions of churn.
func predictions() Options {
	return Options{Topic: ingest.Topic{Kind: ingest.PredictionsTopic}, Models: []ingest.Model{churn}, MaxRow: 1 << 20}
}

// written makes a file with the content.
func written(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// got is a row as tests compare it.
type got struct {
	Offset int64
	Place  string
	Value  string
	Wrong  string
	Long   int // bytes, of a row that is too long
}

// all reads the file to its end or its error.
func all(t testing.TB, path string, o Options) (rows []got, notes []string, err error) {
	t.Helper()
	f, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := f.Rows(o)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			if done, total := r.Progress(); done != total {
				t.Errorf("%d of %d read at the end", done, total)
			}
			return rows, r.Notes(), nil
		}
		if err != nil {
			return rows, r.Notes(), err
		}
		g := got{row.Offset, row.Place, string(row.Value), row.Wrong, 0}
		if row.Size > len(row.Value) {
			g.Long, g.Value = row.Size, ""
		}
		rows = append(rows, g)
	}
}

// values reads a file in which every row is a message.
func values(t testing.TB, path string, o Options) string {
	t.Helper()
	rows, _, err := all(t, path, o)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for i, row := range rows {
		if row.Wrong != "" || row.Long > 0 || row.Offset != int64(i) {
			t.Errorf("row %d: %+v", i, row)
		}
		out.WriteString(row.Value + "\n")
	}
	return out.String()
}
