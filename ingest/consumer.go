package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/driftd/driftd/ingest/decode"
	"github.com/driftd/driftd/ingest/schema"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"
)

// Consumer brings the events of the configured topics into a sink. Several, in
// one process or many, share the work as members of one consumer group.
type Consumer struct {
	cfg     Config
	models  atomic.Pointer[[]Model] // changed by Declare
	topics  map[string]Topic
	sink    Sink
	log     *slog.Logger
	metrics *metrics
	cluster *cluster
	schemas *schema.Registry // nil when every topic is JSON

	health   health
	quiet    quiet
	progress progress
	terms    terms
	cause    error              // of Run: why the brokers cannot be reached, as last probed
	lives    map[string]topicID // as last seen, by topic; of the generation at work

	// What tests make smaller.
	fetchBytes    fetchBytes
	watchInterval time.Duration
	joinBackoff   time.Duration
	insertTimeout time.Duration
	hangGrace     time.Duration
	patience      int // empty answers before a pending range that reaches past the end of the log is given up
}

// New returns a consumer that does nothing until Run. It reads the secrets'
// files. models may be empty: then every event becomes a reject.
func New(cfg Config, models []Model, sink Sink, log *slog.Logger, reg prometheus.Registerer) (*Consumer, error) {
	var errs []error
	for _, p := range cfg.Validate() {
		errs = append(errs, p)
	}
	if _, err := decode.New(models, int(cfg.MaxMessage)); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	cluster, err := newCluster(cfg)
	if err != nil {
		return nil, err
	}
	c := &Consumer{
		cfg: cfg, sink: sink, cluster: cluster,
		topics:        make(map[string]Topic),
		lives:         make(map[string]topicID),
		log:           log.With("component", "ingest"),
		metrics:       newMetrics(reg, cfg.Topics, models),
		fetchBytes:    defaultFetchBytes,
		watchInterval: 2 * time.Second,
		joinBackoff:   500 * time.Millisecond,
		insertTimeout: defaultInsertTimeout,
		hangGrace:     defaultHangGrace,
		patience:      20, // long polls: a new leader may lag for a moment
	}
	c.models.Store(&models)
	for _, t := range cfg.Topics {
		c.topics[t.Name] = t
	}
	if cfg.SchemaRegistry != nil {
		if c.schemas, err = schema.New(*cfg.SchemaRegistry, reg); err != nil {
			return nil, fmt.Errorf("kafka.schema_registry.%w", err)
		}
	}
	c.health.set(opJoin, errNotJoined)
	return c, nil
}

var errNotJoined = errors.New("not yet a member of the consumer group")

// Declare replaces the models while the consumer runs: every partition takes
// them up with its next batch. The sink must be ready for them.
func (c *Consumer) Declare(models []Model) error {
	for _, t := range c.cfg.Topics {
		if _, err := decode.NewMapped(models, int(c.cfg.MaxMessage), t.Kind.events(), t.mapping()); err != nil {
			return fmt.Errorf("declare models for topic %s: %w", t.Name, err)
		}
	}
	c.models.Store(&models)
	return nil
}

// Run consumes until ctx ends. Then it stops fetching, gives the batches in
// work StopTimeout to finish, commits and leaves the group. What goes wrong with
// Kafka or with the sink is logged, counted and tried again; Run returns an
// error only when it cannot start at all.
func (c *Consumer) Run(ctx context.Context) error {
	defer c.cluster.close()
	heartbeat := min(c.cfg.SessionTimeout/5, time.Second)
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: c.cfg.Group, Brokers: c.cfg.Brokers, Topics: c.cluster.topics, Dialer: c.cluster.dialer,
		GroupBalancers: []kafka.GroupBalancer{balancer{func() ([]kafka.Partition, error) {
			return c.cluster.partitions(context.WithoutCancel(ctx))
		}}},
		HeartbeatInterval: heartbeat, SessionTimeout: c.cfg.SessionTimeout, RebalanceTimeout: 2 * c.cfg.SessionTimeout,
		JoinGroupBackoff: c.joinBackoff, Timeout: requestTimeout, StartOffset: kafka.FirstOffset,
	})
	if err != nil {
		return fmt.Errorf("consumer group %q: %w", c.cfg.Group, err)
	}
	var serving sync.WaitGroup
	for {
		kg, err := group.Next(ctx)
		if ctx.Err() != nil && kg == nil {
			break
		}
		if err != nil {
			c.joinFailed(ctx, err)
			continue
		}
		c.health.set(opJoin, nil)
		c.cause = nil
		kg.Start(func(membership context.Context) { c.hold(membership, kg) })
		serving.Add(1)
		kg.Start(func(membership context.Context) {
			if err := c.serve(ctx, membership, kg); err != nil && !errors.Is(err, context.Canceled) {
				c.log.Warn("generation ended early", "err", err)
			}
			serving.Done()
			if ctx.Err() != nil {
				<-membership.Done() // returning earlier would make the group rejoin
			}
		})
	}
	// The work is finished before the group is left: until then, heartbeats keep
	// the partitions ours.
	serving.Wait()
	c.leave(group)
	c.health.set(opJoin, errNotJoined)
	return nil
}

// leave leaves the group, so that the others need not wait for the session's
// timeout. It does not wait for brokers that do not answer.
func (c *Consumer) leave(group *kafka.ConsumerGroup) {
	left := make(chan struct{})
	go func() {
		_ = group.Close() // always nil
		close(left)
	}()
	timer := time.NewTimer(2 * requestTimeout)
	defer timer.Stop()
	select {
	case <-left:
	case <-timer.C:
		c.log.Warn("consumer group not left in time: its partitions pass on after the session timeout")
	}
}

// joinFailed reports why the group could not be joined. kafka-go waits before
// it tries again.
func (c *Consumer) joinFailed(ctx context.Context, err error) {
	c.failed(opJoin, "consumer group not joined", err)
	if c.quiet.allow("probe") {
		c.cause = c.cluster.probe(ctx)
		if c.cause != nil && ctx.Err() == nil {
			c.failed(opConnect, "kafka not reached", c.cause)
		}
	}
	// The cause stands until the next probe, however the joins fail.
	standing := c.cause
	if standing == nil {
		standing = fmt.Errorf("consumer group not joined: %w", err)
	}
	c.health.set(opJoin, standing)
}

// failed counts a failure of Kafka, remembers it for Healthy and logs it, at
// most once in a while.
func (c *Consumer) failed(op, message string, err error, args ...any) {
	c.metrics.errors.WithLabelValues(op).Inc()
	if op == opFetch {
		c.health.set(op, fmt.Errorf("%s: %w", message, err))
	}
	if c.quiet.allow(op + message) {
		c.log.Warn(message, append(args, "err", err)...)
	}
}

// Healthy returns nil while the consumer is a member of its group, can fetch
// and can store; else everything that stands in the way.
func (c *Consumer) Healthy() error { return c.health.err() }

// health is what stands in the way now, by operation.
type health struct {
	mu       sync.Mutex
	problems map[string]error
}

func (h *health) set(key string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err == nil {
		delete(h.problems, key)
		return
	}
	if h.problems == nil {
		h.problems = make(map[string]error)
	}
	h.problems[key] = err
}

func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(h.problems)) {
		errs = append(errs, h.problems[key])
	}
	return errors.Join(errs...)
}
