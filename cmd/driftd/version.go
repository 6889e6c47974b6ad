package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			version, goVersion := buildVersion()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "driftd %s (%s)\n", version, goVersion)
			return err
		},
	}
}

// buildVersion returns what the Go toolchain recorded: the module's version, or
// the revision the binary was built from.
func buildVersion() (version, goVersion string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", "unknown"
	}
	version = info.Main.Version
	if version == "" || version == "(devel)" {
		version = "development"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 && version == "development" {
			version = s.Value[:12]
		}
	}
	return version, info.GoVersion
}
