package main

import (
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/driftd/driftd/demo"
)

func newDemo() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Replay a year of real flights through the whole of driftd, everything embedded",
		Args:  noArgs,
	}
	var o demo.Options
	story := cmd.Flags().String("story", "leak", "`name` of the story: leak (a faulty version is caught) or fair (an honest one is left alone)")
	cmd.Flags().StringVar(&o.JSON, "json", "", "write a machine-readable summary to this `file`")
	cmd.Flags().StringVar(&o.Keep, "keep", "", "keep data, registry and configuration in this `directory`")
	cmd.Flags().Float64Var(&o.Speed, "speed", 0, "`days` of event time per second at most; 0 is as fast as the machine")
	serve := cmd.Flags().Bool("serve", false, "show the page at the end until told to stop; so does a terminal, unless --serve=false")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var err error
		if o.Story, err = demo.FindStory(*story); err != nil {
			return usageError{err}
		}
		o.Version, _ = buildVersion()
		o.Out = cmd.OutOrStdout()
		o.Serve = *serve || !cmd.Flags().Changed("serve") && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
		return demo.Run(cmd.Context(), o)
	}
	return cmd
}
