package config

import (
	"fmt"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// window is the length of a drift window, or auto.
type window time.Duration

const autoWindow = "auto"

// UnmarshalText reads a duration or auto.
func (w *window) UnmarshalText(text []byte) error {
	if string(text) == autoWindow {
		*w = window(evaluate.AutoWindow)
		return nil
	}
	d, remedy := parseDuration(string(text))
	switch {
	case remedy != "":
		return fmt.Errorf("%q: %s, or auto", short(string(text)), remedy)
	case d <= 0:
		return fmt.Errorf("%s: give more than 0, or auto", formatDuration(d))
	}
	*w = window(d)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (w window) MarshalText() ([]byte, error) {
	if time.Duration(w) == evaluate.AutoWindow {
		return []byte(autoWindow), nil
	}
	return []byte(formatDuration(time.Duration(w))), nil
}
