package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newRejects() *cobra.Command {
	return groupCommand("rejects", "List messages that could not become events, and replay them when the cause is mended", newRejectsList(), newRejectsReplay())
}

// rejectFlags adds the flags that select rejects; the function reads them.
func rejectFlags(cmd *cobra.Command) func() (app.RejectOptions, error) {
	var o app.RejectOptions
	flags := cmd.Flags()
	since := flags.String("since", "", "rejected since this `time`: a duration such as 24h before now, or RFC 3339")
	flags.StringVar(&o.Model, "model", "", "of this `model` only")
	flags.StringVar(&o.Topic, "topic", "", "of this `topic` only, or of a file by the source that driftd load shows")
	flags.StringVar(&o.Reason, "reason", "", "for this `reason` only, such as bad_field")
	return func() (app.RejectOptions, error) {
		if *since == "" {
			return o, nil
		}
		if ago, err := time.ParseDuration(*since); err == nil && ago > 0 {
			o.Since = time.Now().Add(-ago)
			return o, nil
		}
		var err error
		if o.Since, err = time.Parse(time.RFC3339, *since); err != nil {
			return o, usageError{fmt.Errorf("--since %q: want a duration such as 24h, or a time such as 2026-11-23T03:00:00Z", *since)}
		}
		return o, nil
	}
}

func newRejectsList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Count rejects by reason and show the newest",
		Args:  noArgs,
	}
	selected := rejectFlags(cmd)
	limit := cmd.Flags().Int("limit", 5, "show this `many` of the newest")
	asJSON := cmd.Flags().Bool("json", false, "print JSON for programs")
	var o app.RejectOptions
	return storeCommand(cmd, func(config.Config, []string) (err error) {
		if *limit < 0 {
			return usageError{fmt.Errorf("--limit %d: want 0 or more", *limit)}
		}
		o, err = selected()
		return err
	}, func(ctx context.Context, store *clickhouse.Store, _ config.Config, _ []string) error {
		rejects, err := app.ListRejects(ctx, store, o, *limit)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(cmd.OutOrStdout(), rejects)
		}
		printRejects(terminal.New(cmd.OutOrStdout()), rejects)
		return nil
	})
}

// printRejects shows how many there are of what, then what they look like.
func printRejects(screen *terminal.Screen, r app.Rejects) {
	if len(r.Counts) == 0 {
		screen.Printf("no rejects")
		return
	}
	var rows [][]string
	for _, c := range r.Counts {
		rows = append(rows, []string{
			c.Reason, orDash(c.Model), thousands(int64(c.Rows)), c.First.Format("2006-01-02 15:04:05"), c.Last.Format("2006-01-02 15:04:05"),
			thousands(int64(c.Replayable)),
		})
	}
	screen.Table([]string{"reason", "model", "rejects", "first (UTC)", "last (UTC)", "replayable"}, rows)
	for i, one := range r.Newest {
		if i == 0 {
			screen.Printf("\nThe newest:")
		}
		where := fmt.Sprintf("%s/%d/%d", one.Topic, one.Partition, one.Offset)
		if one.Place != "" {
			where += " (" + one.Place + ")"
		}
		screen.Printf("\n%s  %s  %s  %s\n    %s\n    %s", one.At.Format("2006-01-02 15:04:05"), one.Reason, orDash(terminal.Plain(one.Model)),
			terminal.Plain(where), terminal.Plain(one.Detail), excerpt(one))
	}
}

// excerpt is the beginning of the message on one line.
func excerpt(r app.Reject) string {
	const width = 200
	text := []rune(terminal.Plain(strings.Join(strings.Fields(r.Excerpt), " ")))
	if len(text) <= width && len(r.Excerpt) >= r.Bytes {
		return string(text)
	}
	return fmt.Sprintf("%s… (%s bytes)", string(text[:min(width, len(text))]), thousands(int64(r.Bytes)))
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func newRejectsReplay() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Decode rejects again by the configuration as it is now; what can be read becomes an event, once",
		Args:  noArgs,
	}
	path := configFlag(cmd)
	selected := rejectFlags(cmd)
	dry := cmd.Flags().Bool("dry-run", false, "store nothing and say what would be")
	asJSON := cmd.Flags().Bool("json", false, "print a summary for programs")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		o, err := selected()
		if err != nil {
			return err
		}
		c, err := load(*path)
		if err != nil {
			return err
		}
		replayed, err := replay(cmd, c, o, *dry)
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(cmd.OutOrStdout(), replayed)
		}
		printReplayed(terminal.New(cmd.OutOrStdout()), replayed)
		return nil
	}
	return cmd
}

func replay(cmd *cobra.Command, c config.Config, o app.RejectOptions, dry bool) (app.Replayed, error) {
	store, c, done, err := app.OpenEvents(cmd.Context(), c, briefLogger(c.Log))
	if err != nil {
		return app.Replayed{}, err
	}
	defer done()
	var bar *terminal.Bar
	replayed, err := app.ReplayRejects(cmd.Context(), store, c, o, dry, func(seen, total int) {
		if bar == nil {
			bar = terminal.New(os.Stderr).Progress("replay", total)
		}
		bar.Set(seen, thousands(int64(seen))+" rejects")
	})
	if bar != nil {
		bar.Close()
	}
	return replayed, err
}

func printReplayed(screen *terminal.Screen, r app.Replayed) {
	verb := "became"
	if r.Dry {
		verb = "would become"
	}
	failed := 0
	var rows [][]string
	for _, reason := range slices.Sorted(maps.Keys(r.Failed)) {
		failed += r.Failed[reason]
		rows = append(rows, []string{reason, thousands(int64(r.Failed[reason]))})
	}
	if r.Stored+r.Skipped+failed == 0 && r.Lost == 0 {
		screen.Printf("no rejects to replay")
		return
	}
	screen.Printf("%s rejects %s events, %s are rejected still", thousands(int64(r.Stored)), verb, thousands(int64(failed)))
	if r.Skipped > 0 {
		screen.Printf("%s are none of those that the mapping asks for: they are passed over", thousands(int64(r.Skipped)))
	}
	if failed > 0 {
		screen.Table([]string{"reason", "rejects"}, rows)
	}
	if r.Lost > 0 {
		screen.Printf("%s cannot be replayed: they are longer than is kept, older than 30 days, not JSON, or rows that are no message: produce or load them again", thousands(int64(r.Lost)))
	}
}
