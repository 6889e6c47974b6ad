package chengine

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// endpointFile tells other commands of the same user where the engine listens.
// The directory is closed to everybody else.
const endpointFile = "endpoint.json"

func writeEndpoint(dir string, at Endpoint) error {
	text, err := json.Marshal(at)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, endpointFile), text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write engine endpoint: %w", err)
	}
	return nil
}

// Attach returns the endpoint of an engine that another process runs on the
// directory, or an error when nobody answers there.
func Attach(path string) (Endpoint, error) {
	var at Endpoint
	// The engine of a process that was killed answers for a moment longer.
	if f, err := os.Open(filepath.Join(path, "lock")); err == nil {
		owner := readOwner(f)
		f.Close()
		if owner > 0 && unix.Kill(owner, 0) == unix.ESRCH {
			return at, fmt.Errorf("attach to the engine on %s: its process %d is gone", path, owner)
		}
	}
	text, err := os.ReadFile(filepath.Join(path, endpointFile))
	if err == nil {
		err = json.Unmarshal(text, &at)
	}
	if err == nil {
		var conn net.Conn
		if conn, err = net.DialTimeout("tcp", at.Address, time.Second); err == nil {
			err = conn.Close()
		}
	}
	if err != nil {
		return Endpoint{}, fmt.Errorf("attach to the engine on %s: %w", path, err)
	}
	return at, nil
}
