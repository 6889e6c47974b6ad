package ingest

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/driftd/driftd/ingest/decode"
	"github.com/driftd/driftd/ingest/schema"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

// record is one readable message. Its value must be closed.
type record struct {
	offset int64
	time   time.Time
	value  protocol.Bytes // nil for a null value
	beside *beside        // nil unless the topic's mapping asks for it
	schema []byte         // the header that names the value's schema; nil without it
}

// beside is what stands next to a record's value.
type beside struct {
	key     []byte // nil for a null key
	headers []decode.Header
}

// size is what the record takes of the budget, in bytes.
func (r record) size() int64 {
	n := 0
	if r.value != nil {
		n = r.value.Len()
	}
	if r.beside != nil {
		n += len(r.beside.key)
		for _, h := range r.beside.headers {
			n += len(h.Key) + len(h.Value)
		}
	}
	return int64(n)
}

// besides copies key and headers of the record, and closes the key.
func besides(r *protocol.Record) (*beside, error) {
	var b beside
	var err error
	if r.Key != nil {
		b.key, err = protocol.ReadAll(r.Key)
		_ = r.Key.Close() // memory only
	}
	for _, h := range r.Headers {
		b.headers = append(b.headers, decode.Header{Key: h.Key, Value: h.Value})
	}
	return &b, err
}

// Types of control records.
const abortMarker = 0

// visible returns the records of a fetched set that a reader of committed
// records sees, from offset from on, and the offset that follows the set.
//
// A transaction is aborted from its entry in aborted until its abort marker.
// Two things decide between right and lost data: the entries come unsorted, and
// they must be activated before control batches too. Otherwise, when a fetch
// begins between a transaction's data and its marker, the marker comes first
// and the producer's next transaction is taken for the aborted one.
//
// Keys and headers are read only when wanted.
func visible(set protocol.RecordReader, aborted []fetch.ResponseTransaction, from int64, wanted bool) ([]record, int64, error) {
	stream, isStream := set.(*protocol.RecordStream)
	if !isStream {
		return nil, from, nil // an empty set
	}
	aborted = slices.SortedFunc(slices.Values(aborted), func(a, b fetch.ResponseTransaction) int { return cmp.Compare(a.FirstOffset, b.FirstOffset) })
	active := make(map[int64]bool)
	var out []record
	next := from
	for _, batch := range stream.Records {
		var base, producer int64
		var drop bool
		switch b := batch.(type) {
		case *protocol.ControlBatch:
			base, producer = b.BaseOffset, b.ProducerID
		case *protocol.RecordBatch:
			base, producer = b.BaseOffset, b.ProducerID
		case *protocol.MessageSet: // before transactions existed
			base, producer = b.BaseOffset, -1
		}
		for len(aborted) > 0 && aborted[0].FirstOffset <= base {
			active[aborted[0].ProducerID] = true
			aborted = aborted[1:]
		}
		// Batches come in order: what lies before this one is proven absent.
		next = max(next, base)
		if b, isControl := batch.(*protocol.ControlBatch); isControl {
			for {
				c, err := b.ReadControlRecord()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					return out, next, err
				}
				if c.Type == abortMarker {
					delete(active, producer)
				}
				next = max(next, c.Offset+1)
			}
			continue
		}
		if b, isRecords := batch.(*protocol.RecordBatch); isRecords {
			drop = b.Attributes.Transactional() && active[producer]
		}
		for {
			r, err := batch.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return out, next, err
			}
			visible := !drop && r.Offset >= from // a fetch returns the whole batch that holds its offset
			var extra *beside
			if visible && wanted {
				if extra, err = besides(r); err != nil {
					return out, next, err
				}
			} else if r.Key != nil {
				_ = r.Key.Close() // memory only
			}
			if visible {
				out = append(out, record{r.Offset, r.Time, r.Value, extra, schemaHeader(r.Headers)})
			} else {
				closeValue(r.Value)
			}
			next = max(next, r.Offset+1)
		}
	}
	if next == from && len(stream.Records) > 0 {
		// The batch that holds from has lost its tail to compaction. How far it
		// reached is not told, but from itself is proven absent.
		next++
	}
	return out, next, nil
}

func schemaHeader(headers []protocol.Header) []byte {
	for _, h := range headers {
		if h.Key == schema.HeaderName {
			return h.Value
		}
	}
	return nil
}

func closeValue(v protocol.Bytes) {
	if v != nil {
		_ = v.Close() // memory only
	}
}
