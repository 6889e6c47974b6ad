package filestore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Assign puts the version into the slot whoever holds it, as a person would.
func (r *Registry) Assign(ctx context.Context, slot registry.Slot, ref model.Ref) error {
	err := slot.Validate()
	if err == nil {
		err = r.change(ctx, func(c *content) (bool, error) {
			if _, err := c.version(ref); err != nil {
				return false, err
			}
			c.edit(ref.Name).put(slot, ref.Version)
			return true, nil
		})
	}
	if err != nil {
		return fmt.Errorf("assign %s to %s: %w", slot, ref, err)
	}
	return nil
}

// Register adds v and returns it with its number, the highest so far plus one.
// The model is made if it is new. v's own Version, Aliases and Stage are not used.
func (r *Registry) Register(ctx context.Context, v registry.Version) (model.Ref, error) {
	ref := model.Ref{Name: v.Name}
	err := registry.CheckName(v.Name)
	if err == nil {
		err = r.change(ctx, func(c *content) (bool, error) {
			e := c.edit(v.Name)
			ref.Version = next(slices.Collect(maps.Keys(e.Versions)))
			e.Versions[ref.Version] = &card{
				RunID: v.RunID, Status: v.Status, Source: v.Source, Description: v.Description,
				CreatedAt: v.CreatedAt, Tags: v.Tags, Metrics: v.Metrics,
			}
			return true, nil
		})
	}
	if err != nil {
		return model.Ref{}, fmt.Errorf("register a version of %s: %w", v.Name, err)
	}
	return ref, nil
}

// next returns the number after the highest.
func next(numbers []string) string {
	if len(numbers) == 0 {
		return "1"
	}
	highest, _ := strconv.ParseInt(slices.MaxFunc(numbers, registry.CompareVersions), 10, 64) // at most 18 digits: checked on load
	return strconv.FormatInt(highest+1, 10)
}
