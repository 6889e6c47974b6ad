package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/driftd/driftd/dashboards"
	"github.com/driftd/driftd/dashboards/web"
	"github.com/driftd/driftd/internal/clickhouse"
)

// asking is how many panels of a board are asked at once.
const asking = 4

// Board implements [web.Source]: the panels are those of Grafana, with their macros
// and variables filled in here.
func (v Viewer) Board(ctx context.Context, uid string, chosen map[string]string, span web.Span) (web.Board, error) {
	boards := dashboards.Boards()
	at := slices.IndexFunc(boards, func(b dashboards.Board) bool { return b.UID == uid })
	if at < 0 {
		missing := web.NotFound{What: "board “" + uid + "”"}
		for _, b := range boards {
			missing.Have = append(missing.Have, b.UID)
		}
		return web.Board{}, missing
	}
	store, err := v.Store()
	if err != nil {
		return web.Board{}, err
	}
	b := boards[at]
	out := web.Board{UID: b.UID, Title: b.Title, About: b.About, Span: spanned(span, nil, v.Now())}
	for _, other := range boards {
		out.Boards = append(out.Boards, web.Named{Value: other.UID, Text: other.Title})
	}
	scope := dashboards.Scope{From: out.Span.From, To: out.Span.To, Interval: interval(out.Span), Values: map[string][]string{}}
	for _, variable := range b.Variables {
		c, err := choose(ctx, store, variable, scope, chosen[variable.Name])
		if err != nil {
			return out, err
		}
		if out.Choices = append(out.Choices, c); c.Chosen != "" || !variable.Multi {
			scope.Values[variable.Name] = []string{c.Chosen}
		}
	}
	out.Panels = make([]web.Panel, len(b.Panels))
	var group errgroup.Group
	group.SetLimit(asking)
	for i, p := range b.Panels {
		group.Go(func() error {
			out.Panels[i] = answered(ctx, store, p, scope)
			return nil
		})
	}
	return out, group.Wait()
}

// interval is a whole number of hours of which some two hundred fit into the span.
func interval(span web.Span) time.Duration {
	return max(time.Hour, (span.To.Sub(span.From)/200 + time.Hour - 1).Truncate(time.Hour))
}

// choose returns what may be chosen, and what is: the first where something must be.
func choose(ctx context.Context, store *clickhouse.Store, variable dashboards.Variable, scope dashboards.Scope, chosen string) (web.Choice, error) {
	c := web.Choice{Name: variable.Name, Title: variable.Title, All: variable.Multi, Chosen: chosen}
	answer, err := ask(ctx, store, "the choice of "+variable.Name, dashboards.Query(variable.SQL), scope)
	if err != nil {
		return c, err
	}
	for _, row := range answer.Rows { // value, which Grafana needs escaped, and text
		text := fmt.Sprint(row[len(row)-1])
		c.Options = append(c.Options, web.Named{Value: text, Text: text})
	}
	if c.Chosen == "" && !variable.Multi && len(c.Options) > 0 {
		c.Chosen = c.Options[0].Value
	}
	return c, nil
}

func ask(ctx context.Context, store *clickhouse.Store, what, sql string, scope dashboards.Scope) (clickhouse.Answer, error) {
	sql, err := dashboards.Expand(sql, scope)
	if err != nil {
		return clickhouse.Answer{}, fmt.Errorf("%s: %w", what, err)
	}
	return store.Ask(ctx, "read "+what, sql)
}

// answered asks what the panel asks. What fails is said in its place: the others
// are shown all the same.
func answered(ctx context.Context, store *clickhouse.Store, p dashboards.Panel, scope dashboards.Scope) web.Panel {
	out := web.Panel{Title: p.Title, About: p.About, Wide: p.Width > dashboards.Grid/2}
	a, err := ask(ctx, store, "the panel "+p.Title, p.Query(), scope)
	if err != nil {
		out.Wrong = err.Error()
		return out
	}
	switch p.Kind {
	case dashboards.TimeSeries:
		out.Chart = lines(p, a)
	case dashboards.StateTimeline:
		out.Tracks = tracks(a, scope)
	case dashboards.HeatMap:
		out.Strips = heat(p, a)
	default:
		out.Grid = grid(p, a)
	}
	return out
}
