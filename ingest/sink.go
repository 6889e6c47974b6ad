package ingest

import "context"

// Sink stores batches.
type Sink interface {
	// Insert stores every row of the batch, or returns an error. It returns
	// nil only after the storage acknowledged all of it. Inserting the same
	// range again leaves one copy. suspect says that an earlier attempt at
	// this very range may have been applied in part (a lost connection, a
	// crash): then the rows are counted by their offsets and only what is
	// missing is inserted, because a deduplication token alone is not proof.
	// A context's end is the only way to give up.
	//
	// An error that knows that nothing was applied says so by a method
	// Ambiguous() bool; without it, the next attempt is a suspect one.
	//
	// Partitions call it at the same time. The batch may be kept, not changed.
	Insert(ctx context.Context, b *Batch, suspect bool) error
}
