package clickhouse

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/evaluate"
)

// referenceKey names a pinned reference.
type referenceKey struct{ model, version, id string }

func keyOf(ref evaluate.Reference) referenceKey {
	return referenceKey{ref.Ref.Name, ref.Ref.Version, ref.ID}
}

func (k referenceKey) compare(other referenceKey) int {
	return cmp.Or(cmp.Compare(k.model, other.model), cmp.Compare(k.version, other.version), cmp.Compare(k.id, other.id))
}

// Pin implements [evaluate.Profiler].
func (s *Store) Pin(ctx context.Context, ref evaluate.Reference) error {
	key := keyOf(ref)
	// Storing it again would move the moment at which it was pinned.
	_, pinned, err := s.loadReference(ctx, key)
	if err != nil || pinned {
		return err
	}
	body, columns, err := pack(ref)
	if err != nil {
		return fmt.Errorf("pin reference %s of %s: %w", ref.ID, ref.Ref, err)
	}
	// First, so that a reference that is there has its bins.
	if err := s.pinBins(ctx, ref); err != nil {
		return err
	}
	return s.insertRows(ctx, call{file: "insert_reference", subject: fmt.Sprintf("pin reference %s of %s", ref.ID, ref.Ref)}, [][]any{{
		key.model, key.version, key.id, ref.Source, epoch(ref.From), epoch(ref.To), ref.Rows, ref.Coverage, ref.PinnedAt, string(body), string(columns),
	}})
}

// References returns the references pinned before the tick, the newest by
// version, whole.
func (s *Store) References(ctx context.Context, name string, tick time.Time) (map[string]evaluate.Reference, error) {
	return s.referencesBy(ctx, name, tick, s.whole)
}

// outlines returns the same in outline. They never change, so each is read
// once, and is not to be written to.
func (s *Store) outlines(ctx context.Context, name string, tick time.Time) (map[string]evaluate.Reference, error) {
	asked := false
	return s.referencesBy(ctx, name, tick, func(ctx context.Context, k referenceKey) (evaluate.Reference, error) {
		ref, ok := s.references.outline(k)
		if !ok && !asked {
			asked = true // of all versions at once
			if err := s.readOutlines(ctx, name, tick); err != nil {
				return ref, err
			}
			ref, ok = s.references.outline(k)
		}
		if ok {
			return ref, nil
		}
		ref, err := s.whole(ctx, k) // another was pinned meanwhile
		return ref.Outline(), err
	})
}

// readOutlines reads the outlines of the newest references of a model's versions.
func (s *Store) readOutlines(ctx context.Context, name string, tick time.Time) error {
	about := call{file: "reference_outlines", subject: "read outlines of the references of " + name, args: args{"tick": tick}}
	_, err := s.reads.outlines.about(ctx, s, name, about, func(rows driver.Rows) (string, struct{}, error) {
		var k referenceKey
		var body []byte
		if err := rows.Scan(&k.model, &k.version, &k.id, &body); err != nil {
			return "", struct{}{}, err
		}
		ref, err := outline(body)
		if err != nil {
			return "", struct{}{}, fmt.Errorf("reference %s of %s@%s: %w", k.id, k.model, k.version, err)
		}
		s.references.keepOutline(k, ref)
		return k.model, struct{}{}, nil
	})
	return err
}

func (s *Store) referencesBy(ctx context.Context, name string, tick time.Time, get func(context.Context, referenceKey) (evaluate.Reference, error)) (map[string]evaluate.Reference, error) {
	about := call{file: "reference_ids", subject: "list references of " + name, args: args{"tick": tick}}
	keys, err := s.reads.references.about(ctx, s, name, about, func(rows driver.Rows) (string, referenceKey, error) {
		var k referenceKey
		err := rows.Scan(&k.model, &k.version, &k.id)
		return k.model, k, err
	})
	if err != nil {
		return nil, err
	}
	all := make(map[string]evaluate.Reference, len(keys))
	for _, k := range keys {
		if all[k.version], err = get(ctx, k); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Whole implements [evaluate.Profiler].
func (s *Store) Whole(ctx context.Context, ref evaluate.Reference) (evaluate.Reference, error) {
	return s.whole(ctx, keyOf(ref))
}

func (s *Store) whole(ctx context.Context, k referenceKey) (evaluate.Reference, error) {
	if ref, ok := s.references.whole(k); ok {
		return ref, nil
	}
	ref, found, err := s.loadReference(ctx, k)
	if err == nil && !found {
		err = fmt.Errorf("reference %s of %s@%s is pinned no more: restore the table references", k.id, k.model, k.version)
	}
	if err == nil {
		s.references.keep(k, ref)
	}
	return ref, err
}

func (s *Store) loadReference(ctx context.Context, k referenceKey) (ref evaluate.Reference, found bool, err error) {
	about := call{
		file: "reference", subject: fmt.Sprintf("read reference %s of %s@%s", k.id, k.model, k.version),
		set: clickhouse.Settings{"max_threads": 1}, // a second thread finds nothing to do
	}
	read, err := s.reads.wholes.under(ctx, s, k, about, func(rows driver.Rows, of func(referenceKey) **evaluate.Reference) error {
		var k referenceKey
		var body, columns []byte
		err := rows.Scan(&k.model, &k.version, &k.id, &body, &columns)
		if err != nil {
			return err
		}
		ref, err := unpack(body, columns)
		*of(k) = &ref
		return err
	})
	if err != nil || read == nil {
		return ref, false, err
	}
	return *read, true, nil
}
