package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"
)

// requestTimeout bounds one request that is answered at once.
const requestTimeout = 5 * time.Second

// place names one partition.
type place struct {
	topic     string
	partition int
}

func (p place) String() string { return fmt.Sprintf("%s/%d", p.topic, p.partition) }

// cluster asks the brokers about topics and offsets.
type cluster struct {
	group     string
	topics    []string
	brokers   []string
	dialer    *kafka.Dialer
	transport *kafka.Transport
	client    *kafka.Client

	mu   sync.Mutex
	conn *kafka.Conn // for metadata past the transport's cache
}

func newCluster(cfg Config) (*cluster, error) {
	encryption, err := cfg.TLS.config()
	if err != nil {
		return nil, err
	}
	mechanism, err := cfg.SASL.mechanism()
	if err != nil {
		return nil, err
	}
	c := &cluster{
		group:   cfg.Group,
		brokers: cfg.Brokers,
		dialer:  &kafka.Dialer{ClientID: "driftd", Timeout: requestTimeout, TLS: encryption, SASLMechanism: mechanism},
		transport: &kafka.Transport{
			ClientID: "driftd", TLS: encryption, SASL: mechanism, DialTimeout: requestTimeout,
			MetadataTTL: time.Second, // a moved leader is found within this time
		},
	}
	for _, t := range cfg.Topics {
		c.topics = append(c.topics, t.Name)
	}
	c.transport.MetadataTopics = c.topics
	c.client = &kafka.Client{Addr: kafka.TCP(cfg.Brokers...), Timeout: requestTimeout, Transport: c.transport}
	return c, nil
}

// close drops all connections; the next use opens new ones.
func (c *cluster) close() {
	c.transport.CloseIdleConnections()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hangUp()
}

func (c *cluster) hangUp() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing is in flight on it
		c.conn = nil
	}
}

// probe connects to the brokers one by one until one answers. Its error is the
// true cause, a wrong password or an unknown authority, which the transport
// hides behind "broker not available".
func (c *cluster) probe(ctx context.Context) error {
	var errs []error
	for _, broker := range c.brokers {
		conn, err := c.dial(ctx, broker)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		// A listener that wants TLS, a certificate or a login may say so only when
		// it is asked something.
		_ = conn.SetDeadline(time.Now().Add(requestTimeout)) // on a connection just made it cannot fail
		_, err = conn.Brokers()
		_ = conn.Close() // nothing is in flight on it
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("ask kafka broker %s: %w%s", broker, err, c.hint(err)))
	}
	return errors.Join(errs...)
}

// hint says what it may mean that a broker hangs up or keeps silent.
func (c *cluster) hint(err error) string {
	var network net.Error
	var operation *net.OpError
	silent := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.As(err, &network) && network.Timeout()
	switch {
	case errors.As(err, &operation) && operation.Op == "dial":
		return " (check kafka.brokers or what the brokers advertise, and that one listens there)"
	case errors.Is(err, io.ErrNoProgress): // an answer whose length is that of no answer
		return " (what listens there does not speak Kafka's protocol: check kafka.brokers)"
	case errors.As(err, &operation) && operation.Op == "remote error": // a TLS alert
		if len(c.dialer.TLS.Certificates) == 0 {
			return " (the listener may ask for a certificate: set cert_file and key_file in kafka.tls)"
		}
		return " (the broker may not trust who signed kafka.tls.cert_file)"
	case !silent:
		return ""
	case c.dialer.TLS != nil && c.dialer.SASLMechanism == nil:
		return " (the listener may expect a login, or plain text: set kafka.sasl, or remove kafka.tls)"
	case c.dialer.TLS != nil:
		return " (the listener may expect no TLS: remove kafka.tls, or use another port)"
	case c.dialer.SASLMechanism != nil:
		return " (the listener may expect TLS: set kafka.tls, or use another port)"
	}
	return " (the listener may expect TLS or a login: set kafka.tls and kafka.sasl, or use another port)"
}

func (c *cluster) dial(ctx context.Context, broker string) (*kafka.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	conn, err := c.dialer.DialContext(ctx, "tcp", broker)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		err = op // without the layers that say the same in other words
	}
	if err != nil {
		return nil, fmt.Errorf("connect to kafka broker %s: %w%s", broker, err, c.hint(err))
	}
	return conn, nil
}

// partitions lists the partitions of all topics as the cluster knows them now;
// a topic that does not exist has none.
func (c *cluster) partitions(ctx context.Context) ([]kafka.Partition, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	conn, err := c.control(ctx)
	if err != nil {
		return nil, err
	}
	// A connection that does not answer in time is of no more use.
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	var all []kafka.Partition
	// One topic a request: an unknown one fails the whole request.
	for _, topic := range c.topics {
		partitions, err := conn.ReadPartitions(topic)
		switch {
		case err == nil:
			all = append(all, partitions...)
		case errors.Is(err, kafka.UnknownTopicOrPartition), errors.Is(err, kafka.LeaderNotAvailable):
		default:
			c.hangUp()
			if ctx.Err() != nil {
				err = fmt.Errorf("no answer within %s%s", requestTimeout, c.hint(ctx.Err()))
			}
			return nil, fmt.Errorf("read partitions of topic %s: %w", topic, err)
		}
	}
	return all, nil
}

// control returns the connection for metadata, to any broker.
func (c *cluster) control(ctx context.Context) (*kafka.Conn, error) {
	var errs []error
	for _, broker := range c.brokers {
		if c.conn != nil {
			return c.conn, nil
		}
		conn, err := c.dial(ctx, broker)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		c.conn = conn
	}
	if c.conn == nil {
		return nil, errors.Join(errs...)
	}
	return c.conn, nil
}

// leaders returns the broker of every partition, from the transport's cache.
func (c *cluster) leaders(ctx context.Context) (map[place]int, error) {
	m, err := c.client.Metadata(ctx, &kafka.MetadataRequest{Topics: c.topics})
	if err != nil {
		return nil, err
	}
	leaders := make(map[place]int)
	for _, t := range m.Topics {
		for _, p := range t.Partitions {
			if p.Leader.Host != "" { // unknown while an election runs
				leaders[place{t.Name, p.ID}] = p.Leader.ID
			}
		}
	}
	return leaders, nil
}

// bounds are the offsets a reader of committed records may read: [first, end).
type bounds struct{ first, end int64 }

func (c *cluster) bounds(ctx context.Context, places []place) (map[place]bounds, error) {
	request := &kafka.ListOffsetsRequest{IsolationLevel: kafka.ReadCommitted, Topics: make(map[string][]kafka.OffsetRequest)}
	for _, p := range places {
		request.Topics[p.topic] = append(request.Topics[p.topic], kafka.FirstOffsetOf(p.partition), kafka.LastOffsetOf(p.partition))
	}
	response, err := c.client.ListOffsets(ctx, request)
	if err != nil {
		return nil, err
	}
	found := make(map[place]bounds, len(places))
	for topic, partitions := range response.Topics {
		for _, p := range partitions {
			at := place{topic, p.Partition}
			if p.Error != nil {
				return nil, fmt.Errorf("list offsets of %s: %w", at, p.Error)
			}
			found[at] = bounds{p.FirstOffset, p.LastOffset}
		}
	}
	for _, p := range places {
		if _, ok := found[p]; !ok {
			return nil, fmt.Errorf("list offsets of %s: %w", p, errNoAnswer)
		}
	}
	return found, nil
}

var errNoAnswer = errors.New("missing in the broker's answer")

// committed returns what the group has committed for the places; offset -1
// where nothing is.
func (c *cluster) committed(ctx context.Context, places []place) (map[place]kafka.OffsetFetchPartition, error) {
	request := &kafka.OffsetFetchRequest{GroupID: c.group, Topics: make(map[string][]int)}
	for _, p := range places {
		request.Topics[p.topic] = append(request.Topics[p.topic], p.partition)
	}
	response, err := c.client.OffsetFetch(ctx, request)
	if err == nil {
		err = response.Error
	}
	if err != nil {
		return nil, err
	}
	found := make(map[place]kafka.OffsetFetchPartition, len(places))
	for topic, partitions := range response.Topics {
		for _, p := range partitions {
			at := place{topic, p.Partition}
			if p.Error != nil {
				return nil, fmt.Errorf("fetch the committed offset of %s: %w", at, p.Error)
			}
			found[at] = p
		}
	}
	for _, p := range places {
		if _, ok := found[p]; !ok {
			return nil, fmt.Errorf("fetch the committed offset of %s: %w", p, errNoAnswer)
		}
	}
	return found, nil
}

// assigned returns the partitions that the group's members have, or false while
// the group is not settled.
func (c *cluster) assigned(ctx context.Context) (map[place]bool, bool, error) {
	members, stable, err := c.describe(ctx)
	if err != nil || !stable {
		return nil, false, err
	}
	all := make(map[place]bool)
	for _, m := range members {
		for _, t := range m.MemberAssignments.Topics {
			for _, p := range t.Partitions {
				all[place{t.Topic, p}] = true
			}
		}
	}
	return all, true, nil
}

// members returns the ids of the group's members; none while it is not settled.
func (c *cluster) members(ctx context.Context) ([]string, error) {
	members, stable, err := c.describe(ctx)
	if err != nil || !stable {
		return nil, err
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.MemberID
	}
	return ids, nil
}

// describe returns the group's members and whether the group is settled.
func (c *cluster) describe(ctx context.Context) ([]kafka.DescribeGroupsResponseMember, bool, error) {
	response, err := c.client.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{c.group}})
	if err != nil {
		return nil, false, err
	}
	for _, g := range response.Groups {
		return g.Members, g.GroupState == "Stable", g.Error
	}
	return nil, false, fmt.Errorf("describe group %s: %w", c.group, errNoAnswer)
}
