package filestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Switch moves the slot from expect to target; nobody can come in between.
func (r *Registry) Switch(ctx context.Context, name string, slot registry.Slot, expect, target model.Ref) error {
	if err := registry.CheckMove(name, slot, expect, target); err != nil {
		return err
	}
	err := r.change(ctx, func(c *content) (bool, error) {
		m, err := c.model(name)
		if err != nil {
			return false, err
		}
		holder, err := m.Holder(slot)
		if err != nil {
			return false, err
		}
		if err := registry.CheckHolder(slot, expect, target, holder); err != nil {
			return false, err
		}
		if _, err := c.version(target); err != nil {
			return false, err
		}
		c.Models[name].put(slot, target.Version)
		return true, nil
	})
	if _, moved := errors.AsType[*registry.MovedError](err); err != nil && !moved {
		return fmt.Errorf("move %s to %s: %w", slot, target, err)
	}
	return err
}
