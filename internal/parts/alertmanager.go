package parts

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var alertmanager part[string]

// Alertmanager returns the URL of a running Prometheus Alertmanager that notifies
// nobody. It is shared: look for alerts of your own.
func Alertmanager(t testing.TB) string {
	t.Helper()
	program, err := cached("alertmanager", alertmanagerVersion, "alertmanager")
	if err != nil {
		absent(t, "Alertmanager", "fetch-alertmanager", err)
	}
	return alertmanager.get(t, "Alertmanager", func() (string, error) { return startAlertmanager(program) })
}

func startAlertmanager(program string) (string, error) {
	dir, err := os.MkdirTemp("", "driftd-alertmanager-")
	if err != nil {
		return "", err
	}
	config := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(config, []byte("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"), 0o600); err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	g, err := startGuarded(dir, nil, program, "--config.file="+config, "--storage.path="+filepath.Join(dir, "data"),
		fmt.Sprintf("--web.listen-address=127.0.0.1:%d", port), "--cluster.listen-address=")
	if err != nil {
		return "", err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	return url, g.waitFor(Patience, func() error { return answers(url + "/-/ready") })
}
