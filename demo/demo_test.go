package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/demo"
	"github.com/driftd/driftd/demo/data"
	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

func TestMain(m *testing.M) { parts.Main(m) }

// tell runs the story and returns the summary and what was printed, which o.Out
// gets, too.
func tell(ctx context.Context, t *testing.T, name string, o demo.Options) (demo.Summary, string) {
	t.Helper()
	t.Setenv(chengine.LibraryEnv, parts.Library(t)) // fails or skips where the engine is absent
	story, err := demo.FindStory(name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "out.json")
	var out bytes.Buffer
	o.Story, o.JSON, o.Version = story, path, "test"
	if o.Out == nil {
		o.Out = io.Discard
	}
	o.Out = io.MultiWriter(&out, o.Out)
	err = demo.Run(ctx, o)
	t.Log(out.String())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s demo.Summary
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s, out.String()
}

// The engine is killed in the middle of the replay: the story must come out the
// same, with nothing lost and nothing twice.
func TestLeakyVersionIsDemotedThoughTheEngineIsKilled(t *testing.T) {
	dir := t.TempDir()
	s, out := tell(t.Context(), t, "leak", demo.Options{Keep: dir, Started: func(daemon *app.App) {
		go func() {
			for range 3 {
				time.Sleep(8 * time.Second)
				if pid := daemon.Engine().PID(); pid > 0 {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		}()
	}})
	if page, err := os.ReadFile(filepath.Join(dir, "slack.html")); err != nil || !strings.Contains(string(page), "</article>") {
		t.Errorf("page of %d bytes (%v): want the messages", len(page), err)
	}
	if got := s.PredictionsStored + s.OutcomesStored + s.Rejects; int(got) != s.EventsSent || s.Rejects == 0 {
		t.Errorf("%d events sent, %d stored, %d of them rejects", s.EventsSent, got, s.Rejects)
	}
	if len(s.Demotions) != 1 {
		t.Fatalf("demotions %+v, want one", s.Demotions)
	}
	// The labels of September 1 to 15, as far as both versions scored them: the
	// figure is the data's, independent of how the replay went.
	if d := s.Demotions[0]; d.Version != "v2" || d.Labels != 14091 || d.Evidence < d.Threshold || d.At.Format(time.DateOnly) != "2013-09-18" {
		t.Errorf("demotion %+v, want v2 on 2013-09-18 after 14091 labels", d)
	}
	flights, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	// From the flights: only the order of the sums differs. From the printed
	// numbers: they have three decimals, of f four digits.
	p, d := recompute(flights), s.Demotions[0]
	if p.labels != int(d.Labels) || math.Abs(p.logM-d.Evidence) > 1e-9 || !p.at.Equal(d.At.AddDate(0, 0, -1).Truncate(24*time.Hour)) {
		t.Errorf("recomputed from the flights: %+v, want what was acted on: %+v", p, d)
	}
	binary := build(t)
	if labels, logM := explained(t, explain(t, binary, dir)); labels != int(d.Labels) || math.Abs(logM-d.Evidence) > 0.005 {
		t.Errorf("recomputed from what explain prints: ln M %.4f after %d labels, want %.4f after %d", logM, labels, d.Evidence, d.Labels)
	}
	if !strings.Contains(out, "SQL over HTTP: http://127.0.0.1:") {
		t.Error("the address is not printed")
	}
	if n := strings.Count(out, "was demoted, flight-delays@1 serves again"); n != 1 {
		t.Errorf("%d messages tell of the demotion, want one", n)
	}
	replayed(t, binary, dir, s)
}

func TestHonestRetrainIsLeftAlone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	guest := &visitor{stop: stop}
	s, _ := tell(ctx, t, "fair", demo.Options{Serve: true, Out: guest})
	if len(s.Demotions) != 0 {
		t.Errorf("demotions %+v, want none", s.Demotions)
	}
	if guest.err != nil || !strings.Contains(guest.page, demo.ModelName) {
		t.Errorf("the page that is shown at the end: %v %s", guest.err, guest.page)
	}
}

// visitor opens the page when it reads where it is, and then has seen enough.
type visitor struct {
	stop context.CancelFunc
	page string
	err  error
}

func (v *visitor) Write(text []byte) (int, error) {
	if found := regexp.MustCompile(`The page is at (\S+)`).FindSubmatch(text); found != nil {
		defer v.stop()
		answer, err := http.Get(string(found[1]))
		if v.err = err; err == nil {
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			v.page, v.err = string(body), err
		}
	}
	return len(text), nil
}
