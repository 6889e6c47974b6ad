package evaluate

import (
	"fmt"
	"math"
	"time"

	"github.com/driftd/driftd/evaluate/evidence"
)

// A state is over after this many calm blocks in a row: one is luck.
const calmBlocks = 2

// calmP is the p-value from which a window of a shifted series counts as calm.
const calmP = 0.1

// hear lets the drift detector of a series consume what its measures say about
// one window.
func (e *Evidence) hear(alarm float64, s ReferenceSeries, voices []Voice, live Counts) error {
	e.Alert = alarm
	joint, testimonies, calm := s.joint(voices)
	if e.Kind == Quality {
		capped(joint, voices, alarm)
	}
	next, err := joint.Step(e.State, span(live.From, live.To), testimonies)
	if err != nil {
		return err
	}
	e.Voices = voices
	e.consumed(next, live.From, live.To, live.of(s).Total(), calm)
	return nil
}

// joint returns the detector of a series and what it is told about a window; calm
// when no measure finds the window unusual.
func (s ReferenceSeries) joint(voices []Voice) (joint evidence.Joint, testimonies []float64, calm bool) {
	calm = true
	for _, voice := range voices {
		testimony := math.NaN()
		if voice.P != nil {
			testimony = *voice.P
			calm = calm && testimony > calmP
		}
		joint = append(joint, evidence.Drift{R1: s.Variation[voice.Check].R1})
		testimonies = append(testimonies, testimony)
	}
	return joint, testimonies, calm
}

// testify lets a performance detector consume one block that rests on so many
// labels. within says that the block's own point estimate keeps the limit.
func (e *Evidence) testify(d evidence.Detector, b evidence.Block, labels int, within bool) error {
	design := d.Design(e.State, b.Rows)
	next, err := d.Step(e.State, b)
	if err != nil {
		return err
	}
	e.Design, e.Last = design, b
	e.consumed(next, b.From, b.To, uint64(labels), within && next.Evidence() < e.Page/3)
	return nil
}

// consumed moves the detector on to its next state and settles what it stands
// for: thresholds that were crossed latch, and two calm blocks release them.
func (e *Evidence) consumed(next evidence.State, from, at time.Time, rows uint64, calm bool) {
	// The block's own evidence, ln E = ln M - ln(M before + 1), summed since the
	// start that makes the sum largest: the likeliest beginning of a change.
	if e.Level == None && e.Rise <= 0 {
		e.Rise, e.Onset = 0, from
	}
	e.Rise += next.Evidence() - math.Log1p(math.Exp(e.State.Evidence()))
	e.State, e.LogM = next, next.Evidence()
	e.Blocks++
	e.Rows += rows
	switch {
	case e.Demote > 0 && e.LogM >= e.Demote:
		e.reach(Proven, at)
		e.State = next.Reset() // the alarm is spent: what follows must prove itself again
	case e.Alert > 0 && e.LogM >= e.Alert:
		e.reach(Alerted, at)
		e.State = next.Reset()
	case e.Page > 0 && e.LogM >= e.Page:
		e.reach(Paged, at)
	}
	if !calm {
		e.Calm = 0
		return
	}
	if e.Calm++; e.Calm >= calmBlocks && e.Level > None {
		e.over()
	}
}

// over ends what the detector stood for: another change has another beginning.
func (e *Evidence) over() {
	e.Level, e.Since, e.Peak, e.Rise, e.Moved, e.Broken = None, time.Time{}, 0, 0, nil, ""
}

// reach raises the level; a level that holds already keeps its beginning.
func (e *Evidence) reach(l Level, at time.Time) {
	e.Calm = 0
	if l > e.Level {
		e.Level, e.Since, e.Peak = l, at, e.LogM
	}
}

// span names a stretch of event time for the evidence processes, which refuse
// to hear of the same one twice.
func span(from, to time.Time) evidence.Span {
	return evidence.Span{ID: fmt.Sprintf("%d-%d", from.Unix(), to.Unix()), From: from, To: to}
}
