package app

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A tick that waits gives its place to another model, and has one again when it
// goes on.
func TestATickThatWaitsMakesRoom(t *testing.T) {
	w := &work{judging: make(chan struct{}, 1)}
	w.judging <- struct{}{}
	ended := errors.New("ended")
	err := w.aside(func(context.Context, time.Duration) error {
		if n := len(w.judging); n != 0 {
			t.Errorf("%d models are judged while the only one waits", n)
		}
		return ended
	})(t.Context(), time.Second)
	if n := len(w.judging); n != 1 || !errors.Is(err, ended) {
		t.Errorf("%d models are judged after it: %v", n, err)
	}
}
