// Package schema turns Kafka values that are Avro or Protobuf in the Confluent
// wire format into JSON text, so that everything behind it reads one format.
//
// A value names its schema by an id or a GUID, in its first bytes or in the
// record's header __value_schema_id (wire.go). The [Registry] keeps every schema
// it has once obtained, because an id never changes its meaning; a [Decoder]
// only looks into that cache and says which schema it lacks, so that the caller
// decides how to wait. [Registry.Fetch] asks the schema registry.
//
// The JSON keeps the names, and for Avro the order, of the schema the value was
// written with. Values without a JSON form of their own become:
//
//	bytes, fixed                        base64 text
//	Avro decimal, confluent Decimal     number, every digit kept
//	timestamps, google Timestamp        RFC 3339 text in UTC, whatever the unit
//	local timestamps                    the same without a zone
//	date, time of day                   text, 2006-01-02 and 15:04:05.999
//	Avro duration                       ISO 8601 text
//	google Duration                     number of seconds
//	enum                                its symbol; in Protobuf an unknown one is its number
//	uuid                                text with dashes
//	NaN and infinities                  NaN, Infinity, -Infinity, as Python writes them
//
// An Avro union is its value alone. A Protobuf field without presence is its
// default when it was not sent; one with presence is left out then.
//
// Converting is pure: the same bytes and the same schema give the same text.
package schema
