package ingest

import (
	"fmt"
	"time"

	"github.com/driftd/driftd/ingest/decode"
)

// The vocabulary of decoding, repeated here so that those who declare models and
// those who store batches need this package only.
type (
	// FeatureKind is how a declared feature is stored and compared.
	FeatureKind = decode.FeatureKind
	// Feature is one declared input of a model.
	Feature = decode.Feature
	// Header is one header of a Kafka record.
	Header = decode.Header
	// Model is what ingest must know of a model to decode its events.
	Model = decode.Model
	// Pointer is a JSON Pointer by its tokens.
	Pointer = decode.Pointer
	// Mapping says where the fields of an event stand in the records of a topic.
	Mapping = decode.Mapping
)

// The kinds of features.
const (
	Number    = decode.Number
	Category  = decode.Category
	Timestamp = decode.Timestamp
)

// Predictions are the decoded predictions of one model in one batch, column by
// column; every column has one entry per row. Nulls are values that were
// absent, JSON null, or of the wrong type (then kept in Extra).
type Predictions struct {
	Model    Model
	ID       []string
	Version  Texts // as the event said it: a version of the registry, a run id or a logged model id
	Time     []time.Time
	Role     Texts               // "served" unless the event says otherwise
	Score    Numbers             // binary: probability of the positive class; multiclass: of the predicted one; regression: the predicted number
	Class    Texts               // predicted class; "" when the event has none, and for regressions
	Numbers  []Numbers           // by position among the numeric features of Model.Features
	Texts    []Texts             // by position among the Category features of Model.Features
	Scores   []Numbers           // by position in Model.Classes
	Segments []Texts             // by position in Model.Segments; "" when absent
	Extra    []map[string]string // undeclared features and values of the wrong type, as JSON text; nil when none
	Offset   []int64
}

// Rows returns the number of predictions.
func (p *Predictions) Rows() int { return len(p.ID) }

// Outcomes are the decoded outcomes of one batch, column by column.
type Outcomes struct {
	Model  Texts
	ID     []string // prediction id
	Time   []time.Time
	Label  Texts   // class label; "" when the outcome is a number
	Value  Numbers // regression outcome
	Offset []int64
}

// Rows returns the number of outcomes.
func (o *Outcomes) Rows() int { return len(o.ID) }

// Reject is a message that could not become an event, kept with its reason.
type Reject struct {
	Offset  int64
	Time    time.Time // the record's Kafka timestamp
	Model   string    // when it could be read, else ""
	Reason  Reason
	Detail  string // names the field, the value and the remedy
	Excerpt string // the first bytes of the message, valid UTF-8
	Kind    TopicKind
	ReadAs  string // name of the topic by whose mapping it was read
	Place   string // of a row of a file, "line 17"; else ""
	Message []byte // all of it, to be decoded again; nil when it is longer than is kept
	Encoded bool   // the message is as it came, Avro or Protobuf; else JSON text
	Key     []byte // of the record, when the mapping asks for it
	Headers []Header
	Size    int // bytes of the message
}

// Batch is a contiguous offset range [First, Last] of one partition, decoded.
// The same range always yields the same batch: decoding is pure.
type Batch struct {
	Topic       string
	TopicID     string // tells a topic from one of the same name before it; "" when not known
	Partition   int
	First, Last int64
	Predictions []*Predictions // one per model that occurs, sorted by model name
	Outcomes    Outcomes
	Rejects     []Reject
}

// Token names the rows of one table in the batch's range. A storage engine
// that has seen the token drops the repeat.
func (b *Batch) Token(table string) string {
	return fmt.Sprintf("%s%s/%d/%d-%d/%s", b.Topic, b.TopicID, b.Partition, b.First, b.Last, table)
}
