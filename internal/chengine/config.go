package chengine

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// LibraryEnv names the environment variable that holds the path of libchdb.so.
const LibraryEnv = "DRIFTD_LIBCHDB"

// minMemory is the least memory the engine works with, in bytes: below it, merges
// of a wide table and their mark caches do not fit.
const minMemory = 512 << 20

// Config of the embedded engine.
type Config struct {
	// Path is the directory that holds the data. It is created with mode 0700 and
	// belongs to one engine at a time.
	Path string
	// Library is the path of libchdb.so. Empty means: the environment variable
	// DRIFTD_LIBCHDB, then libchdb.so beside the executable, then
	// ../lib/driftd/libchdb.so from there, then /usr/lib/driftd/libchdb.so, then
	// .cache/chdb/*/libchdb.so under the working directory.
	Library string
	// MaxMemory bounds the engine's memory in bytes, at least 512 MiB. 0 means half
	// of what the machine (or the control group) has.
	MaxMemory int64
	// Reader is the user that may only read, "" is "reader", and ReaderPasswordFile
	// holds the password in its first line, "" is another one at each start.
	Reader             string
	ReaderPasswordFile string
	// HTTPPort is where HTTP is served on 127.0.0.1; 0 is any that is free.
	HTTPPort int
}

// userName is what can be a user beside the engine's own.
var userName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Validate reports every field that cannot work, joined.
func (c Config) Validate() error {
	var errs []error
	if c.Path == "" {
		errs = append(errs, errors.New(`path "": name the directory that holds the engine's data`))
	}
	if c.MaxMemory != 0 && c.MaxMemory < minMemory {
		errs = append(errs, fmt.Errorf("max_memory %d: give at least %d bytes, or 0 for half of the machine's memory", c.MaxMemory, minMemory))
	}
	if c.Reader != "" && !userName.MatchString(c.Reader) || c.Reader == "default" || c.Reader == ownUser {
		errs = append(errs, fmt.Errorf("dashboards.username %q: want letters, digits and _, and neither default nor %s", c.Reader, ownUser))
	}
	return errors.Join(errs...)
}

// maxMemory resolves the default of MaxMemory.
func (c Config) maxMemory() int64 {
	if c.MaxMemory > 0 {
		return c.MaxMemory
	}
	total := int64(4 << 30) // neither file exists outside Linux
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		total = memTotal(text, total)
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			total = min(total, limit)
		}
	}
	return max(total/2, minMemory)
}

// memTotal reads the MemTotal line of /proc/meminfo, in bytes.
func memTotal(meminfo []byte, otherwise int64) int64 {
	lines := bufio.NewScanner(bytes.NewReader(meminfo))
	for lines.Scan() {
		if f := strings.Fields(lines.Text()); len(f) >= 2 && f[0] == "MemTotal:" {
			if kib, err := strconv.ParseInt(f[1], 10, 64); err == nil {
				return kib << 10
			}
		}
	}
	return otherwise
}

// library finds libchdb.so, or says where it was looked for.
func (c Config) library() (string, error) {
	var places []string
	switch {
	case c.Library != "":
		places = []string{c.Library}
	case os.Getenv(LibraryEnv) != "":
		places = []string{os.Getenv(LibraryEnv)}
	default:
		if exe, err := os.Executable(); err == nil {
			dir := filepath.Dir(exe)
			places = append(places,
				filepath.Join(dir, "libchdb.so"),
				filepath.Join(dir, "..", "lib", "driftd", "libchdb.so"))
		}
		places = append(places,
			"/usr/lib/driftd/libchdb.so",
			filepath.Join(".cache", "chdb", "*", "libchdb.so"))
	}
	for _, place := range places {
		found, err := filepath.Glob(place)
		if _, statErr := os.Stat(place); statErr == nil {
			found, err = []string{place}, nil // a path may hold characters that Glob would interpret
		}
		if err == nil && len(found) > 0 {
			return filepath.Abs(found[len(found)-1]) // names sort by version
		}
	}
	return "", &LibraryError{Places: places}
}

// LibraryError means that libchdb.so was not found.
type LibraryError struct {
	Places []string // where it was looked for, in order
}

func (e *LibraryError) Error() string {
	return fmt.Sprintf("embedded clickhouse engine: libchdb.so not found in %s: run `make fetch-engine`, set %s, or use a clickhouse server",
		strings.Join(e.Places, ", "), LibraryEnv)
}
