package filestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/driftd/driftd/registry"
)

// Switch moves the slot from Expect to Target; nobody can come in between.
func (r *Registry) Switch(ctx context.Context, move registry.Move) error {
	if err := move.Check(); err != nil {
		return err
	}
	err := r.change(ctx, func(c *content) (bool, error) {
		m, err := c.model(move.Target.Name)
		if err != nil {
			return false, err
		}
		holder, err := m.Holder(move.Slot)
		if err != nil {
			return false, err
		}
		if err := move.CheckHolder(holder); err != nil {
			return false, err
		}
		if _, err := c.version(move.Target); err != nil {
			return false, err
		}
		c.edit(move.Target.Name).put(move.Slot, move.Target.Version)
		return true, nil
	})
	if _, moved := errors.AsType[*registry.MovedError](err); err != nil && !moved {
		return fmt.Errorf("%s: %w", move, err)
	}
	return err
}
