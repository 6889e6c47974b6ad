package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/driftd/driftd/internal/outbound"
	"github.com/driftd/driftd/registry"
)

// op names the request in errors.
const op = "switch_webhook"

// attempts is how often one request is made at most.
const attempts = 4

// request is the body.
type request struct {
	ID        string    `json:"action_id"`
	Model     string    `json:"model"`
	Slot      slot      `json:"slot"`
	Expect    string    `json:"expect"` // version
	Target    string    `json:"target"` // version
	Reason    string    `json:"reason"`
	Timestamp time.Time `json:"timestamp"` // when driftd began to ask
}

type slot struct {
	Kind string `json:"kind"` // alias or stage
	Name string `json:"name"`
}

// send makes the request until it is accepted, refused, or has failed too often.
// acted reports whether the receiver may have done what was asked although there
// is an error.
func (r *Registry) send(ctx context.Context, m registry.Move) (acted bool, err error) {
	body, err := json.Marshal(request{
		ID: m.ID, Model: m.Target.Name, Slot: slot{m.Slot.Kind.String(), m.Slot.Name},
		Expect: m.Expect.Version, Target: m.Target.Version, Reason: m.Reason, Timestamp: time.Now().UTC().Truncate(time.Second),
	})
	if err != nil {
		return false, err
	}
	for attempt := 1; ; attempt++ {
		wait, unknown, err := r.post(ctx, m.ID, body)
		acted = acted || unknown
		if err == nil || attempt == attempts || ctx.Err() != nil || !passing(err) || wait > r.cfg.Timeout {
			return acted || err == nil, err
		}
		if wait == 0 {
			wait = time.Duration((0.5 + rand.Float64()/2) * float64(200*time.Millisecond<<(attempt-1)))
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return acted, err
		}
	}
}

// post makes one attempt. unknown reports that the receiver may have acted.
func (r *Registry) post(ctx context.Context, id string, body []byte) (wait time.Duration, unknown bool, err error) {
	keys, err := outbound.Keys(r.cfg.SecretFile)
	if err != nil {
		return 0, false, fmt.Errorf("%s: secret_file %s: %w", op, r.cfg.SecretFile, err)
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", op, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "driftd")
	outbound.Sign(req.Header, keys, id, time.Now(), body)
	answer, err := r.http.Do(req)
	if err != nil {
		r.metrics.requests.WithLabelValues(codeError).Inc()
		return 0, !undialled(err), fmt.Errorf("%s: %w", op, &sendError{err})
	}
	defer answer.Body.Close()
	r.metrics.requests.WithLabelValues(strconv.Itoa(answer.StatusCode)).Inc()
	if answer.StatusCode/100 == 2 {
		return 0, true, nil
	}
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 4<<10)) // whatever arrived is better than nothing
	e := &registry.APIError{Op: op, Status: answer.StatusCode, Message: registry.Line(string(said))}
	switch {
	case answer.StatusCode/100 == 3:
		e.Hint = "redirects are not followed: set url to " + answer.Header.Get("Location")
	case answer.StatusCode == http.StatusUnauthorized, answer.StatusCode == http.StatusForbidden:
		e.Hint = "the receiver does not accept the signature: compare secret_file and the clocks"
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		wait = time.Duration(min(seconds, 86400)) * time.Second
	}
	return wait, answer.StatusCode >= 500, e
}

// sendError means that no answer arrived.
type sendError struct{ err error }

// Error says it.
func (e *sendError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *sendError) Unwrap() error { return e.err }

// Is makes it registry.ErrUnreachable.
func (e *sendError) Is(target error) bool { return target == registry.ErrUnreachable }

// passing reports whether the same request could succeed a moment later.
func passing(err error) bool {
	if e, ok := errors.AsType[*registry.APIError](err); ok {
		return e.Status == http.StatusTooManyRequests || e.Status >= 500
	}
	_, refused := errors.AsType[*outbound.AddressError](err)
	return errors.Is(err, registry.ErrUnreachable) && !refused
}

// undialled reports whether the connection was never made.
func undialled(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial" || strings.Contains(err.Error(), "tls: failed to verify certificate")
}
