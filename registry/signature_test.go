package registry

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The form in which MLflow 3.17 and 2.22 write the file: the signature's parts
// are JSON, folded over lines.
const mlmodel = `artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
mlflow_version: 3.17.2
run_id: 0123456789abcdef0123456789abcdef
signature:
  inputs: '[{"type": "long", "name": "tenure", "required": true}, {"type": "double",
    "name": "balance", "required": false}, {"type": "string", "name": "plan", "required":
    true}, {"type": "boolean", "name": "active", "required": true}, {"type": "datetime",
    "name": "since", "required": true}, {"type": "array", "items": {"type": "double"}, "name":
    "history", "required": true}, {"type": "integer", "name": "it''s", "required": true},
    {"type": "float", "name": "ratio", "required": true}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: null
`

func TestInputsOfASignature(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Input
	}{
		{"columns", mlmodel, []Input{
			{"tenure", NumberInput, "long"}, {"balance", NumberInput, "double"}, {"plan", CategoryInput, "string"}, {"active", CategoryInput, "boolean"},
			{"since", TimeInput, "datetime"}, {"history", OtherInput, "array"}, {"it's", NumberInput, "integer"}, {"ratio", NumberInput, "float"},
		}},
		{"named tensors", `signature: {inputs: '[{"type":"tensor","name":"a","tensor-spec":{"dtype":"float32","shape":[-1]}},{"type":"tensor","name":"b","tensor-spec":{"dtype":"int64","shape":[-1,1]}},{"type":"tensor","name":"c","tensor-spec":{"dtype":"float32","shape":[-1,28,28]}},{"type":"tensor","name":"d","tensor-spec":{"dtype":"str","shape":[-1]}}]'}`, []Input{
			{"a", NumberInput, "tensor of float32"}, {"b", NumberInput, "tensor of int64"}, {"c", OtherInput, "tensor of float32"}, {"d", CategoryInput, "tensor of str"},
		}},
		{"no signature", "flavors: {}\n", nil},
		{"a type that is an object", `signature: {inputs: '[{"type":{"map":"x"},"name":"a"}]'}`, []Input{{"a", OtherInput, `{"map":"x"}`}}},
	} {
		got, err := parseInputs([]byte(c.text))
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
	for text, want := range map[string]string{
		`signature: {inputs: '[{"type":"double"}]'}`:                                       "no input has a name",
		`signature: {inputs: '[{"type":"double","name":"a"},{"type":"long","name":"a"}]'}`: `"a" is there twice`,
		`signature: {inputs: '{'}`:                                                         "signature.inputs",
		"\tnot YAML":                                                                       "yaml",
		`signature: {inputs: '[{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1,3]}}]'}`: "no input has a name",
	} {
		if got, err := parseInputs([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want an error with %q", text, got, err, want)
		}
	}
}
