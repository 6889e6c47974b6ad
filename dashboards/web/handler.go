package web

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// patience is how long a view may take: whoever looks wants to know by then.
const patience = 3 * time.Second

// policy forbids everything that does not come from here, and to be framed.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

//go:embed static
var static embed.FS

// New returns the page: /, /models/…, /incidents/…, /boards/…, /static/… and /api/v1/…, by
// GET alone. What else is asked for is answered with a page that says so.
func New(source Source, log *slog.Logger) http.Handler {
	p := page{source: source, log: log}
	mux := http.NewServeMux()
	p.view(mux, "/{$}", "/api/v1/models", "fleet", func(ctx context.Context, r *http.Request) (any, error) {
		f, err := filterOf(r)
		if err != nil {
			return nil, err
		}
		return source.Fleet(ctx, f)
	})
	p.view(mux, "/models/{model}", "/api/v1/models/{model}", "model", func(ctx context.Context, r *http.Request) (any, error) {
		span, err := spanOf(r)
		if err != nil {
			return nil, err
		}
		return source.Model(ctx, r.PathValue("model"), span)
	})
	p.view(mux, "/models/{model}/{version}", "/api/v1/models/{model}/versions/{version}", "version", func(ctx context.Context, r *http.Request) (any, error) {
		span, err := spanOf(r)
		if err != nil {
			return nil, err
		}
		return source.Version(ctx, r.PathValue("model"), r.PathValue("version"), span)
	})
	p.view(mux, "/incidents/{id}", "/api/v1/incidents/{id}", "incident", func(ctx context.Context, r *http.Request) (any, error) {
		return source.Incident(ctx, r.PathValue("id"))
	})
	p.view(mux, "/boards/{uid}", "/api/v1/boards/{uid}", "board", func(ctx context.Context, r *http.Request) (any, error) {
		span, err := spanOf(r)
		if err != nil {
			return nil, err
		}
		chosen := map[string]string{}
		for name, values := range r.URL.Query() {
			chosen[name] = values[0]
		}
		return source.Board(ctx, r.PathValue("uid"), chosen, span)
	})
	mux.Handle("GET /static/", cached(http.FileServerFS(static)))
	mux.HandleFunc("GET /api/", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNotFound, problem{Error: "there is nothing at " + r.URL.Path})
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		p.show(w, http.StatusNotFound, "problem", problemOf(NotFound{What: "page " + r.URL.Path}))
	})
	return guarded(mux)
}

// page renders what the source knows.
type page struct {
	source Source
	log    *slog.Logger
}

// view serves what ask returns, as a page and as JSON.
func (p page) view(mux *http.ServeMux, path, api, name string, ask func(context.Context, *http.Request) (any, error)) {
	asked := func(r *http.Request) (any, int, error) {
		v, err := patient(r, ask)
		status := statusOf(err)
		if status == http.StatusServiceUnavailable && r.Context().Err() == nil {
			p.log.Warn("a view cannot be shown", "component", "page", "view", name, "err", err)
		}
		return v, status, err
	}
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		v, status, err := asked(r)
		if err != nil {
			p.show(w, status, "problem", problemOf(err))
			return
		}
		p.show(w, status, name, v)
	})
	mux.HandleFunc("GET "+api, func(w http.ResponseWriter, r *http.Request) {
		v, status, err := asked(r)
		if err != nil {
			answer(w, status, problemOf(err))
			return
		}
		answer(w, status, v)
	})
}

// patient asks, and gives up what does not answer in time: a store may not even
// notice that nobody waits for it any more.
func patient(r *http.Request, ask func(context.Context, *http.Request) (any, error)) (v any, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	type answer struct {
		v   any
		err error
	}
	answered := make(chan answer, 1)
	go func() {
		v, err := ask(ctx, r)
		answered <- answer{v, err}
	}()
	select {
	case a := <-answered:
		v, err = a.v, a.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil && ctx.Err() == context.DeadlineExceeded {
		err = fmt.Errorf("no answer within %s: %w", patience, err)
	}
	return v, err
}

// show writes a whole page or, where it cannot be rendered, that this is so.
func (p page) show(w http.ResponseWriter, status int, name string, v any) {
	var text bytes.Buffer
	if err := templates.ExecuteTemplate(&text, name+".html", v); err != nil {
		p.log.Error("a view cannot be rendered", "component", "page", "view", name, "err", err)
		http.Error(w, "this page cannot be rendered: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = text.WriteTo(w)
}

// answer writes JSON for programs.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v)
}

// guarded says with every answer what a browser may do with it.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// cached lets browsers keep what is asked for by the version of its content.
func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("v") != "" {
			w.Header().Set("Cache-Control", "max-age=31536000, immutable")
		}
		next.ServeHTTP(w, r)
	})
}

func filterOf(r *http.Request) (Filter, error) {
	q := r.URL.Query()
	f := Filter{Text: q.Get("q"), State: q.Get("state"), Page: 1}
	if text := q.Get("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return f, badRequest{fmt.Sprintf("page=%q: want a number from 1", text)}
		}
		f.Page = n
	}
	return f, nil
}

func spanOf(r *http.Request) (span Span, err error) {
	for _, end := range []struct {
		name string
		into *time.Time
	}{{"from", &span.From}, {"to", &span.To}} {
		text := r.URL.Query().Get(end.name)
		if text == "" {
			continue
		}
		if *end.into, err = moment(text); err != nil {
			return span, badRequest{fmt.Sprintf("%s=%q: want a day such as 2026-11-23, a time such as 2026-11-23T00:00:00Z, or milliseconds", end.name, text)}
		}
	}
	if !span.From.IsZero() && !span.To.IsZero() && !span.From.Before(span.To) {
		return span, badRequest{fmt.Sprintf("from %s to %s: want from before to", span.From.Format(time.RFC3339), span.To.Format(time.RFC3339))}
	}
	return span, nil
}

// moment reads a time as the page, people or Grafana write it.
func moment(text string) (time.Time, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	return at.UTC(), err
}
