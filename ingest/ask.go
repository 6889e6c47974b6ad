package ingest

import (
	"context"
	"fmt"
)

// Ask connects to Kafka once, without joining the group, and returns the number
// of partitions of each configured topic, 0 for one that does not exist. The
// error says why the brokers, a topic or the group cannot be used.
func Ask(ctx context.Context, cfg Config) (map[string]int, error) {
	c, err := newCluster(cfg)
	if err != nil {
		return nil, err
	}
	defer c.close()
	if err := c.probe(ctx); err != nil {
		return nil, err
	}
	partitions, err := c.partitions(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string]int, len(cfg.Topics))
	for _, t := range cfg.Topics {
		found[t.Name] = 0
	}
	for _, p := range partitions {
		found[p.Topic]++
	}
	if _, _, err := c.assigned(ctx); err != nil {
		return found, fmt.Errorf("describe consumer group %q: %w", cfg.Group, err)
	}
	return found, nil
}
