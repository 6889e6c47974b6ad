package web

import (
	"errors"
	"net/http"
)

// badRequest is a question that cannot be understood.
type badRequest struct{ text string }

func (e badRequest) Error() string { return e.text }

// problem is what is shown when a view cannot be.
type problem struct {
	Title  string   `json:"-"`
	Error  string   `json:"error"`
	Have   []string `json:"have,omitempty"`
	Remedy string   `json:"remedy,omitempty"`
	Models bool     `json:"-"` // Have are names of models
}

func statusOf(err error) int {
	var bad badRequest
	var missing NotFound
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &bad):
		return http.StatusBadRequest
	case errors.As(err, &missing):
		return http.StatusNotFound
	}
	return http.StatusServiceUnavailable
}

func problemOf(err error) problem {
	var missing NotFound
	switch statusOf(err) {
	case http.StatusBadRequest:
		return problem{Title: "That cannot be read", Error: err.Error(), Remedy: "Correct the address, or start again at the fleet."}
	case http.StatusNotFound:
		errors.As(err, &missing)
		return problem{Title: "Not here", Error: "There is no " + missing.What + ".", Have: missing.Have, Models: missing.Models}
	}
	return problem{
		Title: "No answer from the store", Error: err.Error(),
		Remedy: "driftd goes on by itself once ClickHouse answers: nothing is lost. Look at /-/ready for what it waits for, at clickhouse.addresses in the configuration, and at the log; `driftd check --online` asks every server.",
	}
}
