package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newLoad() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "load FILE…",
		Short: "Load predictions or outcomes from NDJSON, CSV or Parquet, each row exactly once",
		Long: `load stores the rows of files as events, by the same rules as messages of a
topic. Files may be NDJSON, CSV or Parquet, the first two compressed with gzip
or zstd; - is standard input. A file is known by its content: a load that was
killed goes on where it was when it is run again, and a file that was loaded
stores nothing more. Exit 1 when not one row could be stored.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("name a file, such as: driftd load --kind predictions october.parquet")}
			}
			return nil
		},
	}
	path := configFlag(cmd)
	var o app.LoadOptions
	flags := cmd.Flags()
	flags.StringVar(&o.Kind, "kind", "", "what the rows are: predictions or outcomes")
	flags.StringVar(&o.Topic, "topic", "", "read rows as messages of this configured `topic`, which also says the kind")
	flags.StringVar(&o.Model, "model", "", "the `model` of rows that do not name one; its features may be columns by their bare names")
	flags.StringVar(&o.Version, "version", "", "the `version` of predictions that do not name one")
	flags.StringVar(&o.Format, "format", "", "ndjson, csv or parquet instead of what the content looks like")
	flags.StringVar(&o.Compression, "compression", "", "none, gzip or zstd instead of what the content looks like")
	delimiter := flags.String("delimiter", ",", "`character` between the cells of CSV")
	asJSON := flags.Bool("json", false, "print a summary for programs")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		if err := checkLoad(c, &o, *delimiter); err != nil {
			return usageError{err}
		}
		if twice := slices.Index(args, "-"); twice >= 0 && slices.Contains(args[twice+1:], "-") {
			return usageError{errors.New("standard input, -, can be read once only")}
		}
		o.Stdin = cmd.InOrStdin()
		store, c, done, err := app.OpenEvents(cmd.Context(), c, briefLogger(c.Log))
		if err != nil {
			return err
		}
		defer done()
		loader := app.NewLoader(store, c, o, briefLogger(c.Log))
		all, err := loadFiles(cmd.Context(), loader, args, func(file app.Loaded) {
			if !*asJSON {
				printLoaded(terminal.New(cmd.OutOrStdout()), file)
			}
		})
		if *asJSON {
			err = errors.Join(err, printJSON(cmd.OutOrStdout(), all))
		}
		if err != nil {
			return err
		}
		return noneStored(all)
	}
	return cmd
}

// checkLoad checks the flags and fills in what a topic says.
func checkLoad(c config.Config, o *app.LoadOptions, delimiter string) error {
	if o.Topic != "" {
		found := false
		if c.Kafka != nil {
			for _, t := range c.Kafka.Topics {
				if t.Name != o.Topic {
					continue
				}
				if found = true; o.Kind != "" && o.Kind != string(t.Kind) {
					return fmt.Errorf("--kind %s: topic %s holds %s", o.Kind, t.Name, t.Kind)
				}
				o.Kind = string(t.Kind)
			}
		}
		if !found {
			return fmt.Errorf("--topic %s: not among kafka.topics of the configuration", o.Topic)
		}
	}
	if o.Model != "" {
		if _, err := findModel(c, o.Model); err != nil {
			return fmt.Errorf("--model: %w", err)
		}
	}
	if err := oneOfFlag("kind", o.Kind, "predictions", "outcomes"); err != nil {
		return err
	}
	comma, err := checkFormat(o.Format, o.Compression, delimiter)
	o.Comma = comma
	return err
}

// loadFiles loads one file after the other and hands each to done. A file that
// cannot be read does not keep the others from being loaded.
func loadFiles(ctx context.Context, loader *app.Loader, files []string, done func(app.Loaded)) ([]app.Loaded, error) {
	screen := terminal.New(os.Stderr)
	var all []app.Loaded
	var errs []error
	for _, file := range files {
		var bar *terminal.Bar
		loaded, err := loader.Load(ctx, file, func(p app.Progress) {
			if bar == nil {
				bar = screen.Progress(file, int(p.Total))
			}
			bar.Set(int(p.Done), pace(p))
		})
		if bar != nil {
			bar.Close()
		}
		all = append(all, loaded)
		if loaded.Source != "" {
			done(loaded)
		}
		if err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return all, errors.Join(errs...)
}

// pace says how fast it goes and how long it will take.
func pace(p app.Progress) string {
	seconds := p.Elapsed.Seconds()
	note := fmt.Sprintf("%s rows  %s rows/s", thousands(p.Rows), thousands(int64(float64(p.Rows)/max(seconds, 0.001))))
	if p.Done > 0 && p.Done < p.Total {
		left := time.Duration(seconds * float64(p.Total-p.Done) / float64(p.Done) * float64(time.Second))
		note += fmt.Sprintf("  %s left", left.Round(time.Second))
	}
	return note
}

// thousands writes a count with commas.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// printLoaded says what became of one file.
func printLoaded(screen *terminal.Screen, l app.Loaded) {
	name := terminal.Plain(l.File)
	switch {
	case l.Complete && l.Before == l.Read && l.Read > 0:
		screen.Printf("%s was loaded before: nothing is stored again", name)
	case l.Complete:
		rate := ""
		if fresh := l.Read - l.Before; l.Elapsed > 0 && fresh > 0 {
			rate = fmt.Sprintf(", %s rows/s", thousands(int64(float64(fresh)/l.Elapsed)))
		}
		screen.Printf("%s: loaded in %.1f s%s", name, l.Elapsed, rate)
	default:
		screen.Printf("%s: not loaded to its end", name)
	}
	rows := [][]string{
		{"read", thousands(l.Read)},
		{"stored", thousands(l.Stored)},
	}
	if l.Events != l.Stored {
		rows = append(rows, []string{"as events", thousands(l.Events)})
	}
	if l.Skipped > 0 {
		rows = append(rows, []string{"not selected", thousands(l.Skipped)})
	}
	if l.Before > 0 {
		rows = append(rows, []string{"by earlier runs", thousands(l.Before)})
	}
	rows = append(rows, []string{"duplicates", thousands(l.Duplicates)}, []string{"rejected", thousands(l.Rejected)})
	reasons := make([]string, 0, len(l.Reasons))
	for reason := range l.Reasons {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int { return l.Reasons[b] - l.Reasons[a] })
	for _, reason := range reasons {
		rows = append(rows, []string{"  " + reason, thousands(int64(l.Reasons[reason]))})
	}
	screen.Table([]string{l.Kind, "rows"}, rows)
	for _, r := range l.First {
		screen.Printf("%s  %s: %s", terminal.Plain(r.Place), r.Reason, terminal.Plain(r.Detail))
	}
	if more := l.Rejected - int64(len(l.First)); len(l.First) > 0 {
		if more > 0 {
			screen.Printf("and %s more: driftd rejects list --topic %s", thousands(more), l.Source)
		}
		screen.Printf("mend the configuration, then: driftd rejects replay --topic %s", l.Source)
	}
	for _, note := range l.Notes {
		screen.Printf("note: %s", terminal.Plain(note))
	}
}

// noneStored ends the program with 1 when rows were read and all were rejected.
func noneStored(all []app.Loaded) error {
	var read, stored int64
	for _, l := range all {
		read += l.Read
		stored += l.Stored
	}
	if read > 0 && stored == 0 {
		return fmt.Errorf("all %s rows were rejected", thousands(read))
	}
	return nil
}
