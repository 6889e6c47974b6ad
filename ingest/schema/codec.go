package schema

import (
	"errors"
	"fmt"
)

// Format is how the values of a topic are encoded.
type Format string

// The formats. The empty one is JSON.
const (
	JSON     Format = "json"
	Avro     Format = "avro"     // in the Confluent wire format
	Protobuf Format = "protobuf" // in the Confluent wire format
)

// Registered reports whether values name their schema in a registry.
func (f Format) Registered() bool { return f == Avro || f == Protobuf }

// codec reads the values of one schema. It may be used by many goroutines.
type codec interface {
	// appendJSON appends the message as JSON text; it stops with errTooLong when
	// out, which is empty at first, has grown far beyond limit bytes.
	appendJSON(out []byte, f frame, limit int) ([]byte, error)
}

// source is the text of a schema under the name by which others refer to it.
type source struct{ name, text string }

// fieldError is an error in a field that lies within others.
type fieldError struct {
	path string
	err  error
}

func (e *fieldError) Error() string { return fmt.Sprintf("%s: %s", e.path, e.err) }
func (e *fieldError) Unwrap() error { return e.err }

// within says in which field the error occurred.
func within(name string, err error) error {
	if inner, ok := errors.AsType[*fieldError](err); ok {
		return &fieldError{name + "." + inner.path, inner.err}
	}
	return &fieldError{name, err}
}
