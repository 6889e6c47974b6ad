package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/demo/data"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/internal/parts"

	"log/slog"
)

// killed is `driftd run` in a process of its own, with a clock that is moved
// over HTTP. On the given dates it is killed in the middle of the work and
// started again.
type killed struct {
	t       *testing.T
	binary  string
	config  string
	from    time.Time
	address string
	kill    map[string]time.Duration // date → how long after the clock was moved
	cmd     *exec.Cmd
	kills   int
}

func (k *killed) start() {
	k.t.Helper()
	k.cmd = exec.Command(k.binary, "run", "-c", k.config, "--clock-from", k.from.Format(time.RFC3339))
	k.cmd.Stdout, k.cmd.Stderr = k.t.Output(), k.t.Output()
	if err := k.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killed) stop() {
	_ = k.cmd.Process.Kill()
	_ = k.cmd.Wait()
}

// Advance moves the daemon's clock, however often it takes.
func (k *killed) Advance(ctx context.Context, to time.Time) error {
	after, kill := k.kill[to.Format(time.DateOnly)]
	for attempt, deadline := 0, time.Now().Add(parts.Patience); time.Now().Before(deadline); attempt++ {
		if kill && attempt == 0 {
			go func(cmd *exec.Cmd) {
				time.Sleep(after)
				_ = cmd.Process.Kill()
			}(k.cmd)
		}
		err := k.post(ctx, to)
		if err == nil && !(kill && attempt == 0) {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if kill && attempt == 0 {
			_ = k.cmd.Wait() // killed: before, during or after the tick
			k.kills++
			k.start()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("driftd run did not come back for %s", to.Format(time.RFC3339))
}

func (k *killed) post(ctx context.Context, to time.Time) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+k.address+"/-/clock?now="+url.QueryEscape(to.Format(time.RFC3339)), nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(answer.Body)
		return fmt.Errorf("%s: %s", answer.Status, text)
	}
	return nil
}

// `driftd run` is killed over the real broker on the days that matter, the day
// of the demotion among them: the tables and the actions must be those of an
// undisturbed run.
func TestKilledDaemonDoesEverythingOnce(t *testing.T) {
	library, broker := parts.Library(t), parts.Kafka(t)
	t.Setenv(chengine.LibraryEnv, library)
	const prefix = "killed."
	createTopics(t, broker, prefix)
	binary := filepath.Join(t.TempDir(), "driftd")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/driftd/driftd/cmd/driftd").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	story := Story{
		Name: "leak", Prefix: prefix, Scores: map[string]string{Before: "v0", Champion: "v1", Challenger: "v2"}, Broken: 10_000,
		From: date(2013, time.August, 30), Promote: date(2013, time.September, 1), To: date(2013, time.September, 20),
	}
	flights, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	people := slackfake.New(token)
	defer people.Close()
	dir := t.TempDir()
	world, err := newFileWorld(filepath.Join(dir, "registry.json"), story)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := configure(dir, broker, people.URL(), flights); err != nil {
		t.Fatal(err)
	}
	address := parts.FreeAddress(t)
	path := filepath.Join(dir, "driftd.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for old, now := range map[string]string{
		"name: ml.predictions": "name: " + prefix + PredictionTopic, "name: ml.outcomes": "name: " + prefix + OutcomeTopic,
		"group: driftd-demo": "group: driftd-killed", "listen: 127.0.0.1:0": "listen: " + address,
	} {
		text = bytes.Replace(text, []byte(old), []byte(now), 1)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := &killed{
		t: t, binary: binary, config: path, from: story.From, address: address,
		kill: map[string]time.Duration{
			"2013-09-03": 20 * time.Millisecond, // while events are stored
			"2013-09-13": 150 * time.Millisecond,
			"2013-09-18": 250 * time.Millisecond, // the day of the demotion
			"2013-09-19": 300 * time.Millisecond,
		},
	}
	daemon.start()
	replay := Replay{Story: story, Flights: flights, Broker: broker, Daemon: daemon, World: world}
	sent, err := replay.Run(t.Context())
	if err == nil && daemon.kills != len(daemon.kill) {
		err = fmt.Errorf("killed %d times, want %d", daemon.kills, len(daemon.kill))
	}
	daemon.stop()
	if err != nil {
		t.Fatal(err)
	}

	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	store, done, err := app.OpenStore(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	stored, err := store.Stored(t.Context(), ModelName)
	if err != nil {
		t.Fatal(err)
	}
	total := stored.Predictions + stored.Outcomes
	for _, n := range stored.Rejects {
		total += n
	}
	if int(total) != sent {
		t.Errorf("%d events sent, %d stored (%+v)", sent, total, stored)
	}
	actions, err := store.Actions(t.Context(), ModelName, story.To)
	if err != nil {
		t.Fatal(err)
	}
	if len(actions) != 1 || actions[0].From != Challenger || actions[0].To != Champion || actions[0].Labels != 14091 || actions[0].Effective.IsZero() {
		t.Errorf("actions %+v, want one demotion of version 2 after 14091 labels, seen in traffic", actions)
	}
	told := 0
	for _, m := range people.Messages("#flight-delays") {
		if strings.Contains(m.Header, "was demoted") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("%d messages tell of the demotion, want 1", told)
	}
}
