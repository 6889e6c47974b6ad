package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newAlerts() *cobra.Command {
	return groupCommand("alerts", "Try whether people would be told", newAlertsTest())
}

func newAlertsTest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Send a message that says that it is a test, and look for what is missing",
		Long: `Send a message to Slack that says that it is a test, and look whether the token,
its scopes, the channel and the buttons are as they should be; at every receiver
beside Slack, open an incident of the class "test" and end it. PagerDuty may call
somebody. Everybody whom the models name is tried unless a flag says who.`,
		Args: noArgs,
	}
	path := configFlag(cmd)
	var only only
	cmd.Flags().StringVar(&only.model, "model", "", "try who is told of this `model` only")
	cmd.Flags().StringVar(&only.channel, "channel", "", "try this `channel`, such as #churn-ml, only")
	cmd.Flags().StringVar(&only.receiver, "receiver", "", "try the receiver of this `name` only")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		channels, receivers, err := only.of(c)
		if err != nil {
			return err
		}
		found, err := app.TestAlerts(cmd.Context(), c, channels, receivers, briefLogger(c.Log))
		if err != nil {
			return err
		}
		return printNeighbours(terminal.New(cmd.OutOrStdout()), found, "part")
	}
	return cmd
}

// only is who is to be tried; without any of them it is everybody.
type only struct{ model, channel, receiver string }

// of returns the channels and the names of the receivers that are to be tried.
func (o only) of(c config.Config) (channels, receivers []string, err error) {
	if o.model != "" && o.channel+o.receiver != "" || o.channel != "" && o.receiver != "" {
		return nil, nil, usageError{errors.New("--model, --channel, --receiver: give one of them")}
	}
	models := c.Models
	switch {
	case o.channel != "":
		return []string{o.channel}, nil, needsSlack(c)
	case o.receiver != "":
		return nil, []string{o.receiver}, needsReceiver(c, o.receiver)
	case o.model != "":
		m, err := findModel(c, o.model)
		if err != nil {
			return nil, nil, err
		}
		models = []config.Model{m}
	}
	for _, m := range models {
		if to := m.Alerts.Channel; to != "" && !slices.Contains(channels, to) {
			channels = append(channels, to)
		}
		for _, to := range m.Alerts.Receivers {
			if !slices.Contains(receivers, to) {
				receivers = append(receivers, to)
			}
		}
	}
	if len(channels)+len(receivers) == 0 {
		return nil, nil, usageError{fmt.Errorf("nobody is told of %s: give notify.channel or notify.receivers", cmp.Or(o.model, "any model"))}
	}
	return channels, receivers, nil
}

func needsSlack(c config.Config) error {
	if c.Slack == nil {
		return usageError{fmt.Errorf("%s has no slack section: add one, as in docs/slack-app.md", c.File)}
	}
	return nil
}

func needsReceiver(c config.Config, name string) error {
	var names []string
	for _, r := range c.Receivers {
		names = append(names, r.Name)
	}
	if !slices.Contains(names, name) {
		return usageError{fmt.Errorf("--receiver %q is not under receivers in %s: it has %s", name, c.File, orDash(strings.Join(names, ", ")))}
	}
	return nil
}
