package alerts

import (
	"maps"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// tally counts by model and reason; the reasons of a known model start at 0. Counters
// of their own would take half a kilobyte each: a thousand models have fifty thousand,
// nearly all of them 0.
type tally struct {
	desc *prometheus.Desc
	mu   sync.Mutex
	n    map[string]map[Reason]uint64 // by model, above 0
}

func (t *tally) known(model string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(model)
}

func (t *tally) add(model string, reason Reason) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of(model)[reason]++
}

func (t *tally) of(model string) map[Reason]uint64 {
	if t.n[model] == nil {
		t.n[model] = map[Reason]uint64{}
	}
	return t.n[model]
}

// Describe implements [prometheus.Collector].
func (t *tally) Describe(to chan<- *prometheus.Desc) { to <- t.desc }

// Collect implements [prometheus.Collector].
func (t *tally) Collect(to chan<- prometheus.Metric) {
	t.mu.Lock()
	all := make(map[string]map[Reason]uint64, len(t.n))
	for model, n := range t.n {
		all[model] = maps.Clone(n)
	}
	t.mu.Unlock()
	for model, n := range all {
		for _, reason := range Reasons() {
			if _, ok := n[reason]; !ok {
				n[reason] = 0
			}
		}
		for reason, n := range n {
			to <- prometheus.MustNewConstMetric(t.desc, prometheus.CounterValue, float64(n), model, string(reason))
		}
	}
}
