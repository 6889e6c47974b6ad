package parts_test

import (
	"runtime"
	"testing"
)

// verdict records how a helper ends a test, instead of ending it.
type verdict struct {
	testing.TB
	is string
}

func (v *verdict) Helper() {}

func (v *verdict) Skip(...any) {
	v.is = "skip"
	runtime.Goexit()
}

func (v *verdict) Fatal(...any) {
	v.is = "fatal"
	runtime.Goexit()
}
