package filestore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Config says where the file is.
type Config struct {
	// Path of the JSON file. It is created by the first change, and its
	// directory with it.
	Path string `mapstructure:"path"`
}

// Validate reports a path that cannot work.
func (c Config) Validate() error {
	if c.Path == "" {
		return errors.New(`path "": name the registry file, e.g. registry.json`)
	}
	if dir := filepath.Dir(c.Path); !within(dir) {
		return fmt.Errorf("path %q: %s is not a directory: name another file", c.Path, dir)
	}
	if info, err := os.Stat(c.Path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("path %q: is not a regular file", c.Path)
	}
	return nil
}

// within reports whether dir is a directory, or can become one.
func within(dir string) bool {
	info, err := os.Stat(dir)
	switch {
	case err == nil:
		return info.IsDir()
	case errors.Is(err, fs.ErrNotExist):
		return dir != filepath.Dir(dir) && within(filepath.Dir(dir))
	}
	return false
}
