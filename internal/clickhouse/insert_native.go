package clickhouse

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/ingest"
)

// native is a column in pieces that knows its bytes in the engine's own format.
// The driver takes them over by decoding them, which copies memory; its Append
// would look at every value, through an interface.
type native interface {
	// columnType is the type that the table's column must have.
	columnType() string
	// encode writes the pieces, whose type is the receiver's, as one column and
	// returns its rows.
	encode(pieces []any, to *proto.Buffer) int
}

// block fills the columns of a batch.
type block struct {
	batch  driver.Batch
	bytes  proto.Buffer
	source bytes.Reader
	reader *proto.Reader
}

func newBlock(batch driver.Batch) *block {
	b := &block{batch: batch}
	b.reader = proto.NewReader(&b.source)
	return b
}

// add appends the pieces, one after the other, to column i.
func (b *block) add(i int, pieces []any) error {
	to := b.batch.Columns()[i]
	var err error
	if n, ok := pieces[0].(native); !ok {
		for _, piece := range pieces {
			if err == nil {
				err = b.batch.Column(i).Append(piece)
			}
		}
	} else if have := string(to.Type()); have != n.columnType() {
		err = fmt.Errorf("%w: it is stored as %s, not %s", ErrSchemaDiffers, have, n.columnType())
	} else {
		b.bytes.Reset()
		rows := n.encode(pieces, &b.bytes)
		b.source.Reset(b.bytes.Buf)
		err = to.Decode(b.reader, rows)
	}
	if err != nil {
		return fmt.Errorf("column %s: %w", to.Name(), err)
	}
	return nil
}

// numbers is a Nullable(Float64) column.
type numbers ingest.Numbers

func (numbers) columnType() string { return "Nullable(Float64)" }

func (numbers) encode(pieces []any, to *proto.Buffer) int {
	rows := 0
	for _, p := range pieces {
		to.PutRaw(p.(numbers).Nulls)
		rows += len(p.(numbers).Nulls)
	}
	for _, p := range pieces {
		proto.ColFloat64(p.(numbers).Values).EncodeColumn(to)
	}
	return rows
}

// texts is a LowCardinality column. Its dictionary begins as the engine's does:
// with the null and the empty text.
type texts struct {
	ingest.Texts
	nullable bool
}

func (t texts) columnType() string {
	if t.nullable {
		return "LowCardinality(Nullable(String))"
	}
	return "LowCardinality(String)"
}

func (t texts) encode(pieces []any, to *proto.Buffer) int {
	whole := t.Texts
	if len(pieces) > 1 {
		whole = ingest.Texts{}
		for _, p := range pieces {
			whole.AppendTexts(p.(texts).Texts)
		}
	}
	return encodeTexts(whole, to)
}

func encodeTexts(t ingest.Texts, to *proto.Buffer) int {
	var dictionary proto.ColStr
	dictionary.AppendArr(t.Dictionary)
	column := proto.ColLowCardinalityRaw{Index: &dictionary, Key: proto.KeyUInt32, Keys32: t.Keys}
	switch n := len(t.Dictionary); {
	case n <= 1<<8:
		column.Key, column.Keys8 = proto.KeyUInt8, narrow[uint8](t.Keys)
	case n <= 1<<16:
		column.Key, column.Keys16 = proto.KeyUInt16, narrow[uint16](t.Keys)
	}
	column.EncodeColumn(to)
	return len(t.Keys)
}

func narrow[T uint8 | uint16](keys []uint32) []T {
	narrowed := make([]T, len(keys))
	for i, key := range keys {
		narrowed[i] = T(key)
	}
	return narrowed
}

// constant is a LowCardinality(String) column of equal values.
func constant(value string, n int) texts {
	return texts{Texts: ingest.Texts{Dictionary: []string{"", "", value}, Keys: repeat[uint32](2, n)}}
}

// extras is a Map(LowCardinality(String), String) column, mostly empty.
type extras []map[string]string

func (extras) columnType() string { return "Map(LowCardinality(String), String)" }

func (extras) encode(pieces []any, to *proto.Buffer) int {
	rows, end := 0, 0
	var keys ingest.Texts
	var values proto.ColStr
	for _, p := range pieces {
		for _, extra := range p.(extras) {
			if len(extra) > 0 {
				for _, key := range slices.Sorted(maps.Keys(extra)) {
					keys.Append(key)
					values.Append(extra[key])
				}
				end += len(extra)
			}
			to.PutUInt64(uint64(end))
			rows++
		}
	}
	if end > 0 {
		encodeTexts(keys, to)
		values.EncodeColumn(to)
	}
	return rows
}
