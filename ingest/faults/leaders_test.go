//go:build linux

package faults

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/parts"
)

const (
	replicaBroker = "DRIFTD_TEST_REPLICA_BROKER" // makes the test binary a replica
	replicaActs   = "DRIFTD_TEST_REPLICA_ACTS"   // the file that replicas write to
	leaderModels  = 8
)

// replica is a member of the group that leads models and does nothing but act:
// every act is confirmed first, then appended to the file that all share.
func replica(broker, acts string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	file, err := os.OpenFile(acts, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	cfg := ingest.Defaults()
	cfg.Brokers, cfg.Group, cfg.SessionTimeout = []string{broker}, "leaders", 1500*time.Millisecond
	cfg.Topics = []ingest.Topic{{Name: "predictions", Kind: ingest.PredictionsTopic}}
	c, err := ingest.New(cfg, nil, nothing{}, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	for i := range leaderModels {
		model := fmt.Sprintf("model-%d", i)
		work.Go(func() {
			_ = c.Lead(ctx, model, func(ctx context.Context, epoch int32) error {
				for ctx.Err() == nil {
					until, err := c.Confirm(ctx, epoch)
					if now := time.Now(); err == nil && now.Before(until) {
						fmt.Fprintf(file, "%s %d %d %d\n", model, epoch, os.Getpid(), now.UnixMilli())
					}
					time.Sleep(5 * time.Millisecond)
				}
				return nil
			})
		})
	}
	err = c.Run(ctx)
	work.Wait()
	return err
}

// nothing is a sink for a topic that stays empty.
type nothing struct{}

func (nothing) Insert(context.Context, *ingest.Batch, bool) error {
	return errors.New("nothing was sent")
}

// Replicas are killed, and stopped for longer than their session and woken, at
// random moments. No model is ever acted upon in a term after a later one has
// begun to act, and every model always finds a leader again.
func TestLeaderKills(t *testing.T) {
	if testing.Short() {
		t.Skip("kills real processes for most of a minute")
	}
	chosen := parts.Seed(t)
	rng := rand.New(rand.NewPCG(chosen, 0))
	broker := parts.KafkaCluster(t, 1, nil)[0]
	if err := newBrokerLog(broker.Address).create(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := &leaders{t: t, broker: broker.Address, acts: filepath.Join(t.TempDir(), "acts"), starts: starter(t)}
	replicas := []*exec.Cmd{l.start(), l.start(), l.start()}
	t.Cleanup(func() {
		for _, r := range replicas {
			_ = r.Process.Kill()
			_ = r.Wait()
		}
	})
	var killed, stopped int
	var longest time.Duration
	for killed+stopped < *kills {
		i := rng.IntN(len(replicas))
		if longest = max(longest, l.everyModelActs()); rng.IntN(3) == 0 {
			stopped++
			began := time.Now()
			_ = replicas[i].Process.Signal(syscall.SIGSTOP)
			l.stops = append(l.stops, stop{replicas[i].Process.Pid, began, time.Now()})
			time.Sleep(1800*time.Millisecond + time.Duration(rng.IntN(700))*time.Millisecond)
			_ = replicas[i].Process.Signal(syscall.SIGCONT)
		} else {
			killed++
			_ = replicas[i].Process.Kill()
			_ = replicas[i].Wait()
			time.Sleep(time.Duration(rng.IntN(300)) * time.Millisecond)
			replicas[i] = l.start()
		}
	}
	l.everyModelActs()
	acts, late, caught := l.audit()
	t.Logf("%d replicas killed, %d stopped past their session: %d acts, %d in a term that was over, %d more of processes stopped between the look at the clock and the act, longest until every model was led again %s",
		killed, stopped, acts, late, caught, longest.Round(10*time.Millisecond))
	if late > 0 || caught > stopped {
		t.Errorf("%d acts came after the first one of a later term, and %d of processes caught before it", late, caught)
	}
}

type leaders struct {
	t      *testing.T
	broker string
	acts   string
	starts chan<- func()
	stops  []stop
}

// stop is a process that was stopped, for longer than its session, at some moment
// between two.
type stop struct {
	pid           int
	after, before time.Time
}

// caught reports whether the process was stopped as it looked at the clock: within
// the microseconds until it acts, which nothing can close without a registry that
// compares and sets. On a busy machine they become milliseconds; who acts after it
// was woken has looked at least 1.8 s later.
func (l *leaders) caught(pid int, looked time.Time) bool {
	const busy = 200 * time.Millisecond
	return slices.ContainsFunc(l.stops, func(s stop) bool {
		return s.pid == pid && looked.After(s.after.Add(-busy)) && looked.Before(s.before.Add(busy))
	})
}

func (l *leaders) start() *exec.Cmd {
	l.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), replicaBroker+"="+l.broker, replicaActs+"="+l.acts)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	l.starts <- func() { started <- cmd.Start() }
	if err := <-started; err != nil {
		l.t.Fatal(err)
	}
	return cmd
}

// everyModelActs waits until every model was acted upon once more, and returns how
// long that took.
func (l *leaders) everyModelActs() time.Duration {
	l.t.Helper()
	began := time.Now()
	var from int64
	if s, err := os.Stat(l.acts); err == nil {
		from = s.Size()
	}
	for time.Since(began) < parts.Patience {
		seen := map[string]bool{}
		if text, err := os.ReadFile(l.acts); err == nil && int64(len(text)) > from {
			for line := range strings.Lines(string(text[from:])) {
				model, _, _ := strings.Cut(line, " ")
				seen[model] = true
			}
		}
		if len(seen) == leaderModels {
			return time.Since(began)
		}
		time.Sleep(20 * time.Millisecond)
	}
	l.t.Fatalf("not every model has found a leader within %s", parts.Patience)
	return 0
}

// audit counts the acts, and those of a term after the first act of a later one: of
// processes that were caught before the act, and others.
func (l *leaders) audit() (acts, late, caught int) {
	l.t.Helper()
	file, err := os.Open(l.acts)
	if err != nil {
		l.t.Fatal(err)
	}
	defer file.Close()
	newest := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); acts++ {
		var model string
		var epoch, pid int
		var looked int64
		if n, err := fmt.Sscan(lines.Text(), &model, &epoch, &pid, &looked); err != nil || n != 4 {
			l.t.Fatalf("act %q: %v", lines.Text(), err)
		}
		switch {
		case epoch >= newest[model]:
		case l.caught(pid, time.UnixMilli(looked)):
			caught++
		default:
			late++
			l.t.Logf("process %d acted on %s in term %d after term %d had begun", pid, model, epoch, newest[model])
		}
		newest[model] = max(newest[model], epoch)
	}
	return acts, late, caught
}
