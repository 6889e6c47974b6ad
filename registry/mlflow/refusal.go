package mlflow

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/driftd/driftd/registry"
)

// refusal makes an error of an answer that is not 200. Besides MLflow's JSON
// there are its own plain texts and HTML pages, and those of proxies before it.
func refusal(c call, status int, body []byte, host string, wait time.Duration) error {
	e := &registry.APIError{Op: c.op, Status: status}
	var own struct {
		Code    string `json:"error_code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &own) == nil && own.Code != "" {
		e.Code, e.Message = own.Code, registry.Line(own.Message)
	} else {
		e.Message = registry.Line(string(body))
	}
	e.WrongHost = status == http.StatusForbidden && strings.Contains(e.Message, "Invalid Host header")
	switch {
	case e.WrongHost:
		e.Hint = "start the MLflow server with --allowed-hosts " + host + ", or use a host name it accepts"
	case status == http.StatusUnauthorized:
		e.Hint = "check token_file, or username and password_file"
	case status == http.StatusForbidden && c.method == http.MethodGet:
		e.Hint = "the user needs READ permission on the " + c.subject()
	case status == http.StatusForbidden:
		e.Hint = "the user needs EDIT permission on the " + c.subject()
	case status == http.StatusNotFound && e.Code == "":
		e.Hint = "no MLflow server answers at this address: check url and its path prefix"
	case status == http.StatusTooManyRequests && wait > 0:
		e.Hint = fmt.Sprintf("lower rate_per_second; the server asks to wait %s", wait.Round(time.Second))
	case status == http.StatusTooManyRequests:
		e.Hint = "lower rate_per_second"
	case strings.Contains(e.Message, "HTTP request to an HTTPS server"), strings.Contains(e.Message, "plain HTTP request was sent to HTTPS port"):
		e.Hint = "the server wants TLS: write https:// in url"
	}
	return e
}

// subject is what permission is given on.
func (c call) subject() string {
	if strings.HasPrefix(c.path, api+"runs/") || strings.HasPrefix(c.path, api+"experiments/") {
		return "experiment"
	}
	return "model"
}

// collided reports the 400 by which a server answers when two clients create
// the same alias or tag at once. Nothing was written.
func collided(e *registry.APIError) bool {
	return e.Status == http.StatusBadRequest &&
		(strings.Contains(e.Message, "IntegrityError") || strings.Contains(e.Message, "UNIQUE constraint"))
}
