package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
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
		options := app.Options{Config: c, Log: logger(c.Log), Version: version, Load: func() (config.Config, error) { return config.Load(*path) }}
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
		hangUps := make(chan os.Signal, 1)
		signal.Notify(hangUps, syscall.SIGHUP)
		defer signal.Stop(hangUps)
		ctx, stop := context.WithCancel(cmd.Context())
		defer stop()
		go reloadOn(ctx, hangUps, daemon)
		return daemon.Run(ctx)
	}
	return cmd
}

// reloadOn reloads the configuration at every signal; what comes of it is
// logged there.
func reloadOn(ctx context.Context, hangUps <-chan os.Signal, daemon *app.App) {
	for {
		select {
		case <-hangUps:
			_ = daemon.Reload(ctx)
		case <-ctx.Done():
			return
		}
	}
}
