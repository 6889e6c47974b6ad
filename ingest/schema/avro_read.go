package schema

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/twmb/avro"
)

// appendJSON implements codec.
func (c avroCodec) appendJSON(out []byte, f frame, limit int) ([]byte, error) {
	r := avroReader{in: f.message, limit: limit}
	out, err := r.value(out, c.root)
	if err == nil && len(r.in) > 0 {
		err = fmt.Errorf("%d bytes follow the value", len(r.in))
	}
	return out, err
}

// avroReader reads Avro's binary encoding and writes JSON straight away.
type avroReader struct {
	in    []byte // what is left
	limit int    // of the JSON text
	depth int
}

// value appends the JSON text of the next value, which is of type n.
func (r *avroReader) value(out []byte, n *avroNode) ([]byte, error) {
	switch n.kind {
	case avroNull:
		return append(out, "null"...), nil
	case avroBoolean:
		b, err := r.take(1)
		if err != nil {
			return out, err
		}
		return strconv.AppendBool(out, b[0] != 0), nil
	case avroLong:
		v, err := r.long()
		return strconv.AppendInt(out, v, 10), err
	case avroInt:
		v, err := r.int()
		return strconv.AppendInt(out, v, 10), err
	case avroFloat:
		b, err := r.take(4)
		if err != nil {
			return out, err
		}
		return appendFloat(out, float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))), nil
	case avroDouble:
		b, err := r.take(8)
		if err != nil {
			return out, err
		}
		return appendFloat(out, math.Float64frombits(binary.LittleEndian.Uint64(b))), nil
	case avroString:
		b, err := r.bytes()
		if err != nil {
			return out, err
		}
		return appendText(out, b)
	case avroEnum:
		v, err := r.int()
		if err == nil && (v < 0 || v >= int64(len(n.symbols))) {
			err = fmt.Errorf("symbol %d of %d", v, len(n.symbols))
		}
		if err != nil {
			return out, err
		}
		return append(out, n.symbols[v]...), nil
	case avroUnion:
		v, err := r.long()
		if err == nil && (v < 0 || v >= int64(len(n.branches))) {
			err = fmt.Errorf("branch %d of %d", v, len(n.branches))
		}
		if err != nil {
			return out, err
		}
		return r.value(out, n.branches[v])
	case avroRecord, avroArray, avroMap:
		if r.depth++; r.depth > maxDepth {
			return out, errTooDeep
		}
		out, err := r.container(out, n)
		r.depth--
		return out, err
	case avroBytes, avroFixed, avroDecimalBytes, avroDecimalFixed, avroUUIDFixed, avroDuration:
		return r.binary(out, n)
	}
	return r.time(out, n)
}

func (r *avroReader) container(out []byte, n *avroNode) ([]byte, error) {
	switch n.kind {
	case avroArray:
		out = append(out, '[')
		out, err := r.blocks(out, func(out []byte) ([]byte, error) { return r.value(out, n.items) })
		return append(out, ']'), err
	case avroMap:
		out = append(out, '{')
		out, err := r.blocks(out, func(out []byte) ([]byte, error) {
			name, err := r.bytes()
			if err != nil {
				return out, err
			}
			if out, err = appendText(out, name); err != nil {
				return out, err
			}
			if out, err = r.value(append(out, ':'), n.items); err != nil {
				return out, within(string(name), err)
			}
			return out, nil
		})
		return append(out, '}'), err
	}
	out = append(out, '{')
	for i := range n.fields {
		f := &n.fields[i]
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = r.value(append(out, f.key...), f.node); err != nil {
			return out, within(f.name, err)
		}
	}
	return append(out, '}'), nil
}

// blocks reads the items of an array or a map: blocks of a count and as many
// items, up to the count 0. A negative count is followed by the block's size.
func (r *avroReader) blocks(out []byte, item func([]byte) ([]byte, error)) ([]byte, error) {
	first := true
	for {
		count, err := r.long()
		if err == nil && count < 0 {
			if count == math.MinInt64 {
				return out, errors.New("a block without end")
			}
			count = -count
			_, err = r.long()
		}
		if err != nil || count == 0 {
			return out, err
		}
		for range count {
			// Items may take no bytes: only the text bounds their number.
			if len(out) > r.limit {
				return out, errTooLong
			}
			if !first {
				out = append(out, ',')
			}
			first = false
			if out, err = item(out); err != nil {
				return out, err
			}
		}
	}
}

func (r *avroReader) binary(out []byte, n *avroNode) ([]byte, error) {
	var b []byte
	var err error
	if n.kind == avroBytes || n.kind == avroDecimalBytes {
		b, err = r.bytes()
	} else {
		b, err = r.take(int64(n.size))
	}
	if err != nil {
		return out, err
	}
	switch n.kind {
	case avroDecimalBytes, avroDecimalFixed:
		return appendDecimal(out, b, n.scale)
	case avroUUIDFixed:
		return append(appendUUID(append(out, '"'), b), '"'), nil
	case avroDuration:
		return appendString(out, avro.DurationFromBytes(b).String()), nil
	}
	return appendBase64(out, b), nil
}

func (r *avroReader) time(out []byte, n *avroNode) ([]byte, error) {
	var v int64
	var err error
	if n.kind == avroDate || n.kind == avroTimeMillis {
		v, err = r.int()
	} else {
		v, err = r.long()
	}
	if err != nil {
		return out, err
	}
	switch n.kind {
	case avroDate:
		return appendTime(out, time.Unix(v*86400, 0), dateLayout), nil
	case avroTimeMillis:
		return appendTime(out, time.UnixMilli(v), clockLayout), nil
	case avroTimeMicros:
		return appendTime(out, time.UnixMicro(v), clockLayout), nil
	case avroTimestampMillis:
		return appendTime(out, time.UnixMilli(v), time.RFC3339Nano), nil
	case avroTimestampMicros:
		return appendTime(out, time.UnixMicro(v), time.RFC3339Nano), nil
	case avroTimestampNanos:
		return appendTime(out, time.Unix(0, v), time.RFC3339Nano), nil
	case avroLocalMillis:
		return appendTime(out, time.UnixMilli(v), localLayout), nil
	case avroLocalMicros:
		return appendTime(out, time.UnixMicro(v), localLayout), nil
	case avroLocalNanos:
		return appendTime(out, time.Unix(0, v), localLayout), nil
	}
	return out, fmt.Errorf("no reader of kind %d", n.kind)
}

// take returns the next n bytes.
func (r *avroReader) take(n int64) ([]byte, error) {
	if n < 0 || n > int64(len(r.in)) {
		return nil, errTooShort
	}
	b := r.in[:n]
	r.in = r.in[n:]
	return b, nil
}

// bytes returns as many bytes as the next number says.
func (r *avroReader) bytes() ([]byte, error) {
	n, err := r.long()
	if err != nil {
		return nil, err
	}
	return r.take(n)
}

// long reads a number of up to 64 bits in zigzag encoding.
func (r *avroReader) long() (int64, error) {
	v, n := binary.Varint(r.in)
	switch {
	case n == 0:
		return 0, errTooShort
	case n < 0:
		return 0, errors.New("a number of more than 64 bits")
	}
	r.in = r.in[n:]
	return v, nil
}

func (r *avroReader) int() (int64, error) {
	v, err := r.long()
	if err == nil && v != int64(int32(v)) {
		err = fmt.Errorf("%d has more than 32 bits", v)
	}
	return v, err
}
