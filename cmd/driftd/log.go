package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/driftd/driftd/internal/config"
)

// logger writes to stderr as the configuration says: results own stdout.
func logger(c config.Log) *slog.Logger { return newLogger(os.Stderr, c) }

// briefLogger is for commands that end: the coming and going of the parts they
// borrow is no news, unless it was asked for.
func briefLogger(c config.Log) *slog.Logger {
	if c.Level == slog.LevelInfo {
		c.Level = slog.LevelWarn
	}
	return logger(c)
}

func newLogger(w io.Writer, c config.Log) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
