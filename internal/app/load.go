package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/ingest/file"
	"github.com/driftd/driftd/internal/clickhouse"
	"github.com/driftd/driftd/internal/config"
)

// LoadOptions say how files are read.
type LoadOptions struct {
	Kind        string // predictions or outcomes
	Topic       string // whose configuration applies, "" for none
	Model       string // of rows that do not name one
	Version     string // of predictions that do not name one
	Format      string // ndjson, csv or parquet; "" is found out
	Compression string // none, gzip or zstd; "" is found out
	Comma       rune   // between the cells of CSV; 0 is ','
	Stdin       io.Reader
}

// Loaded says what became of one file. It is JSON for programs.
type Loaded struct {
	File       string         `json:"file"`
	Source     string         `json:"source"` // stands for the topic
	Kind       string         `json:"kind"`
	Read       int64          `json:"read"`            // rows
	Before     int64          `json:"by_earlier_runs"` // of them, brought in by an earlier run
	Stored     int64          `json:"stored"`          // rows that became events, those that were rejected and replayed since among them
	Events     int64          `json:"events"`          // that they became: a mapping may make several of one
	Skipped    int64          `json:"not_selected"`    // rows that the mapping does not ask for
	Duplicates int64          `json:"duplicates"`      // events replaced by others with the same version, time and id
	Rejected   int64          `json:"rejected"`        // rows
	Reasons    map[string]int `json:"rejected_by_reason"`
	First      []FirstReject  `json:"first_rejects"`
	Complete   bool           `json:"complete"` // loaded to its end
	Elapsed    float64        `json:"seconds"`  // of this run
	Notes      []string       `json:"notes"`
}

// FirstReject is one of a file's first rejects.
type FirstReject struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// Progress is how far one file is.
type Progress struct {
	Done, Total int64 // of the file: bytes, or rows of Parquet
	Rows        int64 // stored by this run
	Elapsed     time.Duration
}

// Loader loads files into the store.
type Loader struct {
	store   *clickhouse.Store
	cfg     ingest.Config
	models  []ingest.Model
	options LoadOptions
	log     *slog.Logger
}

// NewLoader returns a loader into a store that [OpenEvents] returned.
func NewLoader(store *clickhouse.Store, c config.Config, o LoadOptions, log *slog.Logger) *Loader {
	cfg, models := decoding(c)
	return &Loader{store: store, cfg: cfg, models: models, options: o, log: log}
}

// Load loads one file from where an earlier run has left it; "-" is standard
// input. What is returned beside an error is what was stored before it.
func (l *Loader) Load(ctx context.Context, name string, progress func(Progress)) (Loaded, error) {
	started := time.Now()
	f, err := file.Open(name, l.options.Stdin)
	if err != nil {
		return Loaded{File: name}, err
	}
	defer f.Close()
	options := l.fileOptions()
	digest, err := f.Digest(options)
	if err != nil {
		return Loaded{File: name}, err
	}
	at := ingest.Load{
		Source: "file:" + digest[:32], Name: name, Kind: options.Topic.Kind, Topic: l.options.Topic,
		Started: started.Truncate(time.Millisecond).UTC(),
	}
	last, known, err := l.store.Load(ctx, at.Source)
	if err != nil {
		return Loaded{File: name}, err
	}
	if known {
		last.Name, at = name, last
	}
	out := Loaded{File: name, Source: at.Source, Kind: string(at.Kind), Before: at.Rows, Reasons: map[string]int{}, First: []FirstReject{}}
	if !at.Finished {
		at, out.Notes, err = l.rows(ctx, f, options, at, started, progress)
	}
	out.Read, out.Events, out.Rejected, out.Skipped, out.Complete = at.Rows, at.Events, at.Rejected, at.Skipped, at.Finished
	out.Elapsed = time.Since(started).Seconds()
	if summary := l.summarize(context.WithoutCancel(ctx), &out); err == nil {
		err = summary
	}
	if err != nil && out.Read > 0 {
		err = fmt.Errorf("%w (%d rows are stored: run it again to continue)", err, out.Read)
	}
	return out, err
}

func (l *Loader) fileOptions() file.Options {
	return file.Options{
		Topic: l.cfg.Topic(l.options.Topic, ingest.TopicKind(l.options.Kind)), Format: file.Format(l.options.Format), Compression: file.Compression(l.options.Compression),
		Comma: l.options.Comma, Models: l.models, Model: l.options.Model, Version: l.options.Version, MaxRow: int(l.cfg.MaxMessage),
	}
}

// watchedRows reports how far the reading is, now and then.
type watchedRows struct {
	file.Rows
	report func()
	stored atomic.Int64
	seen   int
	last   time.Time
}

// Next returns the next row.
func (w *watchedRows) Next() (ingest.Row, error) {
	if w.seen++; w.seen%256 == 0 && time.Since(w.last) > 100*time.Millisecond {
		w.last = time.Now()
		w.report()
	}
	return w.Rows.Next()
}

// rows loads the file's rows.
func (l *Loader) rows(ctx context.Context, f *file.File, o file.Options, at ingest.Load, started time.Time, progress func(Progress)) (ingest.Load, []string, error) {
	rows, err := f.Rows(o)
	if err != nil {
		return at, nil, err
	}
	defer rows.Close()
	before := at.Rows
	watched := &watchedRows{Rows: rows}
	watched.report = func() {
		done, total := rows.Progress()
		progress(Progress{Done: done, Total: total, Rows: watched.stored.Load(), Elapsed: time.Since(started)})
	}
	loader := ingest.NewLoader(l.cfg, l.models, l.store, l.store, l.log)
	at, err = loader.Run(ctx, at, watched, func(now ingest.Load) { watched.stored.Store(now.Rows - before) })
	return at, rows.Notes(), err
}

// summarize adds what only the store knows.
func (l *Loader) summarize(ctx context.Context, out *Loaded) error {
	const firstRejects = 5
	filter := ingest.RejectFilter{Topic: out.Source}
	counts, err := l.store.RejectCounts(ctx, filter)
	if err != nil {
		return err
	}
	open := int64(0)
	for _, c := range counts {
		out.Reasons[c.Reason] += int(c.Rows)
		open += int64(c.Rows)
	}
	if replayed := out.Rejected - open; replayed > 0 {
		out.Events, out.Rejected = out.Events+replayed, open
	}
	out.Stored = out.Read - out.Rejected - out.Skipped
	first, err := l.store.FirstRejects(ctx, filter, firstRejects)
	if err != nil {
		return err
	}
	for _, r := range first {
		out.First = append(out.First, FirstReject{r.Place, string(r.Reason), r.Detail})
	}
	if out.Complete {
		counting, err := l.store.Counting(ctx, out.Source, ingest.TopicKind(out.Kind), l.models)
		if err != nil {
			return err
		}
		out.Duplicates = max(0, out.Events-int64(counting))
	}
	return nil
}
