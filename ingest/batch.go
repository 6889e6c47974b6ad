package ingest

import (
	"database/sql"
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
	sizes      []int                  // by model: predictions in its last batch, the capacity of the next
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
	filled []*Predictions // by position in models, nil where none
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
		models: models, filled: make([]*Predictions, len(models)), next: first,
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
	b.Outcomes.Model = append(b.Outcomes.Model, o.Model)
	b.Outcomes.ID = append(b.Outcomes.ID, o.ID)
	b.Outcomes.Time = append(b.Outcomes.Time, o.Time)
	b.Outcomes.Label = append(b.Outcomes.Label, o.Label)
	b.Outcomes.Value = append(b.Outcomes.Value, o.Value)
	b.Outcomes.Offset = append(b.Outcomes.Offset, offset)
}

func (b *rangeBatch) addPrediction(offset int64, p *decode.Prediction, sizes []int) {
	c := b.filled[p.Model]
	if c == nil {
		c = newPredictions(b.models[p.Model], sizes[p.Model])
		b.filled[p.Model] = c
	}
	c.ID = append(c.ID, p.ID)
	c.Version = append(c.Version, p.Version)
	c.Time = append(c.Time, p.Time)
	c.Role = append(c.Role, p.Role)
	c.Score = append(c.Score, p.Score)
	c.Class = append(c.Class, p.Class)
	for i, v := range p.Numbers {
		c.Numbers[i] = append(c.Numbers[i], v)
	}
	for i, v := range p.Texts {
		c.Texts[i] = append(c.Texts[i], v)
	}
	for i, v := range p.Segments {
		c.Segments[i] = append(c.Segments[i], v)
	}
	c.Extra = append(c.Extra, p.Extra)
	c.Offset = append(c.Offset, offset)
	sizes[p.Model] = len(c.Offset)
}

// newPredictions returns empty columns for the model, with room for n rows.
func newPredictions(m Model, n int) *Predictions {
	numbers := 0
	for _, f := range m.Features {
		if f.Kind == Number {
			numbers++
		}
	}
	return &Predictions{
		Model: m, ID: make([]string, 0, n), Version: make([]string, 0, n), Time: make([]time.Time, 0, n),
		Role: make([]string, 0, n), Score: make([]sql.NullFloat64, 0, n), Class: make([]string, 0, n),
		Numbers:  columns[sql.NullFloat64](numbers, n),
		Texts:    columns[sql.NullString](len(m.Features)-numbers, n),
		Segments: columns[string](len(m.Segments), n),
		Extra:    make([]map[string]string, 0, n), Offset: make([]int64, 0, n),
	}
}

// columns returns empty columns with room for rows values each.
func columns[T any](n, rows int) [][]T {
	all := make([][]T, n)
	for i := range all {
		all[i] = make([]T, 0, rows)
	}
	return all
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
			b.Predictions = append(b.Predictions, p)
		}
	}
	return &b.Batch
}
