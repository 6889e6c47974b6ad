package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// longestSilence bounds a silence: what is never to be told has no channel.
const longestSilence = 31 * 24 * time.Hour

func newSilence() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "silence MODEL --reason TEXT",
		Short: "Let nothing be told about a model for a while, but what driftd does to its slot",
		Long: `Let nothing be told about a model for a while. What happens meanwhile is stored,
and the latest state is told afterwards. What driftd does to the slot, or proposes
to do, is told all the same.`,
		Example: `  driftd silence churn --class drift --for 48h --reason "campaign until Sunday"`,
	}
	class := classFlag(cmd)
	length := cmd.Flags().Duration("for", 24*time.Hour, "how long")
	why := cmd.Flags().String("reason", "", "why, for those who come after")
	who := asFlag(cmd)
	return modelCommand(cmd, 1, 1, func(ctx context.Context, store *clickhouse.Store, m config.Model, _ []string) error {
		by, err := who()
		switch {
		case err != nil:
			return err
		case *why == "":
			return usageError{fmt.Errorf("silence: say why with --reason")}
		case *length <= 0 || *length > longestSilence:
			return usageError{fmt.Errorf("--for %s: give more than 0 and at most %s; what is never to be told has no notify.channel", *length, longestSilence)}
		}
		about, err := class()
		if err != nil {
			return err
		}
		at := now()
		if err := app.Silence(ctx, store, m, about, at.Add(*length), by, *why, at); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is silenced until %s UTC\n", subject(m, about), moment(at.Add(*length)))
		return err
	})
}

func newUnsilence() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "unsilence MODEL",
		Short: "Let people hear of a model again",
	}
	class := classFlag(cmd)
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
		if err := app.Silence(ctx, store, m, about, time.Time{}, by, "", now()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is told again from the next tick on\n", subject(m, about))
		return err
	})
}

// classFlag adds --class, and returns what it says: "" for all.
func classFlag(cmd *cobra.Command) func() (string, error) {
	known := app.Classes()
	class := cmd.Flags().String("class", "", "what it is about: "+strings.Join(known, ", ")+"; all unless given")
	if err := cmd.RegisterFlagCompletionFunc("class", cobra.FixedCompletions(known, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag was added in the line before
	}
	return func() (string, error) {
		if *class != "" && !slices.Contains(known, *class) {
			return "", usageError{fmt.Errorf("--class %q: use %s", *class, strings.Join(known, ", "))}
		}
		return *class, nil
	}
}

// subject names what a silence is about.
func subject(m config.Model, class string) string {
	if class == "" {
		return m.Policy.Model
	}
	return class + " of " + m.Policy.Model
}
