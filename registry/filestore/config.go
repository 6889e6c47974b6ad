package filestore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Config says where the file is.
type Config struct {
	// Path of the JSON file. It is created by the first change; its directory
	// must exist.
	Path string `mapstructure:"path"`
}

// Validate reports a path that cannot work.
func (c Config) Validate() error {
	if c.Path == "" {
		return errors.New(`path "": name the registry file, e.g. registry.json`)
	}
	dir := filepath.Dir(c.Path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("path %q: create the directory %s first", c.Path, dir)
	}
	if info, err := os.Stat(c.Path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("path %q: is not a regular file", c.Path)
	}
	return nil
}
