package receivers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/driftd/driftd/internal/outbound"
)

// How often one delivery is tried, and how long it waits between two tries at
// most. What lasts longer is left to the next tick.
const (
	attempts    = 3
	longestWait = 20 * time.Second
)

// poster sends JSON to one address.
type poster struct {
	client *http.Client
	url    string
	header func(h http.Header, body []byte) error
}

// StatusError is an answer that is not a success.
type StatusError struct {
	URL    string // without credentials
	Status int
	Said   string
	wait   time.Duration
}

// Error says what was answered, and what to do where that is known.
func (e *StatusError) Error() string {
	said := fmt.Sprintf("POST %s: %d %s", e.URL, e.Status, http.StatusText(e.Status))
	if e.Said != "" {
		said += ": " + e.Said
	}
	switch {
	case e.Status/100 == 3:
		said += " (redirects are not followed: set url to where it leads)"
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		said += " (compare the secret and the clocks)"
	}
	return said
}

// post sends the body until it is accepted, refused, or was tried often enough.
func (p poster) post(ctx context.Context, body []byte) error {
	for attempt := 1; ; attempt++ {
		err := p.once(ctx, body)
		wait := time.Duration((0.5 + rand.Float64()/2) * float64(250*time.Millisecond<<attempt))
		if e, ok := errors.AsType[*StatusError](err); ok {
			if e.Status != http.StatusTooManyRequests && e.Status < 500 {
				return err
			}
			wait = max(wait, e.wait)
		}
		if _, refused := errors.AsType[*outbound.AddressError](err); err == nil || refused || attempt == attempts || wait > longestWait {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

func (p poster) once(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "driftd")
	if p.header != nil {
		if err := p.header(req.Header, body); err != nil {
			return err
		}
	}
	answer, err := p.client.Do(req)
	if _, refused := errors.AsType[*outbound.AddressError](err); err != nil && !refused {
		return fmt.Errorf("POST %s: %w (check url, and that it can be reached from here)", req.URL.Redacted(), errors.Unwrap(err)) // a url.Error says the same twice
	}
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 == 2 {
		return nil
	}
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 2<<10)) // whatever arrived is better than nothing
	e := &StatusError{URL: req.URL.Redacted(), Status: answer.StatusCode, Said: line(string(said))}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.wait = time.Duration(min(seconds, 86400)) * time.Second
	}
	return e
}
