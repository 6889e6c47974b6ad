package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"
)

// server is the daemon's own HTTP interface: the page, metrics, health, readiness, what
// needs a token and, when time is stepped, the clock. It listens on loopback unless told.
type server struct {
	listen  string
	metrics prometheus.Gatherer
	ready   []probe
	advance func(ctx context.Context, to time.Time) error // nil unless the clock is stepped
	reload  func(ctx context.Context) error
	admin   admin
	page    http.Handler        // what no other path is of
	buttons func() http.Handler // nil: none are heard
	log     *slog.Logger
	address chan string // receives the bound address once
}

// run serves until ctx ends.
func (s *server) run(ctx context.Context) error {
	listener, err := net.Listen("tcp", s.listen)
	if err != nil {
		return fmt.Errorf("listen on http.listen %s: %w", s.listen, err)
	}
	s.address <- listener.Addr().String()
	s.log.Info("http listening", "address", listener.Addr().String(), "page", "http://"+listener.Addr().String()+"/")
	srv := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		stopped <- srv.Shutdown(grace)
	}()
	if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve http: %w", err)
	}
	return <-stopped
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintln(w, "driftd is healthy")
	})
	mux.HandleFunc("GET /-/ready", s.readiness)
	mux.HandleFunc("POST /-/reload", s.reloading)
	mux.HandleFunc("POST /-/freeze", s.admin.frozen(true))
	mux.HandleFunc("POST /-/unfreeze", s.admin.frozen(false))
	mux.HandleFunc("POST /-/slack", s.click)
	if s.advance != nil {
		mux.HandleFunc("POST /-/clock", s.clock)
	}
	// Beside each other, so that a method that is not allowed here is no page there.
	all := http.NewServeMux()
	all.Handle("/", s.page)
	all.Handle("/-/", mux)
	all.Handle("/metrics", mux)
	return all
}

// readiness lists every part with its state; 503 until all are ready. They are
// asked side by side: one that does not answer hides no other.
func (s *server) readiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	var asking errgroup.Group
	answers := make([]string, len(s.ready))
	for i, p := range s.ready {
		asking.Go(func() error {
			answers[i] = "ready"
			if err := p.check(ctx); err != nil {
				answers[i] = err.Error()
			}
			return nil
		})
	}
	_ = asking.Wait() // what is wrong is in the answers
	parts := make(map[string]string, len(s.ready))
	status := http.StatusOK
	for i, p := range s.ready {
		parts[p.name] = answers[i]
		if answers[i] != "ready" {
			status = http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(parts)
}

// reloading answers when the configuration is in effect, or with everything
// that is wrong with it.
func (s *server) reloading(w http.ResponseWriter, r *http.Request) {
	if err := s.reload(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	_, _ = fmt.Fprintln(w, "the configuration is in effect")
}

// click hears a button of a message.
func (s *server) click(w http.ResponseWriter, r *http.Request) {
	handler := s.buttons()
	if handler == nil {
		http.Error(w, "no requests of Slack are heard: give slack.signing_secret_file, or wait until driftd is ready", http.StatusNotFound)
		return
	}
	handler.ServeHTTP(w, r)
}

// clock moves stepped time forward to ?now=RFC3339 and answers when every tick
// that fell due has been run.
func (s *server) clock(w http.ResponseWriter, r *http.Request) {
	now, err := time.Parse(time.RFC3339, r.URL.Query().Get("now"))
	if err != nil {
		http.Error(w, fmt.Sprintf("now=%q: want a time such as 2026-11-23T00:00:00Z", r.URL.Query().Get("now")), http.StatusBadRequest)
		return
	}
	if err := s.advance(r.Context(), now); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = fmt.Fprintln(w, now.UTC().Format(time.RFC3339))
}
