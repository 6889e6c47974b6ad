package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

func newCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration and report every problem at once",
		Args:  noArgs,
	}
	path := configFlag(cmd)
	online := cmd.Flags().Bool("online", false, "ask Kafka, ClickHouse, the registry and Slack whether they answer, too")
	dump := cmd.Flags().Bool("print", false, "print the effective configuration, defaults included")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load(*path)
		if err != nil {
			return err
		}
		for _, w := range c.Warnings {
			fmt.Fprintln(cmd.ErrOrStderr(), w)
		}
		if *dump {
			return c.Print(cmd.OutOrStdout())
		}
		if *online {
			screen := terminal.New(cmd.OutOrStdout())
			return errors.Join(checkOnline(cmd.Context(), screen, c), checkPolicies(cmd.Context(), screen, c))
		}
		if _, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: fine, %s\n", *path, count(len(c.Models), "model")); err != nil {
			return err
		}
		return assumptions(cmd.OutOrStdout(), c.Models)
	}
	return cmd
}

// assumptions prints what the configuration takes for granted that nothing can prove.
func assumptions(w io.Writer, models []config.Model) error {
	for _, m := range models {
		if p := m.Policy; p.AbsentNegative {
			if _, err := fmt.Fprintf(w, "%s: a prediction without an outcome within %s counts as negative\n", p.Model, brief(p.Maturity)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkOnline asks every server that the configuration names.
func checkOnline(ctx context.Context, screen *terminal.Screen, c config.Config) error {
	return printNeighbours(screen, app.Ask(ctx, c, briefLogger(c.Log)), "server")
}

// printNeighbours writes a line each; its error names those that failed.
func printNeighbours(screen *terminal.Screen, all []app.Neighbour, what string) error {
	var rows [][]string
	var failed []string
	for _, n := range all {
		state, says := "ok", n.Says
		if n.Err != nil {
			state, says = "failed", strings.ReplaceAll(n.Err.Error(), "\n", "; ")
			failed = append(failed, n.Name)
		}
		rows = append(rows, []string{n.Name, state, n.At, says})
	}
	screen.Table([]string{what, "state", "at", "says"}, rows)
	if len(failed) > 0 {
		return fmt.Errorf("%s cannot be used: see above", strings.Join(failed, ", "))
	}
	return nil
}
