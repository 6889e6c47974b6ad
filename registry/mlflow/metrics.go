package mlflow

import "github.com/prometheus/client_golang/prometheus"

// Operations, as in errors and in the label op.
const (
	opGetModel       = "get_model"
	opGetVersion     = "get_version"
	opSearchVersions = "search_versions"
	opGetRun         = "get_run"
	opGetLoggedModel = "get_logged_model"
	opGetArtifact    = "get_artifact"
	opListArtifacts  = "list_artifacts"
	opSetTag         = "set_tag"
	opSetAlias       = "set_alias"
	opSetStage       = "set_stage"

	opGetExperiment    = "get_experiment"
	opCreateExperiment = "create_experiment"
	opCreateRun        = "create_run"
	opLogBatch         = "log_batch"
	opUpdateRun        = "update_run"
)

var ops = []string{
	opGetModel, opGetVersion, opSearchVersions, opGetRun, opGetLoggedModel,
	opGetArtifact, opListArtifacts, opSetTag, opSetAlias, opSetStage,
	opGetExperiment, opCreateExperiment, opCreateRun, opLogBatch, opUpdateRun,
}

// codeError is the label code of an attempt that got no answer.
const codeError = "error"

type metrics struct {
	requests *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "driftd_registry_requests_total",
			Help: "Attempts of requests to the model registry, by operation and HTTP status (error: no answer).",
		}, []string{"op", "code"}),
	}
	for _, op := range ops {
		for _, code := range []string{"200", codeError} {
			m.requests.WithLabelValues(op, code)
		}
	}
	reg.MustRegister(m.requests)
	return m
}
