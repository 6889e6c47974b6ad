package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

func newAcknowledge() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "acknowledge MODEL",
		Short: "Say that a person looks after what is wrong with a model: it is not repeated",
		Long: `Say that a person looks after what is wrong with a model: its open incidents are
not repeated, and the message, PagerDuty and webhooks say who it is. What is new
about them is told all the same.`,
		Example: `  driftd acknowledge churn --class drift --reason "campaign until Sunday"`,
	}
	class := classFlag(cmd)
	why := cmd.Flags().String("reason", "", "what is known about it, for those who read the message")
	who := asFlag(cmd)
	return modelCommand(cmd, 1, 1, func(ctx context.Context, store *clickhouse.Store, m config.Model, _ []string) error {
		by, err := who()
		if err != nil {
			return err
		}
		about, err := class()
		if err != nil {
			return err
		}
		taken, err := app.Acknowledge(ctx, store, m, about, by, *why, now())
		if err != nil {
			return err
		}
		for _, i := range taken {
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s of %s is acknowledged from the next tick on: %s\n", i.Class, i.Ref, i.Headline); err != nil {
				return err
			}
		}
		return nil
	})
}
