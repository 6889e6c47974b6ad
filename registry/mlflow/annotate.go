package mlflow

import (
	"context"
	"fmt"

	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
)

// Annotate writes the tags whose value differs, in the order of their keys. It
// stops at the first that is refused.
func (r *Registry) Annotate(ctx context.Context, ref model.Ref, tags map[string]string) error {
	v, err := r.version(ctx, ref)
	if err != nil {
		return fmt.Errorf("tag %s: %w", ref, err)
	}
	changed, err := registry.ChangedTags(v.Tags, tags)
	if err != nil {
		return fmt.Errorf("tag %s: %w", ref, err)
	}
	for _, tag := range changed {
		body := map[string]string{"name": ref.Name, "version": ref.Version, "key": tag.Key, "value": tag.Value}
		if _, err := r.do(ctx, post(opSetTag, "model-versions/set-tag", body)); err != nil {
			return fmt.Errorf("tag %s with %s: %w", ref, tag.Key, err)
		}
	}
	return nil
}
