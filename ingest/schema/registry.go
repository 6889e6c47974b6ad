package schema

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/twmb/franz-go/pkg/sr"
)

const (
	// patience is how long a schema may be missing before it is believed: a
	// replica of the registry may be behind the producer that registered it.
	patience = 10 * time.Second
	// absentFor is how long a missing schema is not asked for again.
	absentFor = 30 * time.Second
	// maxAbsent is how many missing schemas are remembered. Anybody may write
	// any id into a message.
	maxAbsent = 10_000
)

// Registry keeps the schemas that it has obtained: what an id names never
// changes. It may be used by many goroutines.
type Registry struct {
	client   client
	requests *prometheus.CounterVec
	turn     chan struct{} // one request at a time: whoever waits finds the answer in the cache
	now      func() time.Time

	mu     sync.RWMutex
	known  map[Key]known
	absent map[Key]absent
}

// known is a schema that the registry has.
type known struct {
	format  sr.SchemaType
	codec   codec
	problem string // why it cannot be used; then there is no codec
}

// absent is a schema that the registry has not.
type absent struct {
	problem string
	since   time.Time // when it was first asked for
	until   time.Time // when it will be asked for again; zero while it is not believed yet
}

// New returns a registry that does nothing until Fetch. It reads the files of
// the configuration.
func New(c Config, reg prometheus.Registerer) (*Registry, error) {
	client, err := newClient(c)
	if err != nil {
		return nil, err
	}
	r := &Registry{
		client: client, turn: make(chan struct{}, 1), now: time.Now,
		known: make(map[Key]known), absent: make(map[Key]absent),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "driftd_ingest_schema_requests_total", Help: "Schemas asked for, by what came of it: ok, absent, unusable (it cannot be compiled), error (the registry must be asked again)."}, []string{"result"}),
	}
	for _, result := range []string{resultOK, resultAbsent, resultUnusable, resultError} {
		r.requests.WithLabelValues(result)
	}
	if reg != nil {
		reg.MustRegister(r.requests)
	}
	return r, nil
}

// Results of requests, label values.
const (
	resultOK       = "ok"
	resultAbsent   = "absent"
	resultUnusable = "unusable"
	resultError    = "error"
)

// Fetch asks the registry once for a schema that a Decoder lacks. recorded is
// the Kafka timestamp of the message that names it, zero without one: a schema
// that is missing is believed to be so only when the message is 10 s old, or was
// first asked for 10 s ago. Fetch returns nil when the Decoder can go on, be it
// to a reject, and an error when the registry must be asked again, later.
func (r *Registry) Fetch(ctx context.Context, k Key, recorded time.Time) error {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if _, _, cached := r.lookup(k); cached {
		return nil
	}
	s, references, err := r.client.schema(ctx, k)
	switch {
	case err == nil:
		r.keep(k, s, references)
		return nil
	case errors.Is(err, errAbsent):
		r.requests.WithLabelValues(resultAbsent).Inc()
		return r.missing(k, recorded, err)
	}
	r.requests.WithLabelValues(resultError).Inc()
	return fmt.Errorf("ask the schema registry: %w", err)
}

// keep compiles the schema and caches it for ever.
func (r *Registry) keep(k Key, s sr.Schema, references []source) {
	entry := known{format: s.Type}
	var err error
	switch s.Type {
	case sr.TypeAvro:
		entry.codec, err = compileAvro(s.Schema, references)
	case sr.TypeProtobuf:
		entry.codec, err = compileProtobuf(s.Schema, references)
	}
	result := resultOK
	if err != nil {
		result = resultUnusable
		entry.problem = fmt.Sprintf("schema %s cannot be used: %s", k, err)
	}
	r.requests.WithLabelValues(result).Inc()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.absent, k)
	r.known[k] = entry
}

// missing notes that the registry does not have the schema. It returns an error
// while that is not to be believed.
func (r *Registry) missing(k Key, recorded time.Time, err error) error {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	entry, asked := r.absent[k]
	if !asked {
		entry.since = now
		if len(r.absent) >= maxAbsent {
			clear(r.absent)
		}
	}
	entry.problem = err.Error()
	believed := now.Sub(entry.since) >= patience || now.Sub(recorded) >= patience
	if believed {
		entry.until = now.Add(absentFor)
	}
	r.absent[k] = entry
	if believed {
		return nil
	}
	return fmt.Errorf("%w, or not yet", err)
}

// lookup returns what is known of the schema: a codec or why there is none.
func (r *Registry) lookup(k Key) (found known, problem string, cached bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if found, cached = r.known[k]; cached {
		return found, found.problem, true
	}
	if entry, asked := r.absent[k]; asked && r.now().Before(entry.until) {
		return known{}, entry.problem, true
	}
	return known{}, "", false
}
