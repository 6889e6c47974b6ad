package mlflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/driftd/driftd/registry"
)

const (
	api      = "/api/2.0/mlflow/"
	attempts = 4
	maxBody  = 32 << 20 // bytes of a JSON answer
)

// repeat says after which failures a request may be sent again.
type repeat int

const (
	// whenever it failed for a passing reason: for reads, and for our own tags.
	always repeat = iota
	// only when the server certainly did not act: for slots, where a blind
	// second write could undo what a person did in between.
	ifRefused
)

// call is one request.
type call struct {
	op     string
	method string
	path   string // below the server's address
	query  url.Values
	body   any // sent as JSON unless nil
	repeat repeat
	limit  int64 // largest answer in bytes
}

func get(op, path string, query url.Values) call {
	return call{op: op, method: http.MethodGet, path: api + path, query: query, limit: maxBody}
}

func post(op, path string, body any) call {
	return call{op: op, method: http.MethodPost, path: api + path, body: body, limit: maxBody}
}

// read performs a call and decodes the JSON answer into the value.
func (r *Registry) read(ctx context.Context, c call, into any) error {
	body, err := r.do(ctx, c)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return &registry.APIError{Op: c.op, Status: http.StatusOK, Message: registry.Line(string(body)),
			Hint: "the answer is not MLflow's: check url, and whether a proxy asks for a login"}
	}
	return nil
}

// do performs a call, repeating it while that is allowed and useful.
func (r *Registry) do(ctx context.Context, c call) ([]byte, error) {
	for attempt := 1; ; attempt++ {
		body, wait, err := r.once(ctx, c)
		if err == nil || attempt == attempts || ctx.Err() != nil || !c.mayRepeat(err) {
			return body, err
		}
		if wait > r.cfg.Timeout {
			return body, err // longer than anybody waits here
		}
		if wait == 0 {
			wait = time.Duration((0.5 + rand.Float64()/2) * float64(200*time.Millisecond<<(attempt-1)))
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// mayRepeat reports whether the failure is a passing one.
func (c call) mayRepeat(err error) bool {
	if acted(err) {
		return c.repeat == always && passing(err)
	}
	return passing(err)
}

// passing reports whether the same request could succeed a moment later.
func passing(err error) bool {
	if e, ok := errors.AsType[*registry.APIError](err); ok {
		return e.Status == http.StatusTooManyRequests || e.Status >= 500 || collided(e)
	}
	e, lost := errors.AsType[*connectionError](err)
	return lost && !e.final()
}

// acted reports whether the server may have carried out the request although it failed.
func acted(err error) bool {
	if e, ok := errors.AsType[*registry.APIError](err); ok {
		return e.Status >= 500 || e.Status < 300
	}
	e, lost := errors.AsType[*connectionError](err)
	return lost && !e.unsent()
}

// once makes one attempt. wait is what the server asked for before the next.
func (r *Registry) once(ctx context.Context, c call) (body []byte, wait time.Duration, err error) {
	req, err := r.request(ctx, c)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", c.op, err)
	}
	leave, err := r.limit.enter(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: wait for a turn: %w", c.op, err)
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()

	resp, err := r.http.Do(req.WithContext(ctx))
	if err == nil {
		defer resp.Body.Close()
		body, err = io.ReadAll(io.LimitReader(resp.Body, c.limit+1))
	}
	if err != nil {
		r.metrics.requests.WithLabelValues(c.op, codeError).Inc()
		return nil, 0, fmt.Errorf("%s: %w", c.op, &connectionError{err, r.cfg.Timeout})
	}
	r.metrics.requests.WithLabelValues(c.op, strconv.Itoa(resp.StatusCode)).Inc()
	if resp.StatusCode != http.StatusOK {
		wait = retryAfter(resp.Header, time.Now())
		return nil, wait, refusal(c, resp.StatusCode, body, req.URL.Host, wait)
	}
	if int64(len(body)) > c.limit {
		return nil, 0, fmt.Errorf("%s: answer is larger than %d bytes: %w", c.op, c.limit, registry.ErrTooLarge)
	}
	return body, 0, nil
}

// retryAfter reads how long the server asks to be left alone: in seconds, or
// until a date; 0 when it does not.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), 86400)) * time.Second
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(date.Sub(now), 0)
}

func (r *Registry) request(ctx context.Context, c call) (*http.Request, error) {
	var payload io.Reader
	if c.body != nil {
		text, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(text)
	}
	address := r.base + c.path
	if len(c.query) > 0 {
		address += "?" + c.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, c.method, address, payload)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "driftd")
	if payload != nil {
		req.Header.Set("Content-Type", "application/json") // without it the server answers 400
	}
	return req, r.authorize(req)
}
