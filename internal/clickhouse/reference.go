package clickhouse

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// referenceKey names a pinned reference.
type referenceKey struct{ model, version, id string }

// Pin implements [evaluate.Profiler].
func (s *Store) Pin(ctx context.Context, ref evaluate.Reference) error {
	key := referenceKey{ref.Ref.Name, ref.Ref.Version, ref.ID}
	// Storing it again would move the moment at which it was pinned.
	_, pinned, err := s.loadReference(ctx, key)
	if err != nil || pinned {
		return err
	}
	body, err := json.Marshal(ref)
	if err != nil {
		return fmt.Errorf("pin reference %s of %s: %w", ref.ID, ref.Ref, err)
	}
	return s.insertRows(ctx, call{file: "insert_reference", subject: fmt.Sprintf("pin reference %s of %s", ref.ID, ref.Ref)}, [][]any{{
		key.model, key.version, key.id, ref.Source, epoch(ref.From), epoch(ref.To), ref.Rows, ref.Coverage, ref.PinnedAt, string(body),
	}})
}

// References returns the references pinned before the tick, the newest by
// version. They never change, so each is read once, and is not to be written to.
func (s *Store) References(ctx context.Context, name string, tick time.Time) (map[string]evaluate.Reference, error) {
	var keys []referenceKey
	err := s.read(ctx, call{file: "reference_ids", subject: "list references of " + name, args: args{"model": name, "tick": tick}}, func(rows driver.Rows) error {
		k := referenceKey{model: name}
		err := rows.Scan(&k.version, &k.id)
		keys = append(keys, k)
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make(map[string]evaluate.Reference, len(keys))
	for _, k := range keys {
		s.mu.Lock()
		ref, cached := s.references[k]
		s.mu.Unlock()
		if !cached {
			if ref, _, err = s.loadReference(ctx, k); err != nil {
				return nil, err
			}
			s.mu.Lock()
			s.references[k] = ref
			s.mu.Unlock()
		}
		all[k.version] = ref
	}
	return all, nil
}

func (s *Store) loadReference(ctx context.Context, k referenceKey) (ref evaluate.Reference, found bool, err error) {
	err = s.read(ctx, call{
		file: "reference", subject: fmt.Sprintf("read reference %s of %s@%s", k.id, k.model, k.version),
		args: args{"model": k.model, "version": k.version, "id": k.id},
	}, func(rows driver.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		found = true
		return json.Unmarshal([]byte(body), &ref)
	})
	return ref, found, err
}
