package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ModelName is the registered model that the demo watches.
const ModelName = "flight-delays"

// Story is what happens outside driftd during the replay.
type Story struct {
	Name   string
	Prefix string // of the topics' names
	// Scores names, by registry version, the scores in the data that play it.
	Scores   map[string]string
	From, To time.Time // first and last instant of event time
	Promote  time.Time // a person makes Challenger the champion
	// Broken says how often a producer's bug slips an unreadable message in:
	// one in so many predictions.
	Broken int
}

// Registry versions of the story.
const (
	Before     = "0" // logistic regression, the version before
	Champion   = "1" // gradient boosting on January to March
	Challenger = "2" // trained until August
)

// Stories lists what can be told.
func Stories() []Story {
	leak := Story{
		Name:    "leak",
		Scores:  map[string]string{Before: "v0", Champion: "v1", Challenger: "v2"},
		From:    date(2013, time.April, 1),
		To:      date(2014, time.January, 4),
		Promote: date(2013, time.September, 1),
		Broken:  40_000,
	}
	fair := leak
	fair.Name = "fair"
	fair.Scores = map[string]string{Before: "v0", Champion: "v1", Challenger: "v2_fair"}
	return []Story{leak, fair}
}

// FindStory returns the story of that name.
func FindStory(name string) (Story, error) {
	all := Stories()
	at := slices.IndexFunc(all, func(s Story) bool { return s.Name == name })
	if at < 0 {
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		return Story{}, fmt.Errorf("story %q: want one of %s", name, strings.Join(names, ", "))
	}
	return all[at], nil
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
