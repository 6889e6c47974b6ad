package clickhouse

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/driftd/driftd/internal/model"
)

// Unresolved is what events say their version is, and no version of the
// registry is known by: a run id or a logged model id.
type Unresolved struct {
	ID          string
	First, Last time.Time // of the predictions that carry it
	Rows        uint64    // repeated events included
}

// Unresolved lists the ids of a model's predictions that stand for no version
// yet, sorted. Such predictions are kept and judged once the id is resolved.
func (s *Store) Unresolved(ctx context.Context, name string) (all []Unresolved, err error) {
	known, err := s.knownVersions(ctx, name)
	if err != nil {
		return nil, err
	}
	c := call{file: "any_unresolved", subject: "look for unresolved versions of " + name, names: predictionsTable(name), args: args{"known": known}}
	found := false
	err = s.readInTurn(ctx, c, func(driver.Rows) error { found = true; return nil })
	if missing(err) {
		return nil, nil // a model that has no table yet
	}
	if err != nil || !found {
		return nil, err
	}
	c.file, c.subject = "unresolved", "list unresolved versions of "+name
	err = s.readInTurn(ctx, c, func(rows driver.Rows) error {
		var u Unresolved
		err := rows.Scan(&u.ID, &u.First, &u.Last, &u.Rows)
		u.First, u.Last = u.First.UTC(), u.Last.UTC()
		all = append(all, u)
		return err
	})
	return all, err
}

// knownVersions returns the versions of a model that were judged, and the ids that were
// resolved.
func (s *Store) knownVersions(ctx context.Context, name string) ([]string, error) {
	about := call{file: "known_versions", subject: "list known versions of " + name}
	return s.reads.known.about(ctx, s, name, about, func(rows driver.Rows) (model, version string, err error) {
		err = rows.Scan(&model, &version)
		return model, version, err
	})
}

// versionID is an id that stands for a version.
type versionID struct{ id, version string }

// versionIDs returns the ids of a model that were resolved, and the version of each.
func (s *Store) versionIDs(ctx context.Context, name string) (ids, versions []string, err error) {
	about := call{file: "version_ids", subject: "read the version ids of " + name}
	all, err := s.reads.versionIDs.about(ctx, s, name, about, func(rows driver.Rows) (model string, v versionID, err error) {
		err = rows.Scan(&model, &v.id, &v.version)
		return model, v, err
	})
	for _, v := range all {
		ids, versions = append(ids, v.id), append(versions, v.version)
	}
	return ids, versions, err
}

// spellings returns all that rows of a version may carry.
func (s *Store) spellings(ctx context.Context, ref model.Ref) ([]string, error) {
	ids, versions, err := s.versionIDs(ctx, ref.Name)
	all := []string{ref.Version}
	for i, version := range versions {
		if version == ref.Version {
			all = append(all, ids[i])
		}
	}
	return all, err
}

// Resolve records which version each id of a model stands for, as the tick
// found out. From then on, every read takes the id's predictions as that
// version's. An id that is resolved stays so: versions holds new ones only.
func (s *Store) Resolve(ctx context.Context, name string, tick time.Time, ids []Unresolved, versions map[string]string) error {
	var rows [][]any
	for _, u := range ids {
		if version, ok := versions[u.ID]; ok {
			rows = append(rows, []any{name, u.ID, version, u.First, tick})
		}
	}
	return s.insertRows(ctx, call{file: "insert_version_ids", subject: fmt.Sprintf("resolve %d versions of %s", len(rows), name)}, rows)
}

// reopening is a version with its earliest prediction that an id hid until the tick.
type reopening struct {
	version string
	first   time.Time
}

// reopened returns, by version, the earliest prediction that became the
// version's at the tick because its id was resolved.
func (s *Store) reopened(ctx context.Context, name string, tick time.Time) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	about := call{file: "reopened", subject: "read what was resolved of " + name, args: args{"tick": tick}}
	rows, err := s.reads.reopened.about(ctx, s, name, about, func(rows driver.Rows) (model string, r reopening, err error) {
		err = rows.Scan(&model, &r.version, &r.first)
		return model, r, err
	})
	for _, r := range rows {
		all[r.version] = r.first.UTC()
	}
	return all, err
}
