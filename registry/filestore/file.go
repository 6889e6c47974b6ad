package filestore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// load reads the file. A missing one is an empty registry. What it returns is shared,
// and not to be written to: every model asks for the whole file at every tick, so what
// is not parsed again is most of the work.
func (r *Registry) load() (*content, error) {
	text, err := r.read()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.parsed == nil || !bytes.Equal(text, r.text) {
		c, err := r.parse(text)
		if err != nil {
			return nil, err
		}
		r.text, r.parsed = text, c
	}
	return r.parsed, nil
}

// read returns the text of the file, nil when there is none.
func (r *Registry) read() ([]byte, error) {
	text, err := os.ReadFile(r.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read registry file: %w", err)
	}
	return text, nil
}

func (r *Registry) parse(text []byte) (*content, error) {
	if text == nil {
		return &content{Models: map[string]*entry{}}, nil
	}
	c, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read registry file %s: %w", r.path, err)
	}
	return c, nil
}

// change loads the file, lets edit change it and saves the result, with nobody
// else changing it meanwhile. An error of edit, or edited false, leaves the
// file as it was.
func (r *Registry) change(ctx context.Context, edit func(*content) (edited bool, err error)) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	text, err := r.read()
	if err != nil {
		return err
	}
	c, err := r.parse(text) // one that may be changed
	if err != nil {
		return err
	}
	if edited, err := edit(c); err != nil || !edited {
		return err
	}
	if err := r.save(c); err != nil {
		return fmt.Errorf("save registry file: %w", err)
	}
	return nil
}

// lock waits for the exclusive lock. It belongs to an open file, so it also
// separates goroutines; the kernel releases it when the process ends.
func (r *Registry) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(r.path), 0o700); err != nil {
		return nil, fmt.Errorf("lock registry file: %w", err)
	}
	f, err := os.OpenFile(r.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock registry file: %w", err)
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("lock %s, held by another process: %w", f.Name(), ctx.Err())
		}
	}
}

// save replaces the file by a complete new one that is on disk before it gets
// the name. Its permissions stay.
func (r *Registry) save(c *content) (err error) {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
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
	_, err = f.Write(append(text, '\n'))
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
