package demo

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/driftd/driftd/demo/data"
)

// Topics of the demo.
const (
	PredictionTopic = "ml.predictions"
	OutcomeTopic    = "ml.outcomes"
)

// message is one event on its way to the broker.
type message struct {
	topic string
	key   string
	value []byte
	at    time.Time
}

// stream turns the flights into events in the order of event time.
type stream struct {
	story    Story
	flights  *data.Flights
	features []*data.Column
	outcomes []int // rows with a label, by time of outcome
	nextRow  int
	nextOut  int
	sent     int // predictions so far: every story.Broken-th is followed by a broken one
}

func newStream(story Story, flights *data.Flights) *stream {
	s := &stream{story: story, flights: flights, features: flights.Features()}
	for row := range flights.Len() {
		if flights.Time(row).Before(story.From) {
			s.nextRow = row + 1
			continue
		}
		if _, _, known := flights.Outcome(row); known {
			s.outcomes = append(s.outcomes, row)
		}
	}
	slices.SortStableFunc(s.outcomes, func(a, b int) int {
		at, _, _ := flights.Outcome(a)
		bt, _, _ := flights.Outcome(b)
		return cmp.Compare(at.Unix(), bt.Unix())
	})
	return s
}

// until yields every event before the given time that was not yielded yet.
// serving is the version that answers requests meanwhile; the others shadow it.
func (s *stream) until(to time.Time, serving string, yield func(message)) {
	for ; s.nextRow < s.flights.Len() && s.flights.Time(s.nextRow).Before(to); s.nextRow++ {
		for _, version := range []string{Before, Champion, Challenger} {
			score, ok := s.flights.Score(s.story.Scores[version], s.nextRow)
			if !ok || !s.deployed(version, s.flights.Time(s.nextRow)) {
				continue
			}
			yield(s.prediction(s.nextRow, version, score, version == serving))
			if s.sent++; s.sent%s.story.Broken == 0 {
				yield(s.broken(s.nextRow))
			}
		}
	}
	for ; s.nextOut < len(s.outcomes); s.nextOut++ {
		row := s.outcomes[s.nextOut]
		at, late, _ := s.flights.Outcome(row)
		if !at.Before(to) {
			return
		}
		yield(s.outcome(row, at, late))
	}
}

// deployed says whether a version scores requests at the time: two at a time,
// the champion and one in shadow.
func (s *stream) deployed(version string, at time.Time) bool {
	switch version {
	case Before:
		return at.Before(s.story.Promote)
	case Challenger:
		return !at.Before(s.story.Promote)
	}
	return true
}

func (s *stream) prediction(row int, version string, score float64, served bool) message {
	id, at := s.flights.ID(row), s.flights.Time(row)
	b := make([]byte, 0, 640)
	b = append(b, `{"prediction_id":`...)
	b = strconv.AppendQuote(b, id)
	b = append(b, `,"model":"`+ModelName+`","version":`...)
	b = strconv.AppendQuote(b, version)
	b = append(b, `,"timestamp":"`...)
	b = at.AppendFormat(b, time.RFC3339)
	if served {
		b = append(b, `","role":"served","features":{`...)
	} else {
		b = append(b, `","role":"shadow","features":{`...)
	}
	// Only the challenger reads the last feature.
	features := s.features
	if version != Challenger || s.story.Scores[Challenger] != "v2" {
		features = features[:len(features)-1]
	}
	for i, column := range features {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, column.Name)
		b = append(b, ':')
		b = appendValue(b, column, row)
	}
	b = append(b, `},"score":`...)
	b = strconv.AppendFloat(b, score, 'g', -1, 64)
	b = append(b, `,"prediction":"`...)
	if score >= 0.5 {
		b = append(b, `1"}`...)
	} else {
		b = append(b, `0"}`...)
	}
	return message{topic: s.story.Prefix + PredictionTopic, key: id, value: b, at: at}
}

func appendValue(b []byte, column *data.Column, row int) []byte {
	if column.Categories != nil {
		if text, ok := column.Category(row); ok {
			return strconv.AppendQuote(b, text)
		}
	} else if x, ok := column.Number(row); ok {
		return strconv.AppendFloat(b, x, 'g', -1, 64)
	}
	return append(b, "null"...)
}

func (s *stream) outcome(row int, at time.Time, late bool) message {
	id := s.flights.ID(row)
	b := make([]byte, 0, 160)
	b = append(b, `{"prediction_id":`...)
	b = strconv.AppendQuote(b, id)
	b = append(b, `,"model":"`+ModelName+`","timestamp":"`...)
	b = at.AppendFormat(b, time.RFC3339)
	if late {
		b = append(b, `","label":"1"}`...)
	} else {
		b = append(b, `","label":"0"}`...)
	}
	return message{topic: s.story.Prefix + OutcomeTopic, key: id, value: b, at: at}
}

// broken is what a buggy producer sends now and then: each kind in turn.
func (s *stream) broken(row int) message {
	at := s.flights.Time(row)
	stamp := at.Format(time.RFC3339)
	kinds := []string{
		`{"prediction_id":"cut-off","model":"` + ModelName + `","version":"1","timest`,
		`{"model":"` + ModelName + `","version":"1","timestamp":"` + stamp + `","features":{},"score":0.4}`,
		`{"prediction_id":"typo","model":"flight-delay","version":"1","timestamp":"` + stamp + `","features":{},"score":0.4}`,
		`{"prediction_id":"unit","model":"` + ModelName + `","version":"1","timestamp":"2113-04-01T00:00:00Z","features":{},"score":0.4}`,
	}
	return message{topic: s.story.Prefix + PredictionTopic, key: "broken", value: []byte(kinds[s.sent/s.story.Broken%len(kinds)]), at: at}
}
