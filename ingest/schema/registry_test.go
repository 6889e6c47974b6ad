package schema

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest/decode"
	"github.com/driftd/driftd/internal/parts"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

const intSchema = `{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]}`

// server is a registry that counts what it is asked, and can be broken.
type server struct {
	*srfake.Registry
	mu      sync.Mutex
	asked   []string
	instead http.HandlerFunc // answers instead; nil when all is well
}

func serve(t *testing.T) *server {
	s := &server{Registry: srfake.New()}
	t.Cleanup(s.Close)
	s.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = append(s.asked, r.URL.Path)
		if s.instead != nil {
			s.instead(w, r)
			return true
		}
		return false
	})
	return s
}

func (s *server) broken(with http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead = with
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// clocked is a registry whose time stands still.
func clocked(t *testing.T, c Config) (*Registry, *time.Time) {
	t.Helper()
	r, err := New(c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	r.now = func() time.Time { return now }
	return r, &now
}

// read decodes a value, fetching what is lacking.
func read(t *testing.T, r *Registry, format Format, value, header []byte) (string, *decode.Reject) {
	t.Helper()
	d := r.NewDecoder(format, limit)
	text, reject, lacks := d.JSON(value, header)
	if lacks == nil {
		return string(text), reject
	}
	if err := r.Fetch(t.Context(), *lacks, time.Time{}); err != nil {
		t.Fatal(err)
	}
	text, reject, lacks = d.JSON(value, header)
	if lacks != nil {
		t.Fatalf("still lacks %s", lacks)
	}
	return string(text), reject
}

func value(id int, message string) []byte {
	return append([]byte{0, 0, 0, byte(id >> 8), byte(id)}, message...)
}

func register(t *testing.T, c *sr.Client, subject string, s sr.Schema) sr.SubjectSchema {
	t.Helper()
	found, err := c.CreateSchema(t.Context(), subject, s)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSchemasAreFetchedOnce(t *testing.T) {
	s := serve(t)
	s.SeedSchema("a-value", 1, 7, sr.Schema{Schema: intSchema})
	r, now := clocked(t, Config{URL: s.URL()})
	for range 3 {
		if got, reject := read(t, r, Avro, value(7, "\x54"), nil); got != `{"x":42}` || reject != nil {
			t.Errorf("%s, %+v", got, reject)
		}
		*now = now.Add(1000 * time.Hour)
		s.broken(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	}
	if diff := cmp.Diff([]string{"/schemas/ids/7"}, s.requests()); diff != "" {
		t.Error(diff)
	}
}

// Nothing but a registry's own word makes a schema missing.
func TestOnlyTheRegistryItselfCanLackASchema(t *testing.T) {
	s := serve(t)
	dead := httptest.NewServer(nil)
	dead.Close()
	for _, test := range []struct {
		name string
		with http.HandlerFunc
		want string
	}{
		{"server error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", http.StatusServiceUnavailable) }, `503 Service Unavailable: "down"`},
		{"not allowed", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "401"},
		{"a 404 of a proxy", http.NotFound, "404 Not Found"},
		{"a 404 of a wrong path", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error_code":404,"message":"HTTP 404 Not Found"}`)
		}, "HTTP 404 Not Found"},
		{"no registry", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "unable to decode"},
		{"connection closed", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.broken(test.with)
			r, now := clocked(t, Config{URL: s.URL()})
			for range 2 { // however long it takes
				err := r.Fetch(t.Context(), Key{ID: 7}, time.Time{})
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "schema 7") {
					t.Errorf("%v, want an error with %q", err, test.want)
				}
				if _, reject, lacks := r.NewDecoder(Avro, limit).JSON(value(7, "\x54"), nil); reject != nil || lacks == nil {
					t.Errorf("%+v, want no reject", reject)
				}
				*now = now.Add(time.Hour)
			}
			if got := testutil.ToFloat64(r.requests.WithLabelValues(resultError)); got != 2 {
				t.Errorf("%v errors counted, want 2", got)
			}
		})
	}
	r, _ := clocked(t, Config{URL: dead.URL})
	if err := r.Fetch(t.Context(), Key{ID: 7}, time.Time{}); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("nobody listens: %v", err)
	}
}

// A schema that is missing may be on its way: the message must be old, or the
// wait long, before it is believed.
func TestAbsenceIsBelievedLate(t *testing.T) {
	for _, test := range []struct {
		name     string
		recorded time.Duration // before now; 0: no timestamp
		waits    time.Duration // until it is believed
	}{
		{"no timestamp", 0, 0},
		{"an old message", time.Minute, 0},
		{"a fresh message", time.Second, 9 * time.Second},
		{"a message from the future", -time.Hour, 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t)
			r, now := clocked(t, Config{URL: s.URL()})
			var recorded time.Time
			if test.recorded != 0 {
				recorded = now.Add(-test.recorded)
			}
			waited := time.Duration(0)
			for ; ; waited += time.Second {
				err := r.Fetch(t.Context(), Key{ID: 7}, recorded)
				if err == nil {
					break
				}
				if !errors.Is(err, errAbsent) || waited > time.Minute {
					t.Fatal(err)
				}
				*now = now.Add(time.Second)
			}
			if waited != test.waits {
				t.Errorf("believed after %s, want %s", waited, test.waits)
			}
			asked := len(s.requests())
			for range 3 {
				_, reject := read(t, r, Avro, value(7, "\x54"), nil)
				if reject == nil || reject.Reason != decode.UnknownSchema || !strings.Contains(reject.Detail, "schema 7: not in the registry") {
					t.Errorf("%+v", reject)
				}
			}
			if n := len(s.requests()) - asked; n != 0 {
				t.Errorf("asked %d more times for a schema that is missing", n)
			}
			// It turns up.
			s.SeedSchema("a-value", 1, 7, sr.Schema{Schema: intSchema})
			*now = now.Add(absentFor)
			if got, reject := read(t, r, Avro, value(7, "\x54"), nil); got != `{"x":42}` {
				t.Errorf("%s, %+v", got, reject)
			}
		})
	}
}

func TestAbsentSchemasDoNotFillTheMemory(t *testing.T) {
	r, _ := clocked(t, Config{URL: "http://127.0.0.1"})
	for i := range 3 * maxAbsent {
		_ = r.missing(Key{ID: int32(i)}, time.Time{}, errAbsent)
	}
	if len(r.absent) > maxAbsent {
		t.Errorf("%d remembered, want at most %d", len(r.absent), maxAbsent)
	}
}

func TestRejectsOfValues(t *testing.T) {
	s := serve(t)
	s.SeedSchema("json", 1, 1, sr.Schema{Schema: `{"type":"object"}`, Type: sr.TypeJSON})
	s.SeedSchema("broken", 1, 2, sr.Schema{Schema: `{"type":"record","name":"A","fields":[{"name":"x","type":"Nowhere"}]}`})
	s.SeedSchema("a", 1, 3, sr.Schema{Schema: intSchema})
	s.SeedSchema("p", 1, 4, sr.Schema{Schema: `syntax = "proto3"; message M { repeated M m = 1; double score = 2; }`, Type: sr.TypeProtobuf})
	r, _ := clocked(t, Config{URL: s.URL()})
	for _, test := range []struct {
		name   string
		format Format
		value  []byte
		reason decode.Reason
		detail string
	}{
		{"another format", Avro, value(1, "{}"), decode.UnknownSchema, "schema 1 is JSON and the topic is configured as avro"},
		{"Avro in a Protobuf topic", Protobuf, value(3, "\x00"), decode.UnknownSchema, "schema 3 is AVRO"},
		{"unusable", Avro, value(2, "\x02"), decode.UnknownSchema, "schema 2 cannot be used"},
		{"not in the wire format", Avro, []byte(`{"a":1}`), decode.BadEncoding, "first byte 0x7b"},
		{"does not fit", Avro, value(3, ""), decode.BadEncoding, "does not fit schema 3: x: the bytes end too early"},
		{"does not fit Protobuf", Protobuf, value(4, "\x00\x0a"), decode.BadEncoding, "does not fit schema 4"},
		{"too long", Avro, value(3, strings.Repeat("x", limit)), decode.TooLarge, "1048581 bytes"},
		{"too long as JSON", Protobuf, value(4, "\x00"+strings.Repeat("\x0a\x00", limit/4)), decode.TooLarge, "JSON text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, reject := read(t, r, test.format, test.value, nil)
			if reject == nil || reject.Reason != test.reason || !strings.Contains(reject.Detail, test.detail) || len(reject.Detail) > 500 {
				t.Errorf("%s, %+v; want %s with %q", got, reject, test.reason, test.detail)
			}
		})
	}
	if got, reject := read(t, r, Avro, nil, nil); got != "" || reject != nil {
		t.Errorf("an empty value: %s, %+v; it is left to the decoder", got, reject)
	}
	if got := testutil.ToFloat64(r.requests.WithLabelValues(resultUnusable)); got != 1 {
		t.Errorf("%v schemas unusable, want 1", got)
	}
}

func TestSchemaNamedByGUIDInTheHeader(t *testing.T) {
	s := serve(t)
	client, err := sr.NewClient(sr.URLs(s.URL()))
	if err != nil {
		t.Fatal(err)
	}
	made := register(t, client, "a-value", sr.Schema{Schema: intSchema})
	header := append([]byte{1}, unhex(t, strings.ReplaceAll(made.GUID, "-", ""))...)
	r, _ := clocked(t, Config{URL: s.URL()})
	if got, reject := read(t, r, Avro, []byte("\x54"), header); got != `{"x":42}` {
		t.Errorf("%s, %+v", got, reject)
	}
	if !slices.Contains(s.requests(), "/schemas/guids/"+made.GUID) {
		t.Errorf("asked %q", s.requests())
	}
}

func TestSecretsAndAuthorities(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	registry := srfake.New()
	defer registry.Close()
	registry.SeedSchema("a", 1, 7, sr.Schema{Schema: intSchema})
	var authorization string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization = r.Header.Get("Authorization")
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/apis")
		registry.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	ca := write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	c := Config{URL: server.URL + "/apis", TokenFile: write("token", "t1\n"), TLS: &TLS{CAFile: ca}}
	if problems := c.Validate(); problems != nil {
		t.Fatal(problems)
	}
	r, _ := clocked(t, c)
	fetch := func(id int32) error { return r.Fetch(t.Context(), Key{ID: id}, time.Time{}) }
	if err := fetch(7); err != nil || authorization != "Bearer t1" {
		t.Errorf("%v, sent %q", err, authorization)
	}
	write("token", "t2")
	if err := fetch(8); err != nil || authorization != "Bearer t2" {
		t.Errorf("after rotation: %v, sent %q", err, authorization)
	}
	c.TokenFile, c.Username, c.PasswordFile = "", "u", write("password", "p\n")
	r, _ = clocked(t, c)
	if err := fetch(7); err != nil || authorization != "Basic dTpw" {
		t.Errorf("%v, sent %q", err, authorization)
	}
	c.TLS = nil
	r, _ = clocked(t, c)
	if err := fetch(7); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody known: %v", err)
	}
}

// One request at a time: fifty partitions that lack the same schema ask once.
func TestManyWaitForOneRequest(t *testing.T) {
	s := serve(t)
	s.SeedSchema("a", 1, 7, sr.Schema{Schema: intSchema})
	r, _ := clocked(t, Config{URL: s.URL()})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if err := r.Fetch(t.Context(), Key{ID: 7}, time.Time{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	r.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Fetch(ctx, Key{ID: 9}, time.Time{}); !errors.Is(err, context.Canceled) {
		t.Errorf("while another asks: %v", err)
	}
}

// The real registry: schemas that refer to others, and its way to say no.
func TestApicurio(t *testing.T) {
	url := parts.SchemaRegistry(t)
	client, err := sr.NewClient(sr.URLs(url))
	if err != nil {
		t.Fatal(err)
	}
	prefix := fmt.Sprintf("schema-%d-", time.Now().UnixNano())
	refer := func(name string, to sr.SubjectSchema) []sr.SchemaReference {
		return []sr.SchemaReference{{Name: name, Subject: to.Subject, Version: to.Version}}
	}
	region := register(t, client, prefix+"region", sr.Schema{Schema: `{"type":"enum","name":"Region","namespace":"x","symbols":["eu","us"]}`})
	segment := register(t, client, prefix+"segment", sr.Schema{Schema: `{"type":"record","name":"Segment","namespace":"x","fields":[{"name":"region","type":"x.Region"}]}`, References: refer("x.Region", region)})
	event := register(t, client, prefix+"event", sr.Schema{Schema: `{"type":"record","name":"Event","namespace":"x","fields":[{"name":"s","type":["null","x.Segment"]}]}`, References: refer("x.Segment", segment)})
	file := register(t, client, prefix+"file", sr.Schema{Type: sr.TypeProtobuf, Schema: `syntax = "proto3"; package x; message Segment { string region = 1; }`})
	message := register(t, client, prefix+"message", sr.Schema{Type: sr.TypeProtobuf, References: refer("segment.proto", file),
		Schema: `syntax = "proto3"; package x; import "segment.proto"; import "google/protobuf/timestamp.proto"; message Event { Segment s = 1; google.protobuf.Timestamp at = 2; }`})

	r, _ := clocked(t, Config{URL: url})
	if got, reject := read(t, r, Avro, value(event.ID, "\x02\x02"), nil); got != `{"s":{"region":"us"}}` {
		t.Errorf("Avro: %s, %+v", got, reject)
	}
	if got, reject := read(t, r, Protobuf, value(message.ID, "\x00\x0a\x04\x0a\x02eu\x12\x02\x08\x01"), nil); got != `{"s":{"region":"eu"},"at":"1970-01-01T00:00:01Z"}` {
		t.Errorf("Protobuf: %s, %+v", got, reject)
	}
	if got, reject := read(t, r, Avro, value(60000, "\x02"), nil); reject == nil || reject.Reason != decode.UnknownSchema {
		t.Errorf("a schema that is not there: %s, %+v", got, reject)
	}
	if err := r.Fetch(t.Context(), Key{GUID: [16]byte{1}}, time.Time{}); err == nil || errors.Is(err, errAbsent) {
		t.Errorf("a GUID, which this registry does not know: %v; want an error, no missing schema", err)
	}
}

func TestConfigProblems(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		config Config
		fields []string
	}{
		{Config{URL: "http://registry:8081", Username: "u", PasswordFile: file}, nil},
		{Config{}, []string{"url"}},
		{Config{URL: "registry:8081"}, []string{"url"}},
		{Config{URL: "https://u:p@registry"}, []string{"url"}},
		{Config{URL: "http://registry", TLS: &TLS{}}, []string{"tls"}},
		{Config{URL: "https://registry", TLS: &TLS{CAFile: file}}, []string{"tls.ca_file"}},
		{Config{URL: "https://registry", TokenFile: file, Username: "u"}, []string{"token_file", "username"}},
		{Config{URL: "https://registry", TokenFile: "/nowhere", TLS: &TLS{CAFile: "/nowhere"}}, []string{"token_file", "tls.ca_file"}},
	} {
		var fields []string
		for _, p := range test.config.Validate() {
			fields = append(fields, p.Field)
			if strings.Contains(p.Message, "u:p") || p.Message == "" {
				t.Errorf("%+v", p)
			}
		}
		if diff := cmp.Diff(test.fields, fields); diff != "" {
			t.Errorf("%+v: %s", test.config, diff)
		}
	}
}
