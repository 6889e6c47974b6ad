package schema

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"
)

func TestSplit(t *testing.T) {
	guid := "89791762233641869674299b90a802e2"
	for _, test := range []struct {
		name          string
		value, header string // hexadecimal; "" is none
		indexed       bool
		key           string
		indexes       string
		message       string
		err           string
	}{
		{name: "id in the value", value: "00 00000007 aabb", key: "7", message: "aabb"},
		{name: "GUID in the value", value: "01" + guid + "aa", key: "89791762-2336-4186-9674-299b90a802e2", message: "aa"},
		{name: "GUID in the header", value: "aabb", header: "01" + guid, key: "89791762-2336-4186-9674-299b90a802e2", message: "aabb"},
		{name: "id in the header", value: "00 00000007 aabb", header: "00 00000009", key: "9", message: "0000000007aabb"},
		{name: "first message", value: "00 00000007 00 aabb", indexed: true, key: "7", indexes: "00", message: "aabb"},
		{name: "nested message", value: "00 00000007 04 02 00 aabb", indexed: true, key: "7", indexes: "040200", message: "aabb"},
		{name: "indexes in the header", value: "aabb", header: "01" + guid + "0202", indexed: true, key: "89791762-2336-4186-9674-299b90a802e2", indexes: "0202", message: "aabb"},
		{name: "empty message", value: "00 00000007", key: "7"},
		{name: "too short", value: "00 0000", err: "value: 3 bytes are too few"},
		{name: "GUID too short", value: "01 00000007", err: "5 bytes are too few"},
		{name: "JSON", value: "7b 7d 20 20 20", err: "value: first byte 0x7b"},
		{name: "negative id", value: "00 ffffffff aa", err: "schema id 4294967295"},
		{name: "id 0", value: "00 00000000 aa", err: "schema id 0"},
		{name: "empty header", value: "aa", header: "-", err: "header __value_schema_id: no schema is named"},
		{name: "long header", value: "aa", header: "00 00000007 01", err: "1 bytes follow"},
		{name: "no indexes", value: "00 00000007", indexed: true, err: "message indexes"},
		{name: "negative count", value: "00 00000007 01", indexed: true, err: "count of 0 to"},
		{name: "negative index", value: "00 00000007 02 01", indexed: true, err: "whole numbers from 0"},
		{name: "too many indexes", value: "00 00000007 ffff7f", indexed: true, err: "count of 0 to"},
		{name: "indexes cut", value: "00 00000007 04 02", indexed: true, err: "whole numbers from 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var header []byte
			switch test.header {
			case "":
			case "-":
				header = []byte{}
			default:
				header = unhex(t, test.header)
			}
			f, err := split(unhex(t, test.value), header, test.indexed)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("%+v, %v; want an error with %q", f, err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := []string{f.key.String(), hex.EncodeToString(f.indexes), hex.EncodeToString(f.message)}
			if diff := cmp.Diff([]string{test.key, test.indexes, test.message}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whatever the bytes: no panic, nothing invented, and the same answer as the
// client library that producers in Go use.
func FuzzSplit(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x07\x00aa"), []byte(nil), true)
	f.Add([]byte("\x00\x00\x00\x00\x07\x04\x02\x00aa"), []byte(nil), true)
	f.Add([]byte("aa"), append([]byte{1}, make([]byte, 16)...), false)
	f.Fuzz(func(t *testing.T, value, header []byte, indexed bool) {
		if len(header) == 0 {
			header = nil
		}
		got, err := split(value, header, indexed)
		if err == nil && !bytes.HasSuffix(value, got.message) {
			t.Errorf("message %x is not the end of %x", got.message, value)
		}
		if err == nil && (got.key == Key{}) != (header == nil && value[0] == 1 || header != nil && header[0] == 1) && got.key == (Key{}) {
			t.Errorf("no key in %x", value)
		}
		if header != nil || len(value) == 0 || value[0] != 0 {
			return
		}
		var confluent sr.ConfluentHeader
		id, rest, theirs := confluent.DecodeID(value)
		var indexes []int
		if theirs == nil && indexed {
			indexes, rest, theirs = confluent.DecodeIndex(rest, maxIndexes)
		}
		if err != nil {
			// We refuse what no registry gives: ids of 32 bits, negative indexes.
			odd := len(value) >= 5 && (binary.BigEndian.Uint32(value[1:]) == 0 || value[1] >= 0x80)
			for _, i := range indexes {
				odd = odd || i < 0 || i > 1<<31-1
			}
			if theirs == nil && !odd {
				t.Errorf("%x: %v, but the library reads schema %d, indexes %d", value, err, id, indexes)
			}
			return
		}
		if theirs != nil || int(got.key.ID) != id || !bytes.Equal(got.message, rest) {
			t.Fatalf("%x: schema %s, message %x; the library has %d, %x, %v", value, got.key, got.message, id, rest, theirs)
		}
		var ours []int
		for i := range indexesIn(got.indexes) {
			ours = append(ours, i)
		}
		if indexed && len(indexes)+len(ours) > 0 && !cmp.Equal(indexes, ours) {
			t.Errorf("%x: indexes %d, the library has %d", value, ours, indexes)
		}
	})
}
