package evaluate_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/driftd/driftd/evaluate"
)

// thousandfold is flights of which each stands for a thousand.
type thousandfold struct {
	*memory
	samples []uint64
}

func (c *thousandfold) Activity(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Activity, error) {
	all, err := c.memory.Activity(ctx, p, from, to)
	for i := range all {
		all[i].Rows *= 1000
	}
	return all, err
}

func (c *thousandfold) Matured(ctx context.Context, p evaluate.Policy, from, to time.Time) ([]evaluate.Matured, error) {
	c.samples = append(c.samples, p.Sample)
	return c.memory.Matured(ctx, p, from, to)
}

// A long reference is measured on a part of its labels; blocks are on all of theirs.
func TestALongReferenceIsMeasuredOnASample(t *testing.T) {
	c := &thousandfold{memory: newMemory(t, map[string]string{"1": "v1"})}
	judge(t, evaluate.New(c, c, c), c.memory, flightsPolicy(c.memory), day(time.June, 3), day(time.June, 9))
	rows := c.pinned["1"].Rows
	if want := 1 + rows/500_000; rows < 10_000_000 || c.samples[0] != want {
		t.Errorf("of %d predictions one in %d was read, want one in %d", rows, c.samples[0], want)
	}
	if blocks := c.samples[1:]; len(blocks) == 0 || slices.ContainsFunc(blocks, func(sample uint64) bool { return sample > 1 }) {
		t.Errorf("blocks were read of one in %d", blocks)
	}
}
