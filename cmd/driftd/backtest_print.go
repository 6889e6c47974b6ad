package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/driftd/driftd/internal/app"
	"github.com/driftd/driftd/internal/terminal"
)

// printBacktests prints what came of each policy and, of several, the classes
// side by side.
func printBacktests(screen *terminal.Screen, all []app.Backtested) {
	for i, b := range all {
		if i > 0 {
			screen.Printf("")
		}
		printBacktest(screen, b)
	}
	if len(all) > 1 {
		printSideBySide(screen, all)
	}
}

func printBacktest(screen *terminal.Screen, b app.Backtested) {
	screen.Printf("%s by the policy of %s, from %s to %s UTC: %d ticks, %d windows and %d blocks judged in %.1f s.",
		b.Model, terminal.Plain(b.Policy), moment(b.From), moment(b.To), b.Ticks, b.Windows, b.Blocks, b.Seconds)
	screen.Printf("Replayed in mode auto (configured: %s). Nothing was sent, moved or stored.", b.Mode)
	printHolders(screen, b)

	screen.Printf("\nHow often people would have heard of it")
	var rows [][]string
	for _, c := range b.Classes {
		rows = append(rows, []string{
			c.Class, fmt.Sprint(c.Total), fmt.Sprint(c.Min), fmt.Sprintf("%g", c.Median), fmt.Sprint(c.Max), fmt.Sprintf("%.2f", c.PerYear), budget(c),
		})
	}
	screen.Table([]string{"class", "total", "least a week", "median", "most", "a year", "budget (false ones)"}, rows)

	if len(b.Incidents) > 0 {
		screen.Printf("\nIncidents: the delay is from the onset, as the evidence told it then, to the opening")
		rows = nil
		for _, i := range b.Incidents {
			onset, delay, closed := "–", "–", "open"
			if i.Onset != nil {
				onset, delay = moment(*i.Onset), days(*i.Delay)
			}
			if i.Closed != nil {
				closed = moment(*i.Closed)
			}
			what := i.Class
			if i.Paged {
				what += ", page"
			}
			rows = append(rows, []string{moment(i.Opened), closed, onset, delay, what, terminal.Plain(i.Headline)})
		}
		screen.Table([]string{"opened (UTC)", "closed", "onset", "delay", "class", "what"}, rows)
		for _, i := range b.Incidents {
			text := terminal.Plain(i.Last)
			if i.Outcome != "" {
				text += "; " + terminal.Plain(i.Outcome)
			}
			screen.Printf("%s → %s", moment(i.Opened), text)
		}
	}
	if len(b.Actions) > 0 {
		screen.Printf("\nActions it would have taken")
		rows = nil
		for _, a := range b.Actions {
			rows = append(rows, []string{
				moment(a.Tick), fmt.Sprintf("%s → %s", a.From, a.To), strings.ReplaceAll(a.Stage, "_", " "), a.Detector,
				fmt.Sprintf("%.2f", a.LogM), fmt.Sprintf("%.2f", a.Threshold), thousands(int64(a.Labels)),
			})
		}
		screen.Table([]string{"tick (UTC)", "slot", "outcome", "evidence", "ln M", "of", "labels"}, rows)
	}
}

// printHolders says who held the slot in the replay, and what that rests on.
func printHolders(screen *terminal.Screen, b app.Backtested) {
	sources := map[string]string{
		"recorded": "as the registry showed it at the ticks",
		"served":   "by the role of the predictions, as no tick had looked at the registry",
	}
	for i := 0; i < len(b.Slot); {
		source := b.Slot[i].Source
		var held []string
		for ; i < len(b.Slot) && b.Slot[i].Source == source; i++ {
			version := b.Slot[i].Version
			if version == "" {
				version = "nobody"
			}
			held = append(held, fmt.Sprintf("%s from %s", version, moment(b.Slot[i].From)))
		}
		screen.Printf("The slot was held, %s, by %s.", sources[source], strings.Join(held, ", "))
	}
	if len(b.Slot) == 0 {
		screen.Printf("Nobody held the slot: no tick saw a holder in the registry, and no prediction has the role served. So nothing is told or demoted.")
	}
	for _, d := range b.Departures {
		if d.To.Sub(d.From) > 0 && d.To.Sub(d.From) <= 24*time.Hour {
			continue // the record says the same from its next tick on
		}
		until := "the end"
		if !d.To.IsZero() {
			until = moment(d.To)
		}
		screen.Printf(`From %s to %s the replay departs from the record: %s holds the slot, not %s. What %s
would have met in its place is not known; it is judged by the predictions it made all the same.`,
			moment(d.From), until, d.Holds, d.Recorded, d.Holds)
	}
}

func printSideBySide(screen *terminal.Screen, all []app.Backtested) {
	header := []string{"side by side, total and a year"}
	var rows [][]string
	for k, b := range all {
		header = append(header, b.Policy)
		for i, c := range b.Classes {
			if k == 0 {
				rows = append(rows, []string{c.Class})
			}
			rows[i] = append(rows[i], fmt.Sprintf("%d (%.2f)", c.Total, c.PerYear))
		}
	}
	screen.Printf("")
	screen.Table(header, rows)
}

func budget(c app.ClassRate) string {
	if c.Budget == nil {
		return "–"
	}
	return fmt.Sprintf("%g", *c.Budget)
}

// days writes a duration in days.
func days(seconds float64) string { return fmt.Sprintf("%.1f d", seconds/86400) }
