package demo

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/demo/data"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/terminal"
)

// Options of one demonstration.
type Options struct {
	Story   Story
	Out     io.Writer
	JSON    string  // file for the summary, "" for none
	Keep    string  // directory to keep, "" for a temporary one
	Speed   float64 // days of event time per second at most, 0 for no limit
	Serve   bool    // go on showing the page when the story is told, until ctx ends
	Version string
	Started func(*app.App) // told when the replay begins; nil for nobody
}

// token is what the demo's Slack accepts.
const token = "xoxb-demo"

// Run tells the story and returns an error when it did not come out as told.
func Run(ctx context.Context, o Options) error {
	begun := time.Now()
	dir, clean, err := directory(o.Keep)
	if err != nil {
		return err
	}
	defer clean()
	flights, err := data.Load()
	if err != nil {
		return err
	}
	broker, err := startBroker()
	if err != nil {
		return err
	}
	defer broker.close()
	people := slackfake.New(token)
	defer people.Close()
	world, err := newFileWorld(filepath.Join(dir, "registry.json"), o.Story)
	if err != nil {
		return err
	}
	c, err := configure(dir, broker.address(), people.URL(), flights)
	if err != nil {
		return err
	}
	screen := terminal.New(o.Out)
	screen.Printf("driftd demo: flights from New York, April to December 2013. Will a flight arrive 15 minutes late?")
	screen.Printf("Broker, ClickHouse engine, registry and Slack are embedded; data and configuration are in %s\n", dir)

	tale := newTimeline(screen, o.Story)
	daemon, err := app.New(app.Options{
		Config: c, Version: o.Version, Stepped: o.Story.From, Observe: tale.observe,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.Log.Level})),
	})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { err := daemon.Run(running); stop(); ended <- err }()

	summary, err := replayed(running, o, daemon, world, flights, broker.address(), tale, c.Models[0], begun)
	if err == nil {
		report(screen, summary, people)
		if o.Keep != "" {
			err = keepMessages(dir, people)
		}
		if o.JSON != "" {
			err = errors.Join(err, summary.write(o.JSON))
		}
		if err == nil && o.Serve {
			err = serve(running, screen, daemon)
		}
	}
	stop()
	if stopped := <-ended; stopped != nil || err != nil {
		return errors.Join(stopped, err)
	}
	if o.Keep != "" {
		screen.Printf("\nLook further:  driftd status -c %[1]s/driftd.yaml   driftd explain %[2]s 2 -c %[1]s/driftd.yaml   %[1]s/slack.html", dir, ModelName)
	} else {
		screen.Printf("\nLook further:  driftd demo --keep DIR, then driftd status and driftd explain %s 2 with -c DIR/driftd.yaml", ModelName)
	}
	return summary.verify(o.Story)
}

// serve shows the page until ctx ends.
func serve(ctx context.Context, screen *terminal.Screen, daemon *app.App) error {
	address, err := daemon.Address(ctx)
	if err != nil {
		return err
	}
	screen.Printf("\nThe page is at http://%s/ until you press Ctrl-C.", address)
	<-ctx.Done()
	return nil
}

func replayed(ctx context.Context, o Options, daemon *app.App, world *fileWorld, flights *data.Flights, broker string, tale *timeline, model config.Model, begun time.Time) (Summary, error) {
	if err := daemon.Started(ctx); err != nil {
		return Summary{}, err
	}
	if o.Started != nil {
		o.Started(daemon)
	}
	at := daemon.Engine().Endpoint()
	tale.screen.Printf("SQL over HTTP: http://%s, database driftd, user %s, password %s", at.HTTPAddress, at.Reader, at.ReaderPassword)
	address, err := daemon.Address(ctx)
	if err != nil {
		return Summary{}, err
	}
	tale.screen.Printf("Watch it happen: http://%s/\n", address)
	days := int(o.Story.To.Sub(o.Story.From) / stretch)
	bar := tale.screen.Progress("replaying", days)
	done := 0
	replay := Replay{
		Story: o.Story, Flights: flights, Broker: broker, Daemon: daemon, World: world,
		Passed: func(at time.Time) { done++; bar.Set(done, at.Format("2 Jan 2006")) },
	}
	if o.Speed > 0 {
		replay.Pause = time.Duration(float64(time.Second) / o.Speed)
	}
	sent, err := replay.Run(ctx)
	bar.Close()
	if err != nil {
		return Summary{}, err
	}
	return summarize(ctx, daemon, model, o.Story, sent, tale, begun)
}

func directory(keep string) (dir string, clean func(), err error) {
	if keep == "" {
		dir, err = os.MkdirTemp("", "driftd-demo-")
		return dir, func() { _ = os.RemoveAll(dir) }, err
	}
	if entries, err := os.ReadDir(keep); err == nil && len(entries) > 0 {
		return "", nil, fmt.Errorf("--keep %s: not empty: name a new directory", keep)
	}
	if dir, err = filepath.Abs(keep); err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	return dir, func() {}, err
}

//go:embed driftd.yaml.tmpl
var configText string

var configTemplate = template.Must(template.New("driftd.yaml").Parse(configText))

// configure writes the configuration file and reads it back as `driftd run` would.
func configure(dir, broker, slackURL string, flights *data.Flights) (config.Config, error) {
	type feature struct{ Name, Kind string }
	var features []feature
	for _, column := range flights.Features() {
		kind := "number"
		if column.Categories != nil {
			kind = "category"
		}
		features = append(features, feature{column.Name, kind})
	}
	var text bytes.Buffer
	if err := configTemplate.Execute(&text, map[string]any{"Dir": dir, "Broker": broker, "Slack": slackURL, "Features": features}); err != nil {
		return config.Config{}, err
	}
	path := filepath.Join(dir, "driftd.yaml")
	if err := os.WriteFile(filepath.Join(dir, "slack-token"), []byte(token+"\n"), 0o600); err != nil {
		return config.Config{}, err
	}
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		return config.Config{}, err
	}
	return config.Load(path)
}

// timeline prints what happens as it happens and keeps what the summary needs.
type timeline struct {
	screen *terminal.Screen
	story  Story
	levels map[string]evaluate.Level
	shown  map[string]float64 // largest share of the way to a demotion that was printed, by version
	slot   string
	pinned map[string]bool
	alerts []DriftAlert
	psi    map[string]largest
	health map[string]string
}

type largest struct {
	value   float64
	feature string
}

func newTimeline(screen *terminal.Screen, story Story) *timeline {
	return &timeline{
		screen: screen, story: story, levels: map[string]evaluate.Level{}, shown: map[string]float64{},
		pinned: map[string]bool{}, psi: map[string]largest{}, health: map[string]string{},
	}
}

// observe is called by the daemon after every evaluation.
func (t *timeline) observe(_ config.Model, verdicts []evaluate.Verdict, plan alerts.Plan) {
	day := plan.Tick.Format("2006-01-02")
	for _, v := range verdicts {
		t.health[v.Ref.Version] = v.Status.String()
		for _, r := range v.Results {
			if r.Check == "psi" && r.Value != nil && *r.Value > t.psi[v.Ref.Version].value {
				t.psi[v.Ref.Version] = largest{*r.Value, r.Feature}
			}
		}
		if v.ReferenceID != "" && !t.pinned[v.Ref.Version] {
			t.pinned[v.Ref.Version] = true
			t.screen.Event(day, "pinned", fmt.Sprintf("reference %s of v%s is frozen", v.ReferenceID, v.Ref.Version))
		}
		if v.Serving {
			t.serving(day, v)
			t.evidence(day, v)
		}
	}
	for _, line := range plan.Lines {
		switch line.What {
		case alerts.Demote:
			t.health[line.Action.From] = "demoted"
			t.screen.Event(day, "demoted", fmt.Sprintf("v%s goes, v%s comes back: %s at ln M %.1f of %.1f after %d labels",
				line.Action.From, line.Action.To, line.Action.Detector, line.Action.LogM, line.Action.Threshold, line.Action.Labels))
		case alerts.Verify:
			t.screen.Event(day, "done", fmt.Sprintf("live traffic is asked whether v%s serves", line.Action.To))
		}
	}
}

func (t *timeline) serving(day string, v evaluate.Verdict) {
	if v.Ref.Version != t.slot {
		t.slot = v.Ref.Version
		t.screen.Event(day, "serving", fmt.Sprintf("v%s holds alias champion", v.Ref.Version))
	}
}

// evidence prints changes of level, and the way towards a demotion in steps.
func (t *timeline) evidence(day string, v evaluate.Verdict) {
	alert := DriftAlert{Version: "v" + v.Ref.Version}
	for _, e := range v.Evidence {
		key := fmt.Sprint(v.Ref.Version, e.Kind, e.Check, e.Feature, e.Against)
		before := t.levels[key]
		t.levels[key] = e.Level
		if share := e.Share(e.Demote); e.Kind == evaluate.Paired && share > t.shown[v.Ref.Version]+0.25 && e.Level != evaluate.Proven {
			t.shown[v.Ref.Version] = share
			t.screen.Event(day, "evidence", fmt.Sprintf("v%s against v%s by %s: %.0f%% of the way to a demotion", v.Ref.Version, e.Against, e.Check, 100*share))
		}
		if e.Level <= before {
			continue
		}
		switch {
		case e.Kind == evaluate.Quality:
			t.screen.Event(day, "data", fmt.Sprintf("%s of v%s is not as it should be", cmp.Or(e.Feature, "the stream"), v.Ref.Version))
		case e.Level == evaluate.Alerted:
			alert.From, alert.To = e.Since.Add(-stretch), e.Since
			alert.Features = append(alert.Features, e.Feature)
			how := ""
			if e.Moved != nil {
				how = ": " + e.Moved.String()
			}
			t.screen.Event(day, "drift", fmt.Sprintf("%s of v%s has moved%s", e.Feature, v.Ref.Version, how))
		case e.Level == evaluate.Paged:
			what := "page"
			if e.Kind != evaluate.Paired {
				what = "warning"
			}
			t.screen.Event(day, what, fmt.Sprintf("%s %s of v%s crossed the page budget after %d labels", e.Kind, e.Check, v.Ref.Version, e.Rows))
		}
	}
	if len(alert.Features) > 0 {
		t.alerts = append(t.alerts, alert)
	}
}
