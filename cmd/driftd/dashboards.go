package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/driftd/driftd/dashboards/grafana"
)

func newDashboards() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dashboards",
		Short: "Write the dashboards for Grafana, with all that provisions them",
		Args:  noArgs,
	}
	out := cmd.Flags().String("out", "", "`directory` to write to; files of an earlier run are overwritten")
	if err := cmd.MarkFlagDirname("out"); err != nil {
		panic(err) // the flag was added in the line before
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *out == "" {
			return usageError{errors.New("--out is missing: name the directory to write to")}
		}
		n, err := grafana.Write(*out)
		if err != nil {
			return fmt.Errorf("write dashboards to %s: %w", *out, err)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d files in %s: README.md says how to use them\n", n, *out)
		return err
	}
	return cmd
}
