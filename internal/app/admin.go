package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// admin is what only those may do over HTTP who know a token.
type admin struct {
	tokenFile string // "" lets nobody pass
	freeze    func(ctx context.Context, on bool, by, why string) error
}

// frozen freezes all models, or ends that: ?by=NAME&reason=TEXT, or the same as a
// form. It answers when the order is stored.
func (a admin) frozen(on bool) http.HandlerFunc {
	return a.only(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
		by, why := strings.TrimSpace(r.FormValue("by")), strings.TrimSpace(r.FormValue("reason"))
		if by == "" || on && why == "" {
			http.Error(w, fmt.Sprintf("by=%q, reason=%q: say who asks for it, and why", by, why), http.StatusBadRequest)
			return
		}
		if err := a.freeze(r.Context(), on, by, why); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, FreezeSentence(on))
	})
}

// only calls next for requests that carry the token. The file is read for each, so
// that a new token needs no restart.
func (a admin) only(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a.tokenFile == "" {
			http.Error(w, "nobody may do this over HTTP: http.admin_token_file is not configured; driftd freeze does the same", http.StatusForbidden)
			return
		}
		token, err := os.ReadFile(a.tokenFile)
		if token = bytes.TrimSpace(token); err != nil || len(token) == 0 {
			http.Error(w, "http.admin_token_file cannot be read: driftd freeze does the same", http.StatusServiceUnavailable)
			return
		}
		scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		want, got := sha256.Sum256(token), sha256.Sum256([]byte(strings.TrimSpace(given)))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="driftd"`)
			http.Error(w, "send Authorization: Bearer and the token of http.admin_token_file", http.StatusUnauthorized)
			return
		}
		next(w, r)
	}
}

// freeze records the order of somebody who asked for it over HTTP.
func (a *App) freeze(ctx context.Context, on bool, by, why string) error {
	if !a.hasStarted() {
		return a.starting()
	}
	if err := Freeze(ctx, a.store, on, by, why, a.clock.Now()); err != nil {
		return err
	}
	a.log.Warn("ordered over HTTP: "+FreezeSentence(on), "component", "http", "by", by, "reason", why)
	return nil
}
