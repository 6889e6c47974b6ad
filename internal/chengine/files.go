package chengine

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

// Files in the engine's directory, beside data/ and lock.
const (
	configFile = "config.xml"
	usersFile  = "users.xml"
	startFile  = "start.sql"
	portsFile  = "ports.json" // written by the engine once both listeners are open
)

// startSQL opens the listeners. Its last statement tells the child that it came so
// far: an error before it leaves the engine at a prompt, alive and deaf. The file
// name is relative to the child's working directory, so no path needs quoting.
const startSQL = `SYSTEM START LISTEN TCP;
SYSTEM START LISTEN HTTP;
SELECT getServerPort('tcp_port') AS tcp, getServerPort('http_port') AS http INTO OUTFILE '` + portsFile + `' TRUNCATE FORMAT JSONEachRow;
`

//go:embed config.xml.tmpl
var configXML string

//go:embed users.xml.tmpl
var usersXML string

var (
	configTemplate = template.Must(template.New(configFile).Parse(configXML))
	usersTemplate  = template.Must(template.New(usersFile).Parse(usersXML))
)

// writeFiles prepares the directory for one start of the child.
func writeFiles(dir string, memory int64, at Endpoint) error {
	// The engine fails to attach its own system tables from the start before.
	for _, stale := range []string{
		filepath.Join("data", "data", "system"),
		filepath.Join("data", "metadata", "system"),
		portsFile,
	} {
		if err := os.RemoveAll(filepath.Join(dir, stale)); err != nil {
			return fmt.Errorf("prepare engine directory: %w", err)
		}
	}
	values := map[string]any{
		"Users":        filepath.Join(dir, usersFile),
		"ServerMemory": memory,
		"MarkCache":    memory / 20,
		// Well below the server's: a query that meets only the server's limit waits
		// for memory instead of failing.
		"QueryMemory":    memory / 2,
		"ReaderMemory":   memory / 4,
		"Reader":         at.Reader,
		"Password":       sha256Hex(at.Password),
		"ReaderPassword": sha256Hex(at.ReaderPassword),
	}
	for name, tmpl := range map[string]*template.Template{configFile: configTemplate, usersFile: usersTemplate} {
		var text bytes.Buffer
		if err := tmpl.Execute(&text, values); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text.Bytes(), 0o600); err != nil {
			return fmt.Errorf("prepare engine directory: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, startFile), []byte(startSQL), 0o600); err != nil {
		return fmt.Errorf("prepare engine directory: %w", err)
	}
	return writeEndpoint(dir, at)
}

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
