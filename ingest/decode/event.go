package decode

import (
	"database/sql"
	"time"
)

// Prediction is one decoded prediction. Its slices and map belong to the
// decoder and hold until the next call; the strings may be kept.
type Prediction struct {
	Model      int // position in Decoder.Models
	ID         string
	Version    string
	Time       time.Time // UTC
	Role       string    // "served" unless the event says otherwise
	Score      sql.NullFloat64
	Class      string            // predicted class as text; "" when absent, and for regressions
	Numbers    []sql.NullFloat64 // by position among the Number features
	Texts      []sql.NullString  // by position among the Category features
	Scores     []sql.NullFloat64 // by position in Model.Classes
	Segments   []string          // by position in Model.Segments; "" when absent
	Extra      map[string]string // JSON text by name; nil when none; fresh for every event
	WrongType  []int             // positions in Model.Features whose value had the wrong type
	Undeclared int               // number of features that are not declared
}

// Outcome is one decoded outcome.
type Outcome struct {
	Model string
	ID    string    // prediction id
	Time  time.Time // UTC
	Label string    // class label as text; "" for regressions
	Value sql.NullFloat64
}
