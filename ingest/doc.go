// Package ingest brings events from Kafka into a [Sink], each exactly once.
//
// One event's way, in the order of the files: fetch.go asks each leader for the
// partitions assigned to this process; committed.go leaves out what aborted
// transactions wrote; partition.go decodes (package decode) and gathers a
// contiguous range of offsets into a [Batch]; store.go brings the batch in.
//
// A range is stored in three steps, and a crash after any of them is repaired by
// the next owner of the partition:
//
//  1. intent: commit offset f with the metadata "pending f-l";
//  2. Sink.Insert, repeated for ever with the same range;
//  3. completion: commit offset l+1, folded into the next range's intent when
//     one is waiting.
//
// Whoever is assigned a partition with a pending range reads exactly that range
// again and inserts it as suspect. Commits carry the member and the generation
// of the consumer group, so that a process that lost a partition without
// noticing cannot open a new range.
//
// Memory is bounded: when storage is slow, fetching stops; heartbeats go on.
package ingest
