//go:build linux

package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/driftd/driftd/internal/chengine"
	"github.com/driftd/driftd/internal/parts"
)

// What is killed, by share of all kills.
type victim struct {
	name  string
	share int
	kill  func(*killLoop)
}

var victims = []victim{
	{"daemon", 40, func(l *killLoop) { l.killDaemon(false) }},
	{"daemon and engine", 20, func(l *killLoop) { l.killDaemon(true) }},
	{"engine", 25, func(l *killLoop) {
		for !l.daemon.killEngine() { // it is being started
			time.Sleep(10 * time.Millisecond)
		}
	}},
	{"broker", 10, (*killLoop).killBroker},
	{"session (daemon stopped past it)", 5, (*killLoop).suspend},
}

// recoveryLimit is far beyond what any recovery takes: more means that it hangs.
const recoveryLimit = parts.Patience

// killLoop kills and starts, and looks what a kill has left behind.
type killLoop struct {
	t       *testing.T
	ctx     context.Context
	rng     *rand.Rand
	broker  *parts.Broker
	log     *brokerLog
	library string
	daemon  *daemon

	kills    map[string]int
	since    time.Time // of the first kill after which nothing was stored yet
	before   int64     // progress then
	longest  time.Duration
	found    []remains
	clean    int    // inspections that found no pending range
	physical uint64 // most rows that were there twice when looked at
}

// remains is a pending range that a killed daemon left, and how many of its
// messages were stored.
type remains struct {
	at          position
	first, last int64
	stored      uint64
}

// The daemon, its engine and the broker are killed at random moments while events
// come in, transactions among them. In the end every message that a reader of
// committed records sees is stored once, and nothing else is.
func TestKillLoop(t *testing.T) {
	if testing.Short() {
		t.Skip("kills real servers for most of a minute")
	}
	library := parts.Library(t)
	chosen := parts.Seed(t)
	broker := parts.KafkaCluster(t, 1, nil)[0]
	l := &killLoop{
		t: t, ctx: t.Context(), rng: rand.New(rand.NewPCG(chosen, 0)), broker: broker, log: newBrokerLog(broker.Address), library: library,
		daemon: newDaemon(t, buildDriftd(t), library, broker.Address), kills: map[string]int{},
	}
	if err := l.log.create(l.ctx); err != nil {
		t.Fatal(err)
	}
	load := startLoad(t, broker.Address, chosen)
	began := time.Now()
	l.daemon.start()
	l.since = began
	for range *kills {
		// One in five comes before the last one is recovered from.
		if l.since.IsZero() || l.rng.IntN(5) > 0 {
			l.recovered()
		}
		time.Sleep(time.Duration(l.rng.IntN(800)) * time.Millisecond)
		l.mark()
		v := l.choose()
		l.kills[v.name]++
		v.kill(l)
	}
	l.recovered()
	load.finish()
	l.drain()
	l.report(chosen, load, time.Since(began))
}

func (l *killLoop) choose() victim {
	n := l.rng.IntN(100)
	for _, v := range victims {
		if n -= v.share; n < 0 {
			return v
		}
	}
	panic("the shares of the victims are not 100")
}

// mark begins to measure a recovery, unless one is under way.
func (l *killLoop) mark() {
	if !l.since.IsZero() {
		return
	}
	if all, err := l.log.committed(l.ctx); err == nil {
		l.before = progress(all)
	}
	l.since = time.Now()
}

// recovered waits until something new is stored.
func (l *killLoop) recovered() {
	l.t.Helper()
	l.until("nothing new is stored", func() bool {
		all, err := l.log.committed(l.ctx)
		return err == nil && progress(all) > l.before
	})
	l.longest = max(l.longest, time.Since(l.since))
	l.since = time.Time{}
	if at, up := l.daemon.endpoint(); up {
		if conn, err := connect(at); err == nil {
			defer conn.Close()
			if n, err := copies(l.ctx, conn); err == nil {
				l.physical = max(l.physical, n)
			}
		}
	}
}

func (l *killLoop) drain() {
	l.t.Helper()
	l.until("not all is stored", func() bool { return l.log.drained(l.ctx) })
}

func (l *killLoop) until(not string, condition func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(recoveryLimit); !condition(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("%s within %s of a kill", not, recoveryLimit)
		}
	}
}

func (l *killLoop) killDaemon(engineToo bool) {
	if engineToo {
		l.daemon.killEngine()
	}
	l.daemon.kill()
	if l.rng.IntN(2) == 0 {
		l.inspect()
	}
	time.Sleep(time.Duration(l.rng.IntN(300)) * time.Millisecond)
	l.daemon.start()
}

// suspend makes a zombie of the daemon: stopped in the middle of its work until the
// group has given its partitions up, and woken then.
func (l *killLoop) suspend() {
	_ = l.daemon.cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(2*time.Second + time.Duration(l.rng.IntN(1000))*time.Millisecond)
	_ = l.daemon.cmd.Process.Signal(syscall.SIGCONT)
}

func (l *killLoop) killBroker() {
	if err := l.broker.Kill(); err != nil {
		l.t.Fatal(err)
	}
	time.Sleep(time.Duration(l.rng.IntN(1000)) * time.Millisecond)
	if err := l.broker.Start(); err != nil {
		l.t.Fatal(err)
	}
}

// inspect looks what a killed daemon has left: which ranges are pending, and how
// much of each is stored. It runs an engine of its own on the directory for that.
func (l *killLoop) inspect() {
	l.t.Helper()
	committed, err := l.log.committed(l.ctx)
	if err != nil {
		return // the group's coordinator is still starting
	}
	engine := chengine.New(chengine.Config{Path: l.daemon.data, Library: l.library}, nil, nil)
	ctx, stop := context.WithCancel(l.ctx)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	defer func() { stop(); <-ended }()
	if err := engine.Ready(ctx); err != nil {
		l.t.Fatal(err)
	}
	conn, err := connect(engine.Endpoint())
	if err != nil {
		l.t.Fatal(err)
	}
	defer conn.Close()
	pending := false
	for at, s := range committed {
		if !s.pending {
			continue
		}
		n, err := within(ctx, conn, at, s.first, s.last)
		if err != nil {
			return // killed before it had made its tables
		}
		pending = true
		l.found = append(l.found, remains{at, s.first, s.last, n})
	}
	if !pending {
		l.clean++
	}
	if n, err := copies(ctx, conn); err == nil {
		l.physical = max(l.physical, n)
	}
}

// report compares, prints the table and fails unless everything is stored once.
func (l *killLoop) report(chosen uint64, load *load, elapsed time.Duration) {
	l.t.Helper()
	visible, err := l.log.read(l.ctx, kgo.ReadCommitted())
	if err != nil {
		l.t.Fatal(err)
	}
	all, err := l.log.read(l.ctx, kgo.ReadUncommitted())
	if err != nil {
		l.t.Fatal(err)
	}
	at, up := l.daemon.endpoint()
	if !up {
		l.t.Fatal("the engine is down at the end")
	}
	conn, err := connect(at)
	if err != nil {
		l.t.Fatal(err)
	}
	defer conn.Close()
	a, err := examine(l.ctx, conn, visible)
	if err != nil {
		l.t.Fatal(err)
	}
	l.physical = max(l.physical, uint64(a.physical.byOffset))
	unlogged := len(load.acked)
	for _, id := range visible {
		if load.acked[id] {
			unlogged--
		}
	}
	none, some, whole := l.states(visible)

	var table strings.Builder
	line := func(name string, value any) { fmt.Fprintf(&table, "%-50s %v\n", name, value) }
	total := 0
	for _, v := range victims {
		total += l.kills[v.name]
	}
	line("seed", chosen)
	line("kills", total)
	for _, v := range victims {
		line("  "+v.name, l.kills[v.name])
	}
	line("time", elapsed.Round(time.Second))
	line("messages in the topics", len(all))
	line("  of aborted transactions", len(all)-len(visible))
	line("produced (readable)", len(visible))
	line("stored as events", a.stored)
	line("stored as rejects", a.rejected)
	line("lost", len(a.lost))
	line("acknowledged by Kafka, not in its log", unlogged)
	line("stored, but aborted or never produced", len(a.foreign))
	line("stored with another message's id", len(a.altered))
	line("duplicates that readers see (FINAL)", a.visible)
	line("duplicates on disk at the end", a.physical)
	line("most duplicates on disk after any kill", l.physical)
	line("ranges stored again after a restart", l.daemon.said("pending range is stored again"))
	line("failed inserts logged (1 per 10 s and partition)", l.daemon.said("insert failed"))
	line("longest recovery", l.longest.Round(10*time.Millisecond))
	line("daemons inspected: nothing pending", l.clean)
	line("  pending ranges of which nothing was stored", none)
	line("  pending ranges stored in part", some)
	line("  pending ranges stored in full", whole)
	fmt.Print(table.String())

	if !a.perfect() || unlogged > 0 {
		l.t.Errorf("seed %d: lost %v, foreign %v, altered %v, duplicates %v", chosen, head(a.lost), head(a.foreign), head(a.altered), a.visible)
	}
	if got := a.stored + a.rejected; got == 0 || len(all) == len(visible) {
		l.t.Errorf("%d messages stored, %d aborted: the loop tests nothing", got, len(all)-len(visible))
	}
}

// states sorts the pending ranges found by how much of them was stored.
func (l *killLoop) states(visible map[position]string) (none, some, whole int) {
	for _, r := range l.found {
		messages := uint64(0)
		for offset := r.first; offset <= r.last; offset++ {
			if _, ok := visible[position{r.at.topic, r.at.partition, offset}]; ok {
				messages++
			}
		}
		switch r.stored {
		case messages:
			whole++
		case 0:
			none++
		default:
			some++
		}
	}
	return none, some, whole
}

func head(p []position) []position { return p[:min(5, len(p))] }
