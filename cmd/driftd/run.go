package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
)

func newRun() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Watch the configured models until told to stop",
		Args:  noArgs,
	}
	path := configFlag(cmd)
	stepped := cmd.Flags().String("clock-from", "", "let `time` stand at this RFC 3339 moment and move only by POST /-/clock?now=…: for replays")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		version, _ := buildVersion()
		options := app.Options{Config: c, Log: logger(c.Log), Version: version}
		if *stepped != "" {
			if options.Stepped, err = time.Parse(time.RFC3339, *stepped); err != nil {
				return usageError{fmt.Errorf("--clock-from %q: want a time such as 2013-04-01T00:00:00Z", *stepped)}
			}
		}
		for _, w := range c.Warnings {
			options.Log.Warn("configuration", "reason", w.String())
		}
		daemon, err := app.New(options)
		if err != nil {
			return err
		}
		return daemon.Run(cmd.Context())
	}
	return cmd
}
