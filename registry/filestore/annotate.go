package filestore

import (
	"context"
	"fmt"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Annotate writes the tags whose value differs.
func (r *Registry) Annotate(ctx context.Context, ref model.Ref, tags map[string]string) error {
	err := r.change(ctx, func(c *content) (bool, error) {
		v, err := c.version(ref)
		if err != nil {
			return false, err
		}
		changed, err := registry.ChangedTags(v.Tags, tags)
		if err != nil || len(changed) == 0 {
			return false, err
		}
		for _, tag := range changed {
			v.Tags[tag.Key] = tag.Value
		}
		c.edit(ref.Name).Versions[ref.Version].Tags = v.Tags
		return true, nil
	})
	if err != nil {
		return fmt.Errorf("tag %s: %w", ref, err)
	}
	return nil
}
