package parts

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The administrator of a server from [SecuredMLflow].
const (
	MLflowAdmin    = "admin"
	MLflowPassword = "an admin's passphrase"
)

var (
	mlflows, securedMLflows = perVersion(), perVersion()
	workspacesMLflow        part[string]
)

func perVersion() map[string]*part[string] {
	servers := map[string]*part[string]{}
	for _, version := range MLflowVersions() {
		servers[version] = new(part[string])
	}
	return servers
}

// MLflowVersions lists the versions of MLflow there are, the newest first: the
// last before 3.0 and a recent one.
func MLflowVersions() []string { return []string{mlflowVersion, mlflow2Version} }

// MLflow returns the URL of a running MLflow server of the newest version.
func MLflow(t testing.TB) string {
	t.Helper()
	return MLflowOf(t, mlflowVersion)
}

// MLflowOf returns the URL of a running MLflow server with a registry in SQLite,
// without a final slash. It is shared: use model names of your own.
func MLflowOf(t testing.TB, version string) string {
	t.Helper()
	python := PythonOf(t, version)
	return mlflows[version].get(t, "MLflow "+version, func() (string, error) { return startMLflow(python, nil) })
}

// SecuredMLflow is MLflowOf with a server whose basic-auth application asks for
// a user; MLflowAdmin makes users and gives them rights.
func SecuredMLflow(t testing.TB, version string) string {
	t.Helper()
	python := PythonOf(t, version)
	return securedMLflows[version].get(t, "MLflow "+version+" with basic-auth", func() (string, error) {
		dir, err := os.MkdirTemp("", "driftd-mlflow-auth-")
		if err != nil {
			return "", err
		}
		atExit(func() { os.RemoveAll(dir) })
		config := filepath.Join(dir, "auth.ini")
		text := fmt.Sprintf("[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///%s\nadmin_username = %s\nadmin_password = %s\n"+
			"authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n", filepath.Join(dir, "auth.db"), MLflowAdmin, MLflowPassword)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return "", err
		}
		return startMLflow(python, []string{"MLFLOW_AUTH_CONFIG_PATH=" + config, "MLFLOW_FLASK_SERVER_SECRET_KEY=of-a-test"}, "--app-name", "basic-auth")
	})
}

// WorkspacesMLflow is MLflow with a server that is divided into workspaces.
func WorkspacesMLflow(t testing.TB) string {
	t.Helper()
	python := Python(t)
	return workspacesMLflow.get(t, "MLflow with workspaces", func() (string, error) { return startMLflow(python, nil, "--enable-workspaces") })
}

func startMLflow(python string, env []string, args ...string) (string, error) {
	dir, err := os.MkdirTemp("", "driftd-mlflow-")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	// Jobs would start ten more processes.
	env = append(env, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false", "MLFLOW_DISABLE_TELEMETRY=true",
		"PATH="+filepath.Dir(python)+":"+os.Getenv("PATH")) // where versions before 3 look for gunicorn
	command := []string{python, "-m", "mlflow", "server",
		"--backend-store-uri", "sqlite:///" + filepath.Join(dir, "mlflow.db"),
		"--artifacts-destination", filepath.Join(dir, "artifacts"), "--serve-artifacts",
		"--host", "127.0.0.1", "--port", fmt.Sprint(port), "--workers", "1"}
	g, err := startGuarded(dir, env, slices.Concat(command, args)...)
	if err != nil {
		return "", err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	err = g.waitFor(Patience, func() error { return answers(url + "/health") })
	if err == nil {
		err = g.waitFor(Patience, func() error { return registryAnswers(url) })
	}
	return url, err
}

// registryAnswers asks as the administrator; a server without users does not mind.
func registryAnswers(url string) error {
	url += "/api/2.0/mlflow/registered-models/search"
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.SetBasicAuth(MLflowAdmin, MLflowPassword)
	return answersTo(req)
}
