package data

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

//go:embed flights2013.bin.gz
var packed []byte

const format = "driftd-columns/1"

// Load decodes the embedded flights. It takes a fraction of a second and about
// 30 MB; the caller keeps the result. An error means the embedded file is damaged.
func Load() (*Flights, error) {
	f, err := decode(packed)
	if err != nil {
		return nil, fmt.Errorf("decode flights2013.bin.gz: %w", err)
	}
	return f, nil
}

// header is the first line of the file, as JSON.
type header struct {
	Format  string        `json:"format"`
	Rows    int           `json:"rows"`
	Columns []description `json:"columns"`
}

type description struct {
	Name       string   `json:"name"`
	Role       string   `json:"role"`
	Decimals   int      `json:"decimals"`
	Categories []string `json:"categories"`
	Delta      string   `json:"delta"`
	Bytes      int      `json:"bytes"`
}

func decode(packed []byte) (*Flights, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(zip)
	if err != nil {
		return nil, err
	}
	line, body, found := bytes.Cut(content, []byte{'\n'})
	if !found {
		return nil, errors.New("the header line is missing")
	}
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		return nil, fmt.Errorf("read header: %w", err)
	}
	if h.Format != format {
		return nil, fmt.Errorf("format is %q, want %q", h.Format, format)
	}

	f := &Flights{}
	for _, d := range h.Columns {
		if d.Bytes < h.Rows || d.Bytes > len(body) {
			return nil, fmt.Errorf("column %s: %d bytes for %d rows, %d left in the file", d.Name, d.Bytes, h.Rows, len(body))
		}
		codes, err := f.decodeColumn(d, body[:d.Bytes], h.Rows)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", d.Name, err)
		}
		body = body[d.Bytes:]
		f.add(d, codes)
	}
	if len(body) > 0 {
		return nil, fmt.Errorf("%d bytes follow the last column", len(body))
	}
	return f, f.complete()
}

// add puts a decoded column where its role says.
func (f *Flights) add(d description, codes []int32) {
	c := &Column{Name: d.Name, Categories: d.Categories, codes: codes, scale: math.Pow10(d.Decimals)}
	switch d.Role {
	case "minute":
		f.minute = codes
	case "minutes_after":
		f.after = codes
	case "label":
		f.late = codes
	case "day":
		f.day = codes
	case "flight":
		f.flight = codes
	case "score":
		f.scores = append(f.scores, c)
	case "feature":
		f.features = append(f.features, c)
		switch d.Name {
		case "carrier":
			f.carrier = c
		case "origin":
			f.origin = c
		}
	}
}

// complete reports the first column without which a method would panic.
func (f *Flights) complete() error {
	for _, part := range []struct {
		name    string
		present bool
	}{
		{"minute", f.minute != nil},
		{"minutes_after", f.after != nil},
		{"label", f.late != nil},
		{"day", f.day != nil},
		{"flight", f.flight != nil},
		{"carrier", f.carrier != nil},
		{"origin", f.origin != nil},
	} {
		if !part.present {
			return fmt.Errorf("no column %s", part.name)
		}
	}
	return nil
}

// decodeColumn reads one unsigned varint per row: 0 is null, anything else one more
// than the zigzag code of the value or of its difference to the last known value,
// of the column or of the same origin.
func (f *Flights) decodeColumn(d description, body []byte, rows int) ([]int32, error) {
	group, groups := make([]int32, rows), 1
	switch d.Delta {
	case "", "row":
	case "origin":
		if f.origin == nil {
			return nil, errors.New("coded by origin, which has not been read yet")
		}
		group, groups = f.origin.codes, len(f.origin.Categories)
	default:
		return nil, fmt.Errorf("unknown delta %q", d.Delta)
	}

	codes := make([]int32, rows)
	last := make([]int64, groups)
	for row := range codes {
		code, n := binary.Uvarint(body)
		if n <= 0 {
			return nil, fmt.Errorf("row %d: the number is cut off", row)
		}
		body = body[n:]
		if code == 0 {
			codes[row] = null
			continue
		}
		code--
		value := int64(code>>1) ^ -int64(code&1)
		if d.Delta != "" {
			g := group[row]
			if g == null {
				return nil, fmt.Errorf("row %d: coded by origin, which is null", row)
			}
			value += last[g]
			last[g] = value
		}
		if value <= math.MinInt32 || value > math.MaxInt32 {
			return nil, fmt.Errorf("row %d: %d is out of range", row, value)
		}
		if d.Categories != nil && (value < 0 || value >= int64(len(d.Categories))) {
			return nil, fmt.Errorf("row %d: there is no category %d", row, value)
		}
		codes[row] = int32(value)
	}
	if len(body) > 0 {
		return nil, fmt.Errorf("%d bytes follow the last row", len(body))
	}
	return codes, nil
}
