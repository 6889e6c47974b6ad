package slack_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/driftd/driftd/alerts"
	"github.com/driftd/driftd/alerts/slack/slackfake"
	"github.com/driftd/driftd/evaluate"
	"github.com/driftd/driftd/internal/model"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The messages as people see them in a terminal, from golden files: a review
// of a change of wording is a review of these.
func TestMessagesReadAsStored(t *testing.T) {
	for name, i := range map[string]alerts.Incident{
		"page": full(nil), "blocked": full(func(i *alerts.Incident) { i.Blocked, i.Status = alerts.BlockedHold, evaluate.Critical }),
		"demoted": full(func(i *alerts.Incident) {
			i.State, i.Closed, i.Ended = alerts.Resolved, i.Opened.AddDate(0, 0, 3), alerts.Demoted
			i.Headline = "flight-delays@2 was demoted, flight-delays@1 serves again"
			i.Action = &alerts.Action{Model: "flight-delays", From: "2", To: "1", Slot: "alias champion", Stage: alerts.Effective, Effective: i.Opened.AddDate(0, 0, 2)}
			i.Timeline = append(i.Timeline, alerts.Entry{At: i.Closed, Text: i.Action.Sentence()})
		}),
		"drift": drift(),
	} {
		t.Run(name, func(t *testing.T) {
			n, people := setup(t)
			if _, err := n.Notify(t.Context(), i); err != nil {
				t.Fatal(err)
			}
			got := slackfake.Render(people.Messages(i.Channel)[0])
			path := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, []byte(got)) {
				t.Errorf("run with -update if this is meant:\n%s", cmp.Diff(string(want), got))
			}
		})
	}
}

func full(change func(*alerts.Incident)) alerts.Incident {
	opened := time.Date(2013, 9, 12, 0, 10, 0, 0, time.UTC)
	i := alerts.Incident{
		ID: "flight-delays|2|alias champion|performance@2013-09-12T00:10:00Z", Class: alerts.ClassPerformance,
		Ref: model.Ref{Name: "flight-delays", Version: "2"}, Slot: "alias champion", Mode: alerts.Auto, Owner: "@U024BE7LH", Channel: "#flight-delays",
		State: alerts.Open, Status: evaluate.Warning, Opened: opened, Updated: opened, Reference: "b6f2c1",
		Headline: "flight-delays@2 does worse than 1 on the same requests (brier)",
		Facts: []alerts.Fact{
			{Name: "brier against 1", Text: "worse by 0.021 (0.012 to 0.03), tolerated 0.005, 934 labels to 2013-09-11"},
			{Name: "since", Text: "2013-09-01 00:00 UTC"},
			{Name: "evidence", Text: "106 % of the way to a page, 77 % to a demotion; 10,600 labels in 11 blocks"},
			{Name: "inputs that moved", Text: "temp, dewp"},
			{Name: "mode", Text: "auto"},
		},
		Timeline:   []alerts.Entry{{At: opened, Text: "flight-delays@2 does worse than 1 on the same requests (brier)", Reach: alerts.ToOwner}},
		Generation: 1, Attempts: 1,
	}
	for day := range 11 {
		i.Chart = append(i.Chart, alerts.Point{At: opened.Truncate(24*time.Hour).AddDate(0, 0, day-11), Value: 0.077 * float64(day)})
	}
	if change != nil {
		change(&i)
	}
	return i
}

func drift() alerts.Incident {
	i := full(nil)
	i.Class, i.Owner = alerts.ClassDrift, "@ml-oncall"
	i.Headline = "2 inputs of flight-delays@2 moved away from the reference: temp, carrier"
	i.Facts = []alerts.Fact{
		{Name: "temp", Text: "median 57.9 → 75.9 (10–90 %: 44.1 to 72 → 66 to 86), psi 4.83, since 2013-07-05"},
		{Name: "carrier", Text: "UA: 31 % → 12 %, B6: 50 % → 66 %, psi 0.318, since 2013-07-05"},
		{Name: "moved together", Text: "carrier, temp: alerted 2013-07-08"},
		{Name: "last window", Text: "by itself, to 2013-09-12, it shows 1 of 21 to differ: carrier; the alarm is the evidence of all windows"},
	}
	i.Timeline = []alerts.Entry{{
		At: i.Opened, Text: "temp, carrier moved away from the reference", Reach: alerts.InChannel,
		Table: "input    before             after\ntemp     57.9 (44.1 to 72)  75.9 (66 to 86)\ncarrier  UA: 31 %, B6: 50 %  UA: 12 %, B6: 66 %",
	}}
	i.Chart = nil
	return i
}

func TestOwnerIsMentionedByIDOnly(t *testing.T) {
	for owner, want := range map[string]string{
		"U024BE7LH": "<@U024BE7LH>", "@U024BE7LH": "<@U024BE7LH>", "W024BE7LH": "<@W024BE7LH>", "S0614TZR7": "<!subteam^S0614TZR7>",
		"@here": "<!here>", "@ml-oncall": "@ml-oncall", "Sam": "Sam", "<!channel>": "&lt;!channel&gt;",
	} {
		t.Run(owner, func(t *testing.T) {
			n, people := setup(t)
			i := incident()
			i.Owner = owner
			if _, err := n.Notify(t.Context(), i); err != nil {
				t.Fatal(err)
			}
			if got := people.Messages("#churn")[0].Notes[0]; got != "*churn@3 does worse than 2*\n"+want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// Everything at once, as long as it can get: Slack must take it.
func TestLongestMessageIsTaken(t *testing.T) {
	n, people := setup(t)
	long := strings.Repeat("<&é>", 4000)
	i := full(func(i *alerts.Incident) {
		i.Headline, i.Owner, i.Slot, i.Reference, i.Blocked = long, long, long, long, alerts.BlockedHold
		i.Action = &alerts.Action{Stage: alerts.Failed, Detail: long}
		i.Facts, i.Timeline, i.Chart = nil, nil, nil
		for k := range 40 {
			i.Facts = append(i.Facts, alerts.Fact{Name: long, Text: long})
			i.Chart = append(i.Chart, alerts.Point{At: i.Opened.Add(time.Duration(k) * time.Second), Value: 3}) // the same label
		}
		i.Timeline = []alerts.Entry{{At: i.Opened, Text: long, Reach: alerts.ToOwner, Table: strings.Repeat(strings.Repeat("```<&é>", 20)+"\n", 60)}}
	})
	if _, err := n.Notify(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	m := people.Messages(i.Channel)[0]
	for _, text := range append(m.Fields, m.Notes[0], m.Text) {
		if at := strings.LastIndexByte(text, '&'); at >= 0 && !strings.ContainsRune(text[at:], ';') {
			t.Errorf("cut within an escaped character: …%q", text[at:])
		}
	}
	reply := m.Thread[0].Text
	if n := utf8.RuneCountInString(reply); n > 7000 || !strings.HasSuffix(reply, "…\n```") || strings.Count(reply, "```") != 2 {
		t.Errorf("reply of %d characters ends in %q: want a closed block that says it was cut", n, reply[len(reply)-20:])
	}
	if m.Chart == nil || len(m.Chart.Series[0].Data) > 20 {
		t.Errorf("chart %+v, want at most 20 points", m.Chart)
	}
}
