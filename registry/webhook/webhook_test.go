package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/outbound"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
	"github.com/driftd/driftd/registry/mlflow"
	"github.com/driftd/driftd/registry/registrytest"
)

func TestMain(m *testing.M) { parts.Main(m) }

const key = "a key of enough characters"

var champion = registry.Slot{Kind: registry.Alias, Name: "champion"}

// receiver is somebody's automation: it verifies a request, does what it asks for
// once, and answers a repetition alike.
type receiver struct {
	t       *testing.T
	perform func(registry.Move) error

	mu    sync.Mutex
	asked []string // ids, in the order of the requests
	done  map[string]error
	spoil func(w http.ResponseWriter, r *http.Request) (over bool)
}

func (a *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		a.t.Error(err)
	}
	id, err := outbound.Verify(r.Header, key, body, time.Now(), time.Minute)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, id)
	if a.spoil != nil && a.spoil(w, r) {
		return
	}
	var asked request
	if err := json.Unmarshal(body, &asked); err != nil || asked.ID != id {
		a.t.Errorf("body %s, error %v, want action_id %s", body, err, id)
	}
	kind := registry.Alias
	if asked.Slot.Kind == "stage" {
		kind = registry.Stage
	}
	m := registry.Move{Slot: registry.Slot{Kind: kind, Name: asked.Slot.Name},
		Expect: model.Ref{Name: asked.Model, Version: asked.Expect}, Target: model.Ref{Name: asked.Model, Version: asked.Target}}
	if _, repeated := a.done[id]; !repeated && a.perform != nil {
		a.done[id] = a.perform(m)
	}
	if err := a.done[id]; err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// automated returns an adapter that reads one registry and asks a receiver.
func automated(t *testing.T, reads registry.Registry, set func(*Config)) (*Registry, *receiver) {
	t.Helper()
	a := &receiver{t: t, done: map[string]error{}, perform: func(m registry.Move) error { return reads.Switch(context.Background(), m) }}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	c := DefaultConfig()
	c.URL, c.AllowPrivate, c.Poll, c.Within = server.URL+"/switch", true, 10*time.Millisecond, 10*time.Second
	c.SecretFile = filepath.Join(t.TempDir(), "secret")
	keep(t, c.SecretFile, key+"\n")
	if set != nil {
		set(&c)
	}
	r, err := New(c, reads, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	return r, a
}

func keep(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// file is a registry with versions 1 to 3 of churn, the third in both slots.
func file(t *testing.T) *filestore.Registry {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.json")
	keep(t, path, `{"models": {"churn": {"aliases": {"champion": "3"}, "stages": {"Production": "3"}, "versions": {"1": {}, "2": {}, "3": {}}}}}`)
	r, err := filestore.New(filestore.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func back(id string) registry.Move {
	return registry.Move{Slot: champion, Expect: model.Ref{Name: "churn", Version: "3"}, Target: model.Ref{Name: "churn", Version: "2"}, ID: id, Reason: "evidence crossed the demotion budget"}
}

// With automation that does what it is asked for, the adapter is a registry like
// any other.
func TestPort(t *testing.T) {
	dir := t.TempDir()
	store, err := filestore.New(filestore.Config{Path: filepath.Join(dir, "registry.json")})
	if err != nil {
		t.Fatal(err)
	}
	fixture := registrytest.InFile(store, dir)
	fixture.Registry, _ = automated(t, store, nil)
	registrytest.Run(t, fixture)
}

func TestOverMLflow(t *testing.T) {
	server := parts.MLflow(t)
	send := func(path string, body map[string]any) {
		t.Helper()
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.Post(server+"/api/2.0/mlflow/"+path, "application/json", bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, answer.Status)
		}
	}
	c := mlflow.DefaultConfig()
	c.URL, c.RatePerSecond, c.Burst, c.Timeout = server, 1000, 1000, time.Minute
	reads, err := mlflow.New(c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	for _, slot := range []registry.Slot{champion, {Kind: registry.Stage, Name: "Production"}} {
		name := registrytest.Name()
		send("registered-models/create", map[string]any{"name": name})
		for range 3 {
			send("model-versions/create", map[string]any{"name": name, "source": "s3://models/churn"})
		}
		if slot == champion {
			send("registered-models/alias", map[string]any{"name": name, "alias": "champion", "version": "3"})
		} else {
			send("model-versions/transition-stage", map[string]any{"name": name, "version": "3", "stage": "Production"})
		}
		r, a := automated(t, reads, nil)
		m := back(name + "@3/x")
		m.Slot, m.Expect.Name, m.Target.Name = slot, name, name
		if err := r.Switch(t.Context(), m); err != nil {
			t.Errorf("%s: %v", slot, err)
		}
		if held, err := reads.Holders(t.Context(), name, slot); err != nil || !cmp.Equal(held, []model.Ref{m.Target}) || len(a.asked) != 1 {
			t.Errorf("%s is held by %v, error %v, after %d requests", slot, held, err, len(a.asked))
		}
	}
}

// What a receiver, or the way to it, may do; and what has become of the slot.
func TestSwitch(t *testing.T) {
	hang := func(w http.ResponseWriter, r *http.Request) bool { panic(http.ErrAbortHandler) }
	failing := func(status, times int) func(w http.ResponseWriter, r *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			if times--; times < 0 {
				return false
			}
			w.WriteHeader(status)
			fmt.Fprintf(w, "<h1>%s</h1>", http.StatusText(status))
			return true
		}
	}
	for _, c := range []struct {
		what    string
		spoil   func(w http.ResponseWriter, r *http.Request) bool
		perform func(*filestore.Registry) func(registry.Move) error // nil: what is asked for
		set     func(*Config)
		want    registry.Class
		text    string
		asked   int
		holder  string
		code    string
	}{
		{"done", nil, nil, nil, registry.OK, "", 1, "2", "202"},
		{"unavailable twice", failing(503, 2), nil, nil, registry.OK, "", 3, "2", "503"},
		{"too many requests once", failing(429, 1), nil, nil, registry.OK, "", 2, "2", "429"},
		{"refused", failing(400, 9), nil, nil, registry.Refused, "move alias champion to churn@2: switch_webhook: 400: Bad Request", 1, "3", "400"},
		{"another key", nil, nil, func(c *Config) { keep(t, c.SecretFile, "another key of enough characters") }, registry.Unauthorized,
			"signature refused: no signature of this key (the receiver does not accept the signature: compare secret_file and the clocks)", 0, "3", "401"},
		{"a key is replaced", nil, nil, func(c *Config) { keep(t, c.SecretFile, "the key of tomorrow\n"+key+"\n") }, registry.OK, "", 1, "2", "202"},
		{"redirected", func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
			return true
		}, nil, nil, registry.Refused, "307 (redirects are not followed: set url to https://elsewhere.example/)", 1, "3", "307"},
		{"nothing is there", nil, nil, func(c *Config) { c.URL = "http://127.0.0.1:1/" }, registry.Unreachable, "connection refused", 0, "3", codeError},
		{"a private address", nil, nil, func(c *Config) { c.URL, c.AllowPrivate = "https://127.0.0.1/", false }, registry.Unreachable, "127.0.0.1 is not a public address: set allow_private", 0, "3", codeError},
		{"every answer is lost, nothing is done", hang, nil, func(c *Config) { c.Within = 3 * time.Second }, registry.UnknownOutcome, "held by [churn@3] 3s after it was asked for", 4, "3", codeError},
		{"accepted and not done", nil, func(*filestore.Registry) func(registry.Move) error { return func(registry.Move) error { return nil } },
			func(c *Config) { c.Within = 100 * time.Millisecond }, registry.UnknownOutcome, "look at what the receiver did, or raise within", 1, "3", "202"},
		{"another version is put there", nil, func(f *filestore.Registry) func(registry.Move) error {
			return func(m registry.Move) error { m.Target.Version = "1"; return f.Switch(context.Background(), m) }
		}, nil, registry.Moved, "held by churn@1, expected churn@3", 1, "1", "202"},
		{"done late", nil, func(f *filestore.Registry) func(registry.Move) error {
			return func(m registry.Move) error {
				time.AfterFunc(200*time.Millisecond, func() { f.Switch(context.Background(), m) })
				return nil
			}
		}, nil, registry.OK, "", 1, "2", "202"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			reads := file(t)
			r, a := automated(t, reads, c.set)
			a.spoil = c.spoil
			if c.perform != nil {
				a.perform = c.perform(reads)
			}
			err := r.Switch(t.Context(), back("churn@3/x"))
			if registry.Classify(err) != c.want || err != nil && !strings.Contains(err.Error(), c.text) {
				t.Errorf("%v, which is %s; want %s with %q", err, registry.Classify(err), c.want, c.text)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			if len(a.asked) != c.asked {
				t.Errorf("asked %d times, want %d", len(a.asked), c.asked)
			}
			for _, id := range a.asked {
				if id != "churn@3/x" {
					t.Errorf("asked with id %q: repetitions must have the same", id)
				}
			}
			if testutil.ToFloat64(r.metrics.requests.WithLabelValues(c.code)) == 0 {
				t.Errorf("no request counted as %s", c.code)
			}
			if held, err := reads.Serving(t.Context(), "churn", champion); err != nil || held.Version != c.holder {
				t.Errorf("held by %v, error %v, want %s", held, err, c.holder)
			}
		})
	}
}

// A tick that is repeated asks again with the same id; what was done is not done twice.
func TestAnswerLostAfterItWasDone(t *testing.T) {
	reads := file(t)
	r, a := automated(t, reads, nil)
	done := 0
	a.perform = func(m registry.Move) error { done++; return reads.Switch(context.Background(), m) }
	lost := false
	a.spoil = func(w http.ResponseWriter, _ *http.Request) bool {
		if lost {
			return false
		}
		lost = true
		if err := a.perform(back("")); err != nil {
			t.Error(err)
		}
		a.done["churn@3/x"] = nil
		panic(http.ErrAbortHandler)
	}
	if err := r.Switch(t.Context(), back("churn@3/x")); err != nil || done != 1 {
		t.Errorf("error %v, done %d times, want once", err, done)
	}
}

func TestShutdownWhileWaiting(t *testing.T) {
	r, a := automated(t, file(t), nil)
	a.perform = func(registry.Move) error { return nil }
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := r.Switch(ctx, back("x")); !errors.Is(err, registry.ErrUnknownOutcome) || !strings.Contains(err.Error(), "driftd stopped waiting") {
		t.Errorf("error %v", err)
	}
}

func TestRequestOnTheWire(t *testing.T) {
	var got http.Header
	var body string
	r, a := automated(t, file(t), nil)
	a.spoil = func(_ http.ResponseWriter, r *http.Request) bool { got = r.Header; return false }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
		r.Body = io.NopCloser(bytes.NewReader(text))
		a.ServeHTTP(w, r)
	}))
	defer server.Close()
	r.cfg.URL = server.URL
	if err := r.Switch(t.Context(), back("churn@3/20260301T000000Z")); err != nil {
		t.Fatal(err)
	}
	at := body[strings.LastIndex(body, `"timestamp":"`)+13 : len(body)-2]
	if _, err := time.Parse("2006-01-02T15:04:05Z", at); err != nil {
		t.Error(err)
	}
	want := `{"action_id":"churn@3/20260301T000000Z","model":"churn","slot":{"kind":"alias","name":"champion"},"expect":"3","target":"2",` +
		`"reason":"evidence crossed the demotion budget","timestamp":"` + at + `"}`
	if body != want {
		t.Errorf("body\n%s\nwant\n%s", body, want)
	}
	if got.Get("Content-Type") != "application/json" || got.Get("Webhook-Id") != "churn@3/20260301T000000Z" {
		t.Errorf("headers %v", got)
	}
}

func TestValidate(t *testing.T) {
	dir := t.TempDir()
	short, none := filepath.Join(dir, "short"), filepath.Join(dir, "none")
	keep(t, short, "secret\n")
	keep(t, none, "\n\n")
	for want, breakIt := range map[string]func(*Config){
		`url "": give the address that receives requests`:       func(c *Config) { c.URL = "" },
		`url "http://deploy/": use https, or set allow_private`: func(c *Config) { c.URL = "http://deploy/" },
		`url "https://u:xxxxx@h/": leave out credentials`:       func(c *Config) { c.URL = "https://u:p@h/" },
		`secret_file missing: name the file`:                    func(c *Config) { c.SecretFile = "" },
		`secret_file "no such": no such file`:                   func(c *Config) { c.SecretFile = "no such" },
		`holds a key of 6 characters: use at least 16`:          func(c *Config) { c.SecretFile = short },
		`: holds no key`:                      func(c *Config) { c.SecretFile = none },
		`within 0s: give a positive duration`: func(c *Config) { c.Within = 0 },
		`poll -1s: give a positive duration`:  func(c *Config) { c.Poll = -time.Second },
	} {
		c := DefaultConfig()
		c.URL, c.SecretFile = "https://deploy.example/", filepath.Join(dir, "good")
		keep(t, c.SecretFile, key)
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		breakIt(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
