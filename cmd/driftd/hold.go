package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/model"
)

func newHold() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hold MODEL [VERSION] --reason TEXT",
		Short: "Keep a version where it is: nothing is moved from or to it",
		Long: `Keep a version where it is: nothing is moved from or to it. Without VERSION it
is the one that serves, so that the slot stays. It is a tag in the registry.`,
		Example: `  driftd hold churn --for 24h --reason "audit of the labels"`,
	}
	reason := cmd.Flags().String("reason", "", "why, for those who come after")
	length := cmd.Flags().Duration("for", 0, "how long; until it is released unless given")
	return holdCommand(cmd, func() (string, time.Time, error) {
		switch {
		case *reason == "":
			return "", time.Time{}, usageError{fmt.Errorf("hold: say why with --reason")}
		case *length < 0:
			return "", time.Time{}, usageError{fmt.Errorf("--for %s: give more than 0", *length)}
		case *length == 0:
			return *reason, time.Time{}, nil
		}
		return *reason, now().Add(*length), nil
	}, func(_ context.Context, _ config.Config, ref model.Ref) (string, error) {
		return fmt.Sprintf("%s is held from the next tick on", ref), nil
	})
}

func newRelease() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "release MODEL [VERSION]",
		Short: "End the hold on a version, also the one that a demotion leaves behind",
		Long: `End the hold on a version: its tag in the registry, and what a demotion leaves
behind. From the next tick on a version that was demoted may take over from
others, and may be demoted again when people let it serve. The next demotion
needs a release of its own; all other guards stay, cooldown and budgets among
them. Without VERSION it is the one that serves, which after a demotion is
another one than was demoted.`,
		Example: `  driftd release churn 12 --reason "the leak in its training data is mended"`,
	}
	why := cmd.Flags().String("reason", "", "why, for those who come after")
	who := asFlag(cmd)
	return holdCommand(cmd, func() (string, time.Time, error) { return "", time.Time{}, nil }, func(ctx context.Context, c config.Config, ref model.Ref) (string, error) {
		by, err := who()
		if err != nil {
			return "", err
		}
		store, done, err := readStore(ctx, c)
		if err != nil {
			return "", fmt.Errorf("the tag of %s says released; whether it was demoted is not known: %w", ref, err)
		}
		defer done()
		demoted, err := app.Release(ctx, store, ref, by, *why, now())
		if err != nil || demoted.IsZero() {
			return fmt.Sprintf("%s is released from the next tick on", ref), err
		}
		return fmt.Sprintf("%s, demoted at %s UTC, is released from the next tick on: driftd may move the slot to it and from it again", ref, moment(demoted)), nil
	})
}

// holdCommand writes the tag, for which it needs the registry only; then does what
// else there is to do, and says so.
func holdCommand(cmd *cobra.Command, what func() (reason string, until time.Time, err error), then func(context.Context, config.Config, model.Ref) (string, error)) *cobra.Command {
	path := configFlag(cmd)
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) < 1 || len(args) > 2 {
			return usageError{fmt.Errorf("%s: want %s", cmd.CommandPath(), cmd.Use)}
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		m, err := findModel(c, args[0])
		if err != nil {
			return err
		}
		reason, until, err := what()
		if err != nil {
			return err
		}
		ref, err := app.Hold(cmd.Context(), c, m, append(args, "")[1], reason, until)
		if err != nil {
			return err
		}
		text, err := then(cmd.Context(), c, ref)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
		return err
	}
	return cmd
}
