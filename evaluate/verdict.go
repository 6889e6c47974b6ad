package evaluate

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftd/driftd/evaluate/evidence"
	"github.com/driftd/driftd/internal/model"
)

// Verdict is the judgement of one version at one tick. It carries the state
// from which the next one continues: saving a verdict commits the evaluation.
type Verdict struct {
	Ref         model.Ref
	Tick        time.Time
	Status      Status
	Reason      string // of the worst result; a constant
	Serving     bool   // held the slot at the tick
	ReferenceID string // "" while none is pinned
	Results     []Result
	Evidence    []Evidence
	// Scores count the labelled rows of the blocks that were judged, or judged anew.
	Scores []ScoreBin `json:"-"`
	// Drift and Live say how the version stood after the last drift window and
	// the last label block; Status is the worse of the two. A tick at which
	// neither closed carries them on.
	Drift, Live Standing
	// FirstSeen is the version's first prediction. CountedTo, DriftTo and
	// LabelsTo are the watermarks: ends of the last bucket counted, of the last
	// drift window and of the last label block consumed. Zero before the first.
	FirstSeen, CountedTo, DriftTo, LabelsTo time.Time
	// Revision counts how often windows had to be judged anew because rows came
	// late. Revised is the end of those judged anew at this tick, else zero.
	Revision uint32
	Revised  time.Time
	// Relabelled is the end of the last block of labels about which something else
	// is said at this tick than before, else zero.
	Relabelled time.Time `json:"-"`
}

// Standing is a status with the constant that says why.
type Standing struct {
	Status Status
	Reason string
}

// Result is one number that was measured over one window, held to a limit.
type Result struct {
	Check   string // psi, ks, accuracy, auc, brier, coverage, reference, ...
	Feature string // a feature's name, "(score)", "(class)", or "" for the version as a whole
	Against string // the other version in a paired comparison, SameHours or Previous, else ""
	Segment string // "" for all rows
	From    time.Time
	To      time.Time
	Value   *float64 // nil when undefined: see Reason
	Lower   *float64 // confidence interval, nil when none
	Upper   *float64
	Limit   *float64 // what Value is held to, nil when nothing
	P       *float64 // p-value of the alarm rule's testimony, nil when none
	Rows    uint64   // rows the value rests on
	Status  Status
	Reason  string // constant; why undefined or why not healthy
	// Revision is 0 the first time the window was judged, and the verdict's
	// revision when it was judged anew.
	Revision uint32
}

// Kind says what a detector listens to.
type Kind string

const (
	// Drift is the distribution of a series against the reference.
	Drift Kind = "drift"
	// Quality is the quality of data: of a series, or of the stream.
	Quality Kind = "quality"
	// Absolute is a live metric against the lower bound of its baseline less the tolerance.
	Absolute Kind = "absolute"
	// Floor is a live metric against a bound stated by the operator.
	Floor Kind = "floor"
	// Paired is the serving version against its fallback on the same requests.
	Paired Kind = "paired"
)

// Evidence is the state of one detector after this tick and where it stands.
// LogM, Alert, Page and Demote are natural logarithms; Alert is the threshold
// of a drift alert, Page and Demote those of a performance detector; zero
// where the detector does not lead there.
type Evidence struct {
	Kind    Kind
	Check   string // accuracy, auc, brier; DriftCheck for drift, QualityCheck for data quality
	Feature string
	Segment string  `json:",omitempty"` // "" for all rows
	Against string  `json:",omitzero"`
	Limit   float64 `json:",omitzero"` // null hypothesis: the metric's bound m, or the paired tolerance; 0 for drift and data quality
	LogM    float64
	Alert   float64   `json:",omitzero"`
	Page    float64   `json:",omitzero"`
	Demote  float64   `json:",omitzero"`
	Level   Level     `json:",omitzero"` // what the evidence stands for now; latched until recovered
	Since   time.Time `json:",omitzero"` // when Level was reached (end of the block that crossed), zero when None
	Onset   time.Time `json:",omitzero"` // since when, as far as the evidence tells: the start from which on it sums to most; kept while Level holds
	Rise    float64   `json:",omitzero"` // that sum, nats
	Started time.Time `json:",omitzero"` // from where the detector counts
	Blocks  int       // blocks consumed since Started
	Rows    uint64    // labels (or rows, for drift) since Started
	Peak    float64   `json:",omitzero"` // LogM at the crossing of the present Level
	Design  float64   `json:",omitzero"` // design effect that tempered the last block; 0 for drift
	Calm    int       `json:",omitzero"` // consecutive calm blocks towards recovery
	// Voices are what the measures said about the last window of the series
	// (drift), in the order of State.LogM.
	Voices []Voice `json:",omitempty"`
	// Moved is how the series moved, from its onset to the alert: set with the
	// alert, kept while it stands (drift). Listed says that the last window alone
	// shows it to differ: see [Policy.DiscoveryRate].
	Moved  *Movement `json:",omitempty"`
	Listed bool      `json:",omitempty"`
	// Broken is the check that sees a gross break now, which raises Level at
	// once; "" when none does.
	Broken string `json:",omitempty"`
	// BrokenTo is the end of the last gross break of the stream.
	BrokenTo time.Time `json:",omitzero"`
	// Last is the block consumed last and Design what tempered it: with the
	// State before it, all that is needed to recompute LogM.
	Last  evidence.Block `json:",omitzero"`
	State evidence.State
}

// DriftCheck names the detectors of drift: one a series, whichever measures
// speak.
const DriftCheck = "drift"

// Voice is what one measure says about one window of a series.
type Voice struct {
	Check string   // psi, ks, …
	Limit float64  // tolerated effect
	Value *float64 `json:",omitempty"` // nil when it has nothing to say
	P     *float64 `json:",omitempty"` // its testimony

	// Of data quality, what was measured now and what was expected: shares of
	// rows; of volume, rows in the window; of freshness, predictions an hour.
	Now    *float64  `json:",omitempty"`
	Before *float64  `json:",omitempty"`
	Since  time.Time `json:",omitzero"`  // of freshness: when the silence began
	Detail string    `json:",omitempty"` // of rejects: the most frequent reason
}

// Loudest returns the voice with the smallest p-value, the first of equals;
// false when none had anything to say.
func (e Evidence) Loudest() (Voice, bool) {
	var loudest Voice
	for _, v := range e.Voices {
		if v.P != nil && (loudest.P == nil || *v.P < *loudest.P) {
			loudest = v
		}
	}
	return loudest, loudest.P != nil
}

// Level is how far a detector has come.
type Level int

// The levels, from none to the worst.
const (
	None    Level = iota
	Alerted       // drift budget crossed: the series is shifted
	Paged         // page budget crossed
	Proven        // demotion budget crossed
)

var levelNames = [...]string{"none", "alerted", "paged", "proven"}

// String returns the level in lower case, as stored and shown.
func (l Level) String() string { return levelNames[l] }

// ParseLevel reads what String wrote.
func ParseLevel(text string) (Level, error) {
	if i := slices.Index(levelNames[:], text); i >= 0 {
		return Level(i), nil
	}
	return 0, fmt.Errorf("level %q: want one of %v", text, levelNames)
}

// Share returns how far log M has come on the way to the threshold: 0 at the
// start, 1 at the alarm. It is what people are shown.
func (e Evidence) Share(threshold float64) float64 {
	if threshold <= 0 || e.LogM <= 0 {
		return 0
	}
	return e.LogM / threshold
}
