package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/internal/model"
	"github.com/driftd/driftd/internal/parts"
)

// journal keeps the incident in a file, which outlives the process.
type journal struct{ path string }

func (j journal) load() (i alerts.Incident, err error) {
	text, err := os.ReadFile(j.path)
	if err == nil {
		err = json.Unmarshal(text, &i)
	}
	return i, err
}

func (j journal) SaveIncident(_ context.Context, i alerts.Incident) error {
	text, err := json.Marshal(i)
	if err != nil {
		return err
	}
	if err := os.WriteFile(j.path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(j.path+".new", j.path)
}

func (journal) SaveAction(context.Context, alerts.Action) error { return nil }
func (journal) SaveTags(context.Context, model.Ref, time.Time, map[string]string) error {
	return nil
}

// TestDelivering is the process that is killed: it delivers what the journal has,
// as a tick does.
func TestDelivering(t *testing.T) {
	path := os.Getenv("DRIFTD_TEST_JOURNAL")
	if path == "" {
		t.Skip("a process of TestAKilledDeliveryIsNotRepeated")
	}
	j := journal{path}
	i, err := j.load()
	if err != nil {
		t.Fatal(err)
	}
	n := slack.New(slack.Config{Token: "xoxb-test", APIURL: os.Getenv("DRIFTD_TEST_SLACK")}, slog.New(slog.DiscardHandler))
	applier := alerts.NewApplier(alerts.Ports{Journal: j, Notifier: n}, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	plan := alerts.Plan{Model: "churn", Tick: i.Opened, Lines: []alerts.Line{{What: alerts.Tell, Ref: i.Ref, Incident: &i}}}
	if err := applier.Apply(t.Context(), plan, alerts.Past{Latest: true, Incidents: []alerts.Incident{i}}); err != nil {
		t.Fatal(err)
	}
}

// The process is killed (SIGKILL) when Slack has taken a call and before it has
// the answer, at every call of a delivery: nothing is said twice, nothing is left out.
func TestAKilledDeliveryIsNotRepeated(t *testing.T) {
	for edits, calls := range []int{3, 2} { // of a new message with two lines; of its edit with one more
		for at := range calls {
			t.Run(fmt.Sprintf("edit %d, call %d", edits, at+1), func(t *testing.T) {
				t.Parallel()
				people := slackfake.New("xoxb-test")
				t.Cleanup(people.Close)
				j := journal{filepath.Join(t.TempDir(), "incident.json")}
				deliver := func() *exec.Cmd {
					t.Helper()
					cmd := exec.Command(os.Args[0], "-test.run", "^TestDelivering$")
					cmd.Env = append(os.Environ(), "DRIFTD_TEST_JOURNAL="+j.path, "DRIFTD_TEST_SLACK="+people.URL())
					cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
					if err := cmd.Start(); err != nil {
						t.Fatal(err)
					}
					return cmd
				}
				i := incident()
				i.Attempts, i.Timeline = 0, append(i.Timeline, alerts.Entry{At: i.Opened, Text: "second"})
				lines := 2
				if err := j.SaveIncident(t.Context(), i); err != nil {
					t.Fatal(err)
				}
				if edits > 0 {
					if err := deliver().Wait(); err != nil {
						t.Fatal(err)
					}
					i, _ = j.load()
					lines++
					i.Generation, i.Headline, i.Timeline = 2, "churn@3 still does worse", append(i.Timeline, alerts.Entry{At: i.Opened.Add(time.Hour), Text: "third"})
					if err := j.SaveIncident(t.Context(), i); err != nil {
						t.Fatal(err)
					}
				}
				called := func() int { return people.Calls("chat.postMessage") + people.Calls("chat.update") }
				before := called()
				people.Fail(append(make([]slackfake.Fault, at), slackfake.Mute)...)
				victim := deliver()
				for deadline := time.Now().Add(parts.Patience); called() <= before+at; time.Sleep(time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatal("it never called")
					}
				}
				if err := victim.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				var killed *exec.ExitError
				if err := victim.Wait(); !errors.As(err, &killed) || killed.ExitCode() != -1 {
					t.Fatalf("it ended with %v, want that it was killed", err)
				}
				if err := deliver().Wait(); err != nil {
					t.Fatal(err)
				}
				got := people.Messages("#churn")
				if len(got) != 1 || len(got[0].Thread) != lines {
					t.Errorf("%d messages, thread %+v; want one with %d lines", len(got), got[0].Thread, lines)
				}
				if i, err := j.load(); errors.Is(err, fs.ErrNotExist) || i.Pending() || i.Message.ID != got[0].TS {
					t.Errorf("journal has %+v (%v), want it told", i.Message, err)
				}
			})
		}
	}
}
