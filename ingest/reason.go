package ingest

import (
	"slices"

	"github.com/driftd/driftd/ingest/decode"
)

// Reason says why a message was rejected. It is a metric label and a column of
// the rejects table: a constant, never prose.
type Reason = decode.Reason

// The reasons, all of them: metrics start each at 0.
const (
	BadJSON         = decode.BadJSON         // not one JSON object in UTF-8
	EmptyMessage    = decode.EmptyMessage    // null or empty value
	MissingField    = decode.MissingField    // prediction_id, model, version or timestamp absent
	BadField        = decode.BadField        // a known field of the wrong type or an absurd value
	UnknownModel    = decode.UnknownModel    // a model that is not in the configuration
	TimestampFuture = decode.TimestampFuture // more than a day after the record's own Kafka timestamp
	TimestampPast   = decode.TimestampPast   // before 1971, surely a unit mistaken
	NoOutcome       = decode.NoOutcome       // an outcome without label and without value
	TooLarge        = decode.TooLarge        // larger than the configured limit
	UnknownSchema   = decode.UnknownSchema   // names a schema that the registry does not have, or that cannot be used
	BadEncoding     = decode.BadEncoding     // not in the wire format, or does not fit the schema it names

	BadRow Reason = "bad_row" // of a file: a row that is no message, such as one with too few cells
)

// Reasons lists every reason.
var Reasons = append(slices.Clone(decode.Reasons), BadRow)
