package data

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

func TestDamagedFilesAreNamed(t *testing.T) {
	column := func(description string) string {
		return `{"format":"driftd-columns/1","rows":2,"columns":[` + description + "]}\n"
	}
	zip := func(content string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, c := range []struct {
		name   string
		packed []byte
		want   string
	}{
		{"not compressed", []byte("columns, columns"), "invalid header"},
		{"cut off", packed[:len(packed)/2], "unexpected EOF"},
		{"no header", zip("no end of line"), "header line is missing"},
		{"header is not JSON", zip("rows: 2\n"), "read header"},
		{"another format", zip(`{"format":"parquet"}` + "\n"), `format is "parquet", want "driftd-columns/1"`},
		{"fewer bytes than stated", zip(column(`{"name":"late","role":"label","bytes":3}`) + "\x01\x01"), "column late: 3 bytes for 2 rows, 2 left"},
		{"number cut off", zip(column(`{"name":"late","role":"label","bytes":2}`) + "\x01\x80"), "column late: row 1: the number is cut off"},
		{"number too large", zip(column(`{"name":"late","role":"label","bytes":7}`) + "\x01\xff\xff\xff\xff\xff\x01"), "out of range"},
		{"bytes behind a column", zip(column(`{"name":"late","role":"label","bytes":3}`) + "\x01\x01\x01"), "1 bytes follow the last row"},
		{"bytes behind the file", zip(column(`{"name":"late","role":"label","bytes":2}`) + "\x01\x01\x01"), "1 bytes follow the last column"},
		{"no such category", zip(column(`{"name":"origin","role":"feature","categories":["EWR"],"bytes":2}`) + "\x01\x03"), "row 1: there is no category 1"},
		{"coding unknown", zip(column(`{"name":"late","role":"label","delta":"day","bytes":2}`) + "\x01\x01"), `unknown delta "day"`},
		{"coded by an origin not read", zip(column(`{"name":"temp","role":"feature","delta":"origin","bytes":2}`) + "\x01\x01"), "not been read"},
		{"coded by an origin that is null", zip(column(`{"name":"origin","role":"feature","categories":["EWR"],"bytes":2},{"name":"temp","role":"feature","delta":"origin","bytes":2}`) + "\x01\x00\x01\x01"), "row 1: coded by origin, which is null"},
		{"columns missing", zip(column(`{"name":"late","role":"label","bytes":2}`) + "\x01\x01"), "no column minute"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := decode(c.packed); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("decode: %v, want an error with %q", err, c.want)
			}
		})
	}
}
