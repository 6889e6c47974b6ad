package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/driftd/driftd/demo/data"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/registry"
	"github.com/driftd/driftd/registry/filestore"
)

// slot is where the demo's serving code looks.
var slot = registry.Slot{Kind: registry.Alias, Name: "champion"}

// fileWorld is the registry file, as people and the serving code use it.
type fileWorld struct {
	path  string
	file  *filestore.Registry
	story Story
	cards []data.Card
}

// newFileWorld writes the registry file with the version before in it, which
// is the fallback; the others are registered as the story goes on.
func newFileWorld(path string, story Story) (*fileWorld, error) {
	cards, err := data.Cards()
	if err != nil {
		return nil, err
	}
	w := &fileWorld{path: path, story: story, cards: cards}
	type card struct {
		Description string             `json:"description"`
		CreatedAt   time.Time          `json:"created_at"`
		Metrics     map[string]float64 `json:"metrics"`
	}
	before := w.version(Before, story.From)
	text, err := json.MarshalIndent(map[string]any{"models": map[string]any{ModelName: map[string]any{
		"aliases":  map[string]string{"fallback": Before},
		"versions": map[string]card{Before: {before.Description, before.CreatedAt, before.Metrics}},
	}}}, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o600); err != nil {
		return nil, fmt.Errorf("write the registry file: %w", err)
	}
	w.file, err = filestore.New(filestore.Config{Path: path})
	return w, err
}

// Serving returns the version that the serving code would load now.
func (w *fileWorld) Serving(ctx context.Context) (string, error) {
	ref, err := w.file.Serving(ctx, ModelName, slot)
	return ref.Version, err
}

// Register adds a version with its offline card.
func (w *fileWorld) Register(ctx context.Context, version string) error {
	at := w.story.From
	if version == Challenger {
		at = w.story.Promote
	}
	ref, err := w.file.Register(ctx, w.version(version, at))
	if err != nil {
		return err
	}
	if ref.Version != version {
		return fmt.Errorf("the registry numbered it %s", ref.Version)
	}
	return nil
}

// Promote moves the slot, as a person does.
func (w *fileWorld) Promote(ctx context.Context, version string) error {
	return w.file.Assign(ctx, slot, model.Ref{Name: ModelName, Version: version})
}

// version is a registry entry made from the card of the scores that play it.
func (w *fileWorld) version(version string, at time.Time) registry.Version {
	v := registry.Version{Ref: model.Ref{Name: ModelName, Version: version}, CreatedAt: at}
	for _, c := range w.cards {
		if c.Version == w.story.Scores[version] {
			v.Description = fmt.Sprintf("%s, trained on %s to %s", c.Algorithm, c.TrainedOn.FirstMonth, c.TrainedOn.LastMonth)
			v.Metrics = map[string]float64{"accuracy": c.Validation.Accuracy, "auc": c.Validation.AUC, "brier": c.Validation.Brier}
		}
	}
	return v
}
