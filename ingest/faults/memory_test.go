//go:build linux

package faults

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/driftd/driftd/internal/parts"
)

// memoryLimit is what the daemon may use at its height, without the engine, which
// has a limit of its own. It holds whatever waits in Kafka.
const memoryLimit = 300 << 20

const features = 40

// The daemon meets a backlog far larger than its memory, with the settings that
// users have, and stays within its bound until all is stored.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("stores some hundred thousand messages")
	}
	library := parts.Library(t)
	broker := parts.KafkaCluster(t, 1, nil)[0]
	log := newBrokerLog(broker.Address)
	if err := log.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	bytes := backlog(t, broker.Address, *events)
	d := newDaemon(t, buildDriftd(t), library, broker.Address)
	text, err := os.ReadFile(d.config)
	if err != nil {
		t.Fatal(err)
	}
	var wide strings.Builder
	for i := range features {
		fmt.Fprintf(&wide, "f%d: number, ", i)
	}
	config := strings.Replace(string(text), "features: {tenure: number, plan: category}", "features: {"+wide.String()+"plan: category}", 1)
	for _, own := range []string{"  flush: {rows: 2000, after: 150ms}\n", "  session_timeout: 1500ms\n"} {
		config = strings.Replace(config, own, "", 1)
	}
	if err := os.WriteFile(d.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	d.start()
	for !log.drained(t.Context()) {
		if time.Since(began) > 2*parts.Patience {
			t.Fatalf("not all stored within %s; the daemon has used %d MB", 2*parts.Patience, peak(t, d.cmd.Process.Pid)>>20)
		}
		time.Sleep(100 * time.Millisecond)
	}
	height := peak(t, d.cmd.Process.Pid)
	t.Logf("%d messages of %d bytes waiting: all stored in %s, the daemon used %d MB at its height",
		*events, bytes, time.Since(began).Round(100*time.Millisecond), height>>20)
	if height > memoryLimit {
		t.Errorf("the daemon used %d MB, want at most %d", height>>20, memoryLimit>>20)
	}
}

// backlog fills the topic and returns the size of a message.
func backlog(t *testing.T, broker string, n int) int {
	t.Helper()
	p, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	rng := rand.New(rand.NewPCG(1, 1))
	at := time.Now().UTC().Format(time.RFC3339Nano)
	size := 0
	for i := range n {
		var m strings.Builder
		fmt.Fprintf(&m, `{"prediction_id":"%08x-%04x","model":"churn","version":"3","timestamp":%q,"score":0.5,"features":{`, rng.Uint32(), i, at)
		for f := range features {
			fmt.Fprintf(&m, `"f%d":%.6f,`, f, rng.NormFloat64())
		}
		m.WriteString(`"plan":"pro"}}`)
		size = m.Len()
		p.Produce(t.Context(), &kgo.Record{Topic: "predictions", Partition: int32(i % predictionPartitions), Value: []byte(m.String())}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	if err := p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	return size
}

// peak reads the most memory that a process has had, in bytes.
func peak(t *testing.T, pid int) int {
	t.Helper()
	f, err := os.Open(filepath.Join("/proc", fmt.Sprint(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib int
		if n, _ := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	t.Fatal("no VmHWM in the process's status")
	return 0
}
