package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newAlerts() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alerts",
		Short: "Try whether people would be told",
		Args:  knownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAlertsTest())
	return cmd
}

func newAlertsTest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Send a message to Slack that says that it is a test, and look for what is missing",
		Long: `Send a message to Slack that says that it is a test, and look whether the token,
its scopes, the channel and the buttons are as they should be. Every channel of the
configuration is tried unless one is named.`,
		Args: noArgs,
	}
	path := configFlag(cmd)
	name := cmd.Flags().String("model", "", "try the channel of this `model` only")
	channel := cmd.Flags().String("channel", "", "try this `channel`, such as #churn-ml, only")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		channels, err := channelsOf(c, *name, *channel)
		if err != nil {
			return err
		}
		found, err := app.TestAlerts(cmd.Context(), c, channels, briefLogger(c.Log))
		if err != nil {
			return err
		}
		return printNeighbours(terminal.New(cmd.OutOrStdout()), found, "part")
	}
	return cmd
}

// channelsOf returns the channels that are to be tried.
func channelsOf(c config.Config, name, channel string) ([]string, error) {
	if c.Slack == nil {
		return nil, usageError{fmt.Errorf("%s has no slack section: add one, as in docs/slack-app.md", c.File)}
	}
	if channel != "" {
		return []string{channel}, nil
	}
	models := c.Models
	if name != "" {
		m, err := findModel(c, name)
		if err != nil {
			return nil, err
		}
		models = []config.Model{m}
	}
	var channels []string
	for _, m := range models {
		if to := m.Alerts.Channel; to != "" && !slices.Contains(channels, to) {
			channels = append(channels, to)
		}
	}
	if len(channels) == 0 {
		return nil, usageError{fmt.Errorf("no model is told of in Slack: give notify.channel, or --channel")}
	}
	return channels, nil
}
