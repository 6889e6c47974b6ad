package schema

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
)

// HeaderName is the record header in which newer Confluent clients put the
// schema's name instead of into the value's first bytes.
const HeaderName = "__value_schema_id"

// Key names a schema: by its id or, when that is 0, by its GUID.
type Key struct {
	ID   int32
	GUID [16]byte
}

// String returns the id in decimal, or the GUID in its usual form.
func (k Key) String() string {
	if k.ID != 0 || k.GUID == [16]byte{} {
		return strconv.Itoa(int(k.ID))
	}
	return string(appendUUID(nil, k.GUID[:]))
}

// First bytes of a schema's name.
const (
	byID   = 0 // an id follows, 4 bytes, the highest first
	byGUID = 1 // a GUID follows, 16 bytes
)

// frame is a value taken apart.
type frame struct {
	key     Key
	indexes []byte // Protobuf: where the message's type stands in its file, as sent
	message []byte
}

// split takes a value apart. header is the value of the record's header of
// [HeaderName], nil without one. indexed says that message indexes follow the
// schema's name.
func split(value, header []byte, indexed bool) (frame, error) {
	name, place := value, "value"
	if header != nil {
		name, place = header, "header "+HeaderName
	}
	key, rest, err := readKey(name)
	if err != nil {
		return frame{}, fmt.Errorf("%s: %w", place, err)
	}
	f := frame{key: key}
	if indexed {
		end, err := skipIndexes(rest)
		if err != nil {
			return frame{}, fmt.Errorf("%s: message indexes: %w", place, err)
		}
		f.indexes, rest = rest[:end], rest[end:]
	}
	if header == nil {
		f.message = rest
		return f, nil
	}
	if len(rest) > 0 {
		return frame{}, fmt.Errorf("%s: %d bytes follow the schema's name", place, len(rest))
	}
	f.message = value
	return f, nil
}

func readKey(b []byte) (Key, []byte, error) {
	switch {
	case len(b) >= 5 && b[0] == byID:
		id := binary.BigEndian.Uint32(b[1:])
		if id > math.MaxInt32 {
			return Key{}, nil, fmt.Errorf("schema id %d: ids are positive and have 31 bits", id)
		}
		if id == 0 {
			return Key{}, nil, errors.New("schema id 0: ids begin at 1")
		}
		return Key{ID: int32(id)}, b[5:], nil
	case len(b) >= 17 && b[0] == byGUID:
		return Key{GUID: [16]byte(b[1:])}, b[17:], nil
	case len(b) == 0:
		return Key{}, nil, errors.New("no schema is named")
	case b[0] > byGUID:
		return Key{}, nil, fmt.Errorf("first byte %#02x: a schema's name begins with 0 and an id, or with 1 and a GUID", b[0])
	}
	return Key{}, nil, fmt.Errorf("%d bytes are too few for a schema's name", len(b))
}

// maxIndexes is how deep message types may be nested in each other.
const maxIndexes = 32

// skipIndexes returns where the message indexes at the start of b end: a count,
// then as many numbers, all in zigzag varints. A count of 0 stands for the one
// number 0, the first message of the file.
func skipIndexes(b []byte) (int, error) {
	count, end := binary.Varint(b)
	if end <= 0 || count < 0 || count > maxIndexes {
		return 0, fmt.Errorf("want a count of 0 to %d", maxIndexes)
	}
	for range count {
		index, n := binary.Varint(b[end:])
		if n <= 0 || index < 0 || index > math.MaxInt32 {
			return 0, errors.New("want whole numbers from 0")
		}
		end += n
	}
	return end, nil
}

// indexesIn returns the message indexes that skipIndexes has checked.
func indexesIn(b []byte) iter.Seq[int] {
	return func(yield func(int) bool) {
		count, end := binary.Varint(b)
		if count == 0 && len(b) > 0 {
			yield(0)
			return
		}
		for range count {
			index, n := binary.Varint(b[end:])
			end += n
			if !yield(int(index)) {
				return
			}
		}
	}
}

// appendUUID appends 16 bytes as a UUID.
func appendUUID(out, b []byte) []byte {
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			out = append(out, '-')
		}
		out = hex.AppendEncode(out, b[[]int{0, 4, 6, 8, 10}[i]:end])
	}
	return out
}
