package ingest

import (
	"database/sql"
	"slices"
	"time"

	"github.com/driftd/driftd/ingest/decode"
	"github.com/driftd/driftd/ingest/schema"
	"github.com/prometheus/client_golang/prometheus"
)

// excerptBytes is how much of a rejected message is shown to people.
const excerptBytes = 1000

// decoding turns the records of one partition into rows.
type decoding struct {
	topic      Topic
	decoder    *decode.Decoder
	violations [][]prometheus.Counter // by model and feature
	undeclared []prometheus.Counter   // by model
	sizes      []int                  // by model: predictions in its last batch
	buffer     []byte
	schemas    *schema.Decoder // nil for a topic of JSON
	next       message         // the record that load has read and add has not taken
}

func newDecoding(topic Topic, cfg Config, models []Model, m *metrics) (*decoding, error) {
	decoder, err := decode.NewMapped(models, int(cfg.MaxMessage), topic.Kind.events(), topic.mapping())
	if err != nil {
		return nil, err
	}
	d := &decoding{topic: topic, decoder: decoder, sizes: make([]int, len(models))}
	for _, model := range decoder.Models() {
		d.undeclared = append(d.undeclared, m.undeclared.WithLabelValues(model.Name))
		features := make([]prometheus.Counter, len(model.Features))
		for i, f := range model.Features {
			features[i] = m.typeViolations.WithLabelValues(model.Name, f.Name)
		}
		d.violations = append(d.violations, features)
	}
	return d, nil
}

// rangeBatch is a batch being filled: [First, next) so far.
type rangeBatch struct {
	Batch
	models []Model
	filled []*filling // by position in models, nil where none
	next   int64
	rows   int // messages, and for those of several events these
	events int // without rejects
	skips  map[Reason]int
	bytes  int64
	oldest time.Time // earliest Kafka timestamp
	replay bool      // the range is given: it ends at until, whatever the limits say
	until  int64     // offset after the given range
}

func newRange(at place, first int64, models []Model) *rangeBatch {
	return &rangeBatch{
		Batch:  Batch{Topic: at.topic, Partition: at.partition, First: first},
		models: models, filled: make([]*filling, len(models)), next: first,
	}
}

// newReplay returns the empty batch of a pending range.
func newReplay(at place, pending span, models []Model) *rangeBatch {
	b := newRange(at, pending.first, models)
	b.replay, b.until = true, pending.last+1
	return b
}

// full reports whether the batch must be closed.
func (b *rangeBatch) full(flush Flush) bool {
	if b.replay {
		return b.next >= b.until
	}
	return b.rows >= flush.Rows || b.bytes >= int64(flush.Bytes)
}

// begun reports whether the range is not empty.
func (b *rangeBatch) begun() bool { return b.next > b.First }

// add decodes one record into the batch and closes its value.
func (b *rangeBatch) add(r record, d *decoding) {
	b.next = r.offset + 1
	d.load(r)
	m := d.next
	d.next = message{}
	b.bytes += m.bytes
	event := decode.Record{Value: m.text}
	if r.beside != nil {
		event.Key, event.Headers = r.beside.key, r.beside.headers
	}
	if r.time.UnixMilli() > 0 { // a record without a timestamp has -1
		event.Time = r.time
		if b.oldest.IsZero() || r.time.Before(b.oldest) {
			b.oldest = r.time
		}
	}
	if m.reject != nil {
		b.count(0)
		b.reject(r.offset, event, m.reject, d.topic)
		b.Rejects[len(b.Rejects)-1].keepEncoded(d.buffer)
		return
	}
	var reject *decode.Reject
	if d.topic.Kind == OutcomesTopic {
		var all []decode.Outcome
		all, reject = d.decoder.Outcomes(event)
		for i := range all {
			b.addOutcome(r.offset, all[i])
		}
		b.count(len(all))
	} else {
		var all []decode.Prediction
		all, reject = d.decoder.Predictions(event)
		for i := range all {
			p := &all[i]
			for _, feature := range p.WrongType {
				d.violations[p.Model][feature].Inc()
			}
			if p.Undeclared > 0 {
				d.undeclared[p.Model].Add(float64(p.Undeclared))
			}
			b.addPrediction(r.offset, p, d.sizes)
		}
		b.count(len(all))
	}
	switch {
	case reject == nil:
	case reject.Reason.Skipped():
		b.skip(reject.Reason)
	default:
		b.reject(r.offset, event, reject, d.topic)
	}
}

// count notes that a message became n events.
func (b *rangeBatch) count(n int) {
	b.rows += max(n, 1)
	b.events += n
}

func (b *rangeBatch) skip(reason Reason) {
	if b.skips == nil {
		b.skips = make(map[Reason]int)
	}
	b.skips[reason]++
}

func (b *rangeBatch) addOutcome(offset int64, o decode.Outcome) {
	b.Outcomes.Model.Append(o.Model)
	b.Outcomes.ID = append(b.Outcomes.ID, o.ID)
	b.Outcomes.Time = append(b.Outcomes.Time, o.Time)
	b.Outcomes.Label.Append(o.Label)
	b.Outcomes.Value.Append(o.Value)
	b.Outcomes.Offset = append(b.Outcomes.Offset, offset)
}

func (b *rangeBatch) addPrediction(offset int64, p *decode.Prediction, sizes []int) {
	c := b.filled[p.Model]
	if c == nil {
		c = &filling{Predictions: newPredictions(b.models[p.Model], min(sizes[p.Model], firstRows))}
		b.filled[p.Model] = c
	}
	if rows := c.Rows(); rows == cap(c.ID) {
		c.grow(max(rows, 16)) // all at once, doubling
	}
	c.ID = append(c.ID, p.ID)
	c.Version.Append(p.Version)
	c.Time = append(c.Time, p.Time)
	c.Role.Append(p.Role)
	c.Score.Append(p.Score)
	c.Class.Append(p.Class)
	if c.numbers = append(c.numbers, p.Numbers...); len(c.numbers) >= turnRows*len(p.Numbers) {
		c.turn()
	}
	for i, v := range p.Texts {
		c.Texts[i].AppendNullable(v)
	}
	for i, v := range p.Scores {
		c.Scores[i].Append(v)
	}
	for i, v := range p.Segments {
		c.Segments[i].Append(v)
	}
	c.Extra = append(c.Extra, p.Extra)
	c.Offset = append(c.Offset, offset)
	sizes[p.Model] = len(c.Offset)
}

// turnRows is how many rows of numbers are turned into columns at a time: few
// enough to be in the processor's nearest cache, so that each column is written
// in runs instead of one value here and one there.
const turnRows = 16

// filling is the predictions of one model while they are added.
type filling struct {
	*Predictions
	numbers []sql.NullFloat64 // rows that are not yet in the columns, one after the other
}

// turn moves the numbers into their columns.
func (f *filling) turn() {
	for i := range f.Numbers {
		f.Numbers[i].appendEvery(len(f.Numbers), i, f.numbers)
	}
	f.numbers = f.numbers[:0]
}

// firstRows bounds the rows that a new batch has room for: what is set aside and
// not used is memory all the same.
const firstRows = 4096

// newPredictions returns empty columns for the model, with room for n rows.
func newPredictions(m Model, n int) *Predictions {
	p := &Predictions{Model: m, Scores: make([]Numbers, len(m.Classes)), Segments: make([]Texts, len(m.Segments))}
	for _, f := range m.Features {
		if f.Kind.Numeric() {
			p.Numbers = append(p.Numbers, Numbers{})
		} else {
			p.Texts = append(p.Texts, Texts{})
		}
	}
	p.grow(n)
	return p
}

// grow makes room for n more rows in every column.
func (p *Predictions) grow(n int) {
	p.ID, p.Time = slices.Grow(p.ID, n), slices.Grow(p.Time, n)
	p.Extra, p.Offset = slices.Grow(p.Extra, n), slices.Grow(p.Offset, n)
	p.Score.grow(n)
	for _, numbers := range [][]Numbers{p.Numbers, p.Scores} {
		for i := range numbers {
			numbers[i].grow(n)
		}
	}
	for _, texts := range [][]Texts{p.Texts, p.Segments} {
		for i := range texts {
			texts[i].grow(n)
		}
	}
	for _, texts := range []*Texts{&p.Version, &p.Role, &p.Class} {
		texts.grow(n)
	}
}

func (b *rangeBatch) reject(offset int64, event decode.Record, r *decode.Reject, topic Topic) {
	b.Rejects = append(b.Rejects, Reject{
		Offset: offset, Time: event.Time, Model: r.Model, Reason: r.Reason, Detail: r.Detail,
		Excerpt: decode.Excerpt(event.Value, excerptBytes), Kind: topic.Kind, ReadAs: topic.Name,
		Message: kept(event.Value), Key: event.Key, Headers: event.Headers, Size: len(event.Value),
	})
}

// close ends the range and returns the batch.
func (b *rangeBatch) close() *Batch {
	b.Last = b.next - 1
	for _, p := range b.filled {
		if p != nil {
			p.turn()
			b.Predictions = append(b.Predictions, p.Predictions)
		}
	}
	return &b.Batch
}
