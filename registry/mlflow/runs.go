package mlflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/driftd/driftd/registry"
)

// LogRun records a run that is over, and returns its id. A server that fails
// between leaves a run that is marked as failed, or, if it is gone, as running.
func (r *Registry) LogRun(ctx context.Context, run registry.Run) (id string, err error) {
	experiment, err := r.experiment(ctx, run.Experiment)
	if err != nil {
		return "", fmt.Errorf("find experiment %q: %w", run.Experiment, err)
	}
	var created struct {
		Run struct {
			Info struct {
				ID string `json:"run_id"`
			} `json:"info"`
		} `json:"run"`
	}
	at := run.At.UnixMilli()
	create := post(opCreateRun, "runs/create", map[string]any{"experiment_id": experiment, "run_name": run.Name, "start_time": at})
	create.repeat = ifRefused // another one would stay empty
	if err := r.read(ctx, create, &created); err != nil {
		return "", fmt.Errorf("create run %s: %w", run.Name, err)
	}
	id = created.Run.Info.ID
	status := "FINISHED"
	if err = r.logBatch(ctx, id, run, at); err != nil {
		status = "FAILED"
	}
	update := map[string]any{"run_id": id, "status": status, "end_time": max(at, time.Now().UnixMilli())}
	if _, ended := r.do(ctx, post(opUpdateRun, "runs/update", update)); ended != nil {
		err = errors.Join(err, ended)
	}
	if err != nil {
		return id, fmt.Errorf("run %s (%s): %w", run.Name, id, err)
	}
	return id, nil
}

// logBatch writes all at once: a server takes a thousand metrics in one request.
func (r *Registry) logBatch(ctx context.Context, id string, run registry.Run, at int64) error {
	var metrics []map[string]any
	for _, key := range slices.Sorted(maps.Keys(run.Metrics)) {
		metrics = append(metrics, map[string]any{"key": key, "value": run.Metrics[key], "timestamp": at, "step": 0})
	}
	var params []map[string]string
	for _, key := range slices.Sorted(maps.Keys(run.Params)) {
		params = append(params, map[string]string{"key": key, "value": registry.Param(run.Params[key])})
	}
	_, err := r.do(ctx, post(opLogBatch, "runs/log-batch", map[string]any{"run_id": id, "metrics": metrics, "params": params}))
	return err
}

// experiment returns the id of an experiment, which it makes if nobody has.
func (r *Registry) experiment(ctx context.Context, name string) (string, error) {
	var found struct {
		Experiment struct {
			ID    string `json:"experiment_id"`
			Stage string `json:"lifecycle_stage"`
		} `json:"experiment"`
	}
	err := r.read(ctx, get(opGetExperiment, "experiments/get-by-name", url.Values{"experiment_name": {name}}), &found)
	switch {
	case err == nil && found.Experiment.Stage == "deleted":
		return "", errors.New("it is deleted: restore it, or name another one")
	case err == nil:
		return found.Experiment.ID, nil
	case !errors.Is(err, registry.ErrNotFound):
		return "", err
	}
	var created struct {
		ID string `json:"experiment_id"`
	}
	create := post(opCreateExperiment, "experiments/create", map[string]string{"name": name})
	create.repeat = ifRefused
	err = r.read(ctx, create, &created)
	return created.ID, err
}
