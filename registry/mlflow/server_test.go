package mlflow

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/registrytest"
)

func TestMain(m *testing.M) { parts.Main(m) }

var (
	champion   = registry.Slot{Kind: registry.Alias, Name: "champion"}
	production = registry.Slot{Kind: registry.Stage, Name: "Production"}
)

// client returns a client of the server at url that does not wait for its rate limit.
func client(t *testing.T, url string) *Registry {
	t.Helper()
	cfg := DefaultConfig()
	cfg.URL, cfg.RatePerSecond, cfg.Burst, cfg.Timeout = url, 1000, 1000, time.Minute
	r, err := New(cfg, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// requests returns how often an operation was answered with a code.
func requests(r *Registry, op, code string) int {
	return int(testutil.ToFloat64(r.metrics.requests.WithLabelValues(op, code)))
}

// onEach runs a test against a server of every version of MLflow.
func onEach(t *testing.T, test func(t *testing.T, s seed)) {
	for _, version := range parts.MLflowVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			test(t, seed{url: parts.MLflowOf(t, version)})
		})
	}
}

func TestPort(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		registrytest.Run(t, registrytest.Fixture{Registry: client(t, s.url), Register: s.register, Assign: s.assign})
	})
}

// Versions of MLflow 3 keep files and metrics with a logged model instead of a run.
func TestPortOnLoggedModels(t *testing.T) {
	s := seed{url: parts.MLflow(t), logged: true}
	registrytest.Read(t, registrytest.Fixture{Registry: client(t, s.url), Register: s.register, Assign: s.assign})
}

func TestModelShowsTheTagsOfPeople(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		name := s.versions(t, 1)[0].Name
		s.send(t, "POST", api+"registered-models/set-tag", object{"name": name, "key": "driftd_hold", "value": "audit"})
		m, err := client(t, s.url).Model(context.Background(), name)
		if err != nil || m.Tags["driftd_hold"] != "audit" {
			t.Errorf("tags %v, error %v, want driftd_hold", m.Tags, err)
		}
	})
}

func TestHostCheck(t *testing.T) {
	target, _ := url.Parse(parts.MLflow(t))
	renaming := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = "mlflow.example:5000"
	}})
	defer renaming.Close()
	_, err := client(t, renaming.URL).Model(context.Background(), "churn")
	if e, ok := errors.AsType[*registry.APIError](err); !ok || e.Status != http.StatusForbidden || !strings.Contains(e.Hint, "--allowed-hosts") {
		t.Errorf("error %v, want a 403 whose hint names --allowed-hosts", err)
	}
}

func TestTagsAreWrittenOnChangeOnly(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		r := client(t, s.url)
		ref := s.versions(t, 1)[0]
		for _, c := range []struct {
			what   string
			tags   map[string]string
			writes int // so far
		}{
			{"new", map[string]string{"driftd_health": "healthy", "driftd_reason": "ok"}, 2},
			{"same again", map[string]string{"driftd_health": "healthy", "driftd_reason": "ok"}, 2},
			{"one differs", map[string]string{"driftd_health": "warning", "driftd_reason": "ok"}, 3},
			{"cut value", map[string]string{"driftd_reason": strings.Repeat("x", 2000)}, 4},
			{"cut value again", map[string]string{"driftd_reason": strings.Repeat("x", 2000)}, 4},
		} {
			if err := r.Annotate(context.Background(), ref, c.tags); err != nil {
				t.Fatal(err)
			}
			if got := requests(r, opSetTag, "200"); got != c.writes {
				t.Errorf("%s: %d tags written so far, want %d", c.what, got, c.writes)
			}
		}
	})
}

func TestCardPrefersHeldOutData(t *testing.T) {
	s := seed{url: parts.MLflow(t), logged: true}
	v := s.register(t, registry.Version{Ref: model.Ref{Name: registrytest.Name()}, Metrics: map[string]float64{"auc": 0.5, "accuracy": 0.8}}, nil)
	id := strings.TrimPrefix(v.Source, "models:/")
	metric := func(value any, dataset string, at int) object {
		return object{"key": "auc", "value": value, "timestamp": at, "step": 0, "model_id": id, "dataset_name": dataset, "dataset_digest": dataset}
	}
	s.send(t, "POST", api+"runs/log-batch", object{"run_id": v.RunID, "metrics": []object{
		metric(0.91, "test", 2), metric(0.99, "train", 3),
		{"key": "loss", "value": "NaN", "timestamp": 1, "step": 0}, {"key": "gain", "value": "Infinity", "timestamp": 1, "step": 0},
	}})
	got, err := client(t, s.url).Version(context.Background(), v.Ref)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]float64{"auc": 0.91, "accuracy": 0.8}, got.Metrics); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if ref, err := client(t, s.url).Resolve(context.Background(), v.Name, id); err != nil || ref != v.Ref {
		t.Errorf("logged model %s: got %v, error %v, want %v", id, ref, err, v.Ref)
	}

	s.send(t, "POST", api+"runs/delete", object{"run_id": v.RunID})
	if _, err := client(t, s.url).Version(context.Background(), v.Ref); err != nil {
		t.Errorf("version whose run was deleted: %v", err)
	}
}

// Twenty processes promote at once. Without the repair several versions stay in
// the stage: transitions that run together do not archive each other.
func TestStageHasOneHolderAfterManyProcessesSwitch(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		const racers = 20
		refs := s.versions(t, racers+1)
		s.assign(t, production, refs[racers])
		errs := make([]error, racers)
		var wg sync.WaitGroup
		for i := range racers {
			r := client(t, s.url)
			wg.Go(func() {
				errs[i] = r.Switch(context.Background(), registry.Move{Slot: production, Expect: refs[racers], Target: refs[i]})
			})
		}
		wg.Wait()
		for i, err := range errs {
			if err != nil && !errors.Is(err, registry.ErrMoved) {
				t.Errorf("switch to %v: %v", refs[i], err)
			}
		}
		r := client(t, s.url)
		holders, err := r.Holders(context.Background(), refs[0].Name, production)
		if err != nil || len(holders) != 1 {
			t.Fatalf("holders %v, error %v, want one", holders, err)
		}
	})
}

// A person who promotes without archiving leaves two versions in the stage: the
// switch counts the one the server resolves to, and leaves one holder.
func TestSwitchTidiesAStageThatIsHeldTwice(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		refs := s.versions(t, 3)
		for _, ref := range refs[1:] {
			s.send(t, "POST", api+"model-versions/transition-stage",
				object{"name": ref.Name, "version": ref.Version, "stage": "Production", "archive_existing_versions": false})
		}
		r := client(t, s.url)
		if err := r.Switch(context.Background(), registry.Move{Slot: production, Expect: refs[1], Target: refs[0]}); !errors.Is(err, registry.ErrMoved) {
			t.Errorf("expecting the older holder: error %v, want %v", err, registry.ErrMoved)
		}
		if err := r.Switch(context.Background(), registry.Move{Slot: production, Expect: refs[2], Target: refs[0]}); err != nil {
			t.Errorf("expecting the newer holder: %v", err)
		}
		if holders, err := r.Holders(context.Background(), refs[0].Name, production); err != nil || !cmp.Equal(holders, refs[:1]) {
			t.Errorf("holders %v, error %v, want %v", holders, err, refs[:1])
		}
	})
}

// A connection lost during the change says nothing; what is read afterwards does.
func TestSwitchOverALostConnection(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		target, _ := url.Parse(s.url)
		proxy := httputil.NewSingleHostReverseProxy(target)
		drop := func() { panic(http.ErrAbortHandler) } // closes the connection without an answer
		for _, c := range []struct {
			what    string
			change  func(w http.ResponseWriter, r *http.Request) // what happens to the change
			after   func()                                       // what happens to requests after it
			applied bool
			want    error // nil: success
			wantErr bool
		}{
			{"applied, answer lost", func(_ http.ResponseWriter, r *http.Request) { proxy.ServeHTTP(httptest.NewRecorder(), r); drop() }, func() {}, true, nil, false},
			{"lost before it arrived", func(http.ResponseWriter, *http.Request) { drop() }, func() {}, false, nil, true},
			{"applied, server gone", func(_ http.ResponseWriter, r *http.Request) { proxy.ServeHTTP(httptest.NewRecorder(), r); drop() }, drop, true, registry.ErrUnknownOutcome, true},
			{"applied, gateway answers 502", func(w http.ResponseWriter, r *http.Request) {
				proxy.ServeHTTP(httptest.NewRecorder(), r)
				w.WriteHeader(http.StatusBadGateway)
			}, func() {}, true, nil, false},
		} {
			for _, slot := range []registry.Slot{champion, production} {
				t.Run(c.what+", "+slot.Kind.String(), func(t *testing.T) {
					refs := s.versions(t, 2)
					s.assign(t, slot, refs[0])
					changes := 0
					faulty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						switch {
						case r.Method == http.MethodPost:
							changes++
							c.change(w, r)
						case changes > 0:
							c.after()
							proxy.ServeHTTP(w, r)
						default:
							proxy.ServeHTTP(w, r)
						}
					}))
					defer faulty.Close()
					err := client(t, faulty.URL).Switch(context.Background(), registry.Move{Slot: slot, Expect: refs[0], Target: refs[1]})
					if (err != nil) != c.wantErr || c.want != nil && !errors.Is(err, c.want) {
						t.Errorf("error %v, want %v", err, c.want)
					}
					if err != nil && c.want == nil && errors.Is(err, registry.ErrUnknownOutcome) {
						t.Errorf("error %v, although the slot could be read", err)
					}
					if changes != 1 {
						t.Errorf("the change was sent %d times, want once", changes)
					}
					want := refs[0]
					if c.applied {
						want = refs[1]
					}
					if got, err := client(t, s.url).Serving(context.Background(), want.Name, slot); err != nil || got != want {
						t.Errorf("held by %v, error %v, want %v", got, err, want)
					}
				})
			}
		}
	})
}

// Whoever sees a stage that stays with several versions does not know what will
// come of it, least of all that the old one kept it.
func TestAStageThatDoesNotSettle(t *testing.T) {
	s := seed{url: parts.MLflow(t)}
	refs := s.versions(t, 2)
	s.assign(t, production, refs[0])
	target, _ := url.Parse(s.url)
	proxy := httputil.NewSingleHostReverseProxy(target)
	keeps := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost { // as if others promoted without archiving all the time
			body, _ := io.ReadAll(r.Body)
			body = bytes.Replace(body, []byte(`"archive_existing_versions":true`), []byte(`"archive_existing_versions":false`), 1)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		proxy.ServeHTTP(w, r)
	}))
	defer keeps.Close()
	err := client(t, keeps.URL).Switch(t.Context(), registry.Move{Slot: production, Expect: refs[0], Target: refs[1]})
	if !errors.Is(err, registry.ErrUnknownOutcome) {
		t.Errorf("error %v, want %v", err, registry.ErrUnknownOutcome)
	}
}

func TestSwitchLooksEvenIfTheCallerGaveUp(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		refs := s.versions(t, 2)
		s.assign(t, champion, refs[0])
		target, _ := url.Parse(s.url)
		proxy := httputil.NewSingleHostReverseProxy(target)
		ctx, cancel := context.WithCancel(context.Background())
		slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				proxy.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
				cancel()
				time.Sleep(50 * time.Millisecond) // the answer comes after the caller left
				return
			}
			proxy.ServeHTTP(w, r)
		}))
		defer slow.Close()
		if err := client(t, slow.URL).Switch(ctx, registry.Move{Slot: champion, Expect: refs[0], Target: refs[1]}); err != nil {
			t.Errorf("switch that was applied: %v", err)
		}
	})
}
