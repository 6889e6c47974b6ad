package grafana

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/driftd/driftd/dashboards"
)

// What is committed is what the code writes.
func TestGeneratedFilesAreUpToDate(t *testing.T) {
	want, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range want {
		got, err := os.ReadFile(filepath.Join("generated", filepath.FromSlash(path)))
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("generated/%s differs (%v): run go generate ./dashboards/grafana", path, err)
		}
	}
	err = filepath.WalkDir("generated", func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel("generated", path)
		if _, known := want[filepath.ToSlash(name)]; err == nil && !d.IsDir() && !known {
			t.Errorf("%s is written by nothing: remove it", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	n, err := Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "dashboards", "driftd-fleet.json"))
	if err != nil || !json.Valid(text) || n < 10 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestDashboardsAreSound(t *testing.T) {
	uids := map[string]bool{}
	for _, b := range dashboards.Boards() {
		d := build(b)
		if len(d.UID) > 40 || uids[d.UID] || d.Description == "" || d.Editable {
			t.Errorf("%s: want a uid of its own of at most 40 letters, a description, and that it is not edited in place", d.UID)
		}
		uids[d.UID] = true
		defined := []string{"__data", "__field", "__url_time_range"}
		for _, v := range d.Templating.List {
			defined = append(defined, v.Name)
			if v.Description == "" || v.Label == "" {
				t.Errorf("%s: variable %s: no label or description", d.UID, v.Name)
			}
		}
		if defined[3] != "datasource" || d.Templating.List[0].Type != "datasource" {
			t.Errorf("%s: the first variable is %v: want the data source", d.UID, defined[3])
		}
		for _, sql := range asked(t, d) {
			for _, name := range dashboards.Uses(sql) {
				if !slices.Contains(defined, name) {
					t.Errorf("%s: ${%s} is not defined in %s", d.UID, name, sql)
				}
			}
		}
		ids := map[int]bool{}
		var taken [][4]int
		for _, p := range d.Panels {
			if ids[p.ID] || p.Title == "" || len(p.Description) < 40 {
				t.Errorf("%s: panel %d %q: want an id of its own, a title, a description", d.UID, p.ID, p.Title)
			}
			ids[p.ID] = true
			g := p.GridPos
			if g.W < 4 || g.H < 3 || g.X+g.W > dashboards.Grid {
				t.Errorf("%s: panel %q is at %v: outside of the grid, or too small", d.UID, p.Title, g)
			}
			for _, o := range taken {
				if g.X < o[0]+o[2] && o[0] < g.X+g.W && g.Y < o[1]+o[3] && o[1] < g.Y+g.H {
					t.Errorf("%s: panel %q overlaps another one", d.UID, p.Title)
				}
			}
			taken = append(taken, [4]int{g.X, g.Y, g.W, g.H})
			if p.FieldConfig.Defaults.Unit == "" && p.Type != "table" {
				t.Errorf("%s: panel %q has no unit", d.UID, p.Title)
			}
		}
		text, err := encode(d)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte(`"uid": "`)) - bytes.Count(text, []byte(`"uid": "${datasource}"`)); n != 2 { // its own, and Grafana's
			t.Errorf("%s: %d fixed uids: a data source is not the chosen one", d.UID, n)
		}
	}
}

// asked lists every text of a dashboard in which variables may stand.
func asked(t *testing.T, d dashboard) []string {
	t.Helper()
	var texts []string
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			texts = append(texts, q.RawSQL)
		}
		for _, o := range p.FieldConfig.Overrides {
			for _, set := range o.Properties {
				if set.ID == "links" {
					text, err := encode(set.Value)
					if err != nil {
						t.Fatal(err)
					}
					texts = append(texts, string(text))
				}
			}
		}
	}
	for _, a := range d.Annotations.List {
		if a.Target != nil {
			texts = append(texts, a.Target.RawSQL)
		}
	}
	for _, v := range d.Templating.List {
		if q, ok := v.Query.(target); ok {
			texts = append(texts, q.RawSQL)
		}
	}
	return texts
}

// A link gives the board that it leads to what it must know.
func TestLinksLeadToBoards(t *testing.T) {
	for _, b := range dashboards.Boards() {
		for _, p := range b.Panels {
			for _, c := range p.Columns {
				if c.Link == nil {
					continue
				}
				at := slices.IndexFunc(dashboards.Boards(), func(to dashboards.Board) bool { return to.UID == c.Link.Board })
				if at < 0 {
					t.Errorf("%s/%s: %s leads to %s, which is no board", b.UID, p.Title, c.Name, c.Link.Board)
					continue
				}
				names := dashboards.Boards()[at].Variables
				for name, column := range c.Link.Values {
					if !slices.ContainsFunc(names, func(v dashboards.Variable) bool { return v.Name == name }) || !strings.Contains(p.Query(), column) {
						t.Errorf("%s/%s: %s gives %s the column %s", b.UID, p.Title, c.Name, name, column)
					}
				}
			}
		}
	}
}

// Grafana would take a dollar in these files for a variable of the environment.
func TestRulesHaveNoVariables(t *testing.T) {
	text, err := rules()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "$") {
		t.Errorf("a dollar in\n%s", text)
	}
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range files {
		if strings.HasSuffix(path, ".yaml") {
			var any map[string]any
			if err := yaml.Unmarshal(text, &any); err != nil || len(any) == 0 {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}
