package outbound

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// shortest is the length of a key that cannot be guessed, in characters.
const shortest = 16

// Keys reads the keys of a signature, one a line.
func Keys(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	var keys []string
	for line := range strings.Lines(string(text)) {
		if key := strings.TrimSpace(line); key != "" {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		if len(key) < shortest {
			return nil, fmt.Errorf("holds a key of %d characters: use at least %d, e.g. of `openssl rand -hex 32`", len(key), shortest)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("holds no key")
	}
	return keys, nil
}
