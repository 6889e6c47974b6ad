package dashboards

import (
	"embed"
	"strings"
)

// Panel is one question and how its answer is shown.
type Panel struct {
	Title string
	About string            // the question it answers, and which number asks for something
	SQL   string            // name of a file in sql, without .sql: see [Panel.Query]
	Fixed map[string]string // variables of the query that people do not choose here
	Kind  Kind
	Unit  Unit // of all numbers; a column may have its own

	Thresholds []Threshold // ascending; below the first is calm
	Stacked    bool        // of a time series: numbers are parts of a whole
	Columns    []Column    // what there is to know of single columns
	Width      int         // of Grid
	Height     int         // rows; one is as high as a line of a title
}

// Query returns the panel's SQL, with macros and the variables of its board.
func (p Panel) Query() string {
	sql := Query(p.SQL)
	for name, value := range p.Fixed {
		sql = strings.ReplaceAll(sql, "${"+name+":singlequote}", literal(value))
	}
	return sql
}

// Grid is how many units wide a board is.
const Grid = 24

// Kind says how an answer is drawn, and so which columns it has.
type Kind string

// The kinds. The columns of a time series have a meaning by name: value, or the
// name of what is drawn; lower and upper bound a band around value; limit, and names
// that end with _limit, are what it is held to.
const (
	TimeSeries    Kind = "time series"    // time, then perhaps series (text), then numbers; ascending by time
	StateTimeline Kind = "state timeline" // time, series, state: a number of States
	HeatMap       Kind = "heat map"       // time, series, value
	Table         Kind = "table"          // any
	Stat          Kind = "stat"           // numbers; one row
	Histogram     Kind = "histogram"      // bin (text, in order), then numbers: one bar of each a bin
	Bar           Kind = "bar"            // a text, then numbers
)

// Unit says how a number is written.
type Unit string

// The units.
const (
	Text    Unit = "text"
	Number  Unit = "number"  // as it is
	Count   Unit = "count"   // whole, with thousands apart
	Share   Unit = "share"   // 0 to 1 and beyond, as percent
	Seconds Unit = "seconds" // as a duration
	Bytes   Unit = "bytes"
	Time    Unit = "time"  // a moment
	State   Unit = "state" // a number of States
)

// Threshold is the mood of numbers from a value on.
type Threshold struct {
	From float64
	Mood Mood
}

// Mood is what a colour says.
type Mood string

// The moods, from best to worst.
const (
	Calm    Mood = "calm"
	Unknown Mood = "unknown" // nothing can be told
	Notice  Mood = "notice"
	Alarm   Mood = "alarm"
)

// Column is what there is to know of one column of an answer.
type Column struct {
	Name       string // in the query
	Title      string // for people; "" is Name
	Unit       Unit   // "" is the panel's, or that of its type
	Thresholds []Threshold
	Link       *Link
}

// Link leads from a value to another board.
type Link struct {
	Board  string            // its UID
	Values map[string]string // by variable there, the column here that holds its value
}

// Named is a state of a version as a number, so that it can be drawn.
type Named struct {
	Number int
	Text   string
	Mood   Mood
}

// States of a version, from best to worst; those of a series are among them.
var States = []Named{
	{1, "healthy", Calm},
	{2, "inconclusive", Unknown},
	{3, "errored", Unknown},
	{4, "warning", Notice},
	{5, "critical", Alarm},
}

//go:embed sql/*.sql
var files embed.FS

// Query returns the SQL of a file in sql, with macros and variables, without the
// line break at its end. It panics when there is no such file, which is a mistake in
// the program.
func Query(name string) string {
	text, err := files.ReadFile("sql/" + name + ".sql")
	if err != nil {
		panic(err)
	}
	return strings.TrimSuffix(string(text), "\n")
}
