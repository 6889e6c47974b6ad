package decode

// Reason says why a message was rejected. It is a metric label and a column of
// the rejects table: a constant, never prose.
type Reason string

// The reasons, all of them: metrics start each at 0.
const (
	BadJSON         Reason = "bad_json"         // not one JSON object in UTF-8
	EmptyMessage    Reason = "empty_message"    // null or empty value
	MissingField    Reason = "missing_field"    // prediction_id, model, version or timestamp absent
	BadField        Reason = "bad_field"        // a known field of the wrong type or an absurd value
	UnknownModel    Reason = "unknown_model"    // a model that is not in the configuration
	TimestampFuture Reason = "timestamp_future" // more than a day after the record's own Kafka timestamp
	TimestampPast   Reason = "timestamp_past"   // before 1971, surely a unit mistaken
	NoOutcome       Reason = "no_outcome"       // an outcome without label and without value
	TooLarge        Reason = "too_large"        // larger than the configured limit, or more than 10,000 rows
	UnknownSchema   Reason = "unknown_schema"   // names a schema that the registry does not have, or that cannot be used
	BadEncoding     Reason = "bad_encoding"     // not in the wire format, or does not fit the schema it names
)

// Reasons lists every reason.
var Reasons = []Reason{BadJSON, EmptyMessage, MissingField, BadField, UnknownModel, TimestampFuture, TimestampPast, NoOutcome, TooLarge, UnknownSchema, BadEncoding}

// Reasons to skip a message that is not meant to be an event: it is counted and
// not stored.
const (
	Deleted     Reason = "deleted"      // a delete, or the tombstone after one
	NotSelected Reason = "not_selected" // not one that the mapping asks for
	NoRows      Reason = "no_rows"      // an empty list of events
)

// Skips lists every reason to skip a message.
var Skips = []Reason{Deleted, NotSelected, NoRows}

// Skipped reports whether the message is no event and not meant to be one.
func (r Reason) Skipped() bool { return r == Deleted || r == NotSelected || r == NoRows }

// Reject is the decision that a message is no event.
type Reject struct {
	Model  string // when it could be read, else ""
	Reason Reason
	Detail string // names the field, the value and the remedy; valid UTF-8
}
