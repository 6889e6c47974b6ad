package parts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// MLflow answers after 5–14 s on an idle machine.
const mlflowStart = 120 * time.Second

var mlflow part[string]

// MLflow returns the URL of a running MLflow server with a registry in SQLite,
// without a final slash. It is shared: use model names of your own.
func MLflow(t testing.TB) string {
	t.Helper()
	python := Python(t)
	return mlflow.get(t, "MLflow", func() (string, error) { return startMLflow(python) })
}

func startMLflow(python string) (string, error) {
	dir, err := os.MkdirTemp("", "driftd-mlflow-")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	// Jobs would start ten more processes.
	env := []string{"MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false", "MLFLOW_DISABLE_TELEMETRY=true"}
	g, err := startGuarded(dir, env, python, "-m", "mlflow", "server",
		"--backend-store-uri", "sqlite:///"+filepath.Join(dir, "mlflow.db"),
		"--artifacts-destination", filepath.Join(dir, "artifacts"), "--serve-artifacts",
		"--host", "127.0.0.1", "--port", fmt.Sprint(port), "--workers", "1")
	if err != nil {
		return "", err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	for _, path := range []string{"/health", "/api/2.0/mlflow/registered-models/search"} {
		if err := g.waitFor(mlflowStart, func() error { return answers(url + path) }); err != nil {
			return "", err
		}
	}
	return url, nil
}
