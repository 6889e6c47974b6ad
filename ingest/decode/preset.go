package decode

import (
	"maps"
	"slices"
)

// preset is a mapping with a name. Its fields are written as they would be
// configured.
type preset struct {
	unit    string
	rows    string // "": one row
	where   map[string]string
	deletes map[string]string
	both    map[string]string // fields of predictions and of outcomes
	only    map[Kind]map[string]string
}

// canonical are driftd's own fields under an object.
func canonical(at string) map[Kind]map[string]string {
	only := map[Kind]map[string]string{}
	for kind, names := range fieldNames {
		only[kind] = map[string]string{}
		for _, name := range names {
			only[kind][name] = at + "/" + name
		}
	}
	return only
}

// inferenceLog are the attributes of KServe's request and response logger,
// which sends CloudEvents in binary mode.
var inferenceLog = map[string]string{
	"prediction_id": "header ce_id", "model": "header ce_inferenceservicename", "timestamp": "header ce_time",
}

func inferenceType(t string) map[string]string {
	return map[string]string{"header ce_type": "org.kubeflow.serving.inference." + t}
}

// presets by name; docs/mapping.md shows a message of each.
var presets = map[string]preset{
	"":       {only: canonical("")},
	"driftd": {only: canonical("")},
	"cloudevents": {
		both: map[string]string{"timestamp": "/time"},
		only: canonical("/data"),
	},
	"cloudevents-binary": {
		both: map[string]string{"timestamp": "header ce_time"},
		only: canonical(""),
	},
	"kserve-v1-request": {
		rows: "/instances", where: inferenceType("request"), both: inferenceLog,
		only: map[Kind]map[string]string{Predictions: {"features": "row"}},
	},
	"kserve-v1-response": {
		rows: "/predictions", where: inferenceType("response"), both: inferenceLog,
		only: map[Kind]map[string]string{Predictions: {"score": "row"}},
	},
	"kserve-v2-request": {
		where: inferenceType("request"), both: inferenceLog,
		only: map[Kind]map[string]string{Predictions: {"features": "tensors /inputs"}},
	},
	"kserve-v2-response": {
		where: inferenceType("response"), both: inferenceLog,
		only: map[Kind]map[string]string{Predictions: {"version": "/model_version", "score": "column /outputs/0/data"}},
	},
	"debezium": {
		deletes: map[string]string{"/op": "d"},
		both:    map[string]string{"timestamp": "/ts_ms"},
		only:    canonical("/after"),
	},
	"fastapi": {
		both: map[string]string{"prediction_id": "/request_id", "timestamp": "/timestamp"},
		only: map[Kind]map[string]string{
			Predictions: {
				"version": "/response/model_version", "features": "/request/features",
				"score": "/response/churn_probability", "prediction": "/response/churn_prediction",
			},
			Outcomes: {"model": "/model", "label": "/label"},
		},
	},
}

// PresetNames returns the names of the presets.
func PresetNames() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(presets)), func(name string) bool { return name == "" })
}

// mapping returns the preset as a mapping that is the caller's own.
func (p preset) mapping(kind Kind) Mapping {
	m := Mapping{TimestampUnit: p.unit, Where: p.where, Deletes: p.deletes, Fields: map[string][]Source{}}
	if p.rows != "" {
		m.Rows = source(p.rows).pointer
	}
	for _, fields := range []map[string]string{p.only[kind], p.both} {
		for name, text := range fields {
			m.Fields[name] = []Source{source(text)}
		}
	}
	return m
}
