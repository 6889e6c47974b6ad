package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration and report every problem at once",
		Args:  noArgs,
	}
	path := configFlag(cmd)
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
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: fine, %s\n", *path, count(len(c.Models), "model"))
		return err
	}
	return cmd
}
