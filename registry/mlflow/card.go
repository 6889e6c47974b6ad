package mlflow

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/driftd/driftd/registry"
)

type metric struct {
	Key     string  `json:"key"`
	Value   number  `json:"value"`
	At      integer `json:"timestamp"` // ms
	Dataset string  `json:"dataset_name"`
}

var (
	loggedModel = regexp.MustCompile(`^models:/(m-[0-9a-f]{32})(/|$)`)
	heldOut     = regexp.MustCompile(`(?i)test|val|holdout`)
	trained     = regexp.MustCompile(`(?i)train`)
)

// card collects the finite metrics of the version's run and, over them, those
// of its logged model, which know their data set.
func (r *Registry) card(ctx context.Context, v registry.Version) (map[string]float64, error) {
	card := map[string]float64{}
	if v.RunID != "" {
		var answer struct {
			Run struct {
				Data struct {
					Metrics []metric `json:"metrics"`
				} `json:"data"`
			} `json:"run"`
		}
		err := r.read(ctx, get(opGetRun, "runs/get", url.Values{"run_id": {v.RunID}}), &answer)
		if err != nil && !unavailable(err) {
			return nil, err
		}
		collect(card, answer.Run.Data.Metrics)
	}
	if id := loggedModel.FindStringSubmatch(v.Source); id != nil {
		var answer struct {
			Model struct {
				Data struct {
					Metrics []metric `json:"metrics"`
				} `json:"data"`
			} `json:"model"`
		}
		err := r.read(ctx, get(opGetLoggedModel, "logged-models/"+id[1], nil), &answer)
		if err != nil && !unavailable(err) {
			return nil, err
		}
		collect(card, answer.Model.Data.Metrics)
	}
	return card, nil
}

// unavailable reports that there is nothing to read, or no right to: people may
// delete runs, and rights to a model do not include its experiment.
func unavailable(err error) bool {
	e, ok := errors.AsType[*registry.APIError](err)
	return ok && (errors.Is(err, registry.ErrNotFound) || e.Status == http.StatusForbidden && !e.WrongHost)
}

// collect adds one value per key: where a key was logged for several data sets,
// that of a held-out one, never the training set's if there is another, and the
// latest among equals.
func collect(card map[string]float64, metrics []metric) {
	best := map[string]metric{}
	for _, m := range metrics {
		if old, ok := best[m.Key]; m.Value.finite() && (!ok || m.better(old)) {
			best[m.Key] = m
		}
	}
	for key, m := range best {
		card[key] = float64(m.Value)
	}
}

func (m metric) better(than metric) bool {
	if a, b := m.trust(), than.trust(); a != b {
		return a > b
	}
	return m.At >= than.At
}

// trust ranks data sets by how well a metric on them foretells live performance.
func (m metric) trust() int {
	switch {
	case trained.MatchString(m.Dataset):
		return 0
	case heldOut.MatchString(m.Dataset):
		return 2
	}
	return 1
}
