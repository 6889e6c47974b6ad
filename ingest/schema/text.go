package schema

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Limits that a value may not exceed, whatever its bytes say.
const (
	maxDepth   = 100 // values within values
	maxDecimal = 128 // bytes of a decimal: more than a float64 can hold
)

var (
	errTooDeep  = fmt.Errorf("values are nested more than %d deep", maxDepth)
	errTooLong  = errors.New("the JSON text is too long")
	errNotUTF8  = errors.New("text is not valid UTF-8")
	errTooShort = errors.New("the bytes end too early")
)

const digits = "0123456789abcdef"

// appendString appends s, which is valid UTF-8, as a JSON string.
func appendString[T string | []byte](out []byte, s T) []byte {
	out = append(out, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		out = append(out, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		default:
			out = append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	out = append(out, s[from:]...)
	return append(out, '"')
}

// appendText is appendString for bytes that may not be text.
func appendText(out, s []byte) ([]byte, error) {
	if !utf8.Valid(s) {
		return out, errNotUTF8
	}
	return appendString(out, s), nil
}

// key returns the name as the beginning of a JSON member.
func key(name string) []byte {
	return append(appendString(nil, name), ':')
}

// appendFloat appends the shortest text that reads as f again.
func appendFloat(out []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(out, "NaN"...)
	case math.IsInf(f, 1):
		return append(out, "Infinity"...)
	case math.IsInf(f, -1):
		return append(out, "-Infinity"...)
	}
	return strconv.AppendFloat(out, f, 'g', -1, 64)
}

func appendBase64(out, b []byte) []byte {
	out = append(out, '"')
	out = base64.StdEncoding.AppendEncode(out, b)
	return append(out, '"')
}

// appendDecimal appends unscaled / 10^scale, where unscaled is a two's
// complement with the highest byte first.
func appendDecimal(out, unscaled []byte, scale int) ([]byte, error) {
	if len(unscaled) > maxDecimal || scale < -maxDecimal || scale > 4*maxDecimal {
		return out, fmt.Errorf("decimal of %d bytes and scale %d: at most %d bytes are read", len(unscaled), scale, maxDecimal)
	}
	n := new(big.Int).SetBytes(unscaled)
	if len(unscaled) > 0 && unscaled[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(unscaled))))
	}
	if n.Sign() < 0 {
		out = append(out, '-')
	}
	text := n.Abs(n).Append(nil, 10)
	for ; scale < 0 && n.Sign() != 0; scale++ {
		text = append(text, '0')
	}
	if scale <= 0 {
		return append(out, text...), nil
	}
	if short := scale + 1 - len(text); short > 0 {
		text = append(slices.Repeat([]byte{'0'}, short), text...)
	}
	out = append(out, text[:len(text)-scale]...)
	out = append(out, '.')
	return append(out, text[len(text)-scale:]...), nil
}

// Layouts of times; a zone is only told when there is one.
const (
	localLayout = "2006-01-02T15:04:05.999999999"
	dateLayout  = "2006-01-02"
	clockLayout = "15:04:05.999999999"
)

// appendTime appends t, taken in UTC, as text.
func appendTime(out []byte, t time.Time, layout string) []byte {
	out = append(out, '"')
	out = t.UTC().AppendFormat(out, layout)
	return append(out, '"')
}
