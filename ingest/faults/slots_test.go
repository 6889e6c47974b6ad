//go:build linux

package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// slots is MLflow behind a proxy that sees who holds a slot before and after each
// write to it.
type slots struct {
	t       *testing.T
	url     string
	client  *http.Client
	forward http.Handler
	stages  map[string]bool // whether the model is served by a stage

	mu    sync.Mutex          // one write at a time
	moves map[string][]string // by model
}

func newSlots(t *testing.T, server string) *slots {
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	// A connection that the server closes for being idle would fail a write that
	// nobody killed.
	fresh := &http.Transport{DisableKeepAlives: true}
	forward := httputil.NewSingleHostReverseProxy(at)
	forward.Transport, forward.ErrorLog = fresh, log.New(io.Discard, "", 0)
	return &slots{t: t, url: server + "/api/2.0/mlflow/", client: &http.Client{Transport: fresh}, forward: forward, stages: map[string]bool{}, moves: map[string][]string{}}
}

func (s *slots) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	writes := strings.HasSuffix(r.URL.Path, "/transition-stage") || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/alias")
	if !writes {
		s.forward.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	var asked struct{ Name string }
	if err != nil || json.Unmarshal(body, &asked) != nil {
		return // whoever asked was killed
	}
	before := s.holder(asked.Name)
	defer func() {
		if after := s.holder(asked.Name); after != before {
			s.moves[asked.Name] = append(s.moves[asked.Name], before+" to "+after)
		}
	}()
	// What has arrived is carried out, also when whoever asked is killed meanwhile.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.forward.ServeHTTP(w, r)
}

// call asks MLflow itself; what cannot be is an empty answer.
func (s *slots) call(method, path string, in any) (out struct {
	Version struct{ Version string } `json:"model_version"`
	Found   []struct {
		Version string `json:"version"`
		Stage   string `json:"current_stage"`
		Tags    []struct{ Key, Value string }
	} `json:"model_versions"`
	Run struct {
		Info struct {
			ID string `json:"run_id"`
		}
	}
}) {
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Error(err)
		return out
	}
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return out
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.client.Do(request)
	if err != nil {
		s.t.Error(err)
		return out
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode == http.StatusOK {
		err = json.Unmarshal(text, &out)
	} else if err == nil {
		err = fmt.Errorf("%s: %s %s", path, answer.Status, text)
	}
	if err != nil {
		s.t.Error(err)
	}
	return out
}

// register makes a model of two versions, of which the second serves.
func (s *slots) register(name string, stage bool) {
	s.stages[name] = stage
	s.call(http.MethodPost, "registered-models/create", map[string]string{"name": name})
	run := s.call(http.MethodPost, "runs/create", map[string]string{"experiment_id": "0"}).Run.Info.ID
	for range 2 {
		s.call(http.MethodPost, "model-versions/create", map[string]string{"name": name, "run_id": run, "source": "mlflow-artifacts:/0/" + run + "/artifacts/model"})
	}
	if stage {
		s.call(http.MethodPost, "model-versions/transition-stage", map[string]any{"name": name, "version": "2", "stage": "Production", "archive_existing_versions": true})
		return
	}
	s.call(http.MethodPost, "registered-models/alias", map[string]string{"name": name, "alias": "champion", "version": "2"})
}

// holder returns the version in the slot, or all of them.
func (s *slots) holder(name string) string {
	if !s.stages[name] {
		return s.call(http.MethodGet, "registered-models/alias?alias=champion&name="+url.QueryEscape(name), nil).Version.Version
	}
	var held []string
	for _, v := range s.call(http.MethodGet, "model-versions/search?filter="+url.QueryEscape("name='"+name+"'"), nil).Found {
		if v.Stage == "Production" {
			held = append(held, v.Version)
		}
	}
	return strings.Join(held, " and ")
}

// tag returns a tag of a version.
func (s *slots) tag(name, version, key string) string {
	for _, v := range s.call(http.MethodGet, "model-versions/search?filter="+url.QueryEscape("name='"+name+"'"), nil).Found {
		for _, t := range v.Tags {
			if v.Version == version && t.Key == key {
				return t.Value
			}
		}
	}
	return ""
}
