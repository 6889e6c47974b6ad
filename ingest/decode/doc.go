// Package decode turns the bytes of one Kafka message into one event, or says
// why it cannot. It is pure: no clock, no I/O, no shared state, so that reading
// the same message again gives the same event.
//
// A prediction:
//
//	{"prediction_id":"c0a8…","model":"churn","version":"3","timestamp":"2026-11-23T03:36:54.123Z",
//	 "features":{"tenure":12,"plan":"pro","balance":null},"score":0.83,"prediction":"1",
//	 "role":"served","segment":{"region":"eu"}}
//
// An outcome carries a label for a classifier, a value for a regression:
//
//	{"prediction_id":"c0a8…","model":"churn","timestamp":"2026-11-26T00:00:00Z","label":"1"}
//
// That is the preset driftd. A [Mapping] says where the fields stand in the
// messages of a topic that is written otherwise, and makes several events of a
// message of several rows. It is compiled into a tree of places, which one pass
// over the message fills: nothing is parsed that nobody asks for, but everything
// is checked to be JSON.
//
// Timestamps are RFC 3339 text or whole milliseconds since 1970, unless the
// mapping states another unit. Numbers may be NaN or infinite, as Python writes
// them: they are kept, because their share is itself a measure. Of a name that
// occurs twice, the last one counts.
//
// A Decoder keeps buffers: use one per goroutine.
package decode
