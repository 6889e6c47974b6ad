package grafana

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/driftd/driftd/dashboards"
)

// What stands beside the dashboards and needs nothing of them.
//
//go:embed static
var static embed.FS

// Files returns every file by its path under the directory that holds them.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, b := range dashboards.Boards() {
		text, err := encode(build(b))
		if err != nil {
			return nil, fmt.Errorf("board %s: %w", b.UID, err)
		}
		files["dashboards/"+b.UID+".json"] = text
	}
	for from, to := range map[string]string{
		"README.md":       "README.md",
		"compose.yaml":    "compose.yaml",
		"datasource.yaml": "provisioning/datasources/driftd.yaml",
		"dashboards.yaml": "provisioning/dashboards/driftd.yaml",
		"env.example":     "env.example",
	} {
		text, err := static.ReadFile("static/" + from)
		if err != nil {
			return nil, err
		}
		files[to] = text
	}
	var err error
	files["provisioning/alerting/driftd.yaml"], err = rules()
	return files, err
}

// encode writes JSON for people to read.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return out.Bytes(), err
}

// Write writes all files under dir, over those that are there.
func Write(dir string) (n int, err error) {
	files, err := Files()
	if err != nil {
		return 0, err
	}
	for path, text := range files {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return 0, err
		}
	}
	return len(files), nil
}
