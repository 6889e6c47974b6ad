package mlflow

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestValidateNamesFieldValueAndRemedy(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("default: %v", err)
	}
	for want, breakIt := range map[string]func(*Config){
		`url "mlflow:5000": give the server's address, e.g. http://mlflow:5000`: func(c *Config) { c.URL = "mlflow:5000" },
		`url "": give`:                                                func(c *Config) { c.URL = "" },
		`url "http://u:xxxxx@h": leave out`:                           func(c *Config) { c.URL = "http://u:secret@h" },
		`either a token or a username`:                                func(c *Config) { c.TokenFile, c.Username, c.PasswordFile = "config.go", "u", "config.go" },
		`username "u" and password_file "": `:                         func(c *Config) { c.Username = "u" },
		`token_file "none": no such file`:                             func(c *Config) { c.TokenFile = "none" },
		`ca_file "none": no such file`:                                func(c *Config) { c.CAFile = "none" },
		`cert_file "config.go" and key_file "": give both or neither`: func(c *Config) { c.CertFile = "config.go" },
		`key_file "none": no such file`:                               func(c *Config) { c.CertFile, c.KeyFile = "config.go", "none" },
		`headers "a b": `:                                             func(c *Config) { c.Headers = map[string]string{"a b": "c"} },
		`timeout 0s: give a positive`:                                 func(c *Config) { c.Timeout = 0 },
		`rate_per_second 0: give a number`:                            func(c *Config) { c.RatePerSecond = 0 },
		`burst 0: give at least 1`:                                    func(c *Config) { c.Burst = 0 },
		"url \"\": give the server's address, ":                       func(c *Config) { *c = Config{} },
	} {
		c := DefaultConfig()
		breakIt(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if err := (Config{}).Validate(); strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("an empty configuration has four problems, reported: %v", err)
	}
	c := DefaultConfig()
	c.CertFile, c.KeyFile = "config.go", "config.go"
	if _, err := New(c, prometheus.NewRegistry()); err == nil || !strings.Contains(err.Error(), `cert_file "config.go" and key_file "config.go": `) {
		t.Errorf("cert_file without certificate: error %v", err)
	}
	c = DefaultConfig()
	c.CAFile = "config.go"
	if _, err := New(c, prometheus.NewRegistry()); err == nil || !strings.Contains(err.Error(), "no PEM certificate") {
		t.Errorf("ca_file without certificate: error %v", err)
	}
}

func TestCredentialsAndHeaders(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Write([]byte("{}"))
	}))
	defer server.Close()
	file := write(t, filepath.Join(t.TempDir(), "secret"), "one\n")
	ask := func(c Config) (string, error) {
		c.URL = server.URL
		r, err := New(c, prometheus.NewRegistry())
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Model(context.Background(), "churn")
		return got.Get("Authorization"), err
	}
	bearer := DefaultConfig()
	bearer.TokenFile, bearer.Headers = file, map[string]string{"X-MLFLOW-WORKSPACE": "ml"}
	if auth, err := ask(bearer); err != nil || auth != "Bearer one" || got.Get("X-Mlflow-Workspace") != "ml" {
		t.Errorf("token: sent %q, workspace %q, error %v", auth, got.Get("X-Mlflow-Workspace"), err)
	}
	write(t, file, "two")
	if auth, err := ask(bearer); err != nil || auth != "Bearer two" {
		t.Errorf("rotated token: sent %q, error %v", auth, err)
	}
	basic := DefaultConfig()
	basic.Username, basic.PasswordFile = "u", file
	if auth, err := ask(basic); err != nil || auth != "Basic dTp0d28=" { // base64 of u:two
		t.Errorf("password: sent %q, error %v", auth, err)
	}
	write(t, file, "two\nthree")
	if _, err := ask(basic); err == nil || !strings.Contains(err.Error(), "password_file: "+file+": holds no secret of one line") {
		t.Errorf("password of two lines: error %v", err)
	}
}

func TestRateIsBounded(t *testing.T) {
	l := newLimiter(100, 5)
	start := time.Now()
	const calls = 25
	for range calls {
		leave, err := l.enter(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		leave()
	}
	// 5 at once, the other 20 at 100 per second. There is no upper bound: the machine may be busy.
	if took := time.Since(start); took < 190*time.Millisecond {
		t.Errorf("%d calls in %s, want at least 200ms", calls, took)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	l = newLimiter(0.001, 1)
	if leave, err := l.enter(context.Background()); err == nil {
		leave()
	}
	if _, err := l.enter(ctx); err == nil {
		t.Error("a turn without a token, although the caller gave up")
	}
	if len(l.slots) != 0 {
		t.Error("giving up kept a slot")
	}
}

func TestMetricsExistBeforeTheFirstRequest(t *testing.T) {
	reg := prometheus.NewRegistry()
	if _, err := New(DefaultConfig(), reg); err != nil {
		t.Fatal(err)
	}
	if n, err := testutil.GatherAndCount(reg, "driftd_registry_requests_total"); err != nil || n != 2*len(ops) {
		t.Errorf("%d series, error %v, want %d", n, err, 2*len(ops))
	}
	problems, err := testutil.GatherAndLint(reg)
	if diff := cmp.Diff(0, len(problems)); err != nil || diff != "" {
		t.Errorf("problems %v, error %v", problems, err)
	}
}
