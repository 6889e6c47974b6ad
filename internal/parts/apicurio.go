package parts

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"
)

var apicurio part[string]

// SchemaRegistry returns the URL of a running Apicurio Registry, which speaks the
// API of Confluent's. It keeps schemas in memory and is shared: use subjects of
// your own.
func SchemaRegistry(t testing.TB) string {
	t.Helper()
	jar, err := cached("apicurio", apicurioVersion, fmt.Sprintf("apicurio-registry-app-%s-runner.jar", apicurioVersion))
	if err != nil {
		absent(t, "Apicurio Registry", "fetch-apicurio", err)
	}
	java, err := exec.LookPath("java")
	if err != nil {
		absent(t, "Java", "fetch-apicurio, with Java 17 or later on the PATH", err)
	}
	return apicurio.get(t, "Apicurio Registry", func() (string, error) { return startApicurio(java, jar) })
}

func startApicurio(java, jar string) (string, error) {
	dir, err := os.MkdirTemp("", "driftd-apicurio-")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	g, err := startGuarded(dir, nil, java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m",
		"-Dquarkus.http.host=127.0.0.1", fmt.Sprintf("-Dquarkus.http.port=%d", port), "-jar", jar)
	if err != nil {
		return "", err
	}
	url := fmt.Sprintf("http://127.0.0.1:%d/apis/ccompat/v7", port)
	return url, g.waitFor(Patience, func() error { return answers(url + "/subjects") })
}

// answers returns nil when the address answers with 200.
func answers(url string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return answersTo(req)
}

// answersTo returns nil when the request is answered with 200.
func answersTo(req *http.Request) error {
	client := &http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(req)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", req.URL, response.Status)
	}
	return nil
}
