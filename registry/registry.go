package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/driftd/driftd/internal/model"
)

// MaxArtifact is the largest artifact that is read, in bytes.
const MaxArtifact = 10 << 20

// StatusReady is the status of a version that can be served.
const StatusReady = "READY"

// Registry is what a model registry offers. Every method fails with an error
// that wraps [ErrNotFound] when the model or the version does not exist, and
// with an [*APIError] when a server refused.
type Registry interface {
	// Model reads a model's own tags and who holds its slots, in one request.
	Model(ctx context.Context, name string) (Model, error)

	// Serving returns the version that holds the slot, or ErrNoHolder.
	Serving(ctx context.Context, name string, slot Slot) (model.Ref, error)

	// Holders lists the versions in the slot, first the one that Serving returns.
	// Only a stage can have more than one: people promoted without archiving.
	Holders(ctx context.Context, name string, slot Slot) ([]model.Ref, error)

	// Version reads one version, including its offline metrics.
	Version(ctx context.Context, ref model.Ref) (Version, error)

	// Versions lists a model's versions, newest first, without offline metrics.
	Versions(ctx context.Context, name string) ([]Version, error)

	// Resolve turns what an event carries into a version: digits are a version,
	// 32 hexadecimal digits a run id, "m-" and 32 hexadecimal digits a logged
	// model id. Where one run made several versions, one that holds an alias or
	// an active stage is preferred, then the newest.
	Resolve(ctx context.Context, name, id string) (model.Ref, error)

	// Annotate writes the tags whose value differs and deletes none. Keys match
	// [a-z0-9_]+; values are cut to MaxTagValue characters.
	Annotate(ctx context.Context, ref model.Ref, tags map[string]string) error

	// Switch moves the slot from Expect to Target and reads it back. It fails
	// with ErrMoved, having changed nothing, when another version holds the
	// slot, with ErrNoHolder when none does, and with ErrUnknownOutcome when
	// the connection was lost and the slot could not be read afterwards, or did
	// not settle. On a server without compare-and-swap a change made by somebody
	// else in the last milliseconds can still be overwritten.
	Switch(ctx context.Context, m Move) error

	// Artifact reads a file of a version, at most MaxArtifact bytes. path is
	// relative and uses slashes. A larger one is ErrTooLarge.
	Artifact(ctx context.Context, ref model.Ref, path string) ([]byte, error)
}

// Model is a registered model without its versions.
type Model struct {
	Name    string
	Tags    map[string]string
	Aliases map[string]string // alias → version
	Stages  map[string]string // active stage → version that it resolves to, the newest where several hold it
}

// Holder returns the version in the slot, or ErrNoHolder.
func (m Model) Holder(slot Slot) (model.Ref, error) {
	held := m.Aliases
	if slot.Kind == Stage {
		held = m.Stages
	}
	version, ok := held[slot.Name]
	if !ok {
		return model.Ref{}, fmt.Errorf("%s of %s: %w", slot, m.Name, ErrNoHolder)
	}
	return model.Ref{Name: m.Name, Version: version}, nil
}

// Version is one version of a model.
type Version struct {
	model.Ref
	RunID       string // training run, "" when unknown
	Status      string // READY, PENDING_REGISTRATION or FAILED_REGISTRATION
	Source      string // where its files come from; shown, never fetched directly
	Description string
	CreatedAt   time.Time // UTC, zero when unknown
	Tags        map[string]string
	Aliases     []string // sorted
	Stage       string   // Staging, Production, Archived, or "" for none
	// Metrics is the offline card: finite metrics of the training run, as
	// logged. Empty when the run is gone or may not be read.
	Metrics map[string]float64
}
