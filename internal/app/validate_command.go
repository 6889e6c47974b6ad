package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/evaluate/gate"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// ValidateOptions say what a version is validated on.
type ValidateOptions struct {
	Version  string
	From, To time.Time // zero: from its first prediction, to what has matured
	DryRun   bool      // nothing is written

	File        string // instead of stored rows; "-" is Stdin
	Stdin       io.Reader
	Format      string // ndjson, csv or parquet; "" is found out
	Compression string // none, gzip or zstd; "" is found out
	Comma       rune
	Columns     map[string]string // what a field's column is called, where it is not the field's name
}

// Validate validates a version and writes the decision. store may be nil with a file.
func Validate(ctx context.Context, c config.Config, store *clickhouse.Store, m config.Model, o ValidateOptions, now time.Time) (Validation, error) {
	opened, err := openReader(c.Registry, prometheus.NewRegistry())
	if err != nil {
		return Validation{}, err
	}
	v := validator{registry: opened, labels: store}
	v.tracker, _ = opened.(tracker)
	found, err := v.contest(ctx, m, o.Version)
	if err != nil {
		return Validation{}, fmt.Errorf("look up version %s of %s: %w", o.Version, m.Policy.Model, withChoices(ctx, opened, m.Policy.Model, err))
	}
	var done Validation
	if o.File != "" {
		done, err = decideFile(m, found, o)
	} else {
		done, err = v.decideStored(ctx, m, found, o, now)
	}
	if err != nil || o.DryRun {
		return done, err
	}
	return done, v.write(ctx, m, &done, now)
}

// decideStored decides on stored rows whose labels have matured.
func (v validator) decideStored(ctx context.Context, m config.Model, found contest, o ValidateOptions, now time.Time) (Validation, error) {
	to := now.Add(-m.Policy.Maturity)
	if !o.To.IsZero() && o.To.Before(to) {
		to = o.To
	}
	from := o.From
	if from.IsZero() {
		first, err := v.firstPredictions(ctx, m.Policy, to)
		if err != nil {
			return Validation{}, err
		}
		if from = to; !first[found.candidate.Version].IsZero() {
			from = first[found.candidate.Version]
		}
	}
	if to.Before(from) {
		to = from // nothing of it has matured
	}
	return v.decide(ctx, m, m.Gate.Rules, found, from, to)
}

// decideFile decides on the rows of a labelled file.
func decideFile(m config.Model, found contest, o ValidateOptions) (Validation, error) {
	candidate, production, err := readLabelled(o, m)
	if err != nil {
		return Validation{}, err
	}
	candidate.Version = found.candidate.Version
	rows := gate.Rows{Candidate: candidate, Production: production, Absent: found.absent}
	switch {
	case production != nil: // whoever holds the slot, or nobody
		production.Version = found.production
	case found.production != "":
		rows.Wanted = true
		rows.Absent = fmt.Sprintf("the file has no %s of version %s", fieldProductionScore, found.production)
	}
	return Validation{Decision: gate.Decide(m.Gate.Rules, rows), Model: m.Policy.Model, File: o.File}, nil
}
