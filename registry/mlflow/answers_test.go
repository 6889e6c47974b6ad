package mlflow

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Texts as real servers send them.
const (
	hostCheck    = "Invalid Host header - possible DNS rebinding attack detected"
	unauthorized = "<!doctype html>\n<html lang=en>\n<head><title>401 Unauthorized</title></head>\n<h1>Unauthorized</h1><p>You are not authenticated.</p>"
	forbidden    = "Permission denied"
	wrongPath    = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>"
	loginPage    = "<html><head><style>b{}</style></head><body>Please <b>sign&nbsp;in</b></body></html>"
	noModel      = `{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"Registered Model with name=churn not found"}`
	unique       = `{"error_code":"BAD_REQUEST","message":"(sqlite3.IntegrityError) UNIQUE constraint failed"}`
)

// answering starts a server that answers every request alike and counts them.
func answering(t *testing.T, status int, body string) (r *Registry, served *atomic.Int32) {
	served = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	r = client(t, server.URL)
	r.cfg.Timeout = 5 * time.Second
	return r, served
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		what     string
		status   int
		body     string
		text     string // part of the error's text
		attempts int32
		absent   bool // is ErrNotFound
	}{
		{"host check names the remedy", 403, hostCheck, "start the MLflow server with --allowed-hosts 127.0.0.1:", 1, false},
		{"no credentials", 401, unauthorized, "get_model: 401: Unauthorized You are not authenticated. (check token_file, or username and password_file)", 1, false},
		{"no right", 403, forbidden, "get_model: 403: Permission denied (the user needs READ permission", 1, false},
		{"wrong path is not an absent model", 404, wrongPath, "check url and its path prefix", 1, false},
		{"absent model", 404, noModel, "404 RESOURCE_DOES_NOT_EXIST: Registered Model with name=churn not found", 1, true},
		{"absent model on servers that answer 400", 400, noModel, "400 RESOURCE_DOES_NOT_EXIST", 1, true},
		{"login page of a proxy", 200, loginPage, "200: Please sign in (the answer is not MLflow's", 1, false},
		{"too many requests", 429, `{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"slow"}`, "lower rate_per_second", 4, false},
		{"crash", 500, "<h1>Internal Server Error</h1>", "get_model: 500: Internal Server Error", 4, false},
		{"gateway", 503, "", "get_model: 503", 4, false},
		{"malformed", 400, `{"error_code":"INVALID_PARAMETER_VALUE","message":"no"}`, "400 INVALID_PARAMETER_VALUE: no", 1, false},
		{"long text is cut", 400, strings.Repeat("x", 1000), strings.Repeat("x", 299) + "…", 1, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel() // each waits between its attempts
			r, served := answering(t, c.status, c.body)
			_, err := r.Model(context.Background(), "churn")
			if err == nil || !strings.Contains(err.Error(), c.text) || !strings.HasPrefix(err.Error(), "read model churn: ") {
				t.Errorf("error %q, want %q in it", err, c.text)
			}
			if errors.Is(err, registry.ErrNotFound) != c.absent {
				t.Errorf("error %q says not found: %v, want %v", err, !c.absent, c.absent)
			}
			if e, ok := errors.AsType[*registry.APIError](err); !ok || e.Status != c.status {
				t.Errorf("error %#v, want an APIError with status %d", err, c.status)
			}
			if served.Load() != c.attempts {
				t.Errorf("%d attempts, want %d", served.Load(), c.attempts)
			}
		})
	}
}

func TestCollisionsOfNewTagsAreRepeated(t *testing.T) {
	r, served := answering(t, 400, unique)
	_, err := r.do(context.Background(), post(opSetTag, "model-versions/set-tag", object{}))
	if err == nil || served.Load() != attempts {
		t.Errorf("error %v after %d attempts, want one after %d", err, served.Load(), attempts)
	}
}

func TestSlotsAreNotWrittenBlindlyAgain(t *testing.T) {
	for _, slot := range []registry.Slot{champion, production} {
		for status, want := range map[int]int32{500: 1, 503: 1, 429: attempts} {
			r, served := answering(t, status, "")
			err := r.set(context.Background(), slot, model.Ref{Name: "churn", Version: "1"})
			if err == nil || served.Load() != want {
				t.Errorf("%s, %d: error %v after %d attempts, want %d", slot, status, err, served.Load(), want)
			}
			if acted(err) != (status >= 500) {
				t.Errorf("%s, %d: counts as acted: %v", slot, status, acted(err))
			}
		}
	}
}

func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	r := client(t, server.URL)
	_, err := r.Model(context.Background(), "churn")
	if err == nil || acted(err) || !passing(err) {
		t.Errorf("error %v: acted %v, passing %v; want one that may be repeated", err, acted(err), passing(err))
	}
	if got := requests(r, opGetModel, codeError); got != attempts {
		t.Errorf("%d attempts counted as %s, want %d", got, codeError, attempts)
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	var served atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if served.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Write([]byte(`{"registered_model":{}}`))
	}))
	defer server.Close()
	start := time.Now()
	if _, err := client(t, server.URL).Model(context.Background(), "churn"); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(start); waited < time.Second {
		t.Errorf("asked again after %s, the server wanted 1s", waited)
	}
}

// A tick cannot wait for an hour; the next one asks again.
func TestALongRetryAfterIsReportedInstead(t *testing.T) {
	var served atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	_, err := client(t, server.URL).Model(context.Background(), "churn")
	if registry.Classify(err) != registry.RateLimited || !strings.Contains(err.Error(), "lower rate_per_second; the server asks to wait 1h0m0s") || served.Load() != 1 {
		t.Errorf("error %v after %d attempts", err, served.Load())
	}
}

func TestRetryAfterHasTwoForms(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "1e3": 0, "99999999": 24 * time.Hour,
		"Sun, 01 Mar 2026 12:00:30 GMT": 30 * time.Second, "Sun, 01 Mar 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: wait %s, want %s", text, got, want)
		}
	}
}

func TestRedirectsStayOnTheServer(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s went to another server, with credentials %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer server.Close()
	r := client(t, server.URL)
	_, err := r.Model(context.Background(), "churn")
	if err == nil || !strings.Contains(err.Error(), "redirected to http://") || acted(err) || passing(err) {
		t.Errorf("error %v, want one about the redirect that is not worth repeating", err)
	}
}

// One server sends numbers as numbers, another as text, and both leave out what is empty.
func TestAnswersAreReadLeniently(t *testing.T) {
	answers := map[string]string{
		"/model-versions/get": `{"model_version":{"version":3,"creation_timestamp":"1795478821815","current_stage":"None",
			"run_id":"d71923d68a3245fbb867a72cc1e7b0e9","status":"READY","unknown":[{}]}}`,
		"/runs/get": `{"run":{"data":{"metrics":[
			{"key":"auc","value":"0.91","timestamp":"1"},{"key":"auc","value":0.92,"timestamp":2},
			{"key":"nan","value":"NaN"},{"key":"inf","value":"Infinity"},{"key":"max","value":1.7976931348623157e308},{"key":"odd","value":"high"}]}}}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(answers[strings.TrimPrefix(r.URL.Path, "/prefix/api/2.0/mlflow")]))
	}))
	defer server.Close()
	got, err := client(t, server.URL+"/prefix/").Version(context.Background(), model.Ref{Name: "churn", Version: "3"})
	if err != nil {
		t.Fatal(err)
	}
	want := registry.Version{
		Ref: model.Ref{Name: "churn", Version: "3"}, RunID: "d71923d68a3245fbb867a72cc1e7b0e9", Status: registry.StatusReady,
		CreatedAt: time.UnixMilli(1795478821815).UTC(), Tags: map[string]string{}, Metrics: map[string]float64{"auc": 0.92},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("version (-want +got):\n%s", diff)
	}
}

func TestMissingMetricsAreNotAnError(t *testing.T) {
	for status, wantErr := range map[int]bool{403: false, 404: true, 400: true} { // 404 without MLflow's code: a wrong address
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/runs/get") {
				w.WriteHeader(status)
				return
			}
			w.Write([]byte(`{"model_version":{"version":"3","run_id":"x"}}`))
		}))
		_, err := client(t, server.URL).Version(context.Background(), model.Ref{Name: "churn", Version: "3"})
		if (err != nil) != wantErr {
			t.Errorf("run answers %d: error %v, want one: %v", status, err, wantErr)
		}
		server.Close()
	}
}
