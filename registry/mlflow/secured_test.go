package mlflow

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/registrytest"
)

// secured returns a client that is not held up by its rate limit.
func secured(t *testing.T, url string, set func(*Config)) *Registry {
	t.Helper()
	cfg := DefaultConfig()
	cfg.URL, cfg.RatePerSecond, cfg.Burst, cfg.Timeout = url, 1000, 1000, time.Minute
	set(&cfg)
	r, err := New(cfg, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// user is who signs in with a password.
func user(t *testing.T, name, password string) func(*Config) {
	file := write(t, filepath.Join(t.TempDir(), "password"), password+"\n")
	return func(c *Config) { c.Username, c.PasswordFile = name, file }
}

// Least privilege: READ shows all that driftd reads, EDIT on the model is enough
// for all that it writes.
func TestRights(t *testing.T) {
	for _, version := range parts.MLflowVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			server := parts.SecuredMLflow(t, version)
			people := seed{url: server, admin: true}
			refs := people.versions(t, 2)
			name := refs[0].Name
			people.assign(t, champion, refs[0])
			people.assign(t, production, refs[0])
			people.user(t, version, "reader-"+name, "")
			people.user(t, version, "editor-"+name, name)

			nobody := secured(t, server, func(*Config) {})
			stranger := secured(t, server, user(t, "reader-"+name, "not the password"))
			reader := secured(t, server, user(t, "reader-"+name, seedPassword))
			editor := secured(t, server, user(t, "editor-"+name, seedPassword))
			read := func(r *Registry) error { _, err := r.Model(t.Context(), name); return err }
			tag := func(r *Registry) error {
				return r.Annotate(t.Context(), refs[0], map[string]string{"driftd_health": "healthy"})
			}
			move := func(r *Registry, slot registry.Slot) error {
				return r.Switch(t.Context(), registry.Move{Slot: slot, Expect: refs[0], Target: refs[1]})
			}
			for _, c := range []struct {
				what  string
				err   error
				class registry.Class
				text  string
			}{
				{"nobody reads", read(nobody), registry.Unauthorized, "read model " + name + ": get_model: 401: "},
				{"wrong password", read(stranger), registry.Unauthorized, "(check token_file, or username and password_file)"},
				{"a reader reads", read(reader), registry.OK, ""},
				{"a reader tags", tag(reader), registry.Forbidden, "tag " + name + "@1 with driftd_health: set_tag: 403: Permission denied (the user needs EDIT permission on the model)"},
				{"a reader moves the alias", move(reader, champion), registry.Forbidden, "move alias champion to " + name + "@2: set_alias: 403: Permission denied (the user needs EDIT"},
				{"a reader moves the stage", move(reader, production), registry.Forbidden, "move stage Production to " + name + "@2: set_stage: 403: Permission denied (the user needs EDIT"},
				{"an editor tags", tag(editor), registry.OK, ""},
				{"an editor moves the alias", move(editor, champion), registry.OK, ""},
				{"an editor moves the stage", move(editor, production), registry.OK, ""},
			} {
				if registry.Classify(c.err) != c.class || c.err != nil && !strings.Contains(c.err.Error(), c.text) {
					t.Errorf("%s: %v, which is %s; want %s with %q", c.what, c.err, registry.Classify(c.err), c.class, c.text)
				}
			}
			if n := requests(reader, opSetAlias, "403"); n != 1 {
				t.Errorf("a refusal was asked for %d times, want once", n)
			}
			for _, slot := range []registry.Slot{champion, production} {
				if held, err := editor.Holders(t.Context(), name, slot); err != nil || len(held) != 1 || held[0] != refs[1] {
					t.Errorf("%s is held by %v, error %v, want %v", slot, held, err, refs[1])
				}
			}
		})
	}
}

// gateway is what stands before a server in many places: TLS with certificates on
// both sides, a path prefix, a header of its own, and a token instead of a user.
func gateway(t *testing.T, target string, c parts.Certificates) *httptest.Server {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.SetBasicAuth(parts.MLflowAdmin, parts.MLflowPassword)
	}}
	g := httptest.NewUnstartedServer(http.StripPrefix("/ml/registry", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer good":
			http.Error(w, "<html><h1>401 Authorization Required</h1><center>nginx</center></html>", http.StatusUnauthorized)
		case r.Header.Get("X-Team") != "churn":
			http.Error(w, "<html><h1>403 Forbidden</h1></html>", http.StatusForbidden)
		default:
			proxy.ServeHTTP(w, r)
		}
	})))
	authority, err := os.ReadFile(c.CA)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(c.Server, c.Server)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	g.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	g.Config.ErrorLog = log.New(io.Discard, "", 0)
	g.StartTLS()
	t.Cleanup(g.Close)
	return g
}

func TestBehindAGateway(t *testing.T) {
	certificates, others := parts.Certify(t), parts.Certify(t)
	token := write(t, filepath.Join(t.TempDir(), "token"), "good")
	for _, version := range parts.MLflowVersions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			server := parts.SecuredMLflow(t, version)
			people := seed{url: server, admin: true}
			refs := people.versions(t, 2)
			people.assign(t, champion, refs[0])
			g := gateway(t, server, certificates)
			at := g.URL + "/ml/registry/"
			plain := "http://" + strings.TrimPrefix(g.URL, "https://")
			good := func(c *Config) {
				c.CAFile, c.CertFile, c.KeyFile, c.TokenFile = certificates.CA, certificates.Cert, certificates.Key, token
				c.Headers = map[string]string{"X-Team": "churn"}
			}
			if err := secured(t, at, good).Switch(t.Context(), registry.Move{Slot: champion, Expect: refs[0], Target: refs[1]}); err != nil {
				t.Errorf("with all it wants: %v", err)
			}
			for _, c := range []struct {
				what, url string
				spoil     func(*Config)
				class     registry.Class
				attempts  int
				code      string
				text      string
			}{
				{"unknown authority", at, func(c *Config) { c.CAFile = "" }, registry.Unreachable, 1, codeError, "is not trusted: name the file of its issuer in ca_file"},
				{"no client certificate", at, func(c *Config) { c.CertFile, c.KeyFile = "", "" }, registry.Unreachable, 1, codeError, "wants a client certificate that it trusts: check cert_file and key_file"},
				{"a stranger's certificate", at, func(c *Config) { c.CertFile, c.KeyFile = others.Cert, others.Key }, registry.Unreachable, 1, codeError, "wants a client certificate that it trusts"},
				{"without TLS", plain, func(*Config) {}, registry.Refused, 1, "400", "(the server wants TLS: write https:// in url)"},
				{"TLS to a plain server", "https://" + strings.TrimPrefix(server, "http://"), func(*Config) {}, registry.Unreachable, 1, codeError, "does not speak TLS: write http:// in url"},
				{"wrong token", at, func(c *Config) {
					c.TokenFile = certificates.Cert
					c.TokenFile = write(t, filepath.Join(t.TempDir(), "t"), "bad")
				}, registry.Unauthorized, 1, "401", "401: 401 Authorization Required nginx (check token_file"},
				{"header missing", at, func(c *Config) { c.Headers = nil }, registry.Forbidden, 1, "403", "403: 403 Forbidden ("},
				{"prefix missing", g.URL, func(*Config) {}, registry.Refused, 1, "404", "no MLflow server answers at this address: check url and its path prefix"},
			} {
				r := secured(t, c.url, func(cfg *Config) { good(cfg); c.spoil(cfg) })
				_, err := r.Model(t.Context(), refs[0].Name)
				if registry.Classify(err) != c.class || err == nil || !strings.Contains(err.Error(), c.text) {
					t.Errorf("%s: %v, which is %s; want %s with %q", c.what, err, registry.Classify(err), c.class, c.text)
				}
				if n := requests(r, opGetModel, c.code); n != c.attempts {
					t.Errorf("%s: %d attempts counted as %s, want %d", c.what, n, c.code, c.attempts)
				}
			}
		})
	}
}

// Workspaces divide one server of MLflow 3 among teams.
func TestWorkspace(t *testing.T) {
	server := parts.WorkspacesMLflow(t)
	people := seed{url: server, headers: map[string]string{"X-MLFLOW-WORKSPACE": "churn-team"}}
	seed{url: server}.send(t, "POST", "/api/3.0/mlflow/workspaces", object{"name": "churn-team"})
	ref := model.Ref{Name: registrytest.Name(), Version: "1"}
	people.send(t, "POST", api+"registered-models/create", object{"name": ref.Name})
	people.send(t, "POST", api+"model-versions/create", object{"name": ref.Name, "source": "s3://models/churn"})
	in := func(workspace string) *Registry {
		return secured(t, server, func(c *Config) {
			if workspace != "" {
				c.Headers = map[string]string{"X-MLFLOW-WORKSPACE": workspace}
			}
		})
	}
	if err := in("churn-team").Annotate(t.Context(), ref, map[string]string{"driftd_health": "healthy"}); err != nil {
		t.Error(err)
	}
	if v, err := in("churn-team").Version(t.Context(), ref); err != nil || v.Tags["driftd_health"] != "healthy" {
		t.Errorf("tags %v, error %v", v.Tags, err)
	}
	for _, other := range []string{"", "no-such-team"} {
		if _, err := in(other).Model(t.Context(), ref.Name); !errors.Is(err, registry.ErrNotFound) {
			t.Errorf("in workspace %q: %v, want %v", other, err, registry.ErrNotFound)
		}
	}
	if _, err := secured(t, parts.MLflow(t), func(c *Config) { c.Headers = map[string]string{"X-MLFLOW-WORKSPACE": "x"} }).Model(t.Context(), ref.Name); err == nil || !strings.Contains(err.Error(), "workspaces are not enabled on this server") {
		t.Errorf("a server without workspaces: %v", err)
	}
}

// Twenty clients write the same new tag at once: the server lets some of them
// collide in its own database, which must not be seen outside.
func TestNewTagsAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		ref := s.versions(t, 1)[0]
		errs := make(chan error)
		const writers = 20
		for i := range writers {
			r := client(t, s.url)
			go func() {
				errs <- r.Annotate(t.Context(), ref, map[string]string{"driftd_reason": fmt.Sprint(i), "driftd_health": "healthy"})
			}()
		}
		for range writers {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

// Archiving the others while a version is itself archived makes the server fail
// with 500. driftd never asks for it; if it did, it would ask once.
func TestATransitionThatFailsIsNotRepeated(t *testing.T) {
	onEach(t, func(t *testing.T, s seed) {
		ref := s.versions(t, 1)[0]
		for _, stage := range []string{"Archived", "None"} {
			r := client(t, s.url)
			err := r.set(t.Context(), registry.Slot{Kind: registry.Stage, Name: stage}, model.Ref{Name: ref.Name, Version: ref.Version})
			if registry.Classify(err) != registry.ServerError || requests(r, opSetStage, "500") != 1 {
				t.Errorf("%s: %v, sent %d times, want a 500, once", stage, err, requests(r, opSetStage, "500"))
			}
		}
	})
}
