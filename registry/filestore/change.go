package filestore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// change loads the file, lets edit change a copy of what it holds and saves that, with
// nobody else changing it meanwhile. A model is changed by way of content.edit: what is
// below it is shared with readers. An error of edit, or edited false, leaves the file
// as it was.
func (r *Registry) change(ctx context.Context, edit func(*content) (edited bool, err error)) error {
	unlock, err := r.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	held, err := r.load()
	if err != nil {
		return err
	}
	c := &content{Models: maps.Clone(held.Models)}
	if edited, err := edit(c); err != nil || !edited {
		return err
	}
	text, err := c.write()
	if err == nil {
		err = r.save(text)
	}
	if err != nil {
		return fmt.Errorf("save registry file: %w", err)
	}
	r.keep(text, c)
	return nil
}

// lock waits for the exclusive lock. The kernel releases it when the process ends.
func (r *Registry) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(r.path), 0o700); err != nil {
		return nil, fmt.Errorf("lock registry file: %w", err)
	}
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("lock registry file, waiting for another change: %w", ctx.Err())
	}
	f, err := r.lockFile(ctx)
	if err != nil {
		<-r.turn
		return nil, err
	}
	return func() {
		f.Close()
		<-r.turn
	}, nil
}

// lockFile waits for the processes beside this one. The lock lasts until the file is closed.
func (r *Registry) lockFile(ctx context.Context) (*os.File, error) {
	f, err := os.OpenFile(r.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock registry file: %w", err)
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
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
