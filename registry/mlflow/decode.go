package mlflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// unquote removes the quotes that some servers put around numbers.
func unquote(text []byte) string { return string(bytes.Trim(text, `"`)) }

// integer is an int64 that arrives as a number or, by the JSON rules of
// protocol buffers, as a string.
type integer int64

// UnmarshalJSON reads 17, "17" and 17.0; null and "" are 0.
func (n *integer) UnmarshalJSON(text []byte) error {
	s := unquote(text)
	if s == "" || s == "null" {
		return nil
	}
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(s, 64)
		if ferr != nil || math.Abs(f) >= 1<<63 {
			return fmt.Errorf("integer %.40s: %w", s, err)
		}
		i = int64(f)
	}
	*n = integer(i)
	return nil
}

// version is a version number, which is a string that some servers send as a number.
type version string

// UnmarshalJSON reads "3" and 3.
func (v *version) UnmarshalJSON(text []byte) error {
	*v = version(unquote(text))
	return nil
}

// number is a metric's value. NaN arrives as a string, infinity as a string or
// as the largest float64.
type number float64

// UnmarshalJSON reads any of them; what is no number becomes NaN.
func (n *number) UnmarshalJSON(text []byte) error {
	f, err := strconv.ParseFloat(unquote(text), 64)
	if err != nil {
		f = math.NaN()
	}
	*n = number(f)
	return nil
}

// finite reports whether the value can be compared with anything.
func (n number) finite() bool {
	f := float64(n)
	return !math.IsNaN(f) && math.Abs(f) < math.MaxFloat64
}

type tags map[string]string

// UnmarshalJSON reads a list of keys and values.
func (t *tags) UnmarshalJSON(text []byte) error {
	var list []struct{ Key, Value string }
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*t = make(tags, len(list))
	for _, tag := range list {
		(*t)[tag.Key] = tag.Value
	}
	return nil
}

type modelVersion struct {
	Name        string   `json:"name"`
	Version     version  `json:"version"`
	Created     integer  `json:"creation_timestamp"` // ms
	Stage       string   `json:"current_stage"`
	Description string   `json:"description"`
	Source      string   `json:"source"`
	RunID       string   `json:"run_id"`
	Status      string   `json:"status"`
	Tags        tags     `json:"tags"`
	Aliases     []string `json:"aliases"` // absent in search results
}

// asVersion translates to the port's words.
func (v modelVersion) asVersion() registry.Version {
	out := registry.Version{
		Ref:         model.Ref{Name: v.Name, Version: string(v.Version)},
		RunID:       v.RunID,
		Status:      v.Status,
		Source:      v.Source,
		Description: v.Description,
		Tags:        maps.Clone(map[string]string(v.Tags)),
		Aliases:     slices.Sorted(slices.Values(v.Aliases)),
	}
	if v.Created > 0 {
		out.CreatedAt = time.UnixMilli(int64(v.Created)).UTC()
	}
	if v.Stage != "None" {
		out.Stage = v.Stage
	}
	if out.Tags == nil {
		out.Tags = map[string]string{}
	}
	return out
}

type registeredModel struct {
	Name    string         `json:"name"`
	Tags    tags           `json:"tags"`
	Latest  []modelVersion `json:"latest_versions"` // the newest of each stage
	Aliases []struct {
		Alias   string  `json:"alias"`
		Version version `json:"version"`
	} `json:"aliases"`
}

// asModel translates to the port's words.
func (m registeredModel) asModel() registry.Model {
	out := registry.Model{Name: m.Name, Tags: map[string]string{}, Aliases: map[string]string{}, Stages: map[string]string{}}
	maps.Copy(out.Tags, m.Tags)
	for _, a := range m.Aliases {
		out.Aliases[a.Alias] = string(a.Version)
	}
	for _, v := range m.Latest {
		if v.Stage == "Production" || v.Stage == "Staging" {
			out.Stages[v.Stage] = string(v.Version)
		}
	}
	return out
}
