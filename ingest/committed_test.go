package ingest

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

const transactional = protocol.Transactional

// data is a batch of n records.
func data(producer, base int64, n int, attributes protocol.Attributes) protocol.RecordReader {
	records := make([]protocol.Record, n)
	for i := range records {
		records[i] = protocol.Record{Offset: base + int64(i), Time: time.UnixMilli(1), Value: protocol.NewBytes([]byte("v"))}
	}
	return &protocol.RecordBatch{Attributes: attributes, BaseOffset: base, ProducerID: producer, Records: protocol.NewRecordReader(records...)}
}

// marker ends a transaction.
func marker(producer, base int64, kind int16) protocol.RecordReader {
	key := make([]byte, 4)
	binary.BigEndian.PutUint16(key[2:], uint16(kind))
	return &protocol.ControlBatch{Attributes: protocol.Control | transactional, BaseOffset: base, ProducerID: producer,
		Records: protocol.NewRecordReader(protocol.Record{Offset: base, Key: protocol.NewBytes(key), Value: protocol.NewBytes(make([]byte, 6))})}
}

func TestVisible(t *testing.T) {
	const abort, commit = 0, 1
	for _, test := range []struct {
		name    string
		from    int64
		batches []protocol.RecordReader
		aborted []fetch.ResponseTransaction
		want    []int64
		next    int64
	}{
		{"nothing", 7, nil, nil, nil, 7},
		{"plain records", 0, []protocol.RecordReader{data(-1, 0, 3, 0)}, nil, []int64{0, 1, 2}, 3},
		{"the head of a batch is skipped", 2, []protocol.RecordReader{data(-1, 0, 3, 0)}, nil, []int64{2}, 3},
		{"committed", 0, []protocol.RecordReader{data(1, 0, 2, transactional), marker(1, 2, commit)}, nil, []int64{0, 1}, 3},
		{"aborted", 0, []protocol.RecordReader{data(1, 0, 2, transactional), marker(1, 2, abort)}, []fetch.ResponseTransaction{{ProducerID: 1}}, nil, 3},
		{"the same producer commits next", 0,
			[]protocol.RecordReader{data(1, 0, 2, transactional), marker(1, 2, abort), data(1, 3, 1, transactional), marker(1, 4, commit)},
			[]fetch.ResponseTransaction{{ProducerID: 1}}, []int64{3}, 5},
		{"a fetch from between data and abort marker", 2,
			[]protocol.RecordReader{marker(1, 2, abort), data(1, 3, 1, transactional), marker(1, 4, commit)},
			[]fetch.ResponseTransaction{{ProducerID: 1, FirstOffset: 0}}, []int64{3}, 5},
		{"entries out of order", 0,
			[]protocol.RecordReader{data(1, 0, 1, transactional), data(2, 1, 1, transactional), marker(2, 2, abort), marker(1, 3, abort), data(-1, 4, 1, 0)},
			[]fetch.ResponseTransaction{{ProducerID: 2, FirstOffset: 1}, {ProducerID: 1, FirstOffset: 0}}, []int64{4}, 5},
		{"records without transaction of an aborting producer id", 0, []protocol.RecordReader{data(1, 0, 1, 0)}, []fetch.ResponseTransaction{{ProducerID: 1}}, []int64{0}, 1},
		{"an empty batch", 5, []protocol.RecordReader{data(-1, 5, 0, 0)}, nil, nil, 6},
		{"a compacted tail before another batch", 2, []protocol.RecordReader{data(-1, 0, 2, 0), data(-1, 9, 1, 0)}, nil, []int64{9}, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			var set protocol.RecordReader
			if test.batches != nil {
				set = &protocol.RecordStream{Records: test.batches}
			}
			records, next, err := visible(set, test.aborted, test.from, false)
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, r := range records {
				got = append(got, r.offset)
			}
			if diff := cmp.Diff(test.want, got); diff != "" || next != test.next {
				t.Errorf("next %d, want %d; offsets %s", next, test.next, diff)
			}
		})
	}
}
