package mlflow

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/registrytest"
)

// faulty stands before a server and answers requests to one path itself.
func faulty(t *testing.T, server, path string, answer http.HandlerFunc) (address string, calls *int) {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	calls = new(int)
	proxy := httputil.NewSingleHostReverseProxy(target)
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, path) {
			*calls++
			answer(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(between.Close)
	return between.URL, calls
}

// statuses lists how the runs of an experiment ended.
func (s seed) statuses(t *testing.T, experiment string) (all []string) {
	t.Helper()
	id := dig(s.send(t, "GET", api+"experiments/get-by-name?experiment_name="+url.QueryEscape(experiment), object{}), "experiment", "experiment_id")
	runs, _ := s.send(t, "POST", api+"runs/search", object{"experiment_ids": []string{id}})["runs"].([]any)
	for _, run := range runs {
		all = append(all, dig(run, "info", "status"))
	}
	return all
}

func TestLogRunSurvivesFaults(t *testing.T) {
	refuse := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }
	lose := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for _, version := range parts.MLflowVersions() {
		s := seed{url: parts.MLflowOf(t, version)}
		for _, c := range []struct {
			what, path string
			answer     http.HandlerFunc
			calls      int
			says       string
			statuses   []string
		}{
			{"nothing goes wrong", "/no-such-path", refuse, 0, "", []string{"FINISHED"}},
			{"metrics are refused", "/runs/log-batch", refuse, 1, "the user needs EDIT permission on the experiment", []string{"FAILED"}},
			{"creating is lost", "/runs/create", lose, 1, "create run validation-churn-v4", nil},
		} {
			t.Run(version+", "+c.what, func(t *testing.T) {
				name := registrytest.Name()
				between, calls := faulty(t, s.url, c.path, c.answer)
				_, err := client(t, between).LogRun(t.Context(), registry.Run{
					Experiment: name, Name: "validation-churn-v4", At: time.Now(),
					Metrics: map[string]float64{"val_auc": 0.9}, Params: map[string]string{"file": strings.Repeat("x", 9000)},
				})
				if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("error %v, want %q", err, c.says)
				}
				if *calls != c.calls {
					t.Errorf("asked %d times, want %d", *calls, c.calls)
				}
				if diff := cmp.Diff(c.statuses, s.statuses(t, name)); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestLogRunRefusesADeletedExperiment(t *testing.T) {
	s := seed{url: parts.MLflow(t)}
	name := registrytest.Name()
	id := dig(s.send(t, "POST", api+"experiments/create", object{"name": name}), "experiment_id")
	s.send(t, "POST", api+"experiments/delete", object{"experiment_id": id})
	_, err := client(t, s.url).LogRun(context.Background(), registry.Run{Experiment: name, Name: "run", At: time.Now()})
	if err == nil || !strings.Contains(err.Error(), "it is deleted: restore it, or name another one") {
		t.Errorf("error %v", err)
	}
}
