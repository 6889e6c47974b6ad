package filestore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// load returns what the file holds. A missing one is an empty registry. It is shared,
// and not to be written to: every model asks for the whole file several times a tick,
// and what is not parsed again is most of the work.
func (r *Registry) load() (*content, error) {
	r.mu.Lock()
	known, text := r.content, r.text
	r.mu.Unlock()
	if known != nil {
		still, err := r.holds(text)
		if err != nil {
			return nil, err
		}
		if still {
			return known, nil
		}
	}
	text, err := os.ReadFile(r.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read registry file: %w", err)
	}
	c := &content{Models: map[string]*entry{}}
	if text != nil {
		if c, err = parse(text); err != nil {
			return nil, fmt.Errorf("read registry file %s: %w", r.path, err)
		}
	}
	r.keep(text, c)
	return c, nil
}

// keep remembers the text and what it says.
func (r *Registry) keep(text []byte, c *content) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text, r.content = text, c
}

// holds reports whether the file is this text, nil when there should be none. A time
// of change would not tell: two changes may share one.
func (r *Registry) holds(text []byte) (bool, error) {
	f, err := os.Open(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return text == nil, nil
	}
	if err != nil {
		return false, fmt.Errorf("read registry file: %w", err)
	}
	defer f.Close()
	if text == nil {
		return false, nil
	}
	for buffer := make([]byte, 32<<10); ; {
		n, err := f.Read(buffer)
		if n > len(text) || !bytes.Equal(buffer[:n], text[:n]) {
			return false, nil
		}
		text = text[n:]
		if err == io.EOF {
			return len(text) == 0, nil
		}
		if err != nil {
			return false, fmt.Errorf("read registry file: %w", err)
		}
	}
}
