package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/driftd/driftd/internal/model"
)

// Input is one named value that a version reads, as its signature says.
type Input struct {
	Name string
	Kind InputKind
	Type string // as the signature calls it, e.g. long or tensor of float64
}

// InputKind is how an input can be compared.
type InputKind int

const (
	// OtherInput is none of these: bytes, lists, objects, tensors of more than one
	// value a row.
	OtherInput InputKind = iota
	// NumberInput is one number a row.
	NumberInput
	// CategoryInput is one text or boolean a row.
	CategoryInput
	// TimeInput is one moment a row.
	TimeInput
)

// modelFile describes a version among its artifacts, MLflow's format.
const modelFile = "MLmodel"

// Artifacts reads files of versions.
type Artifacts interface {
	Artifact(ctx context.Context, ref model.Ref, path string) ([]byte, error)
}

// Inputs reads what a version's signature says that it reads, in the order of
// the signature. ErrNotFound means that the version has no file MLmodel,
// ErrSignature that what it says cannot be used; one without a signature has no
// inputs.
func Inputs(ctx context.Context, a Artifacts, ref model.Ref) ([]Input, error) {
	text, err := a.Artifact(ctx, ref, modelFile)
	if err != nil {
		return nil, fmt.Errorf("read the signature of %s: %w", ref, err)
	}
	inputs, err := parseInputs(text)
	if err != nil {
		return nil, fmt.Errorf("read the signature of %s: %w: %w", ref, ErrSignature, err)
	}
	return inputs, nil
}

// signatureInput is a column or a named tensor.
type signatureInput struct {
	Name   string
	Type   json.RawMessage // a word; of nested types an object
	Tensor struct {
		DType string
		Shape []int
	} `json:"tensor-spec"`
}

func parseInputs(text []byte) ([]Input, error) {
	var file struct {
		Signature struct {
			Inputs string `yaml:"inputs"` // JSON
		} `yaml:"signature"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	if file.Signature.Inputs == "" {
		return nil, nil
	}
	var columns []signatureInput
	if err := json.Unmarshal([]byte(file.Signature.Inputs), &columns); err != nil {
		return nil, fmt.Errorf("signature.inputs: %w", err)
	}
	inputs := make([]Input, 0, len(columns))
	seen := map[string]bool{}
	for _, c := range columns {
		if c.Name == "" {
			continue // known by its place only: an event could not name it
		}
		if seen[c.Name] {
			return nil, fmt.Errorf("signature.inputs: %q is there twice", c.Name)
		}
		seen[c.Name] = true
		inputs = append(inputs, c.input())
	}
	if len(inputs) == 0 && len(columns) > 0 {
		return nil, errUnnamed
	}
	return inputs, nil
}

var errUnnamed = errors.New("signature.inputs: no input has a name: log the model with a signature of named columns, or declare its features")

var (
	numberTypes   = []string{"integer", "long", "float", "double", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"}
	categoryTypes = []string{"boolean", "string", "bool", "str", "object"}
)

func (c signatureInput) input() Input {
	in := Input{Name: c.Name}
	if json.Unmarshal(c.Type, &in.Type) != nil {
		in.Type = string(c.Type)
	}
	kind, single := in.Type, true
	if in.Type == "tensor" {
		kind = c.Tensor.DType
		in.Type = "tensor of " + kind
		// The first dimension counts rows: beside it, one value.
		single = len(c.Tensor.Shape) == 1 || len(c.Tensor.Shape) == 2 && c.Tensor.Shape[1] == 1
	}
	switch {
	case !single:
	case slices.Contains(numberTypes, kind):
		in.Kind = NumberInput
	case slices.Contains(categoryTypes, kind):
		in.Kind = CategoryInput
	case kind == "datetime":
		in.Kind = TimeInput
	}
	return in
}
