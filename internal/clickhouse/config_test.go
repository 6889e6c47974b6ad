package clickhouse

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestConfigSaysEverythingThatIsWrong(t *testing.T) {
	err := Config{Addresses: []string{"ch"}, Database: "a b", CAFile: "ca.pem", DialTimeout: -time.Second, Durability: "disk"}.Validate()
	for _, want := range []string{`addresses[0] "ch"`, `database: identifier "a b"`, `ca_file "ca.pem"`, "dial_timeout -1s", `durability "disk"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %s", err, want)
		}
	}
	if err := (Config{}).Validate(); err == nil || !strings.Contains(err.Error(), "addresses") {
		t.Errorf("no address: %v", err)
	}
	if err := (Config{Addresses: []string{"ch:9000", "[::1]:9000"}, Durability: Fsync}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestConfigReadsSecrets(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	o, err := Config{Addresses: []string{"ch:9000"}, Username: "driftd", PasswordFile: write("password", "s3cret \r\nsecond line\n")}.Options()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Options{Addresses: []string{"ch:9000"}, Username: "driftd", Password: "s3cret "}, o); diff != "" {
		t.Error(diff)
	}
	if o, err := (Config{Secure: true}).Options(); err != nil || o.TLS == nil {
		t.Errorf("secure: %+v, %v", o, err)
	}
	for name, c := range map[string]Config{
		"password_file": {PasswordFile: filepath.Join(dir, "absent")},
		"ca_file":       {Secure: true, CAFile: write("ca.pem", "no certificate")},
	} {
		if _, err := c.Options(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestQueriesAreTimed(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	s, err := Open(options(t), reg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LastTick(t.Context(), "m"); err == nil || !Failed(err) || !strings.Contains(err.Error(), "read the last tick of m (last_tick.sql): ") {
		t.Errorf("a query without tables: %v", err)
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if got := testutil.CollectAndCount(s.metrics.duration); got != 2 {
		t.Errorf("%d series, want ping ok and last_tick error", got)
	}
}
