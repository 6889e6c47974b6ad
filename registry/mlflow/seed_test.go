package mlflow

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/registrytest"
)

// seed does on a real server what training jobs and people do.
type seed struct {
	url string
	// logged makes models of MLflow 3, with files of their own; otherwise a
	// model's files are those of its run.
	logged  bool
	admin   bool // on a server that asks for a user
	headers map[string]string
}

// seedPassword is that of every user that is made.
const seedPassword = "a user's passphrase"

// user makes a user who reads everything and may edit one model, "" for none.
// The address for granting rights is another one since 3.0.
func (s seed) user(t *testing.T, version, name, edits string) {
	t.Helper()
	s.send(t, "POST", api+"users/create", object{"username": name, "password": seedPassword})
	switch {
	case edits == "":
	case strings.HasPrefix(version, "2."):
		s.send(t, "POST", api+"registered-models/permissions/create", object{"name": edits, "username": name, "permission": "EDIT"})
	default:
		s.send(t, "POST", "/api/3.0/mlflow/users/permissions/grant",
			object{"username": name, "resource_type": "registered_model", "resource_id": edits, "permission": "EDIT"})
	}
}

// send makes a request and decodes the JSON answer.
func (s seed) send(t *testing.T, method, path string, body any) (answer map[string]any) {
	t.Helper()
	var payload []byte
	switch b := body.(type) {
	case string:
		payload = []byte(b)
	default:
		payload, _ = json.Marshal(body)
	}
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for key, value := range s.headers {
		req.Header.Set(key, value)
	}
	if s.admin {
		req.SetBasicAuth(parts.MLflowAdmin, parts.MLflowPassword)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode >= 300 && !strings.Contains(string(text), "RESOURCE_ALREADY_EXISTS") {
		t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
	}
	json.Unmarshal(text, &answer)
	return answer
}

type object = map[string]any

// dig follows keys through nested objects to a string.
func dig(answer any, keys ...string) string {
	for _, key := range keys {
		answer = answer.(object)[key]
	}
	return answer.(string)
}

// register adds a version with its run, files and metrics.
func (s seed) register(t *testing.T, v registry.Version, files map[string]string) registry.Version {
	t.Helper()
	s.send(t, "POST", api+"registered-models/create", object{"name": v.Name})
	if v.RunID == "" {
		v.RunID = dig(s.send(t, "POST", api+"runs/create", object{"experiment_id": "0"}), "run", "info", "run_id")
	}
	root := "0/" + v.RunID + "/artifacts/model"
	v.Source = "mlflow-artifacts:/" + root
	create := object{"name": v.Name, "run_id": v.RunID, "description": v.Description}
	if s.logged {
		id := dig(s.send(t, "POST", api+"logged-models", object{"experiment_id": "0", "name": "model", "source_run_id": v.RunID}), "model", "info", "model_id")
		root = "0/models/" + id + "/artifacts"
		v.Source = "models:/" + id
		create["model_id"] = id
	}
	create["source"] = v.Source
	var metrics []object
	for key, value := range v.Metrics {
		metrics = append(metrics, object{"key": key, "value": value, "timestamp": 1, "step": 0})
	}
	if len(metrics) > 0 {
		s.send(t, "POST", api+"runs/log-batch", object{"run_id": v.RunID, "metrics": metrics})
	}
	for name, text := range files {
		s.send(t, "PUT", "/api/2.0/mlflow-artifacts/artifacts/"+root+"/"+name, text)
	}
	v.Ref.Version = dig(s.send(t, "POST", api+"model-versions/create", create), "model_version", "version")
	for key, value := range v.Tags {
		s.send(t, "POST", api+"model-versions/set-tag", object{"name": v.Name, "version": v.Version, "key": key, "value": value})
	}
	return v
}

// assign does what a person does in the user interface.
func (s seed) assign(t *testing.T, slot registry.Slot, ref model.Ref) {
	t.Helper()
	if slot.Kind == registry.Stage {
		s.send(t, "POST", api+"model-versions/transition-stage",
			object{"name": ref.Name, "version": ref.Version, "stage": slot.Name, "archive_existing_versions": true})
		return
	}
	s.send(t, "POST", api+"registered-models/alias", object{"name": ref.Name, "alias": slot.Name, "version": ref.Version})
}

// versions registers n versions of a new model.
func (s seed) versions(t *testing.T, n int) []model.Ref {
	t.Helper()
	name := registrytest.Name()
	refs := make([]model.Ref, n)
	for i := range refs {
		refs[i] = s.register(t, registry.Version{Ref: model.Ref{Name: name}}, nil).Ref
	}
	return refs
}
