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
)

// probe says whether one part of the daemon is ready: nil, or why not.
type probe struct {
	name  string
	check func(ctx context.Context) error
}

// server is the daemon's own HTTP interface: metrics, health, readiness and,
// when time is stepped, the clock. It listens on loopback unless told.
type server struct {
	listen  string
	metrics *prometheus.Registry
	ready   []probe
	advance func(ctx context.Context, to time.Time) error // nil unless the clock is stepped
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
	s.log.Info("http listening", "address", listener.Addr().String())
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
	if s.advance != nil {
		mux.HandleFunc("POST /-/clock", s.clock)
	}
	return mux
}

// readiness lists every part with its state; 503 until all are ready.
func (s *server) readiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	parts := make(map[string]string, len(s.ready))
	status := http.StatusOK
	for _, p := range s.ready {
		parts[p.name] = "ready"
		if err := p.check(ctx); err != nil {
			parts[p.name] = err.Error()
			status = http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(parts)
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
