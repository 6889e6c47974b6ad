package filestore

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// write returns the text of a file with this content. Models that did not change
// since they were written last are not written anew.
func (c *content) write() ([]byte, error) {
	pieces := [][]byte{[]byte("{\n  \"models\": {")}
	for i, name := range slices.Sorted(maps.Keys(c.Models)) {
		e := c.Models[name]
		if e.text == nil {
			key, err := json.Marshal(name)
			if err != nil {
				return nil, err
			}
			value, err := json.MarshalIndent(e, "    ", "  ")
			if err != nil {
				return nil, err
			}
			e.text = slices.Concat([]byte("\n    "), key, []byte(": "), value)
		}
		if i > 0 {
			pieces = append(pieces, []byte(","))
		}
		pieces = append(pieces, e.text)
	}
	return slices.Concat(append(pieces, []byte("\n  }\n}\n"))...), nil
}

// save replaces the file by a complete new one that is on disk before it gets
// the name. Its permissions stay.
func (r *Registry) save(text []byte) (err error) {
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(r.path); err == nil {
		mode = info.Mode().Perm()
	}
	dir := filepath.Dir(r.path)
	f, err := os.CreateTemp(dir, filepath.Base(r.path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), r.path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
