package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
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
	})
}

func newRelease() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "release MODEL [VERSION]",
		Short: "End the hold on a version; the one that serves unless named",
	}
	return holdCommand(cmd, func() (string, time.Time, error) { return "", time.Time{}, nil })
}

// holdCommand writes the tag. It needs the registry only.
func holdCommand(cmd *cobra.Command, what func() (reason string, until time.Time, err error)) *cobra.Command {
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
		text := fmt.Sprintf("%s is released from the next tick on", ref)
		if reason != "" {
			text = fmt.Sprintf("%s is held from the next tick on", ref)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
		return err
	}
	return cmd
}
