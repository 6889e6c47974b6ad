package decode

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits of one event, in bytes. Longer is surely a mistake: a payload in the
// wrong field.
const (
	maxID   = 512
	maxName = 256 // model, version, role
	maxText = 512 // class, label, segment value, category
)

// Record is one Kafka record. Its bytes are only read, and not kept.
type Record struct {
	Value   []byte
	Key     []byte
	Headers []Header
	Time    time.Time // zero when it has none
}

// Header is a header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Decoder decodes the records of the declared models.
type Decoder struct {
	models   []Model // sorted by name
	schemas  []*schema
	byName   map[string]int
	maxBytes int
	plans    [2]*plan // by Kind; nil: the mapping is none for it
	texts    interner
	ids      strings.Builder // chunk of ids
	scratch  []byte
	plain    []byte // text without escapes

	// One record.
	record Record
	plan   *plan
	scan   scanner
	pass   int     // number of the walk
	values []value // by slot
	rows   []row
	listed bool      // the rows were there
	cells  [][]value // by column
	grids  []tensor
	twice  *node // a place that occurred twice

	// One event.
	events   []Prediction
	outcomes []Outcome
	event    *Prediction
	row      int     // which of the record's
	several  bool    // the record has more than one
	model    int     // the event's, as far as is known
	schema   *schema // of model
	fixed    bool    // model is certain
	used     bool    // features have been read with schema
	pending  *Reject // what was wrong with the features
}

// New returns a decoder of driftd's own events for models, whose names must
// differ. A message of more than maxBytes bytes is rejected as TooLarge.
func New(models []Model, maxBytes int) (*Decoder, error) {
	d, err := newDecoder(models, maxBytes)
	if err != nil {
		return nil, err
	}
	for _, kind := range []Kind{Predictions, Outcomes} {
		d.plans[kind] = compile(Mapping{}, kind, d.models)
	}
	return d, nil
}

// NewMapped returns a decoder of one kind of events that reads them as the
// mapping says.
func NewMapped(models []Model, maxBytes int, kind Kind, m Mapping) (*Decoder, error) {
	if problems := m.Check(kind); len(problems) > 0 {
		return nil, fmt.Errorf("mapping: %s: %s", problems[0].Field, problems[0].Message)
	}
	d, err := newDecoder(models, maxBytes)
	if err != nil {
		return nil, err
	}
	d.plans[kind] = compile(m, kind, d.models)
	return d, nil
}

func newDecoder(models []Model, maxBytes int) (*Decoder, error) {
	d := &Decoder{
		models:   slices.SortedFunc(slices.Values(models), func(a, b Model) int { return cmp.Compare(a.Name, b.Name) }),
		byName:   make(map[string]int, len(models)),
		maxBytes: maxBytes,
		texts:    make(interner),
	}
	for i, m := range d.models {
		if err := m.Check(); err != nil {
			return nil, err
		}
		if _, twice := d.byName[m.Name]; twice {
			return nil, fmt.Errorf("model %q is declared twice", m.Name)
		}
		d.byName[m.Name] = i
		d.schemas = append(d.schemas, newSchema(m))
	}
	if len(models) == 0 {
		d.schemas = append(d.schemas, newSchema(Model{})) // something to read with until the model is looked up
	}
	return d, nil
}

// Models returns the models in the order of Prediction.Model: by name.
func (d *Decoder) Models() []Model { return d.models }

// Prediction decodes one message of a predictions topic that holds one event.
// recorded is the record's Kafka timestamp, zero when it has none. Exactly one
// of the results is non-nil; the prediction holds until the next call.
func (d *Decoder) Prediction(message []byte, recorded time.Time) (*Prediction, *Reject) {
	all, reject := d.Predictions(Record{Value: message, Time: recorded})
	if reject == nil && len(all) == 1 {
		return &all[0], nil
	}
	return nil, reject
}

// Outcome decodes one message of an outcomes topic that holds one event.
// recorded is the record's Kafka timestamp, zero when it has none. Exactly one
// of the results is valid: the outcome when the reject is nil.
func (d *Decoder) Outcome(message []byte, recorded time.Time) (Outcome, *Reject) {
	all, reject := d.Outcomes(Record{Value: message, Time: recorded})
	if reject == nil && len(all) == 1 {
		return all[0], nil
	}
	return Outcome{}, reject
}

// Predictions decodes a record of a predictions topic. When a record of several
// rows has bad ones, the good ones come with a reject that tells of the others.
// A reject whose reason is [Reason.Skipped] says that the record is no event
// and is not meant to be one. The predictions hold until the next call.
func (d *Decoder) Predictions(r Record) ([]Prediction, *Reject) {
	d.events = d.events[:0]
	reject := d.each(d.plans[Predictions], r)
	return d.events, reject
}

// Outcomes decodes a record of an outcomes topic; see [Decoder.Predictions].
func (d *Decoder) Outcomes(r Record) ([]Outcome, *Reject) {
	d.outcomes, d.events = d.outcomes[:0], d.events[:0]
	reject := d.each(d.plans[Outcomes], r)
	return d.outcomes, reject
}
