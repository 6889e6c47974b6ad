package chengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// orphanWait bounds the wait for the child of a killed daemon to leave the
// directory: it gives itself stopGrace, and then ends by force.
const orphanWait = stopGrace + 2*time.Second

// lockDirectory takes the directory for this process. The lock belongs to the open
// file, which the child inherits: it is free only when both processes are gone.
func lockDirectory(ctx context.Context, dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock engine directory: %w", err)
	}
	deadline := time.NewTimer(orphanWait)
	defer deadline.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return nil, fmt.Errorf("lock engine directory %s: %w", dir, err)
		}
		owner := readOwner(f)
		inUse := fmt.Errorf("engine directory %s is in use by process %d: stop it, or choose another directory", dir, owner)
		if owner > 0 && unix.Kill(owner, 0) != unix.ESRCH {
			f.Close()
			return nil, inUse
		}
		select { // the owner is gone, its child is still stopping
		case <-time.After(50 * time.Millisecond):
		case <-deadline.C:
			f.Close()
			return nil, inUse
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		}
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock engine directory %s: %w", dir, err)
	}
	return f, nil
}

// readOwner returns the process id in the lock file, 0 if there is none yet.
func readOwner(f *os.File) int {
	var buf [32]byte
	n, _ := f.ReadAt(buf[:], 0) // a short read is the normal case
	pid, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return 0
	}
	return pid
}
