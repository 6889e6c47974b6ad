package main

import (
	"context"
	"fmt"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// asFlag adds --as, and returns who asks: the flag, else the user of the system.
func asFlag(cmd *cobra.Command) func() (string, error) {
	as := cmd.Flags().String("as", "", "who asks for it; the user of this system unless given")
	return func() (string, error) {
		if *as != "" {
			return *as, nil
		}
		u, err := user.Current()
		if err != nil {
			return "", usageError{fmt.Errorf("who you are is not known (%w): say --as NAME", err)}
		}
		return u.Username, nil
	}
}

func waitFlag(cmd *cobra.Command) *time.Duration {
	return cmd.Flags().Duration("wait", 20*time.Minute, "how long to wait for the tick that does it")
}

func newApprove() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "approve MODEL [ACTION]",
		Short: "Agree to a demotion that waits for a person",
		Long: `Agree to a demotion that waits for a person: the newest of the model, or the
one that is named. It is carried out within seconds, if every guard still agrees.`,
	}
	who, wait := asFlag(cmd), waitFlag(cmd)
	return modelCommand(cmd, 1, 2, func(ctx context.Context, store *clickhouse.Store, m config.Model, rest []string) error {
		by, err := who()
		if err != nil {
			return err
		}
		proposal := ""
		if len(rest) > 0 {
			proposal = rest[0]
		}
		id, err := app.Approve(ctx, store, m, proposal, by, now())
		return tellOutcome(ctx, cmd, store, m, id, *wait, err)
	})
}

func newRollback() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rollback MODEL --reason TEXT",
		Short: "Give a model's slot back to another version",
		Long: `Give a model's slot back to another version, whatever the evidence says. It is
done within seconds, unless driftd is frozen, a hold forbids it, or the version
cannot serve. Not looked at are:
` + app.SkippedForRollback + `.`,
		Example: `  driftd rollback churn --to 11 --reason "complaints since noon"`,
	}
	to := cmd.Flags().String("to", "", "version; the one that a demotion would choose unless given")
	why := cmd.Flags().String("reason", "", "why, for those who come after")
	who, wait := asFlag(cmd), waitFlag(cmd)
	return modelCommand(cmd, 1, 1, func(ctx context.Context, store *clickhouse.Store, m config.Model, _ []string) error {
		by, err := who()
		if err != nil {
			return err
		}
		if *why == "" {
			return usageError{fmt.Errorf("rollback: say why with --reason")}
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "not looked at: %s\n", app.SkippedForRollback)
		id, err := app.Rollback(ctx, store, m, *to, by, *why, now())
		return tellOutcome(ctx, cmd, store, m, id, *wait, err)
	})
}

func tellOutcome(ctx context.Context, cmd *cobra.Command, store *clickhouse.Store, m config.Model, id string, wait time.Duration, err error) error {
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "recorded as %s; waiting for the next tick\n", id)
	text, err := app.Outcome(ctx, store, m, id, wait)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
	return err
}

func newFreeze() *cobra.Command {
	return freezeCommand(&cobra.Command{
		Use:   "freeze --reason TEXT",
		Short: "Keep driftd from moving anything, of any model",
	}, true)
}

func newUnfreeze() *cobra.Command {
	return freezeCommand(&cobra.Command{
		Use:   "unfreeze",
		Short: "Let driftd move slots again",
	}, false)
}

func freezeCommand(cmd *cobra.Command, on bool) *cobra.Command {
	cmd.Args = noArgs
	why := cmd.Flags().String("reason", "", "why, for those who come after")
	who := asFlag(cmd)
	return storeCommand(cmd, nil, func(ctx context.Context, store *clickhouse.Store, _ config.Config, _ []string) error {
		by, err := who()
		if err != nil {
			return err
		}
		if on && *why == "" {
			return usageError{fmt.Errorf("freeze: say why with --reason")}
		}
		if err := app.Freeze(ctx, store, on, by, *why, now()); err != nil {
			return err
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), app.FreezeSentence(on))
		return err
	})
}

// now is the moment at which a person asks for something.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
