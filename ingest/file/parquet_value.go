package file

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// writer writes one value of a leaf.
type writer = func(b []byte, v parquet.Value, c *parquetContext) ([]byte, error)

// typed chooses how the leaf's values are written: by the logical type, else
// by the older converted type, else by the physical one. It asks the file's own
// schema, because the library's does not know every type.
func (f *parquetField) typed(e *format.SchemaElement) error {
	f.value = physical(f.kind)
	switch l := e.LogicalType.Value.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		f.value = writeText
	case *format.TimestampType:
		unit, err := unitOf(l.Unit)
		if err != nil {
			return fmt.Errorf("column %s: %w", f.path, err)
		}
		f.value = timestamps(unit, !l.IsAdjustedToUTC)
	case *format.DateType:
		f.value = writeDate
	case *format.DecimalType:
		f.value = decimals(f.kind, int(l.Scale))
	case *format.IntType:
		if !l.IsSigned {
			f.value = writeUnsigned
		}
	case *format.Float16Type:
		f.value = writeHalf
	case *format.UUIDType:
		f.value = writeUUID
	case nil:
		f.converted(e)
	}
	return nil
}

// converted is typed for files of older writers.
func (f *parquetField) converted(e *format.SchemaElement) {
	if !e.ConvertedType.Valid {
		return
	}
	switch e.ConvertedType.V {
	case deprecated.UTF8, deprecated.Enum, deprecated.Json:
		f.value = writeText
	case deprecated.TimestampMillis:
		f.value = timestamps(time.Millisecond, false)
	case deprecated.TimestampMicros:
		f.value = timestamps(time.Microsecond, false)
	case deprecated.Date:
		f.value = writeDate
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		f.value = writeUnsigned
	case deprecated.Decimal:
		f.value = decimals(f.kind, int(e.Scale.V))
	}
}

func unitOf(u format.TimeUnit) (time.Duration, error) {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return time.Millisecond, nil
	case *format.MicroSeconds:
		return time.Microsecond, nil
	case *format.NanoSeconds:
		return time.Nanosecond, nil
	}
	return 0, fmt.Errorf("timestamp unit %s: want milliseconds, microseconds or nanoseconds", u.String())
}

func physical(kind parquet.Kind) writer {
	switch kind {
	case parquet.Boolean:
		return func(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
			return strconv.AppendBool(b, v.Boolean()), nil
		}
	case parquet.Int32:
		return func(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
			return strconv.AppendInt(b, int64(v.Int32()), 10), nil
		}
	case parquet.Int64:
		return func(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
			return strconv.AppendInt(b, v.Int64(), 10), nil
		}
	case parquet.Int96: // only ever used for times, by older Spark and Impala
		return writeInt96
	case parquet.Float: // exactly the same number as a float64
		return func(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
			return appendFloat(b, float64(v.Float())), nil
		}
	case parquet.Double:
		return func(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
			return appendFloat(b, v.Double()), nil
		}
	}
	return writeText
}

func writeText(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
	text := v.ByteArray()
	if !utf8.Valid(text) {
		return b, fmt.Errorf("%q is not valid UTF-8: write text, or leave the column out", text[:min(len(text), 20)])
	}
	return appendString(b, text), nil
}

func writeUnsigned(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
	if v.Kind() == parquet.Int32 {
		return strconv.AppendUint(b, uint64(v.Uint32()), 10), nil
	}
	return strconv.AppendUint(b, v.Uint64(), 10), nil
}

// timestamps writes RFC 3339 text. Without a zone the text of the file's
// author is taken for UTC, and that is noted.
func timestamps(unit time.Duration, zoneless bool) writer {
	perSecond := int64(time.Second / unit)
	return func(b []byte, v parquet.Value, c *parquetContext) ([]byte, error) {
		n := v.Int64()
		seconds, rest := n/perSecond, n%perSecond
		t := time.Unix(seconds, rest*int64(unit))
		if year := t.UTC().Year(); year < 0 || year > 9999 {
			return b, fmt.Errorf("%d is a time in the year %d: check its unit", n, year)
		}
		if zoneless && c.moment {
			c.zoneless++
		}
		return appendMoment(b, t), nil
	}
}

// julian is the Julian day number of 1970-01-01.
const julian = 2440588

// writeInt96 writes nanoseconds of a Julian day.
func writeInt96(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
	raw := v.Int96()
	nanos := int64(raw[1])<<32 | int64(raw[0])
	return appendMoment(b, time.Unix((int64(raw[2])-julian)*86400, nanos)), nil
}

// writeDate writes a day, as the event's time its beginning.
func writeDate(b []byte, v parquet.Value, c *parquetContext) ([]byte, error) {
	t := time.Unix(int64(v.Int32())*86400, 0).UTC()
	if c.moment {
		return appendMoment(b, t), nil
	}
	return append(t.AppendFormat(append(b, '"'), time.DateOnly), '"'), nil
}

// decimals writes every digit: the decoder rounds once, to the nearest float64.
func decimals(kind parquet.Kind, scale int) writer {
	return func(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
		var digits []byte
		switch kind {
		case parquet.Int32:
			digits = strconv.AppendInt(nil, int64(v.Int32()), 10)
		case parquet.Int64:
			digits = strconv.AppendInt(nil, v.Int64(), 10)
		default: // two's complement, most significant byte first
			raw := v.ByteArray()
			n := new(big.Int).SetBytes(raw)
			if len(raw) > 0 && raw[0] >= 0x80 {
				n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(raw))))
			}
			digits = n.Append(nil, 10)
		}
		return appendScaled(b, digits, scale), nil
	}
}

// appendScaled writes digits with the point before the last scale of them.
func appendScaled(b, digits []byte, scale int) []byte {
	if len(digits) > 0 && digits[0] == '-' {
		b, digits = append(b, '-'), digits[1:]
	}
	if scale <= 0 {
		b = append(b, digits...)
		for range -scale {
			b = append(b, '0')
		}
		return b
	}
	whole := len(digits) - scale
	if whole <= 0 {
		b = append(b, '0', '.')
		for range -whole {
			b = append(b, '0')
		}
		return append(b, digits...)
	}
	return append(append(append(b, digits[:whole]...), '.'), digits[whole:]...)
}

// writeHalf writes an IEEE 754 binary16, little endian.
func writeHalf(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
	raw := v.ByteArray()
	if len(raw) != 2 {
		return b, errors.New("a half-precision number that has not two bytes")
	}
	return appendFloat(b, half(binary.LittleEndian.Uint16(raw))), nil
}

func writeUUID(b []byte, v parquet.Value, _ *parquetContext) ([]byte, error) {
	raw := v.ByteArray()
	if len(raw) != 16 {
		return b, errors.New("a UUID that has not 16 bytes")
	}
	text := hex.EncodeToString(raw)
	return fmt.Appendf(b, `"%s-%s-%s-%s-%s"`, text[:8], text[8:12], text[12:16], text[16:20], text[20:]), nil
}
