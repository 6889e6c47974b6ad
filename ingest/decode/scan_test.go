package decode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/driftd/driftd/internal/parts"
)

// accepts reports whether the scanner takes message for one JSON value.
func accepts(message []byte) (value, bool) {
	s := scanner{b: message}
	v, i := s.value(s.space(0), 0)
	return v, i >= 0 && s.space(i) == len(message)
}

// tree turns a scanned value into what encoding/json makes of it.
func tree(v value) any {
	var d Decoder
	switch v.kind {
	case null:
		return nil
	case yes, no:
		return v.kind == yes
	case numeral:
		f, ok := d.float(v)
		if !ok {
			panic("not a number: " + string(v.raw))
		}
		return f
	case quoted:
		return string(d.bytes(v))
	case array:
		all := []any{}
		d.elements(v, func(v value) { all = append(all, tree(v)) })
		return all
	}
	members := map[string]any{}
	d.members(v, func(name, v value) { members[string(d.bytes(name))] = tree(v) })
	return members
}

// same compares trees, floats by their bits.
func same(a, b any) bool {
	switch a := a.(type) {
	case float64:
		b, ok := b.(float64)
		return ok && math.Float64bits(a) == math.Float64bits(b)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key := range a {
			if _, has := b[key]; !has || !same(a[key], b[key]) {
				return false
			}
		}
		return true
	}
	return a == b
}

// agree compares the scanner with encoding/json on one message. Three
// differences are meant: NaN and infinities, numbers beyond float64, which
// encoding/json does not take, and text that is not UTF-8, which it mends.
func agree(t *testing.T, message []byte) {
	t.Helper()
	v, ours := accepts(message)
	theirs := json.Valid(message)
	switch {
	case theirs && !ours && utf8.Valid(message) && depth(message) < maxDepth:
		t.Errorf("encoding/json takes %q", message)
	case ours && !theirs && !bytes.Contains(message, []byte("NaN")) && !bytes.Contains(message, []byte("Infinity")):
		t.Errorf("encoding/json does not take %q", message)
	case ours && !utf8.Valid(message):
		t.Errorf("not UTF-8, yet taken: %q", message)
	}
	var want any
	if ours && theirs && json.Unmarshal(message, &want) == nil {
		if got := tree(v); !same(got, want) {
			t.Errorf("%q is %v, encoding/json says %v", message, got, want)
		}
	}
}

var documents = []string{
	`{"a":[1,-0,0.5,1e3,1E+2,2e-7,123456789012345678901234567890],"b":{"c":null,"d":true,"e":false}}`,
	"{\n\t\"k\" : \"v\\u00e9\\ud83d\\ude00\\ud83d\\\"\\\\\\/\\b\\f\\n\\r\\t\" ,\r\"\":[ ]\t}", `{"a":{"a":1},"a":2}`, `{"é":"日本語 text longer than a word"}`,
	`[]`, `{}`, `""`, `0`, `-`, `01`, `1.`, `.5`, `1e`, `1e+`, `+1`, `--1`, `1e400`, `NaN`, `-NaN`, `Infinity`, `-Infinity`, `Inf`, `nan`,
	`{"a":1,}`, `[1,]`, `[,1]`, `{"a"}`, `{a:1}`, `{"a":1 "b":2}`, `[1 2]`, `{"a":1}}`, `[1]]`, `tru`, `truex`, `nulll`, `"`, `"\`, `"\u12`, `"\x"`, `"\u12g4"`,
	"\"tab\there\"", "\"\x00\"", "\"\x7f\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\xc0\xaf\"", "\"ok\xe2\x82\"", "\xef\xbb\xbf{}", "{\"\xff\":1}", "\xa0 1", "1\v",
	`"\ud800"`, `"\udc00\ud800"`, `"\ud800\u0041"`, `"\ud800\ud800\udc00"`, `"12345678\"901234567"`, `{"a":[{"b":[[[]]]}]}`, ``, ` `, `/**/1`, `'a'`,
}

func TestScannerAgreesWithEncodingJSON(t *testing.T) {
	for _, document := range documents {
		agree(t, []byte(document))
	}
	// Broken in each place, with each byte that means something.
	for _, document := range documents[:5] {
		for i := range len(document) {
			for _, c := range []byte("\"\\{}[]:,0-.eEtfnu \n\x00\x1f\x80\xff") {
				agree(t, []byte(document[:i]+string([]byte{c})+document[i:]))
				agree(t, []byte(document[:i]+string([]byte{c})+document[i+1:]))
			}
			agree(t, []byte(document[:i]))
			agree(t, []byte(document[:i]+document[i+1:]))
		}
	}
}

func TestNestingIsBounded(t *testing.T) {
	for _, deep := range []struct {
		depth int
		want  bool
	}{{maxDepth, true}, {maxDepth + 1, false}, {100_000, false}} {
		for _, message := range []string{
			strings.Repeat("[", deep.depth) + strings.Repeat("]", deep.depth),
			strings.Repeat(`{"a":`, deep.depth-1) + "{}" + strings.Repeat("}", deep.depth-1),
		} {
			if _, ok := accepts([]byte(message)); ok != deep.want {
				t.Errorf("nested %d deep: %v, want %v", deep.depth, ok, deep.want)
			}
		}
	}
}

func FuzzScan(f *testing.F) {
	for _, document := range documents {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, message []byte) { agree(t, message) })
}

// nearest compares both ways of reading a number with strconv, to the last bit.
func nearest(t *testing.T, text string) {
	t.Helper()
	s := scanner{b: []byte(text)}
	n, end := s.numeral(0)
	valid := json.Valid([]byte(text)) && (text[0] == '-' || text[0]-'0' <= 9) && text[len(text)-1] > ' '
	if valid != (end == len(text) && n.special == 0) {
		t.Fatalf("%q: read to %d, encoding/json says %v", text, end, valid)
	}
	if !valid {
		return
	}
	want, _ := strconv.ParseFloat(text, 64)
	if got := n.float(s.b); math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("%s is %x, want %x", text, got, want)
	}
	// A comma follows, as in an object.
	if got, end := short([]byte(text+","), 0); end >= 0 && (end != len(text) || math.Float64bits(got) != math.Float64bits(want)) {
		t.Errorf("%s in short is %x to %d, want %x", text, got, end, want)
	}
}

// Numbers where rounding is decided by the last digit, or by what lies beyond.
var numbers = []string{
	"0", "-0", "-0.0", "0.1", "0.3", "9007199254740992", "9007199254740993", "9007199254740993.0", "9007199254740992.5", "9007199254740993.5", "9007199254740994.5",
	"18446744073709551615", "18446744073709551616", "9999999999999999999", "99999999999999999999", "0.9999999999999999999", "1.7976931348623157e308", "1.8e308", "5e-324", "2e-324",
	"123456789012345678", "1234567890123456789", "0.1234567890123456789", "0.00000000000000000001", "1e22", "1e23", "9007199254740993e1", "8.5e-19", "1.0000000000000002", "1.00000000000000011102230246251565",
	"4503599627370496.5", "4503599627370497.5", "0.8374659273645178", "-1.3862943611198906", "1e-19", "1e-20", "1e-22", "1e99999999999999999999", "0e99999999999999999999",
}

func TestNumbersAreTheNearest(t *testing.T) {
	for _, text := range numbers {
		nearest(t, text)
	}
	random := rand.New(rand.NewPCG(parts.Seed(t), 0))
	for range 300_000 {
		f := random.NormFloat64()
		digits := random.Uint64() >> random.UintN(64)
		nearest(t, strconv.FormatFloat(f, 'g', -1, 64))
		nearest(t, strconv.FormatFloat(f, 'f', random.IntN(19), 64))
		nearest(t, fmt.Sprintf("%d.%0*d", digits>>40, 1+random.IntN(19), random.Uint64N(1e9)))
		nearest(t, fmt.Sprintf("%de%d", digits, random.IntN(60)-30))
		// The middle between two neighbours, and just beside it.
		low := math.Float64frombits(random.Uint64()>>12 | uint64(1023+random.IntN(10))<<52)
		middle := new(strings.Builder)
		fmt.Fprintf(middle, "%.0f", low)
		nearest(t, middle.String()+".5")
	}
}

// quotient decides ties exactly: halves of odd integers of 54 bits.
func TestQuotientRoundsTiesToEven(t *testing.T) {
	for digits, want := range map[uint64]float64{
		90071992547409930: 9007199254740992, 90071992547409950: 9007199254740996, // 2^53 + 1 and + 3, in tenths
		90071992547409931: 9007199254740994, 90071992547409929: 9007199254740992,
	} {
		if got := quotient(digits, 1); got != want {
			t.Errorf("%d/10 is %.0f, want %.0f", digits, got, want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, text := range numbers {
		f.Add(text, uint64(9007199254740993), uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, digits uint64, places uint8) {
		if len(text) > 0 && len(text) < 1000 {
			nearest(t, text)
		}
		places %= 20
		want, _ := strconv.ParseFloat(fmt.Sprintf("%de-%d", digits, places), 64)
		if got := quotient(digits, int(places)); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%d/1e%d is %x, want %x", digits, places, got, want)
		}
	})
}
