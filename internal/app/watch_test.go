package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/mlflow"
)

// people change a model on a real server of MLflow.
type people struct {
	t      *testing.T
	server string
	name   string
}

type fields = map[string]any

func (p people) do(method, path string, body fields) {
	p.t.Helper()
	body["name"] = p.name
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequest(method, p.server+"/api/2.0/mlflow/"+path, bytes.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	if said, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		p.t.Fatalf("%s %s %v: %s %s", method, path, body, answer.Status, said)
	}
}

func (p people) versions(n int) {
	p.do("POST", "registered-models/create", fields{})
	for range n {
		p.do("POST", "model-versions/create", fields{"source": "s3://models/" + p.name})
	}
}

func (p people) alias(name, version string) {
	p.do("POST", "registered-models/alias", fields{"alias": name, "version": version})
}

func (p people) stage(version, stage string, archive bool) {
	p.do("POST", "model-versions/transition-stage", fields{"version": version, "stage": stage, "archive_existing_versions": archive})
}

func (p people) tag(version, key, value string) {
	if version == "" {
		p.do("POST", "registered-models/set-tag", fields{"key": key, "value": value})
		return
	}
	p.do("POST", "model-versions/set-tag", fields{"version": version, "key": key, "value": value})
}

// fault is what stands between driftd and the server, nil for nothing.
type fault func(w http.ResponseWriter, r *http.Request, server http.Handler)

func answer(status int, header, body string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if key, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(key, value)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func down(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

func renamed(w http.ResponseWriter, r *http.Request, server http.Handler) {
	r.Host = "mlflow.example:5000"
	server.ServeHTTP(w, r)
}

// watched is a watcher of one model over a faulty connection to a real server,
// with a real store.
type watched struct {
	people
	watcher
	model config.Model
	fault *atomic.Pointer[fault]
	log   *bytes.Buffer
	ticks int
}

func watch(t *testing.T, version string, slot registry.Slot) *watched {
	t.Helper()
	server := parts.MLflowOf(t, version)
	w := &watched{fault: new(atomic.Pointer[fault]), log: new(bytes.Buffer)}
	w.people = people{t, server, fmt.Sprintf("watched-%d", time.Now().UnixNano())}
	w.model.Policy.Model, w.model.Slot = w.name, slot

	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target) // keeps the Host of the request
	direct := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Host != "mlflow.example:5000" {
			r.Host = target.Host
		}
		proxy.ServeHTTP(rw, r)
	})
	between := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if f := w.fault.Load(); f != nil {
			(*f)(rw, r, direct)
			return
		}
		direct.ServeHTTP(rw, r)
	}))
	t.Cleanup(between.Close)

	o := parts.Database(t)
	store, err := clickhouse.Open(clickhouse.Options{Addresses: o.Addr, Database: o.Auth.Database, Username: o.Auth.Username, Password: o.Auth.Password, DialTimeout: 30 * time.Second}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	metrics := prometheus.NewRegistry()
	c := mlflow.DefaultConfig()
	c.URL, c.RatePerSecond, c.Burst, c.Timeout = between.URL, 1000, 1000, time.Minute
	reader, err := mlflow.New(c, metrics)
	if err != nil {
		t.Fatal(err)
	}
	w.watcher = watcher{
		registry: reader, inputs: newInputs(reader), store: store, metrics: newSlotMetrics(metrics, []config.Model{w.model}),
		log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	return w
}

// tick looks at the registry once, an hour after the last time.
func (w *watched) tick(f fault) alerts.Serving {
	w.t.Helper()
	w.fault.Store(nil)
	if f != nil {
		w.fault.Store(&f)
	}
	w.log.Reset()
	w.ticks++
	seen, err := w.serving(w.t.Context(), w.model, time.Date(2026, 3, 1, w.ticks, 0, 0, 0, time.UTC))
	if err != nil {
		w.t.Fatal(err)
	}
	return seen
}

func (w *watched) looks(class registry.Class) int {
	return int(testutil.ToFloat64(w.metrics.looks.WithLabelValues(w.name, string(class))))
}

// What a registry, its network and people bring a tick to: every state has its
// message and its metric, and judging goes on.
func TestEveryStateOfTheSlotIsTold(t *testing.T) {
	alias, stage := registry.Slot{Kind: registry.Alias, Name: "champion"}, registry.Slot{Kind: registry.Stage, Name: "Production"}
	for _, version := range parts.MLflowVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			a, s := watch(t, version, alias), watch(t, version, stage)
			s.name += "-staged"
			s.model.Policy.Model = s.name
			a.versions(4)
			a.alias("champion", "2")
			s.versions(3)
			s.stage("2", "Production", true)
			for _, c := range []struct {
				what    string
				of      *watched
				before  func()
				fault   fault
				class   registry.Class
				logged  string
				holder  string
				known   bool
				also    []string
				holders float64
			}{
				{"well", a, nil, nil, registry.OK, "", "2", true, nil, 1},
				{"down for the whole tick", a, nil, down, registry.Unreachable, "registry cannot be read: judging goes on with the version seen last, and nothing is moved", "2", false, nil, 1},
				{"forbidden", a, nil, answer(403, "", "<html>Permission <b>denied</b></html>"), registry.Forbidden, "403: Permission denied (the user needs READ permission on the model)", "2", false, nil, 1},
				{"unauthorized", a, nil, answer(401, "", "<html>You are not authenticated</html>"), registry.Unauthorized, "check token_file, or username and password_file", "2", false, nil, 1},
				{"too many requests", a, nil, answer(429, "Retry-After: 60", ""), registry.RateLimited, "lower rate_per_second; the server asks to wait 1m0s", "2", false, nil, 1},
				{"broken server", a, nil, answer(502, "", "<h1>Bad Gateway</h1>"), registry.ServerError, "502: Bad Gateway", "2", false, nil, 1},
				{"a login page", a, nil, answer(200, "", "<html>Sign in</html>"), registry.Refused, "the answer is not MLflow's", "2", false, nil, 1},
				{"wrong host", a, nil, renamed, registry.WrongHost, "start the MLflow server with --allowed-hosts", "2", false, nil, 1},
				{"well again", a, nil, nil, registry.OK, "", "2", true, nil, 1},
				{"alias deleted", a, func() { a.do("DELETE", "registered-models/alias", fields{"alias": "champion"}) }, nil,
					registry.NoHolder, "nothing holds the slot: put a version there", "", true, nil, 0},
				{"alias set again", a, func() { a.alias("champion", "3") }, nil, registry.OK, "", "3", true, nil, 1},
				{"its version deleted", a, func() { a.do("DELETE", "model-versions/delete", fields{"version": "3"}) }, nil,
					registry.NoHolder, "the version that held the slot was deleted: put another one there", "", true, nil, 0},
				{"the old one returns", a, func() { a.alias("champion", "2") }, nil, registry.OK, "", "2", true, nil, 1},
				{"stage, well", s, nil, nil, registry.OK, "", "2", true, nil, 1},
				{"two in Production", s, func() { s.stage("1", "Production", false) }, nil,
					registry.HeldTwice, "stage Production is held by " + s.name + "@2 and " + s.name + "@1: archive all but one", "2", true, []string{"1"}, 2},
				{"one archived", s, func() { s.stage("1", "Archived", false) }, nil, registry.OK, "", "2", true, nil, 1},
				{"none in Production", s, func() { s.stage("2", "Archived", false) }, nil, registry.NoHolder, "nothing holds the slot", "", true, nil, 0},
			} {
				if c.class == registry.WrongHost && strings.HasPrefix(version, "2.") {
					continue // checks no host
				}
				if c.before != nil {
					c.before()
				}
				counted := c.of.looks(c.class)
				seen := c.of.tick(c.fault)
				if seen.Ref.Version != c.holder || seen.Known != c.known || !cmp.Equal(seen.Also, c.also, cmpopts.EquateEmpty()) {
					t.Errorf("%s: saw %+v, want version %q, known %v, also %v", c.what, seen, c.holder, c.known, c.also)
				}
				if said := c.of.log.String(); !strings.Contains(said, c.logged) || (c.logged == "") != (said == "") {
					t.Errorf("%s: logged %q, want %q", c.what, said, c.logged)
				}
				if got := c.of.looks(c.class); got != counted+1 {
					t.Errorf("%s: %d looks counted as %s, want %d", c.what, got, c.class, counted+1)
				}
				if got := testutil.ToFloat64(c.of.metrics.holders.WithLabelValues(c.of.name)); got != c.holders {
					t.Errorf("%s: %v holders, want %v", c.what, got, c.holders)
				}
			}
			for of, want := range map[*watched][]string{
				a: {"2 first_seen", " emptied_by_others", "3 changed_by_others", " version_deleted", "2 returned_by_others"},
				s: {"2 first_seen", "2 held_twice", "2 tidied_by_others", " emptied_by_others"},
			} {
				history, err := of.store.(*clickhouse.Store).SlotHistory(t.Context(), of.name, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
				var got []string
				for _, h := range history {
					got = append(got, h.Version+" "+h.Reason)
				}
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("error %v, history of %s (-want +got):\n%s", err, of.model.Slot, diff)
				}
			}
		})
	}
}

// A model that is not registered is waited for.
func TestAModelThatIsNotRegistered(t *testing.T) {
	w := watch(t, parts.MLflowVersions()[0], registry.Slot{Kind: registry.Alias, Name: "champion"})
	if seen := w.tick(nil); seen.Known || w.looks(registry.NotFound) != 1 || !strings.Contains(w.log.String(), "not in the registry: no version is known to serve") {
		t.Errorf("saw %+v, counted %d, logged %q", seen, w.looks(registry.NotFound), w.log)
	}
}

// Tags of people only ever make driftd more careful, and one that cannot be
// read is told.
func TestWishesOfPeople(t *testing.T) {
	for _, version := range parts.MLflowVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			w := watch(t, version, registry.Slot{Kind: registry.Alias, Name: "champion"})
			w.versions(3)
			w.alias("champion", "3")
			// The first tick is at 01:00, each an hour after the other.
			for _, c := range []struct {
				what, version, key, value string
				held                      map[string]string
				mode                      alerts.Mode
				unread                    float64
				logged                    string
			}{
				{"an end in the future", "", registry.HoldTag, "until 2026-03-01T02:00:00Z audit", map[string]string{"": "audit"}, 0, 0, ""},
				{"whose time has come", "", registry.HoldTag, "until 2026-03-01T02:00:00Z audit", nil, 0, 0, ""},
				{"a version that does not serve", "1", registry.HoldTag, "leaks the label", map[string]string{"1": "leaks the label"}, 0, 0, ""},
				{"an end that is none", "", registry.HoldTag, "until Friday", map[string]string{"": `driftd_hold "until Friday" cannot be read`, "1": "leaks the label"}, 0, 1,
					`write until 2026-12-01T00:00:00Z, then the reason`},
				{"released", "", registry.HoldTag, "released", map[string]string{"1": "leaks the label"}, 0, 0, ""},
				{"a mode", "", registry.ModeTag, "approve", map[string]string{"1": "leaks the label"}, alerts.Approve, 0, ""},
				{"a mode that is none", "", registry.ModeTag, "Auto!", map[string]string{"1": "leaks the label"}, alerts.Observe, 1, `use observe, approve or auto`},
			} {
				w.tag(c.version, c.key, c.value)
				seen := w.tick(nil)
				if diff := cmp.Diff(c.held, seen.Held, cmpopts.EquateEmpty()); diff != "" || seen.Mode != c.mode {
					t.Errorf("%s: mode %s, want %s, held (-want +got):\n%s", c.what, seen.Mode, c.mode, diff)
				}
				if got := testutil.ToFloat64(w.metrics.unread.WithLabelValues(w.name)); got != c.unread {
					t.Errorf("%s: %v tags unread, want %v", c.what, got, c.unread)
				}
				if said := w.log.String(); !strings.Contains(said, c.logged) || (c.logged == "") != (said == "") {
					t.Errorf("%s: logged %q, want %q", c.what, said, c.logged)
				}
			}
		})
	}
}

func TestATagNeverRaisesTheMode(t *testing.T) {
	for _, configured := range []alerts.Mode{alerts.Observe, alerts.Approve, alerts.Auto} {
		for _, tagged := range []alerts.Mode{0, alerts.Observe, alerts.Approve, alerts.Auto} {
			want := configured
			if tagged != 0 {
				want = min(configured, tagged)
			}
			if got := (alerts.Policy{Mode: configured}).Limited(tagged).Mode; got != want {
				t.Errorf("configured %s, tagged %s: %s, want %s", configured, tagged, got, want)
			}
		}
	}
}
