package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/driftd/driftd/ingest"
	"github.com/driftd/driftd/internal/config"
	"github.com/driftd/driftd/registry"
)

// Neighbour is a server that driftd works with, and whether it answers.
type Neighbour struct {
	Name string // kafka, clickhouse, registry or slack; what of Slack was tried
	At   string // where it was looked for
	Says string // what it has, when it can be used
	Err  error  // why it cannot
}

// askLimit bounds the wait for all neighbours together.
const askLimit = 30 * time.Second

// Ask asks every neighbour of the configuration whether it answers and has what
// driftd needs, side by side. It changes nothing; the embedded engine is started
// for the while unless a running driftd has it.
func Ask(ctx context.Context, c config.Config, log *slog.Logger) []Neighbour {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	asked := []func(context.Context, config.Config, *slog.Logger) Neighbour{askClickHouse, askRegistry}
	if c.Kafka != nil {
		asked = slices.Insert(asked, 0, askKafka)
	}
	if c.Slack != nil {
		asked = append(asked, askSlack)
	}
	answers := make([]Neighbour, len(asked))
	var asking sync.WaitGroup
	for i, ask := range asked {
		asking.Go(func() { answers[i] = ask(ctx, c, log) })
	}
	asking.Wait()
	return answers
}

func askKafka(ctx context.Context, c config.Config, _ *slog.Logger) Neighbour {
	n := Neighbour{Name: "kafka", At: strings.Join(c.Kafka.Brokers, ", ")}
	partitions, err := ingest.Ask(ctx, *c.Kafka)
	if err != nil {
		n.Err = err
		return n
	}
	var has, lacks []string
	for _, t := range c.Kafka.Topics {
		if partitions[t.Name] == 0 {
			lacks = append(lacks, t.Name)
		} else {
			has = append(has, fmt.Sprintf("%s (partitions: %d)", t.Name, partitions[t.Name]))
		}
	}
	if len(lacks) > 0 {
		n.Err = fmt.Errorf("topics that do not exist, or that the user may not describe: %s", strings.Join(lacks, ", "))
	}
	n.Says = strings.Join(has, ", ")
	return n
}

func askClickHouse(ctx context.Context, c config.Config, log *slog.Logger) Neighbour {
	n := Neighbour{Name: "clickhouse", At: strings.Join(c.ClickHouse.Addresses, ", ")}
	if c.Engine != nil {
		n.At = c.Engine.Path
	}
	store, done, err := OpenStore(ctx, c, log)
	if err != nil {
		n.Err = err
		return n
	}
	defer done()
	if n.Err = store.Ping(ctx); n.Err != nil && c.Engine == nil {
		return n
	}
	n.Err = store.CheckSchema(ctx)
	if c.Engine != nil && n.Err != nil {
		n.Err, n.Says = nil, "the embedded engine works; `driftd run` will bring its schema up to date"
		return n
	}
	n.Says = fmt.Sprintf("database %s is up to date", c.ClickHouse.Database)
	return n
}

func askRegistry(ctx context.Context, c config.Config, log *slog.Logger) Neighbour {
	n := Neighbour{Name: "registry", At: c.Registry.File}
	if c.Registry.MLflow != nil {
		n.At = c.Registry.MLflow.URL
	}
	w, err := newWork(c, log)
	if err != nil {
		n.Err = err
		return n
	}
	var says []string
	for _, m := range c.Models {
		holder, err := holder(ctx, w.registry, m)
		if err != nil {
			n.Err = err
			return n
		}
		says = append(says, holder)
	}
	n.Says = strings.Join(says, "; ")
	return n
}

// holder says who holds a model's slot. That nobody does is for people to
// change, and no failure.
func holder(ctx context.Context, from registry.Registry, m config.Model) (string, error) {
	name := m.Policy.Model
	found, err := from.Model(ctx, name)
	if errors.Is(err, registry.ErrNotFound) {
		return name + " is not registered yet", nil
	}
	if err != nil {
		return "", err
	}
	holder, err := found.Holder(m.Slot)
	if errors.Is(err, registry.ErrNoHolder) {
		return fmt.Sprintf("nothing holds %s of %s yet", m.Slot, name), nil
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s of %s is version %s", m.Slot, name, holder.Version), nil
}

func askSlack(ctx context.Context, c config.Config, log *slog.Logger) Neighbour {
	n := Neighbour{Name: "slack", At: "slack.com"}
	if c.Slack.APIURL != "" {
		n.At = c.Slack.APIURL
	}
	if n.Err = checkSlack(ctx, c, log); n.Err == nil {
		n.Says = "the token is good"
		if c.Slack.WebhookURLFile != "" {
			n.Says = "a webhook: whether it works shows driftd alerts test"
		}
	}
	return n
}

// greet looks once at the neighbours that nothing else looks at before the
// first tick, so that a wrong address or token is known now.
func (a *App) greet(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	asked := []func(context.Context, config.Config, *slog.Logger) Neighbour{askRegistry}
	if a.config.Slack != nil {
		asked = append(asked, askSlack)
	}
	for _, ask := range asked {
		switch n := ask(ctx, a.config, a.log); {
		case ctx.Err() != nil:
			return
		case n.Err != nil:
			a.log.Error(n.Name+" cannot be used, going on without it", "component", n.Name, "address", n.At, "err", n.Err)
		default:
			a.log.Info(n.Name+" answers", "component", n.Name, "address", n.At, "says", n.Says)
		}
	}
}
