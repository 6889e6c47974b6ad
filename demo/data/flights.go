package data

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Flights holds one row per flight, ordered by prediction time. Methods that take
// a row panic unless 0 <= row < Len(). It is read-only and safe for concurrent use.
type Flights struct {
	minute  []int32 // prediction time, minutes since 1970 UTC
	after   []int32 // outcome, minutes after the prediction
	late    []int32 // 0 or 1
	day     []int32 // local date of departure, days since 1970
	flight  []int32 // the carrier's flight number
	carrier *Column
	origin  *Column

	features []*Column
	scores   []*Column
}

// null marks an absent value in every decoded column.
const null = math.MinInt32

// Len returns the number of rows.
func (f *Flights) Len() int { return len(f.minute) }

// ID returns the prediction id, unique among the rows: carrier and flight number,
// local date of departure and origin, such as "UA1545-2013-04-01-EWR".
func (f *Flights) ID(row int) string {
	id := make([]byte, 0, 24)
	carrier, _ := f.carrier.Category(row)
	id = append(id, carrier...)
	id = strconv.AppendInt(id, int64(f.flight[row]), 10)
	id = append(id, '-')
	id = time.Unix(int64(f.day[row])*secondsPerDay, 0).UTC().AppendFormat(id, time.DateOnly)
	id = append(id, '-')
	origin, _ := f.origin.Category(row)
	return string(append(id, origin...))
}

const secondsPerDay = 24 * 60 * 60

// Time returns when the prediction was made: two hours before scheduled departure,
// in UTC. It never decreases from row to row.
func (f *Flights) Time(row int) time.Time {
	return time.Unix(int64(f.minute[row])*60, 0).UTC()
}

// Outcome returns when the flight reached its gate, in UTC, and whether it was at
// least 15 minutes late. It returns known false for the flights that never got a
// label because they were cancelled or diverted.
func (f *Flights) Outcome(row int) (at time.Time, late, known bool) {
	if f.late[row] == null {
		return time.Time{}, false, false
	}
	at = f.Time(row).Add(time.Duration(f.after[row]) * time.Minute)
	return at, f.late[row] == 1, true
}

// Features returns the served features, the last of them read by v2 alone. The
// caller must not change the slice.
func (f *Flights) Features() []*Column { return f.features }

// Versions returns the names of the scored versions in order of age.
func (f *Flights) Versions() []string {
	names := make([]string, len(f.scores))
	for i, c := range f.scores {
		names[i] = c.Name
	}
	return names
}

// Score returns the version's probability, 0 to 1 in steps of 0.001, that the
// flight arrives late. It returns ok false for a version that did not score the
// row or does not exist.
func (f *Flights) Score(version string, row int) (p float64, ok bool) {
	i := slices.IndexFunc(f.scores, func(c *Column) bool { return c.Name == version })
	if i < 0 {
		return 0, false
	}
	return f.scores[i].Number(row)
}

// Column is one feature of all flights, numeric or categorical.
type Column struct {
	Name       string
	Categories []string // the possible values; nil if the column is numeric

	codes []int32 // category index, or number times scale, or null
	scale float64
}

// Number returns the value in the row of a numeric column, ok false when it is null.
func (c *Column) Number(row int) (value float64, ok bool) {
	if c.codes[row] == null {
		return 0, false
	}
	return float64(c.codes[row]) / c.scale, true
}

// Category returns the value in the row of a categorical column, ok false when it
// is null.
func (c *Column) Category(row int) (value string, ok bool) {
	if c.codes[row] == null {
		return "", false
	}
	return c.Categories[c.codes[row]], true
}
