package chengine_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// The user and the port that are configured serve HTTP as clients of ClickHouse speak
// it: curl, Grafana's plugin, @clickhouse/client, clickhouse-connect.
func TestHTTPAsClientsSpeakIt(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("it's <secret>&\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := net.ResolveTCPAddr("tcp", parts.FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	port := free.Port
	e := startAs(t, chengine.Config{Path: filepath.Join(dir, "data"), Library: parts.Library(t), MaxMemory: 1 << 30, Reader: "grafana", ReaderPasswordFile: secret, HTTPPort: port})
	at := e.Endpoint()
	if at.HTTPAddress != fmt.Sprintf("127.0.0.1:%d", port) || at.Reader != "grafana" || at.ReaderPassword != "it's <secret>&" {
		t.Fatalf("%s, %s, %q", at.HTTPAddress, at.Reader, at.ReaderPassword)
	}
	base := "http://" + at.HTTPAddress
	plain := func(*http.Request) {}
	basic := func(r *http.Request) { r.SetBasicAuth(at.Reader, at.ReaderPassword) }
	headers := func(r *http.Request) {
		r.Header.Set("X-ClickHouse-User", at.Reader)
		r.Header.Set("X-ClickHouse-Key", at.ReaderPassword)
	}
	user := url.Values{"user": {at.Reader}, "password": {at.ReaderPassword}}.Encode()
	for _, c := range []struct {
		name, method, path, body string
		as                       func(*http.Request)
		status                   int
		want                     string
	}{
		{"ping", "GET", "/ping", "", plain, 200, "Ok.\n"},
		{"basic authentication", "POST", "/", "SELECT 1", basic, 200, "1\n"},
		{"headers", "POST", "/?default_format=JSONEachRow", "SELECT 1 AS x", headers, 200, "{\"x\":1}\n"},
		{"in the address", "GET", "/?" + user + "&query=SELECT+2", "", plain, 200, "2\n"},
		{"a parameter", "POST", "/?param_x=it%27s", "SELECT {x:String}", basic, 200, "it\\'s\n"},
		{"a setting of a client", "POST", "/?max_execution_time=60&client_protocol_version=54405", "SELECT 3 FORMAT TSV", basic, 200, "3\n"},
		{"a setting beyond its bound", "POST", "/?max_execution_time=0", "SELECT 1", basic, 500, "SETTING_CONSTRAINT_VIOLATION"},
		{"writing", "POST", "/", "CREATE TABLE t (x UInt8) ENGINE = Memory", basic, 500, "ACCESS_DENIED"},
		{"a wrong password", "POST", "/", "SELECT 1", func(r *http.Request) { r.SetBasicAuth(at.Reader, "guess") }, 403, "AUTHENTICATION_FAILED"},
		{"a mistake", "POST", "/", "SELEC 1", basic, 400, "SYNTAX_ERROR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), c.method, base+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			c.as(r)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != c.status || !strings.Contains(string(body), c.want) {
				t.Errorf("%d %q, %v: want %d %q", resp.StatusCode, body, err, c.status, c.want)
			}
			if c.status == 200 && c.path != "/ping" {
				for _, header := range []string{"X-ClickHouse-Query-Id", "X-ClickHouse-Format", "X-ClickHouse-Timezone", "X-ClickHouse-Summary"} {
					if resp.Header.Get(header) == "" {
						t.Errorf("no header %s", header)
					}
				}
			} else if c.status != 200 && resp.Header.Get("X-ClickHouse-Exception-Code") == "" {
				t.Error("no code of the exception in the header")
			}
		})
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", base+"/?enable_http_compression=1", strings.NewReader("SELECT number FROM numbers(1000) FORMAT TSV"))
	if err != nil {
		t.Fatal(err)
	}
	basic(r)
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	unpacked, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	if body, err := io.ReadAll(unpacked); err != nil || strings.Count(string(body), "\n") != 1000 {
		t.Errorf("%d lines, %v", strings.Count(string(body), "\n"), err)
	}
}

// What cannot be served is told when the engine starts.
func TestAReaderThatCannotBe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]chengine.Config{
		"choose another http_port":       {HTTPPort: taken.Addr().(*net.TCPAddr).Port},
		"the first line of " + empty:     {ReaderPasswordFile: empty},
		"no such file":                   {ReaderPasswordFile: empty + "-not"},
		`dashboards.username "driftd"`:   {Reader: "driftd"},
		`dashboards.username "a><b"`:     {Reader: "a><b"},
		`dashboards.username "default":`: {Reader: "default"},
	} {
		c.Path, c.Library = filepath.Join(t.TempDir(), "data"), parts.Library(t)
		if err := chengine.New(c, nil, nil).Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
