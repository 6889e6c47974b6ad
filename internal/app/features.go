package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/schedule"
	"github.com/driftd/driftd/registry"
)

// featureInterval is how often features are looked for: by then, every running
// daemon decodes one that was promoted.
const featureInterval = 15 * time.Second

// registryLimit bounds the look into the registry: neither the start nor a tick
// waits long for one that is down.
const registryLimit = 5 * time.Second

// maxFeatures of one model get a column: the memory of an insert grows with each.
const maxFeatures = 1000

// declarer keeps the features of the models whose configuration names none:
// those in the store, and what the serving version's signature adds. Daemons
// that share a store add the same columns and see each other's.
type declarer struct {
	registry signatures
	store    featureStore
	consumer *ingest.Consumer // nil: nothing is consumed
	log      *slog.Logger

	mu     sync.Mutex
	models []config.Model       // as they are declared now
	read   map[string]model.Ref // by model: the version whose signature was read last
	failed map[string]string    // by model: the error that was logged last
	down   bool                 // the registry did not answer: it is not asked again before the next refreshAll
}

type signatures interface {
	registry.Artifacts
	Serving(ctx context.Context, name string, slot registry.Slot) (model.Ref, error)
}

type featureStore interface {
	Features(ctx context.Context, model string) ([]ingest.Feature, error)
	EnsureModel(ctx context.Context, m ingest.Model) error
}

func newDeclarer(r signatures, s featureStore, models []config.Model, log *slog.Logger) *declarer {
	return &declarer{
		registry: r, store: s, log: log.With("component", "features"),
		models: slices.Clone(models), read: map[string]model.Ref{}, failed: map[string]string{},
	}
}

// run refreshes every model until ctx ends.
func (d *declarer) run(ctx context.Context) error {
	for (schedule.Wall{}).Sleep(ctx, time.Now().Add(featureInterval)) == nil {
		d.refreshAll(ctx)
	}
	return nil
}

// refreshAll refreshes every model. What fails is logged once and tried again;
// until then, the features stay as they are.
func (d *declarer) refreshAll(ctx context.Context) {
	d.mu.Lock()
	d.down = false
	d.mu.Unlock()
	for i := range d.models {
		_, err := d.refresh(ctx, i)
		d.report(i, err)
	}
}

// current returns the model as it is declared now, after looking for news.
func (d *declarer) current(ctx context.Context, m config.Model) (config.Model, error) {
	i := slices.IndexFunc(d.models, func(o config.Model) bool { return o.Policy.Model == m.Policy.Model })
	return d.refresh(ctx, i)
}

// ingested returns all models as ingest wants to know them now.
func (d *declarer) ingested() []ingest.Model {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]ingest.Model, len(d.models))
	for i, m := range d.models {
		all[i] = m.Ingest
	}
	return all
}

// refresh looks for features that the i-th model does not have yet, makes their
// columns, and then lets ingest fill them. An error is the store's; a registry
// that cannot be read adds nothing for now.
func (d *declarer) refresh(ctx context.Context, i int) (config.Model, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.models[i]
	if !m.Signature {
		return m, nil
	}
	stored, err := d.store.Features(ctx, m.Policy.Model)
	if err != nil {
		return m, err
	}
	ref, inputs, err := d.signature(ctx, m)
	if err != nil {
		d.reportLocked(m.Policy.Model, err)
	} else if !d.down {
		delete(d.failed, m.Policy.Model)
	}
	declared := d.add(ref, stored, inputs)
	if len(declared) == len(stored) && slices.Equal(declared, m.Ingest.Features) {
		d.read[m.Policy.Model] = ref
		return m, nil
	}
	m.Ingest.Features, m.Policy.Features = declared, config.Compared(declared)
	// Columns before rows: what ingest decodes from now on must find its place.
	if err := d.store.EnsureModel(ctx, m.Ingest); err != nil {
		return d.models[i], err
	}
	d.models[i], d.read[m.Policy.Model] = m, ref
	d.log.Info("features declared", "model", m.Policy.Model, "version", ref.Version, "features", len(declared), "added", len(declared)-len(stored))
	if d.consumer == nil {
		return m, nil
	}
	all := make([]ingest.Model, len(d.models))
	for j := range d.models {
		all[j] = d.models[j].Ingest
	}
	return m, d.consumer.Declare(all)
}

// signature returns the serving version and its inputs, none if they were read
// before.
func (d *declarer) signature(ctx context.Context, m config.Model) (model.Ref, []registry.Input, error) {
	last := d.read[m.Policy.Model]
	if d.down {
		return last, nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, registryLimit)
	defer cancel()
	ref, err := d.registry.Serving(ctx, m.Policy.Model, m.Slot)
	if errors.Is(err, registry.ErrNoHolder) || errors.Is(err, registry.ErrNotFound) {
		return last, nil, nil // nothing serves yet
	}
	if err != nil || ref == last {
		d.down = err != nil
		return last, nil, err
	}
	inputs, err := registry.Inputs(ctx, d.registry, ref)
	if errors.Is(err, registry.ErrNotFound) || errors.Is(err, registry.ErrSignature) {
		d.log.Warn("version has no signature to read: its features are not watched unless they are promoted or configured", "model", ref.Name, "version", ref.Version, "err", err)
		return ref, nil, nil
	}
	if err != nil {
		d.down = true
		return last, nil, err
	}
	return ref, inputs, nil
}

// inputKinds is what inputs of a signature become.
var inputKinds = map[registry.InputKind]ingest.FeatureKind{
	registry.NumberInput: ingest.Number, registry.CategoryInput: ingest.Category, registry.TimeInput: ingest.Timestamp,
}

// add returns the stored features and the inputs that are new among them, sorted
// by name.
func (d *declarer) add(ref model.Ref, stored []ingest.Feature, inputs []registry.Input) []ingest.Feature {
	declared := slices.Clone(stored)
	var left []string
	for _, in := range inputs {
		f := ingest.Feature{Name: in.Name, Kind: inputKinds[in.Kind]}
		at := slices.IndexFunc(stored, func(s ingest.Feature) bool { return s.Name == in.Name })
		switch {
		case in.Kind == registry.OtherInput:
			left = append(left, fmt.Sprintf("%s (%s)", in.Name, in.Type))
		case at >= 0 && stored[at].Kind != f.Kind:
			d.log.Warn("input changed its kind: values that do not fit are kept beside the columns", "model", ref.Name, "version", ref.Version,
				"feature", in.Name, "stored", stored[at].Kind.String(), "signature", in.Type)
		case at >= 0:
		case len(declared) == maxFeatures:
			left = append(left, in.Name)
		default:
			declared = append(declared, f)
		}
	}
	if len(left) > 0 {
		d.log.Warn("inputs are not watched", "model", ref.Name, "version", ref.Version, "inputs", strings.Join(left, ", "), "most", maxFeatures)
	}
	slices.SortFunc(declared, func(a, b ingest.Feature) int { return strings.Compare(a.Name, b.Name) })
	return declared
}

func (d *declarer) report(i int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reportLocked(d.models[i].Policy.Model, err)
}

// reportLocked logs an error unless it is the one that was logged last.
func (d *declarer) reportLocked(name string, err error) {
	if err != nil && d.failed[name] != err.Error() {
		d.failed[name] = err.Error()
		d.log.Error("features not refreshed, trying again", "model", name, "err", err)
	}
}
