package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

func newReference() *cobra.Command {
	return groupCommand("reference", "Show what versions are compared with, compare two, or accept a new normal", newReferenceShow(), newReferenceDiff(), newReferenceAccept())
}

func newReferenceAccept() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "accept MODEL VERSION --from TIME --to TIME",
		Short: "Make a stretch of a version's own predictions its reference from now on",
		Long: `Make a stretch of a version's own predictions its reference from now on.

Drift is no longer measured against the old one, and what was heard about it is
forgotten. The old one stays stored. Verdicts before this moment stay as they are.`,
		Example: `  driftd reference accept churn 3 --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z --note "new pricing is here to stay"`,
	}
	from := cmd.Flags().String("from", "", "begin of the stretch, RFC 3339 in UTC")
	to := cmd.Flags().String("to", "", "end of the stretch")
	at := cmd.Flags().String("at", "", "moment from which it counts; now unless given")
	note := cmd.Flags().String("note", "", "why, for those who come after")
	return modelCommand(cmd, 2, 2, func(ctx context.Context, store *clickhouse.Store, m config.Model, versions []string) error {
		times := map[string]time.Time{"at": time.Now().UTC().Truncate(time.Millisecond)}
		for name, text := range map[string]string{"from": *from, "to": *to, "at": *at} {
			if text == "" && name == "at" {
				continue
			}
			t, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return usageError{fmt.Errorf("--%s %q: give a time such as 2026-10-01T00:00:00Z", name, text)}
			}
			times[name] = t.UTC()
		}
		version := model.Ref{Name: m.Policy.Model, Version: versions[0]}
		ref, err := evaluate.New(store, store, store).Accept(ctx, m.Policy, version, times["from"], times["to"], times["at"], *note)
		if err != nil {
			return fmt.Errorf("accept a reference of %s: %w", version, err)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is compared with %s from now on: %d predictions from %s to %s\n",
			version, ref.ID, ref.Rows, ref.From.Format(time.RFC3339), ref.To.Format(time.RFC3339))
		return err
	})
}

// pinned returns the newest references of the versions, in their order.
func pinned(ctx context.Context, store *clickhouse.Store, m config.Model, versions []string) ([]evaluate.Reference, error) {
	all, err := store.References(ctx, m.Policy.Model, forever)
	if err != nil {
		return nil, err
	}
	refs := make([]evaluate.Reference, len(versions))
	for i, version := range versions {
		ref, ok := all[version]
		if !ok {
			return nil, usageError{fmt.Errorf("%s has no reference yet: see driftd status", model.Ref{Name: m.Policy.Model, Version: version})}
		}
		refs[i] = ref
	}
	return refs, nil
}
